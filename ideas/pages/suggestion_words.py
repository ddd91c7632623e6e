"""The words of suggestions: why an organisation and a place fit, and what happened between them before."""

from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ideas.choices import ConsortiumRole, JoinState, OrganisationKind
from ideas.fit import Reason
from ideas.models import Term
from ideas.pages import parts
from ideas.pages.radar import NOUNS
from ideas.partner_fit import SOURCES, PartnerFit
from ideas.queries.evidence import Evidence
from ideas.queries.refusals import Refusal

KINDS, ROLES = dict(OrganisationKind.choices), dict(ConsortiumRole.choices)
# A term that the place asks for as a whole, and one that has a word of it.
TERMS: dict[str, tuple[Any, Any]] = {
    "competence": (gettext_lazy("Competence: %(term)s"), gettext_lazy("Competence: %(term)s (in common: %(words)s)")),
    "equipment": (gettext_lazy("Equipment: %(term)s"), gettext_lazy("Equipment: %(term)s (in common: %(words)s)")),
    "service": (gettext_lazy("Service: %(term)s"), gettext_lazy("Service: %(term)s (in common: %(words)s)")),
}
# How a request or an invitation ended, as a sentence about the organisation; "" is a suggestion that was set aside.
ENDS: dict[tuple[str, bool], Any] = {
    ("", False): gettext_lazy("Set aside on %(day)s"),
    (JoinState.DECLINED, False): gettext_lazy("Its request was declined on %(day)s"),
    (JoinState.DECLINED, True): gettext_lazy("It declined an invitation on %(day)s"),
    (JoinState.REMOVED, False): gettext_lazy("It was removed from the consortium on %(day)s"),
    (JoinState.WITHDRAWN, False): gettext_lazy("It took its request back, or left, on %(day)s"),
    (JoinState.WITHDRAWN, True): gettext_lazy("Its invitation was taken back, or it left, on %(day)s"),
    (JoinState.EXPIRED, False): gettext_lazy("Its request ended without an answer on %(day)s"),
    (JoinState.EXPIRED, True): gettext_lazy("It didn't answer an invitation by %(day)s"),
}


def reasons_of(
    fit: PartnerFit,
    evidence: Iterable[Evidence],
    described: tuple[str, ...],
    names: parts.Names,
    *,
    province: Term | None = None,
) -> list[str]:
    """Say why an organisation fits, the weightiest first as `PartnerFit` gives them; what its row doesn't bear out any
    more is left out.
    """
    terms = list(evidence)
    said: list[str] = []
    for reason in fit.reasons:
        if reason.code in SOURCES:
            said += [_term(one) for one in terms if one.source == reason.code]
        elif reason.code == "description":
            said += [_("Its description says: %(words)s") % {"words": ", ".join(described)}] if described else []
        elif reason.code == "province":
            said += [_("In the province of who proposes: %(name)s") % {"name": province.name}] if province else []
        else:
            said.append(_other(reason, names))
    return said


def _term(one: Evidence) -> str:
    whole, part = TERMS[one.source]
    return str(whole if one.is_whole else part) % {"term": one.term, "words": ", ".join(one.words)}


def _other(reason: Reason, names: parts.Names) -> str:
    values = reason.values
    if reason.code in names.TAGS:
        return names.in_common(reason.code, values)
    if reason.code == "kind":
        return _("Of a kind that is looked for: %(kind)s") % {"kind": KINDS[values[0]]}
    if reason.code == "accredited":
        return _("Accredited laboratory, as is looked for")
    if reason.code == "brings":
        what = ", ".join(str(NOUNS[rule] % 1) for rule in values if rule in NOUNS)
        return _("Brings what the call still asks for: %(what)s") % {"what": what}
    if reason.code == "role":
        return _roles(values[1]) % {"n": values[1], "role": ROLES[values[0]]}
    count = values[0]
    return ngettext("Takes part in %(n)d other idea", "Takes part in %(n)d other ideas", count) % {"n": count}


def _roles(n: int) -> str:
    return ngettext(
        "In the same role in %(n)d other idea: %(role)s", "In the same role in %(n)d other ideas: %(role)s", n
    )


def cautions_of(refusals: Iterable[Refusal], idea_id: int) -> list[str]:
    """Say what happened before, the last first."""
    return [said_of(one, idea_id) for one in sorted(refusals, key=lambda one: one.at, reverse=True)]


def said_of(one: Refusal, idea_id: int) -> str:
    """Say one of them: what, when, in which other idea, for which place, and why."""
    day = date_format(localtime(one.at), "DATE_FORMAT")
    said = str(ENDS.get((one.state, one.invited), ENDS["", False])) % {"day": day}
    where = [one.reference] if one.idea_id != idea_id else []
    where += [f"“{one.about}”"] if one.about else []
    whole = f"{said} ({', '.join(where)})" if where else said
    return f"{whole}: {one.reason}" if one.reason else whole
