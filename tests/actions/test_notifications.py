from django.utils import timezone

from ideas.actions.notifications import mark_notifications_read, notify
from ideas.choices import NotificationKind
from ideas.models import Idea, Member, Notification
from realtime.models import Change
from tests.factories import make_comment


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
