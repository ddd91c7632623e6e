"""What an idea's line-up lacks for the call that it aims at."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from ideas.choices import AffiliationRole, Commitment, ConsortiumRole, IdeaState, JoinState
from ideas.models import Idea, JoinRequest, Member, Organisation, RuleSet
from ideas.queries.ideas import PUBLIC
from ideas.queries.rule_sets import kinds, rules_for
from ideas.radar import CallRule, Certainty, Check, Party, check

# An idea in these states is a proposal, or becomes one.
PROPOSING = (IdeaState.OPEN, IdeaState.NEEDS_INFO, IdeaState.PREPARING, IdeaState.SUBMITTED, IdeaState.FUNDED)
# {organisation: ids of ideas}
Proposals = Mapping[int, set[int]]


def radar_of(
    idea: Idea,
    partners: Iterable[JoinRequest],
    waiting: Iterable[JoinRequest] = (),
    *,
    among: Sequence[RuleSet] | None = None,
    proposals: Proposals | None = None,
) -> list[Check]:
    """Hold an idea's line-up against its call's rules; nothing where there is no call, or it asks for nothing.

    `partners` are its accepted requests, `waiting` those under way, which are their authors' business: leave them out
    of what others see. Each with its organisation. One query beyond the idea's call and organisation, for the kinds
    of call (`among`); two more where the call limits an organisation's `proposals`. Who has them hands them over.
    """
    if idea.call is None:
        return []
    rules = rules_for(idea.call, among)
    if not rules:
        return []
    partners, waiting = list(partners), list(waiting)
    if CallRule.MAX_PROPOSALS in rules and proposals is None:
        asked = {one.organisation_id for one in (*partners, *waiting)} | {idea.organisation_id or 0}
        proposals = proposals_for(idea.call_id, asked)
    return check(rules, _line_up(idea, partners, waiting, proposals or {}))


def asked_and_there(idea: Idea, partners: Iterable[JoinRequest]) -> tuple[dict[str, int], list[Party]]:
    """Read what an idea's call asks, and who is in its line-up, for who wants to know what one more would change."""
    rules = rules_for(idea.call) if idea.call else {}
    return rules, _line_up(idea, list(partners), [], {})


def radars_of(line_ups: Iterable[tuple[Idea, list[JoinRequest]]]) -> dict[int, list[Check]]:
    """Judge many line-ups, each an idea with its partners: {idea: its checks}. One query, and two for each call that
    limits proposals.
    """
    among = kinds()
    known: dict[int, Proposals] = {}

    def judged(idea: Idea, partners: list[JoinRequest]) -> list[Check]:
        call = idea.call
        if call and call.pk not in known:
            limited = CallRule.MAX_PROPOSALS in rules_for(call, among)
            known[call.pk] = proposals_for(call.pk) if limited else {}
        return radar_of(idea, partners, among=among, proposals=known[call.pk] if call else {})

    return {idea.pk: judged(idea, partners) for idea, partners in line_ups}


def proposals_for(
    call_id: int | None, organisations: Collection[int] | None = None, *, hidden: bool = False
) -> Proposals:
    """Find for which ideas aimed at a call organisations stand, as proposer or partner. Two queries.

    Of all organisations where none are named. Only ideas that every member sees are counted, or a number would tell
    of one that its reader may not know; with `hidden` the others are, too: for whom an organisation's business is.
    """
    ideas = Idea.objects.filter(call=call_id, state__in=PROPOSING).order_by()
    if not hidden:
        ideas = ideas.filter(audience__in=["members", f"members{PUBLIC}"])
    joined = JoinRequest.objects.filter(idea__in=ideas.values("pk"), state=JoinState.ACCEPTED).order_by()
    proposed = ideas.filter(organisation__isnull=False)
    if organisations is not None:
        joined = joined.filter(organisation__in=organisations)
        proposed = proposed.filter(organisation__in=organisations)
    found: defaultdict[int, set[int]] = defaultdict(set)
    pairs = [*joined.values_list("organisation", "idea"), *proposed.values_list("organisation", "pk")]
    for organisation, idea in pairs:
        found[organisation].add(idea)
    return found


def own_proposals(member: Member, line_up: Collection[int], call_id: int | None) -> dict[str, int]:
    """Count for how many ideas aimed at a call each of these organisations stands that the member administers.

    {its name: ideas}, also of those that the member may not see: who administers an organisation answers for what it
    signs. Three queries, one for who administers none.
    """
    administered = member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR, organisation__in=line_up)
    names = dict(administered.order_by("organisation__name").values_list("organisation", "organisation__name"))
    if not names:
        return {}
    found = proposals_for(call_id, names, hidden=True)
    return {name: len(found.get(pk, ())) for pk, name in names.items()}


def _line_up(idea: Idea, partners: list[JoinRequest], waiting: list[JoinRequest], proposals: Proposals) -> list[Party]:
    """Who proposes the idea coordinates, unless a partner has that role."""
    is_led = any(partner.role == ConsortiumRole.COORDINATOR for partner in partners)

    def party(organisation: Organisation, coordinates: bool, certainty: Certainty) -> Party:
        others = proposals.get(organisation.pk, set()) - {idea.pk}
        # Units of one organisation are no independent partners: they count as that one.
        entity = organisation.parent_id or organisation.pk
        return Party(
            entity, organisation.country, organisation.kind, organisation.accredited, coordinates, certainty,
            proposals=1 + len(others),
        )  # fmt: skip

    line_up = [party(one.organisation, False, Certainty.PENDING) for one in waiting]
    line_up += [party(one.organisation, one.role == ConsortiumRole.COORDINATOR, _certainty(one)) for one in partners]
    if idea.organisation:
        line_up.append(party(idea.organisation, not is_led, Certainty.CONFIRMED))
    return line_up


def _certainty(partner: JoinRequest) -> Certainty:
    return Certainty.INTERESTED if partner.commitment == Commitment.INTERESTED else Certainty.CONFIRMED
