"""The domain's Django app."""

from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "ideas"
    verbose_name = "Joint Virtual Lab"
