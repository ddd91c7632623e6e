"""Parsing of an organisation's line of the consortium sheet, and of its signed letter; the actions judge both."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.partners import FIGURES, LINE
from ideas.forms.comments import new_client_id
from ideas.models import Member, Organisation, PartnerSheet
from ideas.models.partners import MAX_BUDGET_EUR, MAX_PERSON_MONTHS
from ideas.queries.partners import people_of

# A million as people write it: 1.000.000, 1,000,000, 1 000 000 or 1'000'000. One dot alone would be taken for cents.
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’\s]\d{3})+")


class Euros(forms.IntegerField):
    """A sum in whole euros, with or without marks between the thousands."""

    def to_python(self, value: Any) -> int | None:
        typed = str(value or "").replace("€", "").strip()
        return super().to_python(re.sub(r"\D", "", typed) if _GROUPED.fullmatch(typed) else typed)


class LineForm(forms.Form):
    """Contact person (where the writer may name one), budget and person-months, over the `version` they had read."""

    contact = forms.ModelChoiceField(
        Member.objects.none(), label=_("Contact person"), required=False, empty_label=_("Nobody yet"),
        help_text=_("The team sees name and e-mail address."),
    )  # fmt: skip
    budget_eur = Euros(
        label=_("Indicative budget, in euros"), required=False, min_value=0, max_value=MAX_BUDGET_EUR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input"}),
    )  # fmt: skip
    person_months = forms.DecimalField(
        label=_("Person-months"), required=False, min_value=0, max_value=MAX_PERSON_MONTHS, max_digits=5,
        decimal_places=1, localize=True, help_text=_("Indicative; half ones count, too."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}),
    )  # fmt: skip
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, organisation: Organisation, line: PartnerSheet | None, names_contact: bool, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {name: getattr(line, name) for name in (*LINE, "version")} if line else {"version": 0}
        super().__init__(*args, **kwargs)
        contact = self.fields["contact"]
        assert isinstance(contact, forms.ModelChoiceField)
        contact.queryset = people_of(organisation)
        if not names_contact:
            del self.fields["contact"]

    @property
    def content(self) -> dict[str, Any]:
        """{name: value} of the fields of `LINE` that the writer may fill in."""
        return {name: self.cleaned_data[name] for name in ("contact", *FIGURES) if name in self.cleaned_data}


class LetterForm(forms.Form):
    """The signed letter, and the key of this rendering."""

    file = forms.FileField(
        label=_("Signed letter"),
        help_text=_("A PDF file, up to 20 MB: signed by hand and scanned, or signed digitally."),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    client_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_client_id(self) -> str:
        """A form that came without a key gets one: it can't be told from a second one."""
        return self.cleaned_data["client_id"] or new_client_id()
