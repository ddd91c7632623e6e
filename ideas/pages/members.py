"""Pages of members: profile, language, invitations."""

from smtplib import SMTPException

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ideas.actions.members import PROFILE, accept_invitation, invite_member, update_profile, withdraw_invitation
from ideas.errors import Conflict, NotAllowed
from ideas.forms.members import AcceptanceForm, InvitationForm, ProfileForm
from ideas.models import Invitation
from ideas.pages.accounts import enter, next_page, remember_language
from ideas.pages.parts import member_of, number_in, put_on, see_other
from ideas.queries.affiliations import invitations_visible_to
from ideas.queries.members import administered_by, affiliations_of, member_with, open_invitation


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    initial = {"value_chains": member.value_chains.all(), **{name: getattr(member, name) for name in PROFILE}}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        content = {name: form.cleaned_data[name] for name in PROFILE}
        try:
            update_profile(by=member, content=content, value_chains=form.cleaned_data["value_chains"])
        except ValidationError as error:
            put_on(form, error)
        else:
            with translation.override(member.language):
                messages.success(request, _("Your profile is saved."))
            return remember_language(see_other(reverse("members:profile")), member.language)
    context = {"form": form, "affiliations": affiliations_of(member), "may": {"invite": _may_invite(request)}}
    return render(request, "members/profile.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    if not _may_invite(request):
        raise NotAllowed
    initial = {"organisation": number_in(request.GET.get("organisation"))}
    form = InvitationForm(request.POST or None, by=member_of(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        site = f"{request.scheme}://{request.get_host()}"
        email = form.cleaned_data["email"]
        try:
            invite_member(by=member_of(request), site=site, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            put_on(form, error)
        except (SMTPException, OSError):
            messages.error(request, _("The mail to %(email)s couldn't be sent. Try again later.") % {"email": email})
            return see_other(reverse("members:invite"))
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": email})
            return see_other(reverse("members:invite"))
    context = {"form": form, "days": settings.INVITATION_DAYS}
    return render(request, "members/invite.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(invitations_visible_to(request.user), pk=pk)
    try:
        withdraw_invitation(by=member_of(request), invitation=invitation, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("The invitation is taken back: its link doesn't work any more."))
    if invitation.organisation is None:
        return see_other(reverse("members:profile"))
    return see_other(reverse("affiliations:people", args=[invitation.organisation.slug]))


@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    invitation = open_invitation(token, at=timezone.now())
    if invitation is None:
        return _closed_invitation(request)
    known = member_with(invitation.email)
    if (request.user.is_authenticated and request.user != known) or (known and not request.user.is_authenticated):
        return render(request, "members/accept_signed_out.html", {"invitation": invitation}, status=403)
    if known:
        return _accept_as_member(request, invitation, token)
    form = AcceptanceForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        try:
            member = accept_invitation(token=token, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            put_on(form, error)
        except Conflict:
            return _closed_invitation(request)
        else:
            with translation.override(member.language):
                messages.success(request, _("Welcome. Choose your value chains, so that you see their ideas."))
            return enter(request, member, default="members:profile")
    context = {"form": form, "invitation": invitation}
    return render(request, "members/accept.html", context, status=400 if form.errors else 200)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    answer = see_other(next_page(request, "ideas:list"))
    if language not in dict(settings.LANGUAGES):
        return answer
    if request.user.is_authenticated:
        update_profile(by=member_of(request), content={"language": language})
    return remember_language(answer, language)


def _accept_as_member(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.method != "POST":
        return render(request, "members/accept_known.html", {"invitation": invitation})
    member = member_of(request)
    try:
        accept_invitation(token=token, name="", password="", language="", by=member, at=timezone.now())
    except Conflict:
        return _closed_invitation(request)
    messages.success(request, _("You belong to one more organisation."))
    return see_other(reverse("members:profile"))


def _closed_invitation(request: HttpRequest) -> HttpResponse:
    return render(request, "members/accept_closed.html", status=404)


def _may_invite(request: HttpRequest) -> bool:
    member = member_of(request)
    return member.is_staff or administered_by(member).exists()
