"""The reviews of the demo: a round of a list, who is asked, and what some of them say. Twice does no harm."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ideas.actions.reviewers import ask_reviewers, set_round
from ideas.actions.reviews import Opinion, finish_review
from ideas.choices import ReviewState
from ideas.models import Member, Review, Shortlist, ShortlistEntry
from ideas.queries.reviews import round_of
from ideas.rules.reviews import criteria_of

Spec = Mapping[str, Any]


def open_demo_round(shortlist: Shortlist, spec: Spec, *, by: Member, now: datetime, at: datetime) -> None:
    """Say by what a list of the demo is judged: `spec` is {own, due_in_days, scores_shown}."""
    if round_of(shortlist) is None:
        due = now.replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(days=spec["due_in_days"])
        set_round(by=by, shortlist=shortlist, own=spec["own"], due=due, scores_shown=spec["scores_shown"], at=at)


def ask_demo_reviewer(entry: ShortlistEntry, *, reviewer: Member, by: Member, at: datetime) -> None:
    """Ask somebody for a review of an entry of the demo."""
    if not Review.objects.filter(entry=entry, reviewer=reviewer).exists():
        ask_reviewers(by=by, entry=entry, members=[reviewer], at=at)


def write_demo_review(entry: ShortlistEntry, said: Spec, *, by: Member, at: datetime) -> None:
    """Write a review: `said` is {marks in the order of the criteria, remarks likewise, aside, confidence}."""
    review = Review.objects.get(entry=entry, reviewer=by)
    if review.state != ReviewState.ASKED:
        return
    codes = [one.code for one in criteria_of(entry.shortlist.round)]
    opinion = Opinion(
        marks=dict(zip(codes, said["marks"], strict=True)),
        remarks=dict(zip(codes, said["remarks"], strict=False)),
        aside=said["aside"],
        confidence=said["confidence"],
    )
    finish_review(by=by, review=review, opinion=opinion, version=review.version, at=at)
