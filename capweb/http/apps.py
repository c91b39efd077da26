from django.apps import AppConfig


class HttpConfig(AppConfig):
    name = "capweb.http"
