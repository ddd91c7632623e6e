"""Which kind of call a call is, for the outline that an idea for it is begun with. The texts are `queries.outlines`."""

import re
from collections.abc import Collection
from enum import StrEnum

from ideas.choices import DeadlineKind, Level
from ideas.models import Call


class Kind(StrEnum):
    """The codes of `data/outlines.json`."""

    COLLABORATIVE = "collaborative"
    EIC = "eic"
    SUPPORT = "support"
    REGIONAL_RESEARCH = "regional-research"
    VOUCHER = "voucher"
    NATIONAL = "national"
    TRAINING = "training"


# European kinds by type of action, programme and identifier; the first that fits holds. Cofunds, procurement and
# operating grants are none of them. "-AM" is RFCS's accompanying measures.
_EUROPEAN: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.SUPPORT, re.compile(r"Coordination (and|&) Support|\bCSA\b|\bRFCS\S*-AM\b", re.IGNORECASE)),
    (Kind.EIC, re.compile(r"\bEIC\b|European Innovation Council", re.IGNORECASE)),
    (Kind.TRAINING, re.compile(r"\bMSCA\b|\bERASMUS|-SKILLS-|\bESF\b|European Social Fund", re.IGNORECASE)),
    (
        Kind.COLLABORATIVE,
        re.compile(
            r"Innovation Actions?\b|\bR?IA\b|\bProject Grants|\bSimple Grants|\bLump Sum Grants|Research project",
            re.IGNORECASE,
        ),
    ),
)
# Lists of topics that tell no type of action write it behind the title here and there.
_IN_TITLE = re.compile(r"\((?:CSA|RIA|IA)\b")
# In capitals: in small letters they are words of another kind.
_TRAINING_NAMES = re.compile(r"\b(FSE|ESF|ITS|IFTS)\b")
_TRAINING = re.compile(r"formazione|formativ|competenze|apprendist|\btraining\b|\bskills\b")
_VOUCHER = re.compile(r"voucher|click[ -]?day|sportello")
_RESEARCH = re.compile(r"ricerca (industriale|collaborativa|strategica)|industrial research|laboratori\b")
_AGREEMENT = re.compile(
    r"accord[oi]\b|contratt[oi] di sviluppo|crescita sostenibile|\bipcei\b|ricerca|sviluppo sperimentale|filier"
)
_AUTOMATIC = re.compile(r"credito d.imposta|tax credit|agevolazione fiscale|garanzia|capitale di rischio")


def kind_of_call(call: Call, *, deadlines: Collection[str] = ()) -> Kind | None:
    """Tell the kind of a call by its level, programme, type of action, rules, and the kinds of its `deadlines`.

    None where nothing says it: rather no outline than one that leads astray. Reads no rows.
    """
    if call.level == Level.EUROPEAN:
        return _european(call)
    said = " ".join([call.programme, call.action_type, call.title])
    low = said.casefold()
    if _TRAINING_NAMES.search(said) or _TRAINING.search(low):
        return Kind.TRAINING
    if DeadlineKind.CLICK_DAY in deadlines or _VOUCHER.search(low) or call.rules.get("max_organisations") == 1:
        return Kind.VOUCHER
    if call.level == Level.REGIONAL:
        asks = call.rules.get("min_laboratories") or call.rules.get("min_accredited")
        return Kind.REGIONAL_RESEARCH if asks or _RESEARCH.search(low) else None
    if call.level == Level.NATIONAL and _AGREEMENT.search(low) and not _AUTOMATIC.search(low):
        return Kind.NATIONAL
    return None


def _european(call: Call) -> Kind | None:
    said = " ".join([call.action_type, call.programme, call.identifier, *_IN_TITLE.findall(call.title)])
    found = next((kind for kind, words in _EUROPEAN if words.search(said)), None)
    if found is None and not call.action_type and call.programme.casefold().startswith("horizon"):
        return Kind.COLLABORATIVE
    return found
