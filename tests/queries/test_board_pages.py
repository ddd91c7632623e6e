from datetime import timedelta

import pytest
from django.utils import timezone

from ideas.choices import Visibility
from ideas.models import Idea, Member, ValueChain
from ideas.queries.board import board
from ideas.queries.board_pages import ORDERS, first_page, read_page
from ideas.queries.filters import IdeaFilters
from ideas.queries.ideas import audiences_of, visible_to
from tests.factories import make_call, make_idea

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("number", [3, 28])
def test_the_first_page_is_the_first_of_what_the_reader_sees(
    sort: str, number: int, researcher: Member, outsider: Member, chain: ValueChain, secret: Idea
):
    now = timezone.now()
    for n in range(number):
        call = make_call(closes_in=timedelta(days=n + 1)) if n % 3 else None
        make_idea(researcher, chain=chain, call=call, title=f"Idea {n}", at=now - timedelta(hours=n))
    make_idea(researcher, chain=chain, visibility=Visibility.PRIVATE)

    for reader in (researcher, outsider):
        audiences = audiences_of(reader)
        assert first_page(reader, audiences, sort) == read_page(visible_to(reader, audiences), sort)


def test_a_member_who_left_sees_nothing(outsider: Member, idea: Idea):
    outsider.is_active = False
    outsider.save()

    assert board(outsider, IdeaFilters(), at=timezone.now()).page.rows == []
