from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ideas.actions.shortlists import (
    add_to_shortlist,
    create_shortlist,
    move_entry,
    publish_shortlist,
    remove_entry,
    write_rationale,
)
from ideas.choices import IdeaState, ShortlistState, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Notification, Shortlist, ValueChain
from realtime.models import Change
from tests.factories import make_chain, make_idea, make_shortlist

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def ideas(researcher: Member, chain: ValueChain) -> list[Idea]:
    return [make_idea(researcher, chain=chain, title=title) for title in "ABCD"]


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, ideas: list[Idea]) -> Shortlist:
    return make_shortlist(lead, chain, *ideas)


def order(shortlist: Shortlist) -> list[str]:
    return list(shortlist.entries.order_by("position").values_list("idea__title", flat=True))


def positions(shortlist: Shortlist) -> list[int]:
    return list(shortlist.entries.order_by("position").values_list("position", flat=True))


def entry(shortlist: Shortlist, title: str) -> Any:
    return shortlist.entries.get(idea__title=title)


def changes_after(last: int) -> list[tuple[str, str, dict[str, Any]]]:
    rows = Change.objects.filter(pk__gt=last).order_by("pk")
    return [(row.topic.name, row.kind, row.payload) for row in rows.select_related("topic")]


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def changed(shortlist: Shortlist, version: int, state: str = "draft") -> tuple[str, str, dict[str, Any]]:
    payload = {"id": shortlist.pk, "version": version, "state": state}
    return (f"shortlist.{shortlist.pk}", "shortlist.changed", payload)


def test_lead_begins_a_list_for_their_chain(lead, chain):
    shortlist = create_shortlist(by=lead, value_chain=chain, title="  For the board\r\n", at=NOW)

    assert (shortlist.title, shortlist.state, shortlist.version) == ("For the board", ShortlistState.DRAFT, 1)
    assert changes_after(0) == [changed(shortlist, 1)]


def test_only_leads_of_the_chain_and_staff_begin_lists(lead, researcher, outsider, staff, chain, other_chain):
    for member, where in [(researcher, chain), (outsider, other_chain), (lead, other_chain)]:
        with pytest.raises(NotAllowed):
            create_shortlist(by=member, value_chain=where, title="Mine", at=NOW)

    assert changes_after(0) == []
    assert create_shortlist(by=staff, value_chain=other_chain, title="Ours", at=NOW).value_chain == other_chain


def test_a_list_needs_a_title(lead, chain):
    with pytest.raises(ValidationError):
        create_shortlist(by=lead, value_chain=chain, title=" ", at=NOW)

    assert Shortlist.objects.count() == 0
    assert changes_after(0) == []


def test_ideas_are_added_at_the_end(lead, chain, ideas, shortlist, researcher):
    idea, before = make_idea(researcher, chain=chain, title="E"), last_change()

    added = add_to_shortlist(by=lead, shortlist=shortlist, idea=idea, rationale="Strong team.", at=NOW)

    assert (order(shortlist), added.rationale) == (list("ABCDE"), "Strong team.")
    assert changes_after(before) == [changed(shortlist, shortlist.version + 1)]


def test_an_idea_is_on_a_list_once(lead, shortlist, ideas):
    before = last_change()

    with pytest.raises(Conflict, match="already_listed"):
        add_to_shortlist(by=lead, shortlist=shortlist, idea=ideas[0], at=NOW)

    assert changes_after(before) == []


def test_an_idea_that_the_lead_cannot_see_is_not_added(lead, shortlist, secret):
    with pytest.raises(NotAllowed):
        add_to_shortlist(by=lead, shortlist=shortlist, idea=secret, at=NOW)


def test_ideas_of_other_chains_are_refused(lead, shortlist, researcher):
    elsewhere = make_idea(researcher, chain=make_chain("OTHER"))

    with pytest.raises(ValidationError):
        add_to_shortlist(by=lead, shortlist=shortlist, idea=elsewhere, at=NOW)


@pytest.mark.parametrize("state", [IdeaState.OPEN, IdeaState.DRAFT])
def test_who_has_an_interest_leaves_it_to_others_and_is_not_told_whether_it_is_listed(
    lead, staff, chain, shortlist, researcher, state
):
    idea = make_idea(researcher, chain=chain, state=state)
    idea.authors.add(lead)
    told = []

    for _ in range(2):
        with pytest.raises(Conflict) as refused:
            add_to_shortlist(by=lead, shortlist=shortlist, idea=idea, at=NOW)
        told.append(refused.value.code)
        if state == IdeaState.OPEN and not shortlist.entries.filter(idea=idea).exists():
            add_to_shortlist(by=staff, shortlist=shortlist, idea=idea, at=NOW)

    assert told == ["own_interest"] * 2


@pytest.mark.parametrize(
    ("title", "place", "expected"),
    [
        ("A", 2, "BACD"),
        ("A", 4, "BCDA"),
        ("A", 99, "BCDA"),
        ("D", 1, "DABC"),
        ("D", 0, "DABC"),
        ("D", -(10**30), "DABC"),
        ("B", 10**30, "ACDB"),
    ],
)
def test_an_entry_moves_to_its_place(lead, shortlist, title: str, place: int, expected: str):
    before = last_change()

    moved = move_entry(by=lead, entry=entry(shortlist, title), position=place, version=shortlist.version, at=NOW)

    assert (order(shortlist), positions(shortlist)) == (list(expected), [1, 2, 3, 4])
    assert changes_after(before) == [changed(shortlist, shortlist.version + 1)]
    assert moved.version == shortlist.version + 1


def test_a_move_on_an_old_order_is_refused(lead, staff, shortlist):
    move_entry(by=staff, entry=entry(shortlist, "D"), position=1, version=shortlist.version, at=NOW)
    before = last_change()

    with pytest.raises(Conflict, match="stale_order"):
        move_entry(by=lead, entry=entry(shortlist, "A"), position=4, version=shortlist.version, at=NOW)

    assert order(shortlist) == list("DABC")
    assert changes_after(before) == []


def test_an_entry_taken_off_meanwhile_is_not_moved(lead, shortlist):
    gone = entry(shortlist, "A")
    now = remove_entry(by=lead, entry=gone, at=NOW)

    with pytest.raises(Conflict, match="stale_order"):
        move_entry(by=lead, entry=gone, position=1, version=now.version, at=NOW)


def test_places_count_only_what_the_lead_sees(lead, shortlist, ideas):
    for hidden in (ideas[0], ideas[2]):
        Idea.objects.filter(pk=hidden.pk).update(visibility=Visibility.PRIVATE, audience="")

    move_entry(by=lead, entry=entry(shortlist, "D"), position=1, version=shortlist.version, at=NOW)

    assert order(shortlist) == list("ADBC")


def test_the_reason_is_kept_clean(lead, shortlist):
    before = last_change()

    written = write_rationale(by=lead, entry=entry(shortlist, "A"), rationale=" Two\r\nlines ", at=NOW)

    assert entry(shortlist, "A").rationale == written.rationale == "Two\nlines"
    assert changes_after(before) == [changed(shortlist, shortlist.version + 1)]


def test_the_reason_of_an_entry_taken_off_meanwhile_is_refused(lead, shortlist):
    gone = entry(shortlist, "A")
    remove_entry(by=lead, entry=gone, at=NOW)
    before = last_change()

    with pytest.raises(Conflict, match="stale_order"):
        write_rationale(by=lead, entry=gone, rationale="Lost?", at=NOW)

    assert changes_after(before) == []


def test_an_idea_taken_off_leaves_no_gap(lead, shortlist):
    before = last_change()

    remove_entry(by=lead, entry=entry(shortlist, "B"), at=NOW)

    assert (order(shortlist), positions(shortlist)) == (list("ACD"), [1, 2, 3])
    assert changes_after(before) == [changed(shortlist, shortlist.version + 1)]


def test_publishing_freezes_the_texts_and_tells_the_authors(lead, shortlist, ideas, researcher):
    before = last_change()

    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    frozen = {row.idea.title: row.frozen for row in shortlist.entries.select_related("idea")}
    html = ideas[0].html
    shown = {"outcome": "", "scores": {}}
    assert frozen["A"] == shown | {"title": "A", "acronym": "", "teaser": "A teaser.", "state": "open", "html": html}
    told = Notification.objects.filter(member=researcher, kind="idea.shortlisted")
    assert {note.idea for note in told} == set(ideas)
    assert {note.url for note in told} == {shortlist.get_absolute_url()}
    topics = sorted((topic, kind) for topic, kind, _ in changes_after(before))
    assert topics == sorted(
        [(f"member.{researcher.pk}", "notification.added")] * 4 + [(f"shortlist.{shortlist.pk}", "shortlist.changed")]
    )
    assert changed(shortlist, shortlist.version + 1, "published") in changes_after(before)


def test_an_empty_list_is_not_published(lead, chain):
    shortlist = make_shortlist(lead, chain)
    before = last_change()

    with pytest.raises(Conflict, match="empty_shortlist"):
        publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    assert changes_after(before) == []


def test_a_published_list_does_not_change(lead, researcher, chain, shortlist):
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    before, first = last_change(), entry(shortlist, "A")

    for act in (
        lambda: add_to_shortlist(by=lead, shortlist=shortlist, idea=make_idea(researcher, chain=chain), at=NOW),
        lambda: move_entry(by=lead, entry=first, position=2, version=shortlist.version + 1, at=NOW),
        lambda: write_rationale(by=lead, entry=first, rationale="Late", at=NOW),
        lambda: remove_entry(by=lead, entry=first, at=NOW),
        lambda: publish_shortlist(by=lead, shortlist=shortlist, at=NOW),
    ):
        with pytest.raises(Conflict, match="already_published"):
            act()

    assert [row for row in changes_after(before) if row[0].startswith("shortlist")] == []
    assert order(shortlist) == list("ABCD")


def test_others_change_nothing(researcher, outsider, shortlist, ideas):
    before, first = last_change(), entry(shortlist, "A")

    for member in (researcher, outsider):
        for act in (
            lambda by: add_to_shortlist(by=by, shortlist=shortlist, idea=ideas[0], at=NOW),
            lambda by: move_entry(by=by, entry=first, position=2, version=shortlist.version, at=NOW),
            lambda by: write_rationale(by=by, entry=first, rationale="Mine", at=NOW),
            lambda by: remove_entry(by=by, entry=first, at=NOW),
            lambda by: publish_shortlist(by=by, shortlist=shortlist, at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(member)

    assert changes_after(before) == []
    assert order(shortlist) == list("ABCD")


# Labels and history ---------------------------------------------------------------------------------------------------


def history(shortlist: Shortlist) -> list[tuple[str, str, dict[str, Any]]]:
    rows = shortlist.changes.order_by("id").select_related("idea")
    return [(row.act, row.idea.title if row.idea else "", row.data) for row in rows]


def test_a_move_to_where_it_stands_is_none(lead, shortlist):
    before, lines = last_change(), len(history(shortlist))

    same = move_entry(by=lead, entry=entry(shortlist, "C"), position=3, version=shortlist.version, at=NOW)

    assert (same.version, changes_after(before), len(history(shortlist))) == (shortlist.version, [], lines)


def test_every_act_is_one_line_of_the_history(lead, shortlist, ideas):
    a, b, c, d = [idea.pk for idea in ideas]
    begun = history(shortlist)

    move_entry(by=lead, entry=entry(shortlist, "D"), position=1, version=shortlist.version, at=NOW)
    write_rationale(by=lead, entry=entry(shortlist, "A"), rationale="Why", tags=["new"], at=NOW)
    write_rationale(by=lead, entry=entry(shortlist, "A"), rationale="Better why", at=NOW)
    remove_entry(by=lead, entry=entry(shortlist, "A"), at=NOW)
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    assert [act for act, _, _ in begun] == ["begun", "added", "added", "added", "added"]
    assert history(shortlist)[len(begun) :] == [
        ("moved", "D", {"before": [a, b, c, d], "after": [d, a, b, c]}),
        ("reasoned", "A", {"rationale": ["", "Why"], "tags": [[], ["new"]]}),
        ("reasoned", "A", {"rationale": ["Why", "Better why"]}),
        ("removed", "A", {"rationale": "Better why", "tags": ["new"]}),
        ("published", "", {}),
    ]
    assert {(row.by, row.at) for row in shortlist.changes.order_by("-id")[:5]} == {(lead, NOW)}


def test_a_refused_act_leaves_no_line(lead, outsider, shortlist, ideas):
    lines = history(shortlist)

    with pytest.raises(Conflict, match="stale_order"):
        move_entry(by=lead, entry=entry(shortlist, "D"), position=1, version=shortlist.version - 1, at=NOW)
    with pytest.raises(NotAllowed):
        remove_entry(by=outsider, entry=entry(shortlist, "A"), at=NOW)
    with pytest.raises(Conflict, match="already_listed"):
        add_to_shortlist(by=lead, shortlist=shortlist, idea=ideas[0], at=NOW)

    assert history(shortlist) == lines


def test_what_is_said_again_is_no_change(lead, shortlist):
    write_rationale(by=lead, entry=entry(shortlist, "A"), rationale="Why", tags=["x"], at=NOW)
    before, lines = last_change(), history(shortlist)

    write_rationale(by=lead, entry=entry(shortlist, "A"), rationale=" Why ", tags=["x", "X "], at=NOW)

    assert (changes_after(before), history(shortlist)) == ([], lines)


def test_labels_are_cleaned_and_counted_once(lead, shortlist):
    typed = ["  two   words ", "Pilot", "pilot", "", "😀"]

    written = write_rationale(by=lead, entry=entry(shortlist, "A"), rationale="", tags=typed, at=NOW)

    assert written.tags == ["two words", "Pilot", "😀"]


@pytest.mark.parametrize("tags", [list("abcdef"), ["x" * 31], ["a\x00b"]])
def test_too_many_or_unfit_labels_are_refused(lead, shortlist, tags: list[str]):
    with pytest.raises(ValidationError) as refused:
        write_rationale(by=lead, entry=entry(shortlist, "A"), rationale="Kept?", tags=tags, at=NOW)

    assert list(refused.value.message_dict) == ["tags"]
    assert entry(shortlist, "A").rationale == ""
