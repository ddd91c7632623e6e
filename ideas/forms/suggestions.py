"""Parsing of what is said of a suggestion: an organisation for a place, or an idea for an organisation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.suggestions import MAX_REASON_CHARS
from ideas.choices import SuggestionVerdict
from ideas.forms.typed import text_field


class MarkForm(forms.Form):
    """What is said, and why. Several stand on one page: `place` tells their fields' ids apart."""

    verdict = forms.ChoiceField(choices=SuggestionVerdict.choices, widget=forms.HiddenInput)
    reason = text_field(_("Why"), MAX_REASON_CHARS, rows=2)

    def __init__(self, data: Any = None, *, place: str) -> None:
        super().__init__(data, auto_id=f"id_{place}_%s", initial={"verdict": SuggestionVerdict.ASIDE})
