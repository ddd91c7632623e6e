"""What pages of several nouns share: loading through `visible_to`, refusals on forms, names, cards, deadlines."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext

from ideas.choices import ChainStatus, IdeaState, Language
from ideas.errors import Conflict, NotAllowed
from ideas.forms.ideas import TEXTS, IdeaForm
from ideas.models import Idea, Member, Term, ValueChain
from ideas.moments import days_left, is_urgent
from ideas.pages import radar
from ideas.queries.ideas import visible_to
from ideas.queries.stamped import Stamp, tags_under
from ideas.queries.taxonomy import all_kets
from ideas.queries.topics import board_topic
from ideas.rules.ideas import is_expired

CLOSED_CHAINS = frozenset({ChainStatus.PROPOSED, ChainStatus.REJECTED, ChainStatus.RETIRED})


def member_of(request: HttpRequest) -> Member:
    """The signed-in reader of a page that asks for one."""
    assert isinstance(request.user, Member)
    return request.user


def allowed(request: HttpRequest, may: Callable[[Member], bool]) -> Member:
    """The reader of a page that not every member gets. Raises NotAllowed for who may not."""
    by = member_of(request)
    if not may(by):
        raise NotAllowed
    return by


def visible_idea(request: HttpRequest, reference: str) -> Idea:
    """Load the idea for its reader. Raises Http404, the same for an unknown and an invisible one."""
    return idea_among(visible_to(request.user), reference)


def idea_among(ideas: QuerySet[Idea], reference: str) -> Idea:
    """Load one of these ideas with what its page shows. Raises Http404 where it isn't among them."""
    if "\x00" in reference:  # PostgreSQL would refuse the query
        raise Http404
    return get_object_or_404(
        ideas.select_related("value_chain", "call", "deadline", "organisation"), reference=reference
    )


def visible_idea_id(request: HttpRequest, reference: str) -> int | None:
    """Find the idea's id for its reader, for pages that take a live position before they read; None like unknown."""
    if "\x00" in reference:
        raise Http404
    return visible_to(request.user).filter(reference=reference).values_list("id", flat=True).first()


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was typed; None while it is only shown."""
    return request.POST if request.method == "POST" else None


def put_on(form: Form, refusal: ValidationError | Conflict) -> int:
    """Show what an action refused beside its field, or above the form; returns the answer's status: 400 or 409."""
    if isinstance(refusal, Conflict):
        form.add_error(None, ValidationError(str(refusal.text), code=refusal.code))
        return 409
    for name, errors in refusal.update_error_dict({}).items():
        form.add_error(name if name in form.fields else None, errors)
    return 400


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks rather than a reader."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def see_other(url: str) -> HttpResponse:
    """Send the browser on after an act, by GET."""
    return HttpResponseRedirect(url, status=303)


def language_in(request: HttpRequest) -> str:
    """The language that the address asks for (`?language=`), else the reader's."""
    asked = request.GET.get("language", "")
    return asked if asked in Language.values else (get_language() or Language.IT)[:2]


def number_in(text: str | None) -> int | None:
    """Read an id that a reader could have typed; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None


# Names and cards ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """Value chains and KETs by code, as pages draw them: chains {code, name, glyph, in_use}, KETs {code, name, in_use}.

    Two queries for a whole page, so that rows need to carry codes only.
    """

    chains: dict[str, dict[str, Any]]
    kets: dict[str, dict[str, Any]]
    # What reasons call them.
    TAGS = ("value_chain", "ket")

    def chain(self, code: str) -> dict[str, Any]:
        """The chain of a code; one that went meanwhile is shown by its code."""
        return self.chains.get(code) or {"code": code, "name": code, "glyph": ""}

    def ket(self, code: str) -> dict[str, Any]:
        """The KET of a code, likewise."""
        return self.kets.get(code) or {"code": code, "name": code}

    def in_common(self, tag: str, codes: Sequence[str]) -> str:
        """Say which value chains, or which KETs, two things share; `tag` is one of `TAGS`."""
        if tag == "value_chain":
            shared = ", ".join(self.chain(code)["name"] for code in codes)
            return ngettext("Value chain: %(names)s", "Value chains: %(names)s", len(codes)) % {"names": shared}
        shared = ", ".join(self.ket(code)["name"] for code in codes)
        return ngettext("Technology: %(names)s", "Technologies: %(names)s", len(codes)) % {"names": shared}


def read_names() -> Names:
    """Read the names of value chains and KETs in the reader's language."""
    return _named(ValueChain.objects.order_by("position", "code"), all_kets())


def names_under(stamp: Stamp) -> Names:
    """The same out of memory, for a page that has read the stamp."""
    tags = tags_under(stamp)
    return _named(tags.chains, tags.kets)


def _named(chains: Iterable[ValueChain], kets: Iterable[Term]) -> Names:
    return Names(
        chains={chain.code: chain_tag(chain) for chain in chains},
        kets={term.code: ket_tag(term) for term in kets},
    )


def chain_tag(chain: ValueChain) -> dict[str, Any]:
    """What `components/_chain.html` draws."""
    return {
        "code": chain.code,
        "name": chain.name,
        "glyph": chain.glyph,
        "in_use": chain.status not in CLOSED_CHAINS,
    }


def ket_tag(term: Term) -> dict[str, Any]:
    """What a tag of a KET shows."""
    return {"code": term.code, "name": term.name, "in_use": not term.retired}


def cards(
    rows: Iterable[Mapping[str, Any]], *, at: datetime, names: Names | None = None, teaser: bool = False
) -> list[dict[str, Any]]:
    """Prepare rows of `queries.ideas.CARD_FIELDS` for `ideas/_card.html`.

    With `teaser` a card shows what everybody may know, and nothing else is in it at all. `names` saves two queries
    where the page has them.
    """
    names = names or read_names()
    states, today = {state: str(label) for state, label in IdeaState.choices}, timezone.localdate(at)
    before, after = reverse("ideas:detail", args=["REFERENCE"]).split("REFERENCE")
    prepared = []
    for row in rows:
        tags = row["tags"]
        chains = [names.chain(code) for code in tags["chains"]]
        card = {
            "reference": row["reference"],
            "url": f"{before}{row['reference']}{after}",
            "title": row["title"],
            "teaser": row["teaser"],
            "language": row["language"],
            "chain": chains[0],
            "other_chains": chains[1:],
            "kets": [names.ket(code) for code in tags["kets"]],
            "is_demo": row["is_demo"],
            "is_teaser": teaser,
        }
        if not teaser:
            left = days_left(row["closes_at"], at)
            card |= {
                "id": row["id"],
                "topic": board_topic(row["audience"]) if row["audience"] else "",
                "activity_at": row["activity_at"],
                "acronym": row["acronym"],
                "state": row["state"],
                "state_label": states[row["state"]],
                "valid_until": row["valid_until"],
                "expired": is_expired(row["state"], row["valid_until"], today),
                "closes_at": row["closes_at"],
                "days_left": left,
                "urgent": is_urgent(left),
                "call_title": tags["call"]["identifier"] if tags.get("call") else "",
                "lacks": radar.lacks_in_words(tags.get("lacks", {}), row["lacking"]),
                "lacking": row["lacking"],
                "open_slots": row["open_slots"],
                "comment_count": row["comment_count"],
            }
        prepared.append(card)
    return prepared


def long_texts(html: Mapping[str, str]) -> list[dict[str, str]]:
    """Give the long texts that somebody wrote, in the form's order: {name, label, html}. `html`: as `Idea.html`."""
    return [
        {"name": name, "label": str(IdeaForm.base_fields[name].label), "html": html[name]}
        for name in TEXTS
        if html.get(name)
    ]
