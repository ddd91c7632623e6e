"""What a paper about one idea says: the pitch, and the fields that partner searches of European networks ask for."""

from datetime import datetime
from html import unescape

from django.utils.formats import date_format
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.choices import OrganisationKind
from ideas.exchange.documents import Paper, Section
from ideas.models import Idea, Member, RoleSlot
from ideas.money import euros

KINDS = dict(OrganisationKind.choices)
LONG_TEXTS = ("problem", "approach", "expected_result", "advantage")
Facts = list[tuple[str, str]]


def pitch(idea: Idea, *, site: str) -> Paper:
    """Say all of an idea as a document, in the language that is active. `idea` comes from `queries.exports`."""
    sections = [
        Section(str(Idea._meta.get_field(name).verbose_name).capitalize(), html=idea.html[name])  # type: ignore[union-attr]  # all four have names
        for name in LONG_TEXTS
        if idea.html.get(name)
    ]
    wanted = [place for slot in idea.slots.all() if (place := place_wanted(slot))]
    if wanted:
        sections.append(Section(_("Partners sought"), lines=wanted))
    return Paper(
        title=_name(idea),
        lead=idea.teaser,
        facts=_filled(pitch_facts(idea)),
        sections=sections,
        foot=f"{idea.reference} · {site}{idea.get_absolute_url()}",
        language=idea.language,
    )


def pitch_facts(idea: Idea) -> Facts:
    """The facts of a pitch, as name and value; empty ones are in it, too."""
    return [
        (_("Reference"), idea.reference),
        (_("State"), str(idea.get_state_display())),
        (_("Value chains"), _value_chains(idea)),
        (_("Key enabling technologies"), ", ".join(term.name for term in idea.kets.all())),
        (_("Target call"), _call(idea)),
        (_("Deadline"), _deadline(idea)),
        (_("TRL"), _trl(idea)),
        (_("Duration"), _duration(idea)),
        (_("Indicative budget"), _budget(idea)),
        (_("Proposing organisation"), idea.organisation.name if idea.organisation else ""),
        (_("Authors"), ", ".join(author.name for author in idea.authors.all())),
    ]


def partner_search(idea: Idea, *, contact: Member | None, at: datetime) -> Facts:
    """Give the fields that partner-search forms ask for, as name and value, in the language that is active.

    The text keeps its own language, which is named. `contact`: the author who gives their own name and address away;
    nobody else's is in it.
    """
    organisation = idea.organisation
    wanted = [place for slot in idea.slots.all() if (place := place_wanted(slot))]
    kinds = dict.fromkeys(KINDS.get(kind, kind) for slot in idea.slots.all() for kind in slot.kinds)
    return [
        (_("Title"), idea.title),
        (_("Acronym"), idea.acronym),
        (_("Reference"), idea.reference),
        (_("Language of the text"), str(idea.get_language_display())),
        (_("Summary"), idea.teaser),
        (_("Description"), "\n\n".join(plain(idea.html[name]) for name in LONG_TEXTS if idea.html.get(name))),
        (_("Stage of development"), _trl(idea)),
        (_("Protection of results"), str(idea.get_ipr_status_display()) if idea.ipr_status else ""),
        (_("Technologies and keywords"), _technologies(idea)),
        (_("Programme and call"), _call(idea)),
        (_("Deadline of the call"), _deadline(idea)),
        (_("Expressions of interest until"), date_format(idea.interest_until) if idea.interest_until else ""),
        (_("Duration"), _duration(idea)),
        (_("Indicative budget"), _budget(idea)),
        (_("Expertise sought and role"), "\n".join(wanted)),
        (_("Type of partner sought"), ", ".join(map(str, kinds))),
        (_("Where partners are sought"), idea.geography),
        (_("Coordinator"), _coordinator(idea)),
        (_("Type of organisation"), str(organisation.get_kind_display()) if organisation else ""),
        (_("Contact"), f"{contact.name}, {contact.email}" if contact else ""),
        (_("Date of this text"), date_format(at)),
    ]


def partner_search_text(fields: Facts) -> str:
    """Write the fields as plain text, to be pasted into any form; empty ones are left out."""
    blocks = [f"{name.upper()}\n{value}" for name, value in _filled(fields)]
    return "\n\n".join(blocks) + "\n"


def partner_search_paper(idea: Idea, fields: Facts) -> Paper:
    """Write the fields as a document; empty ones are left out."""
    sections = [Section(name, lines=value.split("\n")) for name, value in _filled(fields)]
    return Paper(title=_("Partner search: %(name)s") % {"name": _name(idea)}, sections=sections, language=idea.language)


def place_wanted(slot: RoleSlot) -> str:
    """Say in a line what an open place looks for; "" of one that is filled."""
    left = slot.wanted - slot.filled
    if left <= 0:
        return ""
    kinds = ", ".join(str(KINDS.get(kind, kind)) for kind in slot.kinds)
    marks = [
        str(slot.get_role_display()),
        ngettext("%(n)d place", "%(n)d places", left) % {"n": left},
        kinds,
        _("accredited laboratory") if slot.accredited else "",
        _("mandatory") if slot.mandatory else "",
    ]
    work = f" {' '.join(slot.work.split())}" if slot.work else ""
    return f"{slot.expertise} ({'; '.join(filter(None, marks))}).{work}"


def plain(html: str) -> str:
    """Take the marks off our own HTML: paragraphs and items stay lines."""
    for end in ("</p>", "</li>", "</h3>", "</h4>", "</tr>", "<br>", "</pre>"):
        html = html.replace(end, f"{end}\n")
    lines = [" ".join(line.split()) for line in unescape(strip_tags(html)).split("\n")]
    return "\n".join(line for line in lines if line)


def _filled(fields: Facts) -> Facts:
    return [(name, value) for name, value in fields if value]


def _name(idea: Idea) -> str:
    return f"{idea.acronym} · {idea.title}" if idea.acronym else idea.title


def _value_chains(idea: Idea) -> str:
    return ", ".join(chain.name for chain in (idea.value_chain, *idea.other_chains.all()))


def _technologies(idea: Idea) -> str:
    return "; ".join(filter(None, [*(term.name for term in idea.kets.all()), idea.keywords]))


def _call(idea: Idea) -> str:
    call = idea.call
    return " · ".join(filter(None, [call.programme, call.identifier, call.title])) if call else ""


def _deadline(idea: Idea) -> str:
    deadline = idea.deadline
    return f"{date_format(deadline.local, 'DATETIME_FORMAT')} ({deadline.zone})" if deadline else ""


def _trl(idea: Idea) -> str:
    now, target = idea.trl_now, idea.trl_target
    return " → ".join(f"TRL {level}" for level in (now, target) if level)


def _duration(idea: Idea) -> str:
    n = idea.duration_months
    return ngettext("%(n)d month", "%(n)d months", n) % {"n": n} if n else ""


def _budget(idea: Idea) -> str:
    return euros(idea.budget_eur) if idea.budget_eur else ""


def _coordinator(idea: Idea) -> str:
    organisation = idea.organisation
    return ", ".join(filter(None, [organisation.name, organisation.country])) if organisation else ""
