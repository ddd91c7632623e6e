"""The words of the radar: what a call's rules ask of a line-up, and what it lacks, as the panel and the card say it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from ideas.choices import JOIN_LIVE, JoinState
from ideas.models import JoinRequest
from ideas.queries.joining import Consortium
from ideas.queries.radar import radar_of
from ideas.radar import CallRule, Check, Verdict, verdict_of
from ideas.serializers.joining import CheckSerializer

WAITING = JOIN_LIVE - {JoinState.ACCEPTED}
VERDICTS = {verdict.name.lower(): verdict for verdict in Verdict}


def words() -> dict[str, Any]:
    """What `consortium.js` needs to say a check in the reader's language: nouns by rule, each for one and for more."""
    return {
        "nouns": {rule: [noun(CallRule(rule), number) for number in (1, 2)] for rule in CallRule.values},
        "at_most": _("{what} at the most"),
        "percent": _("{number} % {noun}"),
        "verdicts": {
            "met": _("This line-up can apply"),
            "if_confirmed": _("Can apply once who is interested confirms"),
            "missing": _("Can't apply yet"),
        },
        "states": {
            "met": _("{confirmed} confirmed"),
            "if_confirmed": _("{confirmed} confirmed, {interested} with who is interested"),
            "missing": _("missing: {missing}"),
            "over": _("too many: {missing}"),
        },
    }


def noun(rule: CallRule, number: int) -> str:
    """What a rule counts, for a number of them."""
    match rule:
        case CallRule.MIN_ORGANISATIONS | CallRule.MAX_ORGANISATIONS:
            return npgettext("line-up", "organisation", "organisations", number)
        case CallRule.MIN_COUNTRIES:
            return npgettext("line-up", "country", "countries", number)
        case CallRule.MIN_ELIGIBLE_COUNTRIES:
            return npgettext("line-up", "EU or associated country", "EU or associated countries", number)
        case CallRule.MIN_MEMBER_STATES:
            return npgettext("line-up", "EU member state", "EU member states", number)
        case CallRule.MIN_LABORATORIES | CallRule.MAX_LABORATORIES:
            return npgettext("line-up", "laboratory", "laboratories", number)
        case CallRule.MIN_ACCREDITED:
            return npgettext("line-up", "accredited laboratory", "accredited laboratories", number)
        case CallRule.MIN_COMPANIES:
            return npgettext("line-up", "company", "companies", number)
        case CallRule.MIN_SMES:
            return npgettext("line-up", "small or medium enterprise", "small or medium enterprises", number)
        case CallRule.MIN_SME_PERCENT:
            return npgettext("line-up", "small or medium enterprises", "small or medium enterprises", number)
        case CallRule.COMPANY_COORDINATES:
            return npgettext("line-up", "company that coordinates", "companies that coordinate", number)


def shown_check(row: Mapping[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Shape a check of a change's payload as `joining/_check.html` draws it; `consortium.js` makes the same."""
    state = "over" if row["at_most"] and row["missing"] else row["verdict"]
    what = _what(row["rule"], row["needed"])
    return {
        "id": row["rule"],
        "what": said["at_most"].format(what=what) if row["at_most"] else what,
        "verdict": row["verdict"],
        "said": said["states"][state].format(**row),
    }


def shown_verdict(rows: Iterable[Mapping[str, Any]], said: dict[str, Any]) -> dict[str, str]:
    """Say of all checks together: the worst of them. {"verdict", "said"}"""
    worst = min((row["verdict"] for row in rows), key=VERDICTS.__getitem__, default="met")
    return {"verdict": worst, "said": said["verdicts"][worst]}


def lacks_in_words(lacks: Mapping[str, int]) -> str:
    """Say what a line-up lacks on a card: "missing: 1 company, 2 countries"; "" for nothing. `radar.js` does, too."""
    what = ", ".join(_what(rule, number) for rule, number in lacks.items() if rule in CallRule)
    return _("missing: {missing}").format(missing=what) if what else ""


def panel_part(checks: Iterable[Check], said: dict[str, Any]) -> dict[str, Any]:
    """What the panel draws of the radar: {"checks": [as `joining/_check.html`], "verdict": {"verdict", "said"}}."""
    rows = [CheckSerializer(one).data for one in checks]
    return {"checks": [shown_check(row, said) for row in rows], "verdict": shown_verdict(rows, said)}


def could_apply(consortium: Consortium, requests: Iterable[JoinRequest]) -> bool:
    """Whether a line-up that lacks something could apply with the requests that wait for an answer."""
    waiting = [request for request in requests if request.state in WAITING]
    checks = radar_of(consortium.idea, consortium.partners, waiting)
    return verdict_of(checks) == Verdict.IF_ACCEPTED


def _what(rule: str, number: int) -> str:
    shape = _("{number} % {noun}") if rule == CallRule.MIN_SME_PERCENT else "{number} {noun}"
    return shape.format(number=number, noun=noun(CallRule(rule), number))
