from datetime import UTC, datetime, timedelta

import pytest

from ideas.actions.candidates import import_candidates, put_candidate_back, set_candidate_aside
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.calls import CandidateRow, RefusedRow
from ideas.models import Call, Candidate, Import
from tests.factories import make_call

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def news(key="https://example.org/1", line=1, **fields):
    return CandidateRow(
        line=line, source_key=key, **{"title": "Bando filiere", "url": "https://example.org/", **fields}
    )


def bring(*rows, at=NOW, by=None):
    return import_candidates(by=by, rows=rows, source="feed", name="news.xml", at=at)


def counts(done):
    return (done.created, done.changed, done.unchanged, len(done.refused))


def test_news_waits_and_becomes_no_call():
    done = bring(news("1"), news("2", line=2))

    assert counts(done) == (2, 0, 0, 0)
    assert [one.found_at for one in Candidate.objects.all()] == [NOW, NOW]
    assert Call.objects.count() == 0
    assert Import.objects.get() == done


def test_same_feed_again_brings_nothing():
    bring(news("1"), news("2"))

    assert counts(bring(news("1"), news("2"), at=NOW + timedelta(days=1))) == (0, 0, 2, 0)
    assert Candidate.objects.count() == 2


def test_news_that_tells_something_else_is_told_anew_until_it_is_settled(staff):
    bring(news("1"), news("2"))
    set_candidate_aside(by=staff, candidate=Candidate.objects.get(source_key="2"), at=NOW)

    done = bring(news("1", title="Other words"), news("2", title="Other words"))

    assert counts(done) == (0, 1, 1, 0)
    assert dict(Candidate.objects.values_list("source_key", "title")) == {"1": "Other words", "2": "Bando filiere"}


def test_entry_that_stands_twice_in_a_feed_is_one_candidate():
    assert counts(bring(news("1"), news("1", line=2))) == (1, 0, 0, 0)


def test_entries_that_cannot_be_kept_are_refused_with_line_and_reason():
    done = bring(RefusedRow(1, "no title"), news("2", line=2, title="x" * 600), news("3", line=3))

    assert counts(done) == (1, 0, 0, 2)
    assert [row["line"] for row in done.refused] == [1, 2]


def test_candidate_is_set_aside_and_put_back(staff):
    bring(news("1"))

    aside = set_candidate_aside(by=staff, candidate=Candidate.objects.get(), at=NOW)
    settled = (aside.settled_at, aside.settled_by)
    back = put_candidate_back(by=staff, candidate=aside)

    assert settled == (NOW, staff)
    assert (back.settled_at, back.settled_by) == (None, None)


def test_what_somebody_settled_meanwhile_is_not_settled_again(staff):
    bring(news("1"))
    candidate = Candidate.objects.get()
    set_candidate_aside(by=staff, candidate=candidate, at=NOW)

    with pytest.raises(Conflict, match="candidate_settled"):
        set_candidate_aside(by=staff, candidate=candidate, at=NOW)


def test_candidate_that_is_a_call_is_not_put_back(staff):
    bring(news("1"))
    Candidate.objects.update(call=make_call(), settled_at=NOW)

    with pytest.raises(Conflict, match="candidate_settled"):
        put_candidate_back(by=staff, candidate=Candidate.objects.get())


def test_only_staff_sift(researcher, lead, staff):
    bring(news("1"), by=staff)
    candidate = Candidate.objects.get()

    for member in (researcher, lead):
        with pytest.raises(NotAllowed):
            bring(news("2"), by=member)
        with pytest.raises(NotAllowed):
            set_candidate_aside(by=member, candidate=candidate, at=NOW)
        with pytest.raises(NotAllowed):
            put_candidate_back(by=member, candidate=candidate)

    assert Candidate.objects.filter(settled_at=None).count() == 1
