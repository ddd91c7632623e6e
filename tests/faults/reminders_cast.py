"""Run in a site's own process: forty people who follow calls, each in one of four ways."""

from ideas.actions.following import follow
from ideas.models import Call, Deadline, Idea, Member, ValueChain
from tests.factories import make_call, make_chain, make_idea, make_member
from tests.faults.reminders_data import AHEAD, LONG_AGO, NOW, PEOPLE


def make_calls(chain: ValueChain) -> list[Call]:
    calls = []
    for name, ahead in AHEAD.items():
        call = make_call(name, closes_in=None, programme="Horizon", is_news=False)
        call.value_chains.add(chain)
        Deadline.objects.create(call=call, at=NOW + ahead, zone="Europe/Brussels", changed_at=LONG_AGO)
        calls.append(call)
    return calls


def follow_all(member: Member, number: int, chain: ValueChain, calls: list[Call]) -> None:
    if number % 4 == 0:
        follow(by=member, value_chain=chain, at=LONG_AGO)
    elif number % 4 == 1:
        follow(by=member, programme="Horizon", at=LONG_AGO)
    else:
        for call in calls:
            if number % 4 == 2:
                follow(by=member, call=call, at=LONG_AGO)
            else:
                Idea.objects.filter(pk=make_idea(member, chain=chain, at=LONG_AGO).pk).update(call=call)


chain = make_chain("MOVES")
calls = make_calls(chain)
for number in range(PEOPLE):
    follow_all(make_member(f"Member {number}", email=f"m{number}@example.org"), number, chain, calls)
