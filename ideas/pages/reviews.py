"""Pages of reviewers: what waits for them, a review beside its idea, and the ways out of it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.reviews import begin_review, decline_review, finish_review, reopen_review, save_review
from ideas.choices import REVIEW_DUE, ReviewState
from ideas.errors import Conflict
from ideas.forms.reviews import DeclineForm, ReviewForm
from ideas.models import Member, Review, ReviewRound
from ideas.moments import days_left, is_urgent
from ideas.pages.parts import chain_tag, long_texts, member_of, put_on, see_other
from ideas.pages.review_rounds import lead_entry
from ideas.pages.review_words import number, overall_words, said_of_review, verdict
from ideas.queries.reviews import is_open, own_reviews, readable_reviews
from ideas.rules.reviews import MEANINGS, OVERALL_THRESHOLD, below_threshold, can_write_review, read_marks
from ideas.rules.shortlists import can_curate

# What waits ---------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    rows = [_queued(review) for review in own_reviews(member_of(request))]
    groups = [
        ("todo", _("To do"), ReviewState.ASKED),
        ("begun", _("Begun"), ReviewState.DRAFT),
        ("done", _("Done"), ReviewState.DONE),
        ("declined", _("Declined"), ReviewState.DECLINED),
    ]
    asked = [row for row in rows if row["state"] != ReviewState.DECLINED]
    context = {
        "groups": [
            {"key": key, "label": label, "rows": [row for row in rows if row["state"] == state]}
            for key, label, state in groups
        ],
        "rows": rows,
        "asked": len(asked),
        "done": sum(row["state"] == ReviewState.DONE for row in asked),
    }
    return render(request, "reviews/list.html", context)


def _queued(review: Review) -> dict[str, Any]:
    """A line of the queue: {pk, url, idea, shortlist, state, due, days_left, urgent, asked_by, said, reason}."""
    shortlist = review.entry.shortlist
    due = shortlist.round.due if review.state in REVIEW_DUE else None
    left = days_left(due, timezone.now())
    return {
        "pk": review.pk,
        "url": reverse("reviews:detail", args=[review.pk]),
        "idea": review.entry.idea,
        "chain": chain_tag(shortlist.value_chain),
        "shortlist": shortlist.title,
        "state": review.state,
        "due": due,
        "days_left": left,
        "urgent": is_urgent(left),
        "asked_by": review.asked_by.name if review.asked_by_id != review.reviewer_id else "",
        "said": overall_words(review, shortlist.round) if review.state == ReviewState.DONE else "",
        "reason": review.aside if review.state == ReviewState.DECLINED else "",
    }


# A review -----------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own review as a form while it is being written; any that may be read, to read."""
    by = member_of(request)
    review = get_object_or_404(_readable(by), pk=pk)
    if request.method == "POST":
        return _hand_in(request, _own(review, by))
    if can_write_review(by, review) and is_open(review):
        return _show_form(request, review, ReviewForm(review=review))
    return _show_done(request, review, by)


def _readable(by: Member) -> QuerySet[Review]:
    return readable_reviews(by).select_related("entry__shortlist__call", "asked_by", "entry__idea__value_chain")


def _own(review: Review, by: Member) -> Review:
    """Others' reviews are to be read alone: to write to them is like to write to none."""
    if review.reviewer_id != by.pk:
        raise Http404
    return review


def _hand_in(request: HttpRequest, review: Review) -> HttpResponse:
    """Take what was typed: `act` is save, or done."""
    form = ReviewForm(request.POST, review=review)
    if not form.is_valid():
        return _show_form(request, review, form, status=400)
    done = request.POST.get("act") == "done"
    act = finish_review if done else save_review
    try:
        act(
            by=member_of(request), review=review, opinion=form.opinion, version=form.cleaned_data["version"],
            window=form.cleaned_data["draft"], at=timezone.now(),
        )  # fmt: skip
    except Conflict as refusal:
        return _show_conflict(request, review, form, refusal)
    except ValidationError as refusal:
        return _show_form(request, review, form, status=put_on(form, refusal))
    messages.success(request, _("Your review is in. The leads can read it now.") if done else _("Saved."))
    return see_other(reverse("reviews:detail", args=[review.pk]))


def _show_conflict(request: HttpRequest, review: Review, typed: ReviewForm, refusal: Conflict) -> HttpResponse:
    """Show what another window saved beside what was typed; the next save goes over it."""
    now = _readable(member_of(request)).filter(pk=review.pk).first()
    if now is None or not can_write_review(member_of(request), now):
        put_on(typed, refusal)
        return _show_form(request, review, typed, status=409)
    data = request.POST.copy()
    if refusal.code == "review_changed":
        data["version"] = str(now.version)
    form = ReviewForm(data, review=now)
    put_on(form, refusal)
    return _show_form(request, now, form, status=409, both=refusal.code == "review_changed")


def _show_form(
    request: HttpRequest, review: Review, form: ReviewForm, *, status: int = 200, both: bool = False
) -> HttpResponse:
    made = review.entry.shortlist.round
    # Not asked for while it is saved as typed, but for being done.
    form.fields["confidence"].required = True
    context = {
        **_about(review, made),
        "form": form,
        "parts": form.parts,
        "differences": form.over(review) if both else None,
        "decline_form": DeclineForm(prefix="decline"),
        "meanings": [(number(one), MEANINGS[f"{one:.1f}"]) for one in map(Decimal, range(6))],
    }
    return render(request, "reviews/form.html", context, status=status)


def _show_done(request: HttpRequest, review: Review, by: Member) -> HttpResponse:
    made, own = review.entry.shortlist.round, review.reviewer_id == by.pk
    curates = can_curate(by, review.entry.shortlist.value_chain)
    others = readable_reviews(by).filter(entry=review.entry_id, state=ReviewState.DONE).exclude(pk=review.pk)
    context = {
        **_about(review, made),
        "lines": said_of_review(review, made),
        "overall": overall_words(review, made),
        "verdict": verdict(below_threshold(read_marks(review.marks), made), made),
        "aside": review.aside if own or curates else "",
        "own": own,
        "others": [
            {"url": reverse("reviews:detail", args=[row.pk]), "name": row.reviewer.name}
            for row in others.order_by("id")
        ],
        "may": {"reopen": own and review.state == ReviewState.DONE and is_open(review), "curate": curates},
    }
    return render(request, "reviews/detail.html", context)


def _about(review: Review, made: ReviewRound) -> dict[str, Any]:
    idea = review.entry.idea
    left = days_left(made.due, timezone.now())
    threshold = OVERALL_THRESHOLD[made.scheme]
    return {
        "review": review,
        "round": made,
        "idea": idea,
        "shortlist": review.entry.shortlist,
        "chain": chain_tag(review.entry.shortlist.value_chain),
        "texts": long_texts(idea.html),
        "days_left": left,
        "urgent": is_urgent(left),
        "threshold": "" if threshold is None else number(threshold),
        "newer": bool(review.idea_version) and review.idea_version != idea.version,
    }


@login_required
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a review as it stands, for scripts: {"saved_at"}, or {"errors"}."""
    by = member_of(request)
    review = _own(get_object_or_404(_readable(by), pk=pk), by)
    form, at = ReviewForm(request.POST, review=review), timezone.now()
    if not form.is_valid():
        return JsonResponse({"errors": [text for texts in form.errors.values() for text in texts]}, status=400)
    try:
        save_review(
            by=by, review=review, opinion=form.opinion, version=form.cleaned_data["version"],
            window=form.cleaned_data["draft"], at=at,
        )  # fmt: skip
    except Conflict as refusal:
        other = _("Another window of yours saved something else: press Save to see both.")
        said = other if refusal.code == "review_changed" else str(refusal.text)
        return JsonResponse({"errors": [said]}, status=409)
    except ValidationError as refusal:
        return JsonResponse({"errors": refusal.messages}, status=400)
    return JsonResponse({"saved_at": at})


@login_required
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a review that nobody asked for, of an entry."""
    entry = lead_entry(request, pk)
    try:
        review = begin_review(by=member_of(request), entry=entry, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
        return see_other(reverse("reviews:overview", args=[entry.shortlist_id]))
    return see_other(reverse("reviews:detail", args=[review.pk]))


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    by = member_of(request)
    review = _own(get_object_or_404(_readable(by), pk=pk), by)
    try:
        reopen_review(by=by, review=review, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
    return see_other(reverse("reviews:detail", args=[review.pk]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    by = member_of(request)
    review = _own(get_object_or_404(_readable(by), pk=pk), by)
    form, status = DeclineForm(request.POST if request.method == "POST" else None, prefix="decline"), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                decline_review(by=by, review=review, reason=form.cleaned_data["reason"], at=timezone.now())
            except (ValidationError, Conflict) as refusal:
                status = put_on(form, refusal)
            else:
                messages.success(request, _("You have declined; the leads are told."))
                return see_other(reverse("reviews:list"))
    return render(
        request, "reviews/decline.html", {**_about(review, review.entry.shortlist.round), "form": form}, status=status
    )
