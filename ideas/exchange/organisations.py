"""Organisations from files: CORDIS's `organization.csv`, and lists of PICs. Facts: docs/sources.md §6."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TextIO

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from ideas.choices import ConsortiumRole, OrganisationKind
from ideas.exchange.calls import Options, Refused, RefusedRow
from ideas.exchange.csv_lines import read_rows, read_text
from ideas.exchange.limits import Bounded
from ideas.text import clean_text

# Ten years of CORDIS are 180,000 rows in some 60 MB.
LARGEST_FILE_BYTES = 400_000_000
LONGEST = {"name": 200, "short_name": 60, "address": 300}
# As the European Union writes two countries.
COUNTRIES = {"EL": "GR", "UK": "GB"}
YES, NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no", ""})
ACTIVITIES = {
    "HES": OrganisationKind.RESEARCH,
    "REC": OrganisationKind.RESEARCH,
    "PRC": OrganisationKind.COMPANY,
    "PUB": OrganisationKind.OTHER,
    "OTH": OrganisationKind.OTHER,
    "": OrganisationKind.OTHER,
}
ROLES = {
    "coordinator": ConsortiumRole.COORDINATOR,
    "participant": ConsortiumRole.BENEFICIARY,
    "partner": ConsortiumRole.ASSOCIATED_PARTNER,
    "associatedpartner": ConsortiumRole.ASSOCIATED_PARTNER,
    "internationalpartner": ConsortiumRole.ASSOCIATED_PARTNER,
    "thirdparty": ConsortiumRole.THIRD_PARTY,
}
# What the name of a company or body has, and a person's hasn't.
_BODY = re.compile(
    r"\b(?:s\.?\s?r\.?\s?l|s\.?\s?p\.?\s?a|s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s|s\.?\s?c\.?\s?a?\.?\s?r?\.?\s?l|gmbh|ltd|limited|"
    r"inc|llc|bv|ab|oy|as|aps|sa|sl|sas|ag|kft|doo|plc|co|coop\w*|consor\w+|universit\w+|institut\w*|istitut\w*|"
    r"cent(?:re|er|ro|rum)|fondazione|foundation|associa\w+|agen\w+|comune|provincia|regione|council|academ\w+|"
    r"polit\w+|college|school|scuola|group|gruppo|lab\w*|ministr\w+|company|societ\w+|hospital|ospedale|azienda|"
    r"technolog\w*|tecnolog\w*|engineering|consult\w*|systems?|sistem\w+|research|ricerch?\w*|energy|energia|"
    r"industri\w+|services?|servizi|solutions?|network|cluster|innovation|museum|museo|bank|banca)\b\.?",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(?:s\.?\s?r\.?\s?l|s\.?\s?p\.?\s?a|s\.?\s?n\.?\s?c|s\.?\s?a\.?\s?s|soc\w*|societa'?|company|cooperativa)\b",
    re.IGNORECASE,
)
_RESEARCH = re.compile(
    r"\b(?:universit\w+|politecnico|consiglio nazionale|istituto nazionale|cnr|enea)\b", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:mr|mrs|ms|dr|dott|dott\.ssa|prof|ing|sig|sig\.ra)\b\.?\s", re.IGNORECASE)
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRow:
    """A project in which the organisation took part; `code` is the source's number of it."""

    code: str
    title: str
    role: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganisationRow:
    """An organisation as one row of a file tells it. `nuts` is a code of any level; "" where it isn't told."""

    line: int
    pic: str
    name: str
    kind: str
    short_name: str = ""
    country: str = "IT"
    address: str = ""
    nuts: str = ""
    website: str = ""
    project: ProjectRow | None = None


Row = OrganisationRow | RefusedRow
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Format:
    """How a file is read: {field: column}, what a row must have, and what becomes of it."""

    columns: Mapping[str, str]
    take: Callable[[int, Cells], OrganisationRow]
    needed: tuple[str, ...] = ("pic", "name")


def read_organisations(stream: BinaryIO, options: Options, *, format: Format) -> Iterator[Row]:
    """Read organisations row by row. Every row that can't be read comes out as a RefusedRow.

    Raises UnreadableFile where the header names no PICs or no names.
    """
    columns = {**format.columns, **options.columns}
    with read_text(Bounded(stream, options, LARGEST_FILE_BYTES), options.remark) as text:
        yield from _rows(text, columns, format)


def _rows(text: TextIO, columns: Mapping[str, str], format: Format) -> Iterator[Row]:
    for row in read_rows(text, [columns[name] for name in format.needed]):
        if isinstance(row, RefusedRow):
            yield row
        else:
            line, cells = row
            yield _taken(line, {name: cells.get(column, "") for name, column in columns.items()}, format)


def _taken(line: int, cells: Cells, format: Format) -> Row:
    try:
        return format.take(line, cells)
    except Refused as error:
        return RefusedRow(line, str(error))


# Formats --------------------------------------------------------------------------------------------------------------


def _of_cordis(line: int, cells: Cells) -> OrganisationRow:
    if _is_person(cells):
        # Without the name: what is left out isn't repeated in a report either.
        raise Refused(_("looks like a natural person, and is left out"))
    activity = cells["activity"].upper()
    if activity not in ACTIVITIES:
        raise Refused(_("“%(text)s” is no type of activity") % {"text": activity[:20]})
    kind = ACTIVITIES[activity]
    if _truth(cells["sme"]) and kind in (OrganisationKind.COMPANY, OrganisationKind.OTHER):
        kind = OrganisationKind.SME
    address = ", ".join(filter(None, (cells["street"], f"{cells['post_code']} {cells['city']}".strip())))
    return OrganisationRow(
        line=line,
        pic=_pic(cells["pic"]),
        name=_text("name", cells["name"]),
        short_name=_short(cells["short_name"]),
        kind=kind,
        country=_country(cells["country"]),
        address=_text("address", address)[: LONGEST["address"]],
        nuts=cells["nuts"].upper() if re.fullmatch(r"[A-Za-z]{2}[0-9A-Za-z]{0,3}", cells["nuts"]) else "",
        website=_website(cells["website"]),
        project=_project(cells),
    )


def _of_list(line: int, cells: Cells) -> OrganisationRow:
    name = _text("name", cells["name"])
    return OrganisationRow(
        line=line,
        pic=_pic(cells["pic"]),
        name=name,
        kind=_guessed_kind(name),
        address=_text("address", cells["address"])[: LONGEST["address"]],
        nuts=cells["nuts"].upper(),
    )


FORMATS: dict[str, Callable[[BinaryIO, Options], Iterator[Row]]] = {
    "cordis": partial(
        read_organisations,
        format=Format(
            {
                "pic": "organisationID", "name": "name", "short_name": "shortName", "vat": "vatNumber", "sme": "SME",
                "activity": "activityType", "street": "street", "post_code": "postCode", "city": "city",
                "country": "country", "nuts": "nutsCode", "website": "organizationURL", "project": "projectID",
                "acronym": "projectAcronym", "role": "role",
            },
            _of_cordis,
        ),
    ),
    "pic-list": partial(
        read_organisations,
        format=Format({"pic": "pic", "name": "name", "address": "address", "nuts": "nuts3_guess"}, _of_list),
    ),
}  # fmt: skip


# Cells ----------------------------------------------------------------------------------------------------------------


def _pic(value: str) -> str:
    if not re.fullmatch(r"[0-9]{9}", value):
        raise Refused(_("“%(text)s” is no PIC of nine digits") % {"text": value[:20]})
    return value


def _text(name: str, value: str) -> str:
    try:
        text = " ".join(clean_text(value).split())
    except ValidationError as error:
        raise Refused(f"{name}: {error.messages[0]}") from None
    if name == "name" and not text:
        raise Refused(_("no name"))
    if name == "name" and len(text) > LONGEST[name]:
        raise Refused(
            _("%(name)s has %(count)s characters; %(most)s are allowed")
            % {"name": name, "count": len(text), "most": LONGEST[name]}
        )
    return text


def _short(value: str) -> str:
    """A short name that isn't short is none."""
    text = _text("short_name", value)
    return text if len(text) <= LONGEST["short_name"] else ""


def _country(value: str) -> str:
    """Two letters, as ISO writes them. Two countries at once can't be one organisation's."""
    code = value.upper()
    if ";" in code:
        raise Refused(_("“%(text)s” names two countries") % {"text": value[:20]})
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise Refused(_("“%(text)s” is no country of two letters") % {"text": value[:20]})
    return COUNTRIES.get(code, code)


def _truth(value: str) -> bool:
    word = value.lower()
    if word not in YES | NO:
        raise Refused(_("“%(text)s” says neither yes nor no (SME)") % {"text": value[:20]})
    return word in YES


def _website(value: str) -> str:
    """An absolute address; what is none is left out, for the rest of the row is as good without it."""
    text = value.strip()
    if text and "://" not in text:
        text = f"https://{text}"
    try:
        _check_url(text)
    except ValidationError:
        return ""
    return text if len(text) <= 200 else ""


def _project(cells: Cells) -> ProjectRow | None:
    code = cells["project"]
    if not re.fullmatch(r"[0-9A-Za-z-]{1,50}", code):
        return None
    title = _text("acronym", cells["acronym"])[:300] or code
    role = ROLES.get(cells["role"].lower().replace(" ", ""), "")
    url = f"https://cordis.europa.eu/project/id/{code}" if code.isdecimal() else ""
    return ProjectRow(code=f"cordis:{code}", title=title, role=role, url=url)


def _is_person(cells: Cells) -> bool:
    """Whether a row is perhaps somebody's own name: CORDIS doesn't say so.

    A title before it; or two to four words without a figure, none of which a body's name would have, of somebody with
    no VAT number, no short name, no site, and who is neither a research nor a public body.
    """
    name = cells["name"]
    if _TITLE.match(name):
        return True
    words = name.replace("'", " ").replace("-", " ").split()
    looks_so = (
        2 <= len(words) <= 4 and all(word.replace(".", "").isalpha() for word in words) and not _BODY.search(name)
    )
    is_body = (
        cells["vat"] or cells["short_name"] or cells["website"] or cells["activity"].upper() in {"HES", "REC", "PUB"}
    )
    return looks_so and not is_body


def _guessed_kind(name: str) -> str:
    """A list of names tells no kind: the legal form in the name does, or nothing."""
    if _RESEARCH.search(name):
        return OrganisationKind.RESEARCH
    return OrganisationKind.COMPANY if _COMPANY.search(name) else OrganisationKind.OTHER
