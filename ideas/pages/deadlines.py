"""Calendars: the feeds that calendar programs ask for over and over, a call's file, and the page that gives them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ideas.actions.members import renew_feed
from ideas.choices import Level
from ideas.exchange.ical_out import Appointment, mark_of, write_calendar
from ideas.models import Call, Member, ValueChain
from ideas.pages.parts import member_of, see_other
from ideas.queries.feeds import KEPT, calls_of_chain, calls_of_level, dates_followed_by, dates_of
from ideas.queries.members import feed_token, member_of_feed
from ideas.queries.plans import milestones_of_member
from ideas.queries.taxonomy import chains_in_use
from ideas.serializers.deadlines import appointments
from ideas.serializers.plans import milestone_appointments

LEVELS = dict(Level.choices)


@never_cache
@require_safe
def subscribe(request: HttpRequest) -> HttpResponse:
    levels = [(reverse("deadlines:of_level", args=[level]), label) for level, label in LEVELS.items()]
    chains = [(reverse("deadlines:of_chain", args=[chain.slug]), chain.name) for chain in chains_in_use()]
    language = f"?lang={translation.get_language()}"
    context = {
        "groups": [
            (_("By level"), [_feed(request, path + language, label) for path, label in levels]),
            (_("By value chain"), [_feed(request, path + language, label) for path, label in chains]),
        ],
        "all": _feed(request, reverse("deadlines:everything") + language, _("All calls")),
        "own": None,
        "kept": KEPT.days,
    }
    if isinstance(request.user, Member):
        context["own"] = _feed(request, reverse("deadlines:own", args=[feed_token(request.user)]), _("What I follow"))
    return render(request, "deadlines/subscribe.html", context)


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    renew_feed(by=member_of(request))
    messages.success(request, _("Your calendar has a new address. The old one no longer works."))
    return see_other(reverse("deadlines:subscribe"))


@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    member = member_of_feed(token)
    if member is None:
        raise Http404
    now = timezone.now()
    with translation.override(member.language):
        dates = appointments(dates_followed_by(member, at=now), site=settings.SITE_URL)
        steps = milestone_appointments(milestones_of_member(member, now - KEPT), site=settings.SITE_URL)
        answer = _answer(request, _("JVL: what I follow"), [*dates, *steps])
    answer["Cache-Control"] = "private, no-cache"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    return _public(request, gettext_lazy("all calls"), Call.objects.all())


@require_safe
def of_level(request: HttpRequest, level: str) -> HttpResponse:
    if level not in LEVELS:
        raise Http404
    return _public(request, LEVELS[level], calls_of_level(level))


@require_safe
def of_chain(request: HttpRequest, slug: str) -> HttpResponse:
    return _public(request, get_object_or_404(ValueChain, slug=slug), calls_of_chain(slug))


@require_safe
def of_call(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.only("identifier", "slug"), slug=slug)
    dates = dates_of(Call.objects.filter(pk=call.pk), at=timezone.now())
    answer = _answer(request, call.identifier, appointments(dates, site=settings.SITE_URL))
    answer["Content-Disposition"] = f'attachment; filename="{call.slug}.ics"'
    return answer


def _public(request: HttpRequest, name: object, calls: QuerySet[Call]) -> HttpResponse:
    """Answer with a feed for everybody, in the language that its address asks for, else the reader's."""
    asked, now = request.GET.get("lang", ""), timezone.now()
    with translation.override(asked if asked in dict(settings.LANGUAGES) else translation.get_language()):
        dates = appointments(dates_of(calls, at=now, since=now - KEPT), site=settings.SITE_URL)
        return _answer(request, f"JVL: {name}", dates)


def _answer(request: HttpRequest, name: str, dates: list[Appointment]) -> HttpResponse:
    """Answer with a calendar, or with 304 and without writing it where the reader has the same one."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    etag = quote_etag(mark_of(name, dates, language=language))
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        body = write_calendar(name, dates, language=language)
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache"
    answer["Content-Language"] = language
    return answer


def _feed(request: HttpRequest, path: str, label: object) -> dict[str, Any]:
    """What a reader needs to subscribe: the address, and the same for programs that take over by their own scheme."""
    url = request.build_absolute_uri(path)
    return {"label": label, "url": url, "webcal": f"webcal:{url.partition(':')[2]}"}
