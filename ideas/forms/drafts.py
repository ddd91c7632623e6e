"""A form of an idea on its way: what stands in its fields, right or wrong."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.crypto import get_random_string

from ideas.forms.ideas import IdeaForm

KEY_CHARS = 20
_key = RegexValidator(r"\A[A-Za-z0-9-]{8,40}\Z")


class DraftForm(forms.Form):
    """Which form it is: `draft` names it, `idea` is the reference where it is of one that there is."""

    draft = forms.CharField(validators=[_key])
    idea = forms.CharField(required=False, max_length=20)


def new_key() -> str:
    """Name a form that is drawn now."""
    return get_random_string(KEY_CHARS)


def key_in(data: QueryDict) -> str:
    """Read the name of the form that was sent; "" for none, or one that is none of ours."""
    form = DraftForm({"draft": data.get("draft")})
    return str(form.cleaned_data["draft"]) if form.is_valid() else ""


def typed_in(data: QueryDict) -> dict[str, Any]:
    """Read an idea's form as it was typed: {field: text, list of texts, or whether it is ticked}."""
    return {name: field.widget.value_from_datadict(data, {}, name) for name, field in IdeaForm.base_fields.items()}
