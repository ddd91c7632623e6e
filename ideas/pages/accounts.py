"""Signing in and out, and passwords: allauth behind our own pages. Nobody signs up: see `members.accept`."""

from ipaddress import ip_address
from typing import Any

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login as sign_in
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import path, re_path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import RedirectView

from ideas.forms.members import NewPasswordForm, PasswordForm, ResetForm, SignInForm
from ideas.models import Member
from ideas.pages.parts import see_other
from ideas.queries.members import demo_cast
from realtime import revoke

SESSION_BACKEND = "ideas.pages.signed_in.MemberBackend"
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDING = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; sockets learn at once of a sign-out and of a new password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Member, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return remember_language(response, user.language)

    def logout(self, request: HttpRequest) -> None:
        member_id = request.user.pk
        with transaction.atomic():
            super().logout(request)
            revoke(member_id)

    def set_password(self, user: Member, password: str) -> None:
        with transaction.atomic():
            user.set_password(password)
            user.save(update_fields=["password"])
            revoke(user.pk)


def remember_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let the browser come back in this language (Django's language cookie)."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def next_page(request: HttpRequest, default: str) -> str:
    """Read where to go next from the form or the address; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url(default)


def is_at_this_machine(request: HttpRequest) -> bool:
    """Whether the browser runs on the machine of the demo itself: nothing forwarded, and all of it loopback."""
    try:
        near = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    return near and host in LOCAL_HOSTS and not any(request.META.get(name) for name in FORWARDING)


def enter(request: HttpRequest, member: Member, default: str = "ideas:list") -> HttpResponse:
    """Sign a member in, in their own language, and go on."""
    sign_in(request, member, backend=SESSION_BACKEND)
    return remember_language(see_other(next_page(request, default)), member.language)


class SignIn(views.LoginView):
    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cast = demo_cast() if settings.DEBUG and is_at_this_machine(self.request) else []
        return {**super().get_context_data(**kwargs), "cast": cast, "next": next_page(self.request, "ideas:list")}


class ChangePassword(views.PasswordChangeView):
    def get_form_class(self) -> type[PasswordForm]:
        return PasswordForm


class AskForReset(views.PasswordResetView):
    def get_form_class(self) -> type[ResetForm]:
        return ResetForm


class ChooseNewPassword(views.PasswordResetFromKeyView):
    def get_form_class(self) -> type[NewPasswordForm]:
        return NewPasswordForm


@require_safe
def closed_signup(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signup_closed.html")


@require_POST
@never_cache
def demo_login(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG or not is_at_this_machine(request):
        raise Http404
    cast = demo_cast()
    member = next((member for member in cast if member.email == request.POST.get("email")), None)
    if member is None:
        raise Http404
    return enter(request, member)


urlpatterns = [
    path("login/", SignIn.as_view(), name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", closed_signup, name="account_signup"),
    path("password/change/", login_required(ChangePassword.as_view()), name="account_change_password"),
    # Who has no password yet chooses one by mail, as if it were forgotten.
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", AskForReset.as_view(), name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        ChooseNewPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("demo/", demo_login, name="demo_login"),
]
