"""The same examples on every machine and run, so that what fails once fails again; no deadline on a busy machine.

To look further: `pytest tests/properties --hypothesis-profile=wide`, which draws other examples every time, and more.
"""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("wide", deadline=None, max_examples=2000)


def pytest_configure(config):
    if not config.getoption("--hypothesis-profile", None):
        settings.load_profile("same")
