"""Writes of organisations: a new one, and its profile."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import reindex
from ideas.actions.competences import set_words, words_for
from ideas.actions.search import index_organisations
from ideas.choices import JoinState
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.organisations import COUNTRIES
from ideas.models import Idea, JoinRequest, Member, Organisation, PastProject
from ideas.models.competences import LISTS
from ideas.rules.organisations import can_certify, can_create_organisations, can_edit_organisation

LINES = ("name", "short_name", "website", "address")
TEXTS = ("description_it", "description_en")
FACTS = ("kind", "province", "languages")
# What the cluster says of an organisation, and not the organisation of itself.
CERTIFIED = ("accredited", "member_since")
SETS = ("value_chains", "kets")
CONTENT = (*LINES, *TEXTS, *FACTS, *CERTIFIED, *SETS, *LISTS, "pic", "country", "projects")
# A change of these is seen on ideas in which the organisation takes part.
SEEN_ON_IDEAS = ("name", "short_name", "kind", "accredited", "country")
TEXT_CHARS = 10_000
MOST_PROJECTS = 100
MOST_LANGUAGES = 24
PROJECT = ("title", "programme", "year", "role", "url")
EARLIEST_YEAR, LATEST_YEAR = 1950, 2100
# What stands behind /organisations/ for something else.
RESERVED = frozenset({"new"})


@transaction.atomic(durable=True)
def create_organisation(*, by: Member, content: Mapping[str, Any], at: datetime) -> Organisation:
    """Write down a new organisation. `content` maps names of `CONTENT` to values; words and projects as lists.

    Raises NotAllowed, ValidationError by field.
    """
    if not can_create_organisations(by):
        raise NotAllowed
    organisation = Organisation(slug=slugs_for([str(content.get("name") or "")])[0])
    words = words_for(_lists_in(content), by=by, at=at)
    _fill(organisation, content)
    _save(organisation)
    _fill_rest(organisation, content, words)
    publish.organisation_changed()
    return organisation


@transaction.atomic(durable=True)
def edit_organisation(
    *, by: Member, organisation: Organisation, content: Mapping[str, Any], version: int, at: datetime
) -> Organisation:
    """Save a profile over the version that its writer had in front of them. Words nobody used before are proposals.

    Ideas in which it takes part show its name, and are judged by its kind, accreditation and country: they are brought
    up to date with it. Raises NotAllowed, ValidationError by field, Conflict("edited_meanwhile").
    """
    if not can_edit_organisation(by, organisation):
        raise NotAllowed
    words = words_for(_lists_in(content), by=by, at=at)
    list(ideas_with([organisation]).values_list("pk"))  # locked before the organisation
    organisation = lock_organisation(organisation.pk)
    if organisation.version != version:
        raise Conflict("edited_meanwhile")
    before = {name: getattr(organisation, name) for name in (*SEEN_ON_IDEAS, *CERTIFIED)}
    _fill(organisation, content)
    if not can_certify(by) and any(getattr(organisation, name) != before[name] for name in CERTIFIED):
        raise NotAllowed
    organisation.version += 1
    _save(organisation)
    _fill_rest(organisation, content, words)
    is_seen = any(getattr(organisation, name) != before[name] for name in SEEN_ON_IDEAS)
    publish.organisation_changed(reindex(ideas_with([organisation])) if is_seen else ())
    return organisation


# Helpers for actions --------------------------------------------------------------------------------------------------


def lock_organisation(pk: int) -> Organisation:
    """Load an organisation for a write. Rows that only point to it are written meanwhile: who joins doesn't wait."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=pk)


def ideas_with(organisations: Iterable[Organisation]) -> QuerySet[Idea]:
    """Select the ideas that any of these proposes or is a partner of, for a write.

    They are locked before organisations, by everybody who locks both: who writes to an idea may lock an organisation
    after it, and two writers never wait in a circle.
    """
    ids = [organisation.pk for organisation in organisations]
    joined = JoinRequest.objects.filter(organisation__in=ids, state=JoinState.ACCEPTED).order_by().values("idea")
    found = Idea.objects.filter(Q(organisation__in=ids) | Q(pk__in=joined))
    return found.select_for_update(of=("self",)).order_by("pk")


def slugs_for(names: Sequence[str]) -> list[str]:
    """Make the addresses of new organisations, each with a number behind it where the name is taken."""
    stems = [slugify(name)[:70].strip("-") or "organisation" for name in names]
    asked = Q()
    for stem in set(stems):
        asked |= Q(slug__startswith=stem)
    taken = {*Organisation.objects.filter(asked).values_list("slug", flat=True), *RESERVED} if stems else set()
    slugs = []
    for stem in stems:
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        slugs.append(next(slug for slug in candidates if slug not in taken))
        taken.add(slugs[-1])
    return slugs


def clean_pic(value: str, organisation: Organisation | None = None) -> str:
    """Read a PIC, the European Union's number of an organisation: nine digits, and one organisation's only.

    Raises ValidationError for its field, which says what is wrong.
    """
    with text.beside("pic"):
        pic = re.sub(r"[\s.\-]", "", text.clean_text(value))
        if not pic:
            return ""
        if not (pic.isascii() and pic.isdecimal()):
            raise ValidationError(_("A PIC has digits only, such as 999986096."), code="pic")
        if len(pic) != 9:
            raise ValidationError(_("A PIC has nine digits; this one has %(count)d.") % {"count": len(pic)}, code="pic")
        others = Organisation.objects.filter(pic=pic)
        other = others.exclude(pk=organisation.pk).first() if organisation and organisation.pk else others.first()
        if other:
            raise ValidationError(_("%(name)s has this PIC already.") % {"name": other.name}, code="unique")
    return pic


# Fields ---------------------------------------------------------------------------------------------------------------


def _lists_in(content: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    return {name: list(content[name]) for name in LISTS if name in content}


def _fill(organisation: Organisation, content: Mapping[str, Any]) -> None:
    """Set what stands on the organisation's own row, and check it, without saving. Raises ValidationError by field."""
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise TypeError(f"Not content of an organisation: {sorted(unknown)}")
    for name in LINES:
        if name in content:
            setattr(organisation, name, text.clean_line(name, content[name] or ""))
    for name in TEXTS:
        if name in content:
            setattr(organisation, name, text.clean_field(name, content[name] or "", most=TEXT_CHARS))
    for name in (*FACTS, *CERTIFIED):
        if name in content:
            setattr(organisation, name, content[name])
    if "country" in content:
        organisation.country = _country(content["country"])
    if "pic" in content:
        organisation.pic = clean_pic(content["pic"] or "", organisation)
    organisation.html = {name: _render(name, getattr(organisation, name)) for name in TEXTS}
    _check(organisation)


def _check(organisation: Organisation) -> None:
    year = organisation.member_since
    if year is not None and not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValidationError({"member_since": _("Write the year with four digits.")})
    if len(organisation.languages) > MOST_LANGUAGES:
        raise ValidationError({"languages": _("Choose %(limit)d at the most.") % {"limit": MOST_LANGUAGES}})
    if organisation.website and not organisation.website.lower().startswith(("http://", "https://")):
        raise ValidationError({"website": _("Write an address that begins with https://.")})
    organisation.full_clean(exclude=["parent"])


def _save(organisation: Organisation) -> None:
    """Save, and name the PIC that somebody else wrote down at this very moment."""
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError as error:
        taken = Organisation.objects.filter(pic=organisation.pic).exclude(pk=organisation.pk)
        if not organisation.pic or not taken.exists():
            raise
        raise ValidationError({"pic": _("Another organisation has this PIC already.")}) from error


def _country(typed: str) -> str:
    code = text.clean_line("country", typed or "").upper()
    code = COUNTRIES.get(code, code)
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValidationError({"country": _("Write the two letters of a country, such as IT.")})
    return code


def _render(name: str, source: str) -> str:
    if not source:
        return ""
    with text.beside(name):
        return text.render(source)


def _fill_rest(organisation: Organisation, content: Mapping[str, Any], words: Mapping[str, Any]) -> None:
    """Set what a saved organisation has several of, and what a search finds of it."""
    for name in SETS:
        if name in content:
            getattr(organisation, name).set(content[name])
    set_words(organisation, words)
    if words:
        organisation.save(update_fields=list(words))
    if "projects" in content:
        _set_projects(organisation, content["projects"])
    index_organisations([organisation])


def _set_projects(organisation: Organisation, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the past projects that people wrote: over those with an `id` of theirs, the others anew; the rest goes.

    What an import brought stays as it is.
    """
    if len(rows) > MOST_PROJECTS:
        raise ValidationError({"projects": _("Write %(limit)d projects at the most.") % {"limit": MOST_PROJECTS}})
    by_hand = organisation.past_projects.filter(code="")
    known = {project.pk: project for project in by_hand}
    kept = set()
    for row in rows:
        project = known.get(row.get("id") or 0) or PastProject(organisation=organisation)
        _fill_project(project, row)
        project.save()
        kept.add(project.pk)
    by_hand.exclude(pk__in=kept).delete()


def _fill_project(project: PastProject, row: Mapping[str, Any]) -> None:
    for name in PROJECT:
        value = row.get(name)
        setattr(project, name, value if name == "year" else text.clean_line("projects", value or ""))
    if project.year is not None and not EARLIEST_YEAR <= project.year <= LATEST_YEAR:
        raise ValidationError({"projects": _("“%(title)s”: write the year with four digits.") % {"title": project}})
    if project.url and not project.url.lower().startswith(("http://", "https://")):
        raise ValidationError(
            {"projects": _("“%(title)s”: the link must begin with https://.") % {"title": project.title}}
        )
    try:
        project.full_clean(exclude=["organisation", "code"])
    except ValidationError as refusal:
        said = "; ".join(" ".join(texts) for texts in refusal.message_dict.values())
        raise ValidationError({"projects": f"{project.title}: {said}"}) from refusal
