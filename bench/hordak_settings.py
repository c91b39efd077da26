"""Settings of the peer: django-hordak alone, on a database of its own in the benchmark's cluster."""

import os

SECRET_KEY = "of a benchmark"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["BENCH_HOST"],
        "PORT": os.environ.get("BENCH_PORT", ""),
        "USER": os.environ["BENCH_USER"],
        "PASSWORD": os.environ.get("BENCH_PASSWORD", ""),
        "NAME": os.environ["BENCH_DATABASE"],
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
DEFAULT_CURRENCY = "EUR"
CURRENCIES = ["EUR"]
