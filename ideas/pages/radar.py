"""The words of the radar: what a call's rules ask of a line-up, and what it lacks, as the panel and the card say it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import npgettext_lazy

from ideas.choices import JOIN_WAITING
from ideas.models import JoinRequest, Member
from ideas.queries.joining import Consortium
from ideas.queries.radar import own_proposals, radar_of
from ideas.radar import (
    AT_MOST,
    CONFIRMATION,
    LACKING,
    NOTHING,
    CallRule,
    Check,
    Verdict,
    numbers_in,
    verdict_of,
)
from ideas.serializers.joining import CheckSerializer

# What a rule counts, for one and for more: NOUNS[rule] % number.
NOUNS: dict[str, Any] = {
    CallRule.MIN_ORGANISATIONS: npgettext_lazy("line-up", "organisation", "organisations"),
    CallRule.MAX_ORGANISATIONS: npgettext_lazy("line-up", "organisation", "organisations"),
    CallRule.MIN_COUNTRIES: npgettext_lazy("line-up", "country", "countries"),
    CallRule.MIN_ELIGIBLE_COUNTRIES: npgettext_lazy(
        "line-up", "EU or associated country", "EU or associated countries"
    ),
    CallRule.MIN_MEMBER_STATES: npgettext_lazy("line-up", "EU member state", "EU member states"),
    CallRule.MIN_LABORATORIES: npgettext_lazy("line-up", "laboratory", "laboratories"),
    CallRule.MAX_LABORATORIES: npgettext_lazy("line-up", "laboratory", "laboratories"),
    CallRule.MIN_ACCREDITED: npgettext_lazy("line-up", "accredited laboratory", "accredited laboratories"),
    CallRule.MIN_COMPANIES: npgettext_lazy("line-up", "company", "companies"),
    CallRule.MIN_SMES: npgettext_lazy("line-up", "small or medium enterprise", "small or medium enterprises"),
    CallRule.MIN_SME_PERCENT: npgettext_lazy("line-up", "small or medium enterprises", "small or medium enterprises"),
    CallRule.COMPANY_COORDINATES: npgettext_lazy("line-up", "company that coordinates", "companies that coordinate"),
    CallRule.LABORATORY_COORDINATES: npgettext_lazy(
        "line-up", "laboratory that coordinates", "laboratories that coordinate"
    ),
    CallRule.MAX_PROPOSALS: npgettext_lazy(
        "line-up", "proposal with the same organisation", "proposals with the same organisation"
    ),
}


def words() -> dict[str, Any]:
    """What `consortium.js` needs to say a check in the reader's language: nouns by rule, each for one and for more."""
    return {
        "nouns": {rule: [noun % number for number in (1, 2)] for rule, noun in NOUNS.items()},
        "at_most": _("{what} at the most"),
        "percent": _("{number} % {noun}"),
        "verdicts": {
            "met": _("This line-up can apply"),
            "if_confirmed": _("Can apply once who is interested confirms"),
            "if_accepted": _("Could apply with who waits for an answer"),
            "missing": _("Can't apply yet"),
        },
        "states": {
            "met": _("{confirmed} confirmed"),
            "if_confirmed": _("{confirmed} confirmed, {interested} with who is interested"),
            "if_accepted": _("{confirmed} confirmed, {pending} with who waits for an answer"),
            "missing": _("missing: {missing}"),
            "over": _("too many: {missing}"),
        },
        # What isn't counted in organisations is said in its own way.
        "own_states": {
            CallRule.MIN_SME_PERCENT.value: {
                "met": _("{confirmed} % confirmed"),
                "if_confirmed": _("{confirmed} % confirmed, {interested} % with who is interested"),
                "missing": _("{interested} % so far"),
            },
            CallRule.MAX_PROPOSALS.value: {
                "met": _("nobody is in more than {confirmed}"),
                "over": _("an organisation is in {confirmed}"),
            },
        },
        "ready": _ready(),
    }


def shown_check(row: Mapping[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Shape a check of a change's payload as `joining/_check.html` draws it; `consortium.js` makes the same."""
    state = "over" if row["at_most"] and row["missing"] else row["verdict"]
    what = _what(row["rule"], row["needed"])
    return {
        "id": row["rule"],
        "what": said["at_most"].format(what=what) if row["at_most"] else what,
        "verdict": row["verdict"],
        "said": said["own_states"].get(row["rule"], {}).get(state, said["states"][state]).format(**row),
    }


def lacks_in_words(lacks: Mapping[str, int], lacking: str) -> str:
    """Say of a line-up on a card: "missing: 1 company, 2 countries; too many: 1 laboratory", or that it can apply.

    "" where the call asks nothing. `lacking`: as `Idea.lacking`. `radar.js` says the same.
    """
    if not lacks and not lacking:
        return ""

    def all_of(*, over: bool) -> str:
        return ", ".join(
            _what(rule, number) for rule, number in lacks.items() if rule in NOUNS and (rule in AT_MOST) == over
        )

    missing, over = all_of(over=False), all_of(over=True)
    said = [_("missing: {missing}").format(missing=missing)] if missing else []
    said += [_("too many: {missing}").format(missing=over)] if over else []
    return "; ".join(said) or _ready().get(lacking, "")


def _ready() -> dict[str, str]:
    """What a card says of a line-up with which nothing is wrong, by codes of `lacking`."""
    return {NOTHING: _("can apply"), CONFIRMATION: _("can apply once who is interested confirms")}


def lacks_labels() -> dict[str, str]:
    """Name what the board is filtered by, in the order of the facet."""
    named = {NOTHING: _("Nothing: it can apply"), CONFIRMATION: _("Only that who is interested confirms")}
    over = _("Too many {noun}")
    for rule in (one for one in LACKING if one in NOUNS):
        noun = str(NOUNS[rule] % 2)
        named[rule] = over.format(noun=noun) if rule in AT_MOST else str(capfirst(noun))
    return named


def rules_in_words(rules: Mapping[str, Any]) -> list[str]:
    """Say what rules ask: ["3 laboratories", "5 laboratories at the most", …]."""
    at_most = _("{what} at the most")
    asked = ((rule, _what(rule, number)) for rule, number in numbers_in(rules).items())
    return [at_most.format(what=what) if rule in AT_MOST else what for rule, what in asked]


def panel_part(checks: Sequence[Check], said: dict[str, Any]) -> dict[str, Any]:
    """What the panel draws of the radar: {"checks": [as `joining/_check.html`], "verdict": {"verdict", "said"}}."""
    verdict = verdict_of(checks).name.lower()
    shown = [shown_check({**CheckSerializer(one).data, "pending": one.pending}, said) for one in checks]
    return {"checks": shown, "verdict": {"verdict": verdict, "said": said["verdicts"][verdict]}}


def could_apply(consortium: Consortium, requests: Iterable[JoinRequest]) -> bool:
    """Whether a line-up that lacks something could apply with the requests that wait for an answer."""
    waiting = [request for request in requests if request.state in JOIN_WAITING]
    if not waiting:
        return False
    checks = radar_of(consortium.idea, consortium.partners, waiting)
    return verdict_of(checks) == Verdict.IF_ACCEPTED


def own_limits(viewer: Member, consortium: Consortium) -> list[str]:
    """Say to who administers an organisation of a line-up in how many proposals for the call it is, all counted."""
    limit = next((one for one in consortium.checks if one.rule == CallRule.MAX_PROPOSALS), None)
    if limit is None:
        return []
    idea = consortium.idea
    line_up = {partner.organisation_id for partner in consortium.partners} | {idea.organisation_id or 0}
    sentence = _(
        "{organisation} is in {count} proposals for this call, of {most} at the most. Ideas that you may not see are "
        "counted, too."
    )
    found = own_proposals(viewer, line_up, idea.call_id)
    return [sentence.format(organisation=name, count=count, most=limit.needed) for name, count in found.items()]


def _what(rule: str, number: int) -> str:
    shape = _("{number} % {noun}") if rule == CallRule.MIN_SME_PERCENT else "{number} {noun}"
    return shape.format(number=number, noun=NOUNS[rule] % number)
