"""Reading an idea as somebody else would: real rows, the one gate of `visible_to`, and nothing of it stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.actions.board import count_rows, index_idea, lock_idea
from ideas.choices import IdeaState, JoinState, OrganisationKind
from ideas.errors import NotAllowed
from ideas.models import Affiliation, Idea, JoinRequest, Member, Organisation
from ideas.queries.ideas import Viewer
from ideas.queries.joining import partners_of
from ideas.rules.ideas import can_edit_idea, is_published


class ViewerKind(models.TextChoices):
    """As whom an author may look at an idea."""

    MEMBER = "member", gettext_lazy("A member of another value chain")
    CHAIN = "chain", gettext_lazy("A member of its value chain")
    PARTNER = "partner", gettext_lazy("A partner")
    VISITOR = "visitor", gettext_lazy("A visitor")


@contextmanager
def as_seen_by(*, by: Member, idea: Idea, kind: str, at: datetime) -> Iterator[Viewer]:
    """Let the caller read the idea as another kind of viewer will, once it is open; then all is undone.

    The viewer is a member made for the moment, so that the same queries answer as ever: there is no second rule of
    who sees what. Nothing is published, and nobody is told. It holds the idea's lock, on SQLite the writers'.
    """
    if not can_edit_idea(by, idea):
        raise NotAllowed
    with transaction.atomic(durable=True):
        row = lock_idea(idea.pk)
        if not is_published(row):
            before, row.state = count_rows(row), IdeaState.OPEN
            index_idea(row, before, also=["state"])
        yield _viewer(by, row, kind, at)
        transaction.set_rollback(True)


def _viewer(by: Member, idea: Idea, kind: str, at: datetime) -> Viewer:
    if kind == ViewerKind.VISITOR:
        return AnonymousUser()
    token = get_random_string(20).lower()
    viewer = Member.objects.create(
        email=f"{token}@example.invalid", name=str(ViewerKind(kind).label), language=by.language, time_zone=by.time_zone
    )
    if kind == ViewerKind.CHAIN:
        idea.value_chain.members.add(viewer)
    if kind == ViewerKind.PARTNER:
        Affiliation.objects.create(member=viewer, organisation=_partner(idea, viewer, at))
    return viewer


def _partner(idea: Idea, viewer: Member, at: datetime) -> Organisation:
    """A partner of the idea, or one for the moment where there is none yet."""
    found = partners_of(idea).first()
    if found:
        return found
    organisation = Organisation.objects.create(
        name=_("An organisation that joined"), slug=viewer.email.split("@")[0], kind=OrganisationKind.OTHER
    )
    JoinRequest.objects.create(
        idea=idea, organisation=organisation, asked_by=viewer, asked_at=at, answered_at=at, state=JoinState.ACCEPTED
    )
    return organisation
