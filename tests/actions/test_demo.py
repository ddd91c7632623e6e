from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import TestCase

from ideas.actions.demo import load_demo
from ideas.actions.imports import import_calls
from ideas.actions.reference import load_reference
from ideas.choices import IDEA_NEXT, CallStatus, DeadlineKind, IdeaState, JoinState, ShortlistState, Visibility
from ideas.data import FOLDER
from ideas.exchange.calls import Options
from ideas.exchange.formats import FORMATS
from ideas.models import (
    AnnexOpening,
    Call,
    Comment,
    Idea,
    IdeaTransition,
    JoinRequest,
    Member,
    Organisation,
    SearchEntry,
    Shortlist,
    ValueChain,
)
from ideas.queries.calls import status_of_call
from ideas.queries.ideas import visible_to
from ideas.queries.partners import sheet_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = datetime(2031, 5, 3, 9, 0, tzinfo=UTC)
CAST = ("researcher", "company", "outsider", "administrator", "lead", "staff")


def load_all(now):
    load_reference()
    with (FOLDER / "eu_topics_2026_2027.csv").open("rb") as stream:
        rows = FORMATS["eu-topics"](stream, Options())
        import_calls(by=None, rows=rows, source="eu-topics", name="topics", at=now)
    load_demo(at=now)


def member(name):
    return Member.objects.get(email=f"{name}@example.org")


def rows():
    return {model.__name__: model.objects.count() for model in apps.get_models() if model._meta.managed}


class TestLoadedDemo(TestCase):
    """The demo beside the real calls, loaded once for all of these."""

    @classmethod
    def setUpTestData(cls):
        load_all(NOW)

    def test_a_second_load_adds_nothing(self):
        before = rows()

        assert load_demo(at=NOW + timedelta(days=40)) is False
        assert rows() == before

    def test_an_annex_was_opened_by_people_of_two_partners(self):
        rows = AnnexOpening.objects.order_by("at").values_list("member__email", "version")

        assert list(rows) == [("administrator@example.org", 1), ("anna.rivalta@example.org", 1)]

    def test_the_partners_of_one_idea_talk_and_fill_in_their_sheet(self):
        idea = Idea.objects.get(acronym="MEGASSE")
        totals = sheet_of(idea).totals

        assert Comment.objects.filter(idea=idea, audience="partners").count() == 4
        assert not SearchEntry.objects.filter(object_id__in=Comment.objects.filter(audience="partners")).filter(
            kind="comment"
        )
        assert (totals.organisations, totals.budget_lines, totals.letters) == (3, 3, 1)

    def test_a_load_that_was_cut_off_goes_on(self):
        before = rows()
        Shortlist.objects.all().delete()
        lost = Comment.objects.filter(replies=None, created_at__gt=NOW - timedelta(days=5))
        SearchEntry.objects.filter(kind="comment", object_id__in=lost.values("pk")).delete()
        lost.delete()
        JoinRequest.objects.filter(state=JoinState.PENDING).delete()

        assert load_demo(at=NOW) is True

        after = rows()
        log = {"Change", "Notification", "Topic"}
        assert {name: after[name] for name in after if name not in log} == {
            name: before[name] for name in before if name not in log
        }

    def test_the_command_says_that_it_is_there(self):
        said = StringIO()

        with self.settings(DEBUG=True):
            call_command("load_demo", stdout=said)

        assert said.getvalue() == "The demo is there already.\n"

    def test_every_state_of_ideas_and_requests_is_there(self):
        assert set(Idea.objects.values_list("state", flat=True)) == set(IdeaState.values)
        assert set(JoinRequest.objects.values_list("state", flat=True)) == set(JoinState.values)
        assert set(Idea.objects.values_list("visibility", flat=True)) == set(Visibility.values)
        assert set(Shortlist.objects.values_list("state", flat=True)) == set(ShortlistState.values)

    def test_every_value_chain_has_ideas_in_both_languages_together(self):
        ideas = Idea.objects.all()

        assert ideas.count() >= 24
        assert min(Counter(ideas.values_list("value_chain", flat=True)).values()) >= 2
        assert set(ideas.values_list("value_chain", flat=True)) == set(ValueChain.objects.values_list("id", flat=True))
        assert Counter(ideas.values_list("language", flat=True)).most_common(1)[0][0] == "it"
        assert ideas.filter(language="en").exists()

    def test_all_that_is_invented_is_marked(self):
        assert not Idea.objects.filter(is_demo=False).exists()
        assert not Member.objects.filter(is_demo=False).exists()
        assert set(Call.objects.filter(is_demo=True).values_list("source", flat=True)) == {"demo"}
        assert Organisation.objects.filter(is_demo=False).count() == 16

    def test_each_of_the_cast_has_their_part(self):
        researcher, company, outsider, administrator, lead, staff = (member(name) for name in CAST)

        assert researcher.authored_ideas.filter(state=IdeaState.DRAFT).exists()
        assert researcher.authored_ideas.filter(visibility=Visibility.PRIVATE).exists()
        assert company.organisations.get() == administrator.organisations.get()
        assert company.affiliations.get().role == "member"
        assert administrator.affiliations.get().role == "administrator"
        assert {chain.code for chain in lead.led_chains.all()} == {"MOVES", "DAAMA"}
        assert (staff.is_staff, researcher.is_staff) == (True, False)
        assert not outsider.organisations.filter(pk=company.organisations.get().pk).exists()

    def test_outsider_sees_no_private_and_no_value_chain_idea(self):
        seen = visible_to(member("outsider"))

        assert set(seen.values_list("visibility", flat=True)) == {Visibility.MEMBERS}
        assert not seen.filter(state__in=[IdeaState.DRAFT, IdeaState.WITHDRAWN]).exists()

    def test_live_ideas_aim_at_calls_that_are_open_and_mostly_real(self):
        live = Idea.objects.filter(state__in=[IdeaState.OPEN, IdeaState.NEEDS_INFO, IdeaState.PREPARING])
        targets = [idea.call for idea in live if idea.call]

        assert CallStatus.CLOSED not in {status_of_call(call, NOW) for call in targets}
        assert len([call for call in targets if not call.is_demo]) >= 12

    def test_transitions_follow_the_lifecycle_and_the_clock(self):
        for idea in Idea.objects.all():
            steps = list(idea.transitions.order_by("id"))
            assert all(step.new_state in IDEA_NEXT[step.old_state] for step in steps)
            assert [step.at for step in steps] == sorted(step.at for step in steps)
            comments = list(idea.comments.order_by("id").values_list("created_at", flat=True))
            assert comments == sorted(comments)
        assert IdeaTransition.objects.filter(at__gt=NOW).count() == 0

    def test_demo_calls_close_as_told(self):
        soon = Call.objects.get(identifier="DEMO-ER-RICERCA-STRATEGICA")
        click = Call.objects.get(identifier="DEMO-IT-CLICK-DAY-EFFICIENZA")
        endless = Call.objects.get(identifier="DEMO-ER-PROTOTIPI-SPORTELLO")

        assert soon.deadlines.get(kind=DeadlineKind.SINGLE).local.isoformat() == "2026-11-28T13:00:00+01:00"
        assert click.deadlines.filter(kind=DeadlineKind.CLICK_DAY).count() == 1
        assert (endless.closes_at, status_of_call(endless, LATER)) == (None, CallStatus.OPEN)

    def test_the_published_shortlist_is_the_last_thing_that_happens(self):
        published = Shortlist.objects.get(state=ShortlistState.PUBLISHED)

        assert published.published_at > max(Idea.objects.values_list("activity_at", flat=True))


@pytest.mark.django_db
def test_the_demo_is_alive_in_a_year_without_real_calls():
    load_reference()

    load_demo(at=LATER)

    assert Idea.objects.count() >= 24
    assert Idea.objects.filter(state=IdeaState.OPEN, call__is_demo=True).exists()
    assert max(Idea.objects.values_list("activity_at", flat=True)) > LATER - timedelta(days=3)


@pytest.mark.django_db
def test_the_demo_is_refused_outside_debug(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG"):
        call_command("load_demo")
