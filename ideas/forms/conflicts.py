"""Parsing of what members say of an interest that they have in an idea."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.conflicts import MAX_REASON_CHARS


class ConflictForm(forms.Form):
    reason = forms.CharField(
        label=_("Which interest"), required=False, max_length=MAX_REASON_CHARS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Cluster staff reads it, nobody else."),
    )  # fmt: skip
