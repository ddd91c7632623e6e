"""Run by `manage.py shell`: make an idea and those who discuss it; print the tokens and the idea's id as JSON."""

import json

from ideas.actions.members import issue_token
from ideas.models import Member, ValueChain
from tests.factories import affiliate, make_chain, make_idea, make_member, make_organisation

if not Member.objects.exists():
    make_chain("MOVES")
    organisation = make_organisation("Laboratory")
    for number in range(6):
        affiliate(make_member(f"Member {number}"), organisation)
members = list(Member.objects.order_by("id")[:6])
idea = make_idea(members[0], chain=ValueChain.objects.get(), title="Watched")
print(json.dumps({"idea": idea.pk, "tokens": [issue_token(member=member) for member in members]}))
