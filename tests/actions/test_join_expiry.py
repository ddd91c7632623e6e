"""What time does to requests and invitations."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ideas.actions.join_expiry import expire_requests, remind_of_requests
from ideas.actions.joining import accept_join_request, authorise_join_request, decline_join_request
from ideas.choices import JoinState, NotificationKind
from ideas.errors import Conflict
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation
from realtime.models import Change
from tests.factories import make_idea, make_invitation, make_join_request

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
END = NOW + timedelta(days=30)


def told(kind: str) -> list[str]:
    return sorted(Notification.objects.filter(kind=kind).values_list("member__email", flat=True))


def test_what_nobody_answers_ends_after_thirty_days_and_both_sides_are_told(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    request = make_join_request(idea, administrator, firm, at=NOW)

    early = expire_requests(at=END - timedelta(seconds=1))
    ended = expire_requests(at=END)
    again = expire_requests(at=END)

    request.refresh_from_db()
    assert (early, ended, again, request.state, request.answered_at) == (0, 1, 0, JoinState.EXPIRED, END)
    assert told(NotificationKind.JOIN_ENDED) == ["administrator@example.org", "researcher@example.org"]
    assert list(request.steps.values_list("act", "by")) == [("asked", administrator.pk), ("expired", None)]


def test_a_request_that_waits_for_authorisation_ends_with_its_own(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    make_join_request(idea, company, firm, at=NOW)

    expire_requests(at=END)

    assert told(NotificationKind.JOIN_ENDED) == ["administrator@example.org", "company@example.org"]


def test_authors_have_their_own_time_after_an_authorisation(
    idea: Idea, company: Member, administrator: Member, firm: Organisation
):
    request = make_join_request(idea, company, firm, at=NOW)

    authorised = authorise_join_request(by=administrator, request=request, at=END - timedelta(days=1))

    assert authorised.expires_at == END + timedelta(days=29)


def test_on_the_waiting_list_no_time_runs(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    request = make_join_request(idea, administrator, firm, at=NOW)
    decline_join_request(by=researcher, request=request, reason="Later", waitlist=True, at=NOW)

    ended = expire_requests(at=NOW + timedelta(days=1_000))

    assert (ended, JoinRequest.objects.get().expires_at) == (0, None)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        # To the end of that day in Rome, if that is sooner and still ahead.
        ("2026-11-10", datetime(2026, 11, 10, 22, 59, 59, tzinfo=UTC)),
        ("2026-11-02", datetime(2026, 11, 2, 22, 59, 59, tzinfo=UTC)),
        ("2027-01-10", END),
        ("2026-11-01", END),
        (None, END),
    ],
)
def test_expressions_of_interest_end_sooner(
    researcher: Member, administrator: Member, firm: Organisation, day: str | None, until: datetime
):
    idea = make_idea(researcher, interest_until=datetime.fromisoformat(day).date() if day else None)

    assert make_join_request(idea, administrator, firm, at=NOW).expires_at == until


def test_how_long_is_a_setting(idea: Idea, administrator: Member, firm: Organisation, settings):
    settings.JOIN_EXPIRES_DAYS = 7

    assert make_invitation(idea, firm, at=NOW).expires_at == NOW + timedelta(days=7)


def test_what_comes_too_late_is_refused_even_before_the_tick(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    request = make_join_request(idea, administrator, firm, at=NOW)

    with pytest.raises(Conflict, match="request_expired"):
        accept_join_request(by=researcher, request=request, at=END)
    with pytest.raises(Conflict, match="request_expired"):
        decline_join_request(by=researcher, request=request, reason="x", waitlist=True, at=END)

    assert decline_join_request(by=researcher, request=request, reason="No", at=END).state == JoinState.DECLINED


def test_whoever_has_to_act_is_reminded_once_five_days_before(
    idea: Idea, researcher: Member, company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    make_join_request(idea, outsider, outsider.organisations.get(), at=NOW)
    make_join_request(idea, company, firm, at=NOW, role="end_user")
    make_invitation(idea, firm, at=NOW)
    soon = END - timedelta(days=5)

    rounds = [remind_of_requests(at=at) for at in (soon - timedelta(seconds=1), soon, soon, END)]

    assert rounds == [0, 3, 0, 0]
    assert told(NotificationKind.JOIN_EXPIRING) == [
        "administrator@example.org", "administrator@example.org", "researcher@example.org",
    ]  # fmt: skip


def test_a_time_shorter_than_the_reminder_has_none(researcher: Member, administrator: Member, firm: Organisation):
    idea = make_idea(researcher, interest_until=(NOW + timedelta(days=3)).date())
    make_join_request(idea, administrator, firm, at=NOW)

    assert remind_of_requests(at=NOW + timedelta(hours=1)) == 0


def test_nobody_is_told_of_an_idea_that_was_closed_to_them(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_join_request(idea, administrator, firm, at=NOW)
    Idea.objects.filter(pk=idea.pk).update(audience="", visibility="private", title="CANARY")
    before = Change.objects.count()

    expire_requests(at=END)

    assert told(NotificationKind.JOIN_ENDED) == ["researcher@example.org"]
    assert "CANARY" not in str(
        list(Change.objects.filter(topic__name=f"member.{administrator.pk}")[before:].values_list("payload"))
    )


@pytest.mark.parametrize("count", [1, 3])
def test_a_round_with_nothing_due_is_one_query_each(
    idea: Idea, administrator: Member, firm: Organisation, count: int, django_assert_num_queries
):
    for role in ("beneficiary", "end_user", "subcontractor")[:count]:
        make_join_request(idea, administrator, firm, role=role, at=timezone.now())

    with django_assert_num_queries(2):
        expire_requests(at=timezone.now())
        remind_of_requests(at=timezone.now())
