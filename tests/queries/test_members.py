from ideas.models import Member
from ideas.queries.members import card


def test_a_card_tells_who_and_no_address(researcher: Member):
    assert card(researcher) == {"id": researcher.pk, "name": "Ada Researcher"}
