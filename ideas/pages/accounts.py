"""Signing in by allauth behind our own pages, and coming in by invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import include, path


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: members come by an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


urlpatterns = [path("", include("allauth.account.urls"))]
