from ideas.models import Idea, Member, Notification
from ideas.queries.notifications import Unread, notifications_of, unread_of
from tests.factories import make_comment


def test_unread_counts_ones_own(idea: Idea, researcher: Member, company: Member):
    assert unread_of(researcher) == Unread(count=0, newest=0)

    for _ in range(2):
        make_comment(idea, company)

    assert unread_of(researcher) == Unread(count=2, newest=Notification.objects.latest("pk").pk)
    assert unread_of(company) == Unread(count=0, newest=0)


def test_notifications_stop_with_sight_of_the_idea(idea: Idea, researcher: Member, company: Member):
    make_comment(idea, company)
    make_comment(idea, researcher)
    assert len(notifications_of(company)) == 1

    Idea.objects.filter(pk=idea.pk).update(audience="")

    assert notifications_of(company) == []
    assert len(notifications_of(researcher)) == 1


def test_the_count_stops_with_sight_of_the_idea(idea: Idea, researcher: Member, company: Member):
    make_comment(idea, company)
    make_comment(idea, researcher)
    assert unread_of(company).count == 1

    Idea.objects.filter(pk=idea.pk).update(audience="")

    assert unread_of(company) == Unread(count=0, newest=Notification.objects.get(member=company).pk)
    assert unread_of(researcher).count == 1
