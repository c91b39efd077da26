"""The WSGI door: granian serves `capweb.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "capweb.settings")
application = get_wsgi_application()
