"""Parsing of a file that a member puts beside an idea; what it may be is `exchange.attachments`'s business."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.choices import AttachmentAudience
from ideas.exchange.attachments import FORMATS
from ideas.forms.comments import new_client_id

# What the dialog for choosing a file offers first.
ACCEPT = ",".join(f".{suffix}" for suffix in FORMATS)


class AttachmentForm(forms.Form):
    """The file, who may read it, and the key of this rendering."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG or WebP; up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    audience = forms.ChoiceField(
        label=_("Who may read it"),
        choices=AttachmentAudience.choices,
        initial=AttachmentAudience.ALL,
        widget=forms.RadioSelect,
    )
    client_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean_client_id(self) -> str:
        """A form that came without a key gets one: it can't be told from a second one."""
        return self.cleaned_data["client_id"] or new_client_id()

    def content(self) -> dict[str, Any]:
        """What `add_attachment` takes of it."""
        file = self.cleaned_data["file"]
        return {
            "file": file,
            "name": file.name,
            "audience": self.cleaned_data["audience"],
            "client_id": self.cleaned_data["client_id"],
        }
