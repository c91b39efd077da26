"""`python -m capweb.onebox`: the same as `manage.py onebox`."""

import sys

from capweb.onebox.cli import main

sys.exit(main(sys.argv[1:]))
