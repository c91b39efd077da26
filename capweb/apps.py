from django.apps import AppConfig


class CapwebConfig(AppConfig):
    name = "capweb"

    def ready(self) -> None:
        # Whoever sends a task by name needs the one configured Celery application.
        from capweb import celery  # noqa: F401
