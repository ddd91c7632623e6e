"""The application's registration with Django."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """Live delivery, with its system checks."""

    name = "realtime"
    verbose_name = "Realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that keep an unsafe configuration from starting."""
        from realtime import checks  # noqa: F401
