from datetime import timedelta
from typing import Any

import pytest
from django.db.models import BigIntegerField, DateTimeField, F, Q, QuerySet, TextField
from django.utils import timezone

from ideas.models import Idea, IdeaVersion, Member, ValueChain
from ideas.queries.prepared import Prepared
from tests.factories import make_idea

pytestmark = pytest.mark.django_db


def _written(authors: Any, states: Any, since: Any) -> "QuerySet[Any, Any]":
    rows = Idea.objects.filter(authors=authors, state__in=states, activity_at__gte=since).order_by("title")
    return rows.values_list("title", "activity_at", "tags", "public_teaser")


@pytest.fixture
def asked() -> Prepared:
    return Prepared(_written, authors=BigIntegerField(), states=TextField(), since=DateTimeField())


def test_each_asker_gets_what_django_would_give_them(
    asked: Prepared, researcher: Member, company: Member, chain: ValueChain
):
    now = timezone.now()
    for author, title in ((researcher, "A"), (researcher, "B"), (company, "C")):
        make_idea(author, chain=chain, title=title, at=now)
    make_idea(company, chain=chain, title="Old", at=now - timedelta(days=9))
    questions = [
        {"authors": author.pk, "states": states, "since": now - timedelta(days=days)}
        for author in (researcher, company)
        for states in (["open"], ["open", "draft"], ["draft"])
        for days in (1, 30)
    ]

    answers = [asked.rows(**question) for question in questions]

    assert answers == [list(_written(**question)) for question in questions]
    assert [row[0] for row in answers[0]] == ["A", "B"]
    assert [row[0] for row in answers[7]] == ["C", "Old"]


def test_a_question_is_one_query_and_one_that_nothing_fits_is_none(
    asked: Prepared, researcher: Member, django_assert_num_queries: Any
):
    with django_assert_num_queries(1):
        asked.rows(authors=researcher.pk, states=["open"], since=timezone.now())
    with django_assert_num_queries(0):
        assert asked.rows(authors=researcher.pk, states=[], since=timezone.now()) == []


def test_as_a_part_of_another_question_it_picks_the_same(researcher: Member, company: Member, chain: ValueChain):
    ids = Prepared(lambda author: Idea.objects.filter(authors=author).values_list("id"), author=BigIntegerField())
    outer = Prepared(
        lambda author, title: Idea.objects.filter(id__in=ids.subquery(author=author), title=title).values_list("id"),
        author=BigIntegerField(),
        title=TextField(),
    )
    theirs = make_idea(researcher, chain=chain, title="Same")
    other = make_idea(company, chain=chain, title="Same")

    assert list(Idea.objects.filter(id__in=ids.subquery(author=researcher.pk))) == [theirs]
    assert list(Idea.objects.exclude(id__in=ids.subquery(author=researcher.pk))) == [other]
    assert outer.rows(author=company.pk, title="Same") == [(other.pk,)]


def test_as_a_condition_it_is_asked_of_each_row(researcher: Member, company: Member, chain: ValueChain):
    by = Prepared(
        lambda author, idea: Idea.objects.filter(authors=author, pk=idea).values_list("pk"),
        author=BigIntegerField(),
        idea=BigIntegerField(),
    )
    theirs, other = make_idea(researcher, chain=chain), make_idea(company, chain=chain)
    fits = by.exists(author=researcher.pk, idea=F("pk"))
    within = Prepared(
        lambda author: Idea.objects.filter(~by.exists(author=author, idea=F("pk"))).values_list("pk"),
        author=BigIntegerField(),
    )
    nothing = Prepared(lambda idea: Idea.objects.filter(pk=idea, pk__in=[]).values_list("pk"), idea=BigIntegerField())

    # Of the same table, from below another question, turned round, in one that is written ahead, of an idea by itself.
    assert list(Idea.objects.filter(fits)) == [theirs]
    assert list(Idea.objects.exclude(fits)) == [other]
    assert list(IdeaVersion.objects.filter(idea__in=Idea.objects.filter(~fits).values("pk"))) == [other.versions.get()]
    assert list(IdeaVersion.objects.filter(by.exists(author=company.pk, idea=F("idea")))) == [other.versions.get()]
    assert list(Idea.objects.filter(Q(title="none") | fits)) == [theirs]
    assert within.rows(author=researcher.pk) == [(other.pk,)]
    assert Idea.objects.filter(by.exists(author=researcher.pk, idea=theirs.pk)).count() == 2
    assert Idea.objects.filter(by.exists(author=researcher.pk, idea=other.pk)).count() == 0
    assert Idea.objects.filter(nothing.exists(idea=F("pk"))).count() == 0
    assert Idea.objects.filter(~nothing.exists(idea=F("pk"))).count() == 2


def test_what_is_typed_stays_a_value(asked: Prepared, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain)

    assert asked.rows(authors=researcher.pk, states=["open') OR 1=1 --", "%s"], since=timezone.now()) == []
