"""The ideas in the memory of the process: they are what the database has, whatever is written, and by whomever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.choices import IdeaState, Scheme, Visibility
from ideas.management.board_triggers import STAMPED
from ideas.models import BoardStamp, Idea, Member, Organisation, RoleSlot, SearchEntry, Term, ValueChain
from ideas.queries.board import board, choose, nearest
from ideas.queries.board_index import BUCKETS, board_index, forget
from ideas.queries.filters import IdeaFilters, filter_ideas, ideas_with
from ideas.queries.ideas import audiences_of
from tests.factories import make_call, make_chain, make_idea, make_ket, make_partner, make_slot

pytestmark = pytest.mark.django_db
ASKED = (
    {},
    {"value_chain": ("MOVES",)},
    {"value_chain": ("MOVES", "NAUTICA"), "ket": ("AMT",)},
    {"call": ("X",)},
    {"state": ("draft", "parked")},
    {"closing_soon": True},
    {"mine": True},
    {"role": ("coordinator",)},
    {"kind": ("sme",)},
    {"kind": ("company", "sme"), "role": ("beneficiary",)},
    {"trl": ("3", "9")},
    {"province": ("ITH54",)},
    {"lacks": ("min_companies",)},
    {"lacks": ("nothing", "min_smes")},
    {"lacks": ("confirmation",), "call": ("X",)},
    {"q": "turbine"},
    {"q": "turbine", "ket": ("AMT",)},
    {"ket": ("nothing",)},
)


@pytest.fixture
def ideas(researcher: Member, administrator: Member, firm: Organisation, chain: ValueChain, other_chain: ValueChain):
    """Ideas of every visibility and several states, with a value of each facet."""
    modena = Term.objects.create(scheme=Scheme.PROVINCE, code="ITH54", name_it="Modena", name_en="Modena")
    Organisation.objects.filter(slug=researcher.affiliations.get().organisation.slug).update(province=modena)
    amt, call = make_ket("AMT"), make_call("X", closes_in=timedelta(days=9), rules={"min_companies": 1})
    for number, visibility in enumerate([*Visibility.values, *Visibility.values]):
        more: dict[str, Any] = {"other_chains": [other_chain], "kets": [amt]} if number % 2 else {"call": call}
        idea = make_idea(
            researcher, chain=chain, visibility=visibility, title=f"Turbine {number}", trl_now=2, trl_target=3 + number,
            public_teaser=number % 3 == 1, organisation=researcher.affiliations.get().organisation, **more,
        )  # fmt: skip
        make_slot(idea, role="coordinator", kinds=["sme", "company"], wanted=1)
    make_partner(idea, administrator, firm, slot=idea.slots.get())
    make_idea(researcher, chain=other_chain, state=IdeaState.PARKED, trl_target=9, title="Parked")
    make_idea(researcher, chain=chain, state=IdeaState.DRAFT, title="Draft turbine")


@pytest.mark.usefixtures("ideas")
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_memory_and_database_choose_the_same_for_everybody(
    asked: dict[str, Any], researcher: Member, company: Member, outsider: Member, administrator: Member, staff: Member
):
    at, filters = timezone.now(), IdeaFilters(**asked)

    for viewer in (researcher, company, outsider, administrator, staff, AnonymousUser()):
        chosen = choose(viewer, filters, at=at, audiences=audiences_of(viewer))
        found = filter_ideas(ideas_with(viewer, filters.q), filters, by=viewer, at=at)

        assert sorted(chosen.known.ids(chosen.selected)) == sorted(found.values_list("id", flat=True))
        assert sorted(row["id"] for row in board(viewer, filters, at=at).page.rows) == sorted(
            found.values_list("id", flat=True)
        )


@pytest.mark.usefixtures("ideas")
def test_facets_of_what_is_sought_are_counted(company: Member):
    counts = board(company, IdeaFilters(), at=timezone.now()).counts
    narrowed = board(company, IdeaFilters(trl=("9",), role=("coordinator",)), at=timezone.now()).counts

    assert (counts["role"], counts["kind"], counts["province"]) == (
        {"coordinator": 3}, {"sme": 3, "company": 3}, {"ITH54": 4},
    )  # fmt: skip
    assert (counts["trl"]["2"], counts["trl"]["9"]) == (4, 1)
    assert (narrowed["total"], narrowed["role"], narrowed["trl"]["2"]) == ({"": 0}, {}, 3)


@pytest.mark.usefixtures("ideas")
def test_few_ideas_are_counted_bucket_by_bucket_and_alike(staff: Member, monkeypatch: pytest.MonkeyPatch):
    at = timezone.now()
    several = [choose(staff, IdeaFilters(**asked), at=at, audiences=audiences_of(staff)) for asked in ASKED]
    facets = sorted(board_index().bits)

    whole = [{facet: one.known.count(facet, one.selected) for facet in facets} for one in several]
    monkeypatch.setattr("ideas.queries.board_index.SPARSE", 0)

    assert [{facet: one.known.count(facet, one.selected) for facet in facets} for one in several] == whole
    assert any(counts["chain"] for counts in whole)


@pytest.mark.usefixtures("ideas")
def test_counts_under_filters_are_those_of_each_reader_and_of_the_moment(
    researcher: Member, company: Member, outsider: Member, chain: ValueChain
):
    at, filters = timezone.now(), IdeaFilters(state=("open",))

    def counted(viewer: Member | AnonymousUser) -> list[dict[str, dict[str, int]]]:
        return [board(viewer, asked, at=at).counts for asked in (filters, replace(filters, mine=True), filters)]

    def anew(viewer: Member | AnonymousUser) -> list[dict[str, dict[str, int]]]:
        forget()
        return counted(viewer)

    viewers = (researcher, company, outsider, AnonymousUser())
    before = [counted(viewer) for viewer in viewers]
    assert before == [anew(viewer) for viewer in viewers]
    assert before[0][0]["total"] != before[2][0]["total"]

    make_idea(researcher, chain=chain, title="One more")

    after = [counted(viewer) for viewer in viewers]
    assert after == [anew(viewer) for viewer in viewers]
    assert after != before


@pytest.mark.usefixtures("ideas")
@pytest.mark.parametrize("filters", [IdeaFilters(), IdeaFilters(state=("open",))], ids=["whole", "narrowed"])
def test_who_has_left_is_told_no_count_that_others_were(filters: IdeaFilters, company: Member):
    assert board(company, filters, at=timezone.now()).total > 0

    company.is_active = False

    assert board(company, filters, at=timezone.now()).total == 0


@pytest.mark.usefixtures("ideas")
def test_what_is_lacking_is_counted_alike_at_the_write_and_in_memory(
    researcher: Member, company: Member, outsider: Member, staff: Member
):
    at = timezone.now()

    for viewer in (researcher, company, outsider, staff):
        kept = board(viewer, IdeaFilters(), at=at).counts["lacks"]
        chosen = choose(viewer, IdeaFilters(), at=at, audiences=audiences_of(viewer))

        assert {value: n for value, n in kept.items() if n} == chosen.count("lacks") != {}
    assert board(AnonymousUser(), IdeaFilters(), at=at).counts.get("lacks", {}) == {}


# What changes it ----------------------------------------------------------------------------------------------------

WRITES: dict[str, Callable[[Idea], Any]] = {
    "an idea goes": lambda idea: Idea.objects.filter(pk=idea.pk).delete(),
    "its state": lambda idea: Idea.objects.filter(pk=idea.pk).update(state="parked"),
    "its audience": lambda idea: Idea.objects.filter(pk=idea.pk).update(audience=""),
    "its closing": lambda idea: Idea.objects.filter(pk=idea.pk).update(closes_at=timezone.now()),
    "what it lacks": lambda idea: Idea.objects.filter(pk=idea.pk).update(lacking="min_companies"),
    "its level": lambda idea: Idea.objects.filter(pk=idea.pk).update(trl_target=7),
    "a chain comes": lambda idea: idea.other_chains.add(make_chain()),
    "a chain goes": lambda idea: idea.other_chains.clear(),
    "a KET goes": lambda idea: idea.kets.clear(),
    "a place comes": lambda idea: RoleSlot.objects.create(idea=idea, expertise="x", role="coordinator"),
    "a place is taken": lambda idea: RoleSlot.objects.update(filled=1),
    "a place goes": lambda idea: RoleSlot.objects.all().delete(),
    "its proposer moves": lambda idea: Organisation.objects.update(province=Term.objects.first()),
    "a chain is renamed": lambda idea: ValueChain.objects.filter(pk=idea.value_chain_id).update(code="NEW"),
}


def said() -> dict[str, dict[str, int]]:
    known = board_index()
    return {facet: known.count(facet, known.everything) for facet in known.bits if facet != "closes"} | {
        "closes": {str(at): bits.bit_count() for at, bits in known.bits.get("closes", {}).items()}
    }


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_every_write_is_seen_at_once_and_so_is_its_rollback(write: Callable[[Idea], Any], researcher: Member):
    organisation = researcher.affiliations.get().organisation
    idea = make_idea(
        researcher, chain=make_chain("ZULU"), other_chains=[make_chain()], kets=[make_ket()], organisation=organisation
    )
    make_slot(idea)
    before = said()

    with transaction.atomic():
        write(idea)
        changed = said()
        transaction.set_rollback(True)

    assert changed != before
    assert said() == before


def test_what_changes_no_facet_is_not_read_again(researcher: Member, idea: Idea, django_assert_num_queries: Any):
    board_index()
    Idea.objects.filter(pk=idea.pk).update(title="Another", activity_at=timezone.now(), comment_count=7)

    with django_assert_num_queries(2):
        board_index()


def test_other_words_leave_what_was_counted(company: Member, idea: Idea, django_assert_num_queries: Any):
    board(company, IdeaFilters(), at=timezone.now())
    with CaptureQueriesContext(connection) as again:
        board(company, IdeaFilters(), at=timezone.now())

    SearchEntry.objects.filter(object_id=idea.pk).update(body="other words")

    with django_assert_num_queries(len(again) + 1):  # the stamps
        board(company, IdeaFilters(), at=timezone.now())


@pytest.mark.parametrize("table", STAMPED)
def test_a_stamp_tells_the_bucket_of_the_idea_alone(table: str, idea: Idea):
    make_slot(idea)
    idea.kets.add(make_ket())
    idea.other_chains.add(make_chain())
    before = dict(BoardStamp.objects.values_list("id", "stamp"))

    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table}" if table != Idea._meta.db_table else f"UPDATE {table} SET state = 'parked'"
        )

    now = dict(BoardStamp.objects.values_list("id", "stamp"))
    # Words have stamps of their own, behind those of what is filtered by.
    first = BUCKETS if table == SearchEntry._meta.db_table else 0
    assert {number for number in now if now[number] != before[number]} == {first + ((idea.pk - 1) >> 44)}


# Where nothing fits -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ideas")
def test_nothing_found_proposes_what_is_near_and_no_more_than_is_seen(company: Member, outsider: Member):
    at = timezone.now()

    fewer = nearest(company, IdeaFilters(q="turbine zeppelin"), at=at)
    wider = nearest(company, IdeaFilters(value_chain=("MOVES",), province=("ITH54",), ket=("nothing",)), at=at)
    hidden = nearest(outsider, IdeaFilters(q="draft zeppelin"), at=at)

    assert fewer.words is not None
    assert (fewer.words.q, fewer.without, fewer.count) == ("turbine", ("zeppelin",), 4)
    assert [(facet, less.ket, count) for facet, less, count in wider.wider] == [("ket", (), 4)]
    assert (hidden.words, hidden.count, hidden.wider) == (None, 0, ())


@pytest.mark.usefixtures("ideas")
def test_the_best_match_comes_first_and_pages_follow_each_other(company: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="Something else", problem="A turbine.", kets=[make_ket("ONE")])
    for number in range(27):
        make_idea(researcher, chain=chain, title=f"Pump turbine {number}")
    asked = IdeaFilters(q="turbine", sort="relevance")

    first = board(company, asked, at=timezone.now()).page
    second = board(company, asked, at=timezone.now(), cursor=first.next_cursor).page

    seen = [row["id"] for row in (*first.rows, *second.rows)]
    assert (len(first.rows), len(second.rows), second.next_cursor) == (25, 7, "")
    assert (len(set(seen)), second.rows[-1]["title"]) == (32, "Something else")


def test_a_large_selection_is_read_in_the_order_of_the_list(
    company: Member, researcher: Member, chain: ValueChain, monkeypatch: pytest.MonkeyPatch
):
    """With the limit of small ones at 3, the walk along the order is what reads these."""
    monkeypatch.setattr("ideas.queries.board.FEW", 3)
    rare = make_ket("RARE")
    for number in range(40):
        make_idea(researcher, chain=chain, title=str(number), kets=[rare] if number % 4 else [])
    for sort in ("activity", "newest"):
        seen, cursor = [], ""
        for _ in range(2):
            page = board(company, IdeaFilters(ket=("RARE",), sort=sort), at=timezone.now(), cursor=cursor).page
            seen += [int(row["title"]) for row in page.rows]
            cursor = page.next_cursor

        assert (seen, cursor) == ([number for number in reversed(range(40)) if number % 4], "")
