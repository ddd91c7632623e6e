from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.notifications import mark_notifications_read, notify
from ideas.choices import NotificationKind, Visibility
from ideas.models import Idea, Member, Notification, ValueChain
from realtime.models import Change
from tests.factories import make_comment, make_idea, make_member


def tell(*members: Member, idea: Idea | None, key: str = "key") -> list[Notification]:
    return notify(
        members=members, kind=NotificationKind.COMMENT_POSTED, idea=idea, url="/", key=key, data={"title": "x"},
        at=timezone.now(),
    )  # fmt: skip


def test_the_same_happening_is_told_once(idea: Idea, researcher: Member, company: Member):
    assert len(tell(researcher, researcher, company, idea=idea)) == 2
    assert tell(researcher, company, idea=idea) == []
    assert len(tell(researcher, idea=idea, key="another")) == 1


def test_who_may_not_see_the_idea_is_not_told(secret: Idea, researcher: Member, outsider: Member):
    assert [row.member for row in tell(researcher, outsider, idea=secret)] == [researcher]


@pytest.mark.parametrize("count", [1, 3])
def test_telling_many_costs_as_many_queries_as_telling_one(
    researcher: Member, chain: ValueChain, count: int, django_assert_num_queries: Any
):
    idea = make_idea(researcher, visibility=Visibility.VALUE_CHAIN)
    members = [make_member() for _ in range(count)]
    chain.members.add(*members)

    with django_assert_num_queries(7):
        assert len(tell(*members, idea=idea)) == count


@pytest.mark.parametrize(("choice", "due"), [("at_once", True), ("never", False)])
def test_a_mail_is_due_by_the_members_choice(idea: Idea, researcher: Member, choice: str, due: bool):
    researcher.mail = {"ideas": choice}

    row = tell(researcher, idea=idea)[0]

    assert row.mail_at == (row.created_at if due else None)


def test_marking_read_is_told_once_to_the_bells_own_tabs(idea: Idea, researcher: Member, company: Member):
    for _ in range(2):
        make_comment(idea, company)
    first, second = Notification.objects.filter(member=researcher).order_by("pk").values_list("pk", flat=True)
    before = Change.objects.count()

    marked = [mark_notifications_read(by=researcher, at=timezone.now(), up_to=first) for _ in range(2)]

    assert marked == [1, 0]
    told = Change.objects.order_by("pk")[before:].values_list("topic__name", "kind", "payload")
    assert list(told) == [(f"member.{researcher.pk}", "notification.read", {"unread": 1, "newest": second})]
    assert mark_notifications_read(by=researcher, at=timezone.now(), up_to=second) == 1
    assert Change.objects.latest("pk").payload == {"unread": 0, "newest": second}
