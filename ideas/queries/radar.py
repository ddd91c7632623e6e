"""What an idea's line-up lacks for the call that it aims at."""

from collections.abc import Iterable

from ideas.choices import Commitment, ConsortiumRole
from ideas.models import Idea, JoinRequest
from ideas.radar import Certainty, Check, Party, check, rules_of


def radar_of(idea: Idea, partners: Iterable[JoinRequest], waiting: Iterable[JoinRequest] = ()) -> list[Check]:
    """Hold an idea's line-up against its call's rules; nothing where there is no call, or it asks for nothing.

    `partners` are its accepted requests, `waiting` those under way, which are their authors' business: leave them out
    of what others see. Each with its organisation. No query beyond the idea's call and organisation.
    """
    if idea.call is None:
        return []
    call = idea.call
    rules = rules_of(programme=call.programme, action_type=call.action_type, own=call.rules)
    return check(rules, _line_up(idea, partners, waiting)) if rules else []


def _line_up(idea: Idea, partners: Iterable[JoinRequest], waiting: Iterable[JoinRequest]) -> list[Party]:
    """Who proposes the idea coordinates, unless a partner has that role."""
    partners = list(partners)
    is_led = any(partner.role == ConsortiumRole.COORDINATOR for partner in partners)
    line_up = [_party(one, Certainty.PENDING) for one in waiting]
    line_up += [_party(one, _certainty(one)) for one in partners]
    if idea.organisation:
        own = idea.organisation
        line_up.append(Party(own.pk, own.country, own.kind, own.accredited, coordinates=not is_led))
    return line_up


def _party(request: JoinRequest, certainty: Certainty) -> Party:
    organisation = request.organisation
    leads = certainty > Certainty.PENDING and request.role == ConsortiumRole.COORDINATOR
    return Party(organisation.pk, organisation.country, organisation.kind, organisation.accredited, leads, certainty)


def _certainty(partner: JoinRequest) -> Certainty:
    return Certainty.INTERESTED if partner.commitment == Commitment.INTERESTED else Certainty.CONFIRMED
