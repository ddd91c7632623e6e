"""Pages of those who have ideas of a list reviewed: how it is judged, who is asked, and what it comes to."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.reviewers import ask_by_rule, ask_reviewers, set_round, take_back_review
from ideas.choices import ReviewState
from ideas.errors import Conflict, NotAllowed
from ideas.forms.reviews import ReviewersForm, RoundForm, RuleForm
from ideas.models import Member, Review, ReviewRound, Shortlist, ShortlistEntry
from ideas.pages.parts import member_of, posted, put_on, see_other
from ideas.pages.review_words import drawn, overall_words, own_of, said_of_summary
from ideas.queries.ideas import audiences_of
from ideas.queries.reviewers import candidates
from ideas.queries.reviews import counts_of, free_to_review, readable_reviews, reviews_concerning, round_of, summaries
from ideas.queries.shortlists import entries_seen, shortlists_to_read, shortlists_visible_to
from ideas.queries.topics import shortlist_topic
from ideas.rules.reviews import LEFT_OUT, can_ask
from ideas.rules.shortlists import can_curate
from realtime.log import position

# On the page of a list ----------------------------------------------------------------------------------------------


def panel_context(member: Member, shortlist: Shortlist, audiences: Sequence[str]) -> dict[str, Any]:
    """Give a list's page what `reviews/_panel.html` draws as `reviews`, for who curates it. Two queries."""
    made = round_of(shortlist)
    panel: dict[str, Any] = {
        "round": made,
        "url": reverse("reviews:overview", args=[shortlist.pk]),
        "round_url": reverse("reviews:round", args=[shortlist.pk]),
        "may": can_ask(member, shortlist),
    }
    if made:
        panel |= counts_of(shortlist, member, audiences)
    return panel


# The overview -------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """`?part=panel` is the line on the list's page, `?part=1` the overview itself, for scripts."""
    shortlist = _curated(request, pk)
    if request.GET.get("part") == "panel":
        by = member_of(request)
        return render(request, "reviews/_panel.html", {"reviews": panel_context(by, shortlist, audiences_of(by))})
    return _show(request, shortlist)


def _curated(request: HttpRequest, pk: int) -> Shortlist:
    """Load a list for who curates it. Raises Http404 where they don't see it, NotAllowed where they only read it."""
    lists = shortlists_visible_to(request.user).select_related("value_chain", "call")
    shortlist = get_object_or_404(lists, pk=pk)
    if not can_curate(member_of(request), shortlist.value_chain):
        raise NotAllowed
    return shortlist


def _show(
    request: HttpRequest, shortlist: Shortlist, *, form: RuleForm | None = None, status: int = 200
) -> HttpResponse:
    live = position(shortlist_topic(shortlist.pk))  # before the rows
    by = member_of(request)
    audiences = audiences_of(by)
    made = round_of(shortlist)
    may_ask = can_ask(by, shortlist)
    context = {
        "shortlist": shortlist,
        "live": live,
        "round": made,
        "rows": _rows(by, shortlist, made, audiences, may_ask=may_ask) if made else [],
        "may": {"ask": may_ask},
        "form": form or RuleForm(),
    }
    template = "reviews/_overview.html" if request.GET.get("part") == "1" else "reviews/overview.html"
    return render(request, template, context, status=status)


def _rows(
    by: Member, shortlist: Shortlist, made: ReviewRound, audiences: Sequence[str], *, may_ask: bool
) -> list[dict[str, Any]]:
    """Every entry of which the reader may know the reviews, with what they come to and who writes them."""
    entries: list[ShortlistEntry] = shortlists_to_read(by, audiences).get(pk=shortlist.pk).seen_entries  # type: ignore[attr-defined]  # by with_entries
    found = summaries(entries, by, audiences)
    concerning = reviews_concerning(by).filter(entry__shortlist=shortlist).order_by("id")
    readable = set(readable_reviews(by).filter(entry__shortlist=shortlist).values_list("id", flat=True))
    reviews: dict[int, list[Review]] = {}
    for review in concerning:
        reviews.setdefault(review.entry_id, []).append(review)
    return [
        {
            "pk": entry.pk,
            "place": entry.place,  # type: ignore[attr-defined]  # by with_entries
            "idea": entry.idea,
            "words": said_of_summary(found[entry.pk], made),
            "spread": drawn(found[entry.pk], made),
            "people": [_person(row, made, readable, may_ask=may_ask) for row in reviews.get(entry.pk, ())],
            "own": own_of(reviews.get(entry.pk, ()), by),
        }
        for entry in entries
        if entry.pk in found
    ]


def _person(review: Review, made: ReviewRound, readable: set[int], *, may_ask: bool) -> dict[str, Any]:
    """A reviewer of an entry: what stands beside the name is what the reader may know."""
    mark = (overall_words(review, made) or "–") if review.pk in readable and review.state == ReviewState.DONE else ""
    return {
        "pk": review.pk,
        "name": review.reviewer.name,
        "state": review.state,
        "label": review.get_state_display(),
        "mark": mark,
        "url": reverse("reviews:detail", args=[review.pk]) if mark else "",
        "reason": review.aside if review.state == ReviewState.DECLINED else "",
        "take_back": may_ask and review.state == ReviewState.ASKED,
    }


# What leads do ------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_round(request: HttpRequest, pk: int) -> HttpResponse:
    shortlist, by = _curated(request, pk), member_of(request)
    if not can_ask(by, shortlist):
        raise NotAllowed
    made = round_of(shortlist)
    form, status = RoundForm(posted(request), made=made), 200 if request.method != "POST" else 400
    if form.is_valid():
        try:
            set_round(by=by, shortlist=shortlist, at=timezone.now(), **form.content)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("Saved. Ask reviewers, or begin a review yourself."))
            return see_other(reverse("reviews:overview", args=[pk]))
    context = {"form": form, "shortlist": shortlist, "made": made}
    return render(request, "reviews/round.html", context, status=status)


@login_required
@require_POST
def ask_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask by rule: so many from other organisations for each idea."""
    shortlist, by = _curated(request, pk), member_of(request)
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _show(request, shortlist, form=form, status=400)
    try:
        asked = ask_by_rule(by=by, shortlist=shortlist, wanted=form.cleaned_data["wanted"], at=timezone.now())
    except (ValidationError, Conflict) as refusal:
        status = put_on(form, refusal)
        return _show(request, shortlist, form=form, status=status)
    if asked:
        told = ngettext("%(n)d review asked for.", "%(n)d reviews asked for.", len(asked)) % {"n": len(asked)}
        messages.success(request, told)
    else:
        messages.info(request, _("Nobody was asked: every idea has enough reviewers, or there is nobody else."))
    return see_other(reverse("reviews:overview", args=[pk]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reviewers(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom to ask for one idea; who is left out stands there with the reason."""
    entry, by = lead_entry(request, pk), member_of(request)
    people = candidates(entry)
    form, status = ReviewersForm(posted(request), candidates=people), 200 if request.method != "POST" else 400
    if form.is_valid():
        try:
            ask_reviewers(by=by, entry=entry, members=form.cleaned_data["members"], at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
            people = candidates(entry)
        else:
            messages.success(request, _("They are asked, and told."))
            return see_other(reverse("reviews:overview", args=[entry.shortlist_id]))
    chosen = set(request.POST.getlist("members"))
    context = {
        "form": form,
        "entry": entry,
        "free": [
            {"member": one.member, "busy": one.busy, "chosen": str(one.member.pk) in chosen}
            for one in people
            if not one.out
        ],
        "out": [{"member": one.member, "why": LEFT_OUT[one.out]} for one in people if one.out],
    }
    return render(request, "reviews/reviewers.html", context, status=status)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    by = member_of(request)
    review = get_object_or_404(reviews_concerning(by), pk=pk)
    try:
        take_back_review(by=by, review=review, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("%(name)s isn't asked any more.") % {"name": review.reviewer.name})
    return see_other(reverse("reviews:overview", args=[review.entry.shortlist_id]))


def lead_entry(request: HttpRequest, pk: int) -> ShortlistEntry:
    """Load an entry for who may have it reviewed. Raises Http404 where they don't see it, NotAllowed otherwise."""
    by = member_of(request)
    lists = shortlists_visible_to(by).values("pk")
    free = free_to_review(by).values("id")
    entries = entries_seen(by).filter(shortlist__in=lists, idea__in=free)
    entry = get_object_or_404(entries.select_related("shortlist__value_chain", "idea"), pk=pk)
    if not can_ask(by, entry.shortlist):
        raise NotAllowed
    return entry
