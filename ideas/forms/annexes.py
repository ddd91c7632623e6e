"""Parsing of what authors write into an idea's annex; what a text may contain is the action's business."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.forms.typed import ShownForm, text_field
from ideas.models.annexes import MAX_CHARS


class AnnexForm(ShownForm):
    """The text, and the `version` over which it is written: 0 where there is no annex yet."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    text = text_field(
        _("Text of the annex"),
        MAX_CHARS,
        18,
        help_text=_("What only partners may know. Markdown works here: **bold**, lists, links. Empty takes it away."),
    )

    @property
    def source(self) -> str:
        """What `write_annex` takes."""
        return str(self.cleaned_data["text"])

    @property
    def over(self) -> int:
        """The version over which it is saved."""
        return self.cleaned_data["version"] or 0
