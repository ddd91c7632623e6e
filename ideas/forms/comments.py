"""Parsing of what people write under an idea; what a text may contain is the action's business."""

from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.choices import CommentAudience
from ideas.models import Comment, Idea


def new_client_id() -> str:
    """A key that makes one rendered form safe to send twice."""
    return str(uuid4())


def _body() -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3, "placeholder": _("Write a comment…"), "class": "input"})
    return forms.CharField(label=_("Comment"), required=False, strip=False, widget=area)


class CommentForm(forms.Form):
    """Body, what it answers, and the key of this rendering. `parent` is cleaned to a comment of the same discussion of
    the idea, or None.
    """

    body = _body()
    parent = forms.ModelChoiceField(Comment.objects.none(), required=False, widget=forms.HiddenInput)
    client_id = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: object, idea: Idea, audience: str = CommentAudience.ALL, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        parent = self.fields["parent"]
        assert isinstance(parent, forms.ModelChoiceField)
        parent.queryset = Comment.objects.filter(idea=idea, audience=audience).select_related("author")

    def clean_client_id(self) -> str:
        """A form that came without a key gets one: it can't be told from a second one."""
        return self.cleaned_data["client_id"] or new_client_id()


class CommentEditForm(forms.Form):
    body = _body()
