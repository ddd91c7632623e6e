"""Parsing of what staff give to be imported: a file and its format, and what the columns of a list tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ideas.exchange.csv_presets import FIELDS, PRESETS
from ideas.exchange.deadlines import ROME
from ideas.exchange.formats import CANDIDATE_FORMATS, COLUMN_FORMATS, FORMATS
from ideas.forms.deadlines import ZONES

# No header has it: names of columns are read without spaces around them.
NO_COLUMN = " "
# The server holds what it receives in memory, many times over: what is larger goes by the command, with --preview.
LARGEST_UPLOAD_BYTES = 20_000_000
# {name of the format: what a person calls it}; those that aren't here are called by their name.
FORMAT_LABELS: dict[str, str | Promise] = {
    "eu-portal": _("EU portal: the bulk file grantsTenders.json"),
    "eu-search": _("EU portal: saved results of a search (JSON)"),
    "eu-topics": _("EU portal: list of topics (CSV)"),
    "horizon-topics": _("Horizon Europe: list of topics with stages (CSV)"),
    "incentivi": _("incentivi.gov.it (CSV)"),
    "pa-digitale": _("PA digitale: notices (CSV)"),
    "csv": _("Another list (CSV): you say what each column tells"),
    "ical": _("Calendar (iCalendar, .ics)"),
    "feed": _("News (RSS or Atom): candidates, never calls by themselves"),
    "rss": _("News (RSS or Atom): candidates, never calls by themselves"),
}
# What a person looks for first.
FIRST = ("identifier", "title", "opens", "closes", "closes_2", "model", "level", "url")
FIELD_LABELS: dict[str, str | Promise] = {
    "identifier": _("Identifier"),
    "title": _("Title"),
    "level": _("Level: regional, national, european or other"),
    "language": _("Language of the text: it or en"),
    "languages": _("Languages of proposals"),
    "funder": _("Funder"),
    "programme": _("Programme"),
    "call_identifier": _("Identifier of the call it is part of"),
    "call_title": _("Title of the call it is part of"),
    "action_type": _("Type of action"),
    "summary": _("Summary"),
    "url": _("Page of the call"),
    "source": _("Source"),
    "source_status": _("Status, as the source says"),
    "budget_total": _("Budget"),
    "budget_min": _("Budget of a project, from"),
    "budget_max": _("Budget of a project, up to"),
    "expected_grants": _("Grants expected"),
    "trl_min": _("TRL, from"),
    "trl_max": _("TRL, up to"),
    "opens": _("Opening"),
    "closes": _("Closing"),
    "closes_2": _("Closing of the second stage"),
    "model": _("Model: single-stage, two-stage or multiple cut-off"),
}


def format_label(name: str) -> str | Promise:
    """What a person calls a format, or a source of calls."""
    return FORMAT_LABELS.get(name, name)


class UploadForm(forms.Form):
    """A file, and what it is."""

    format = forms.ChoiceField(label=_("What it is"), choices=())
    file = forms.FileField(
        label=_("File"),
        max_length=300,
        help_text=_(
            "Up to 20 MB, not packed; larger files, such as the EU portal's whole list, by the command import_calls "
            "--preview. Nothing is written before you have seen what would change."
        ),
        error_messages={"empty": _("The file is empty.")},
    )
    zone = forms.ChoiceField(
        label=_("Whose clock"),
        choices=list(ZONES.items()),
        initial=ROME,
        required=False,
        help_text=_("For a calendar that names no time zone: its hours are those of this place."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        formats = self.fields["format"]
        assert isinstance(formats, forms.ChoiceField)
        named = [name for name in FORMAT_LABELS if name in FORMATS or name in CANDIDATE_FORMATS]
        others = sorted({*FORMATS, *CANDIDATE_FORMATS} - {*named})
        formats.choices = [("", "—"), *((name, format_label(name)) for name in (*named, *others))]

    def clean_zone(self) -> str:
        return self.cleaned_data["zone"] or ROME

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file has more than 20 MB. Give it to the command import_calls --preview, and it is shown here.")
            )
        if "\x00" in file.name:
            raise forms.ValidationError(_("The file's name can't be read."))
        return file


class ColumnsForm(forms.Form):
    """Which column of a list tells which field; as far as they have the names that a format knows, filled in."""

    def __init__(self, *args: Any, header: Sequence[str], format: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: Mapping[str, str] = PRESETS[format].columns if format in COLUMN_FORMATS else {}
        columns = list(dict.fromkeys(name for name in header if name))
        has_identifier = format in PRESETS and bool(PRESETS[format].prefix)
        for name in sorted(FIELDS, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST)):
            column = self.known.get(name)
            self.fields[name] = forms.ChoiceField(
                label=str(FIELD_LABELS.get(name, name)),
                choices=[("", _("no column")), *((column, column) for column in columns)],
                required=name == "title" or (name == "identifier" and not has_identifier),
                initial=column if column in columns else "",
            )

    def columns(self) -> dict[str, str]:
        """{field: column}, only where the person chose otherwise than the format knows."""
        chosen = {name: column or NO_COLUMN for name, column in self.cleaned_data.items()}
        return {name: column for name, column in chosen.items() if column != self.known.get(name, NO_COLUMN)}
