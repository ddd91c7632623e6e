import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ideas.actions.ideas import edit_idea
from ideas.choices import IdeaState, Visibility
from ideas.models import Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_member, make_shortlist, make_slot

pytestmark = pytest.mark.django_db


def body(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_board_shows_an_open_idea_to_a_member(company: Member, idea: Idea):
    page = body(signed_in(company), "/")

    assert re.findall(r'data-reference="(JVL[^"]+)"', page) == [idea.reference]


def test_idea_page(company: Member, idea: Idea):
    assert signed_in(company).get(idea.get_absolute_url()).status_code == 200


def test_form_pages(researcher: Member, idea: Idea):
    client = signed_in(researcher)
    assert client.get(reverse("ideas:new")).status_code == 200
    assert client.get(reverse("ideas:edit", args=[idea.reference])).status_code == 200
