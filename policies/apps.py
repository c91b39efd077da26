from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"

    def ready(self) -> None:
        """The menu counts what waits in this room."""
        from capweb.http import navigation
        from policies.queries import waiting

        navigation.COUNTERS.append(waiting.counted)
