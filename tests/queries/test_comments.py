from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.comments import delete_comment
from ideas.models import Idea, Member
from ideas.queries.comments import THREADS, comments_visible_to, followers_of, threads_of
from tests.factories import make_comment


def ids(threads: Any) -> list[tuple[int, list[int]]]:
    return [(root.pk, [reply.pk for reply in root.thread]) for root in threads.roots]


def test_threads_stand_in_the_order_of_time_with_their_replies(idea: Idea, company: Member, researcher: Member):
    first = make_comment(idea, company)
    second = make_comment(idea, company)
    reply = make_comment(idea, researcher, parent=first)

    assert ids(threads_of(idea.pk)) == [(first.pk, [reply.pk]), (second.pk, [])]


def test_a_tombstone_stands_while_a_reply_stands(idea: Idea, company: Member):
    first = make_comment(idea, company)
    reply = make_comment(idea, company, parent=first)

    delete_comment(by=company, comment=first, at=timezone.now())
    assert ids(threads_of(idea.pk)) == [(first.pk, [reply.pk])]

    delete_comment(by=company, comment=reply, at=timezone.now())
    assert ids(threads_of(idea.pk)) == []


def test_earlier_threads_are_read_by_the_id_of_the_oldest_shown(idea: Idea, company: Member):
    made = [make_comment(idea, company).pk for _ in range(THREADS + 2)]

    newest = threads_of(idea.pk)
    assert ([root.pk for root in newest.roots], newest.earlier) == (made[2:], made[2])

    older = threads_of(idea.pk, before=newest.earlier)
    assert ([root.pk for root in older.roots], older.earlier) == (made[:2], None)


@pytest.mark.parametrize("count", [1, 3])
def test_threads_cost_a_fixed_number_of_queries(
    idea: Idea, company: Member, researcher: Member, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        root = make_comment(idea, company)
        make_comment(idea, researcher, parent=root)

    with django_assert_num_queries(4):
        for root in threads_of(idea.pk).roots:
            for comment in [root, *root.thread]:
                [str(row.organisation) for row in comment.author.affiliations.all()]


def test_an_outsider_sees_no_comment_of_a_secret_idea(secret: Idea, researcher: Member, outsider: Member):
    make_comment(secret, researcher)

    assert list(comments_visible_to(outsider)) == []
    assert comments_visible_to(researcher).count() == 1


def test_followers_are_authors_and_people_who_commented(
    idea: Idea, researcher: Member, company: Member, outsider: Member
):
    make_comment(idea, company)

    assert set(followers_of(idea, but=company)) == {researcher}
    assert set(followers_of(idea, but=researcher)) == {company}
