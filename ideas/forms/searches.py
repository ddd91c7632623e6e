"""Reading the form that saves a search."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    alerts = forms.BooleanField(label=_("Tell me of new ideas, once a day at the most"), required=False)
