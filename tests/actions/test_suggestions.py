from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.suggestions import mark_idea, mark_partner
from ideas.errors import NotAllowed
from ideas.models import Idea, Member, Notification, Organisation, RoleSlot, SuggestionMark
from realtime.models import Change
from tests.factories import make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(idea: Idea) -> RoleSlot:
    return make_slot(idea, expertise="Saldatura laser")


def set_aside(slot: RoleSlot, organisation: Organisation, by: Member, **more: Any) -> SuggestionMark:
    fields = {"verdict": "aside", "reason": " A competitor\r\n", "at": timezone.now(), **more}
    return mark_partner(by=by, slot=slot, organisation=organisation, **fields)


def test_mark_keeps_what_the_place_asked_for_and_tells_nobody(slot: RoleSlot, firm: Organisation, researcher: Member):
    changes, told = Change.objects.count(), Notification.objects.count()

    mark = set_aside(slot, firm, researcher)

    assert (mark.idea, mark.slot, mark.organisation, mark.by) == (slot.idea, slot, firm, researcher)
    assert (mark.side, mark.verdict, mark.reason, mark.about) == ("authors", "aside", "A competitor", "Saldatura laser")
    assert (Change.objects.count(), Notification.objects.count()) == (changes, told)


def test_every_word_is_kept_but_the_same_one_twice(slot: RoleSlot, firm: Organisation, researcher: Member):
    for verdict in ("aside", "aside", "again", "aside"):
        set_aside(slot, firm, researcher, verdict=verdict)

    assert list(SuggestionMark.objects.values_list("verdict", flat=True)) == ["aside", "again", "aside"]


def test_only_authors_mark_an_organisation(
    slot: RoleSlot, firm: Organisation, company: Member, staff: Member, outsider: Member
):
    for member in (company, staff, outsider):
        with pytest.raises(NotAllowed):
            set_aside(slot, firm, member)
    assert not SuggestionMark.objects.exists()


def test_only_its_people_mark_an_idea(
    idea: Idea, firm: Organisation, company: Member, researcher: Member, outsider: Member
):
    say: dict[str, Any] = {"idea": idea, "organisation": firm, "verdict": "aside", "at": timezone.now()}

    for member in (researcher, outsider):
        with pytest.raises(NotAllowed):
            mark_idea(by=member, **say)
    mark = mark_idea(by=company, about="Saldatura laser", **say)

    assert (mark.side, mark.slot, mark.about) == ("organisation", None, "Saldatura laser")


@pytest.mark.parametrize("wrong", [{"verdict": "maybe"}, {"reason": "x" * 1001}, {"reason": "a\x00b"}])
def test_what_cannot_be_kept_is_refused(wrong: dict[str, str], slot: RoleSlot, firm: Organisation, researcher: Member):
    with pytest.raises(ValidationError):
        set_aside(slot, firm, researcher, **wrong)
    assert not SuggestionMark.objects.exists()
