"""Parsing of files of ideas, and of what their columns tell."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ideas.exchange.calls import UnreadableFile
from ideas.exchange.ideas import FIELDS, LARGEST_FILE_BYTES, MOST_IDEAS, read_json
from ideas.exchange.tables import Table, read_csv, read_xlsx
from ideas.forms.ideas import IdeaForm

LABELS: dict[str, Any] = {
    **{name: field.label for name, field in IdeaForm.base_fields.items()},
    "slots": gettext_lazy("Partners sought"),
}
NEEDED = frozenset({"title", "value_chain"})


class IntakeForm(forms.Form):
    """A file of ideas; `table` is what was read of it, `kind` its format."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=300,
        help_text=gettext_lazy(
            "CSV, XLSX or JSON, up to 5 MB and 200 ideas: an export of this place, or a list of your own with a "
            "line of column names. Nothing is written before you have seen what would come of it."
        ),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        self.kind = file.name.rpartition(".")[2].lower()
        if "\x00" in file.name or self.kind not in ("csv", "xlsx", "json"):
            raise forms.ValidationError(_("Give a file that ends in .csv, .xlsx or .json."))
        if file.size > LARGEST_FILE_BYTES:
            raise forms.ValidationError(_("The file has more than 5 MB. Divide it."))
        try:
            self.table = _read(file.read(), self.kind)
        except UnreadableFile as error:
            raise forms.ValidationError(str(error)) from error
        if not self.table.rows:
            raise forms.ValidationError(_("The file has no ideas in it."))
        return file


class IdeaColumnsForm(forms.Form):
    """Which column of a file tells which field; those that bear the field's name are filled in."""

    def __init__(self, *args: Any, header: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        guessed = guess_columns(header)
        for name in FIELDS:
            self.fields[name] = forms.ChoiceField(
                label=LABELS.get(name, name),
                choices=[("", _("no column")), *((column, column) for column in header)],
                required=name in NEEDED,
                initial=self.initial.get(name, guessed.get(name, "")),
            )

    def columns(self) -> dict[str, str]:
        """{field: column} of those that were chosen."""
        return {name: column for name, column in self.cleaned_data.items() if column}


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Find the columns that bear a field's code, or its name in either language: {field: column}."""
    columns = {" ".join(column.lower().replace("_", " ").split()): column for column in header}
    names = {name: {name.replace("_", " ")} for name in FIELDS}
    for language in ("it", "en"):
        with override(language):
            for name in FIELDS:
                names[name].add(str(LABELS.get(name, name)).lower())
    return {
        name: next(columns[one] for one in known if one in columns)
        for name, known in names.items()
        if any(one in columns for one in known)
    }


def _read(body: bytes, kind: str) -> Table:
    if kind == "json":
        return read_json(body)
    return (read_xlsx if kind == "xlsx" else read_csv)(body, most_rows=MOST_IDEAS)
