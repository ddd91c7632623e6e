"""What forms of several nouns are made of: typed text, people by name, dates; and a form that can say its values."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from ideas.models import Member

MAX_PEOPLE = 50


class TypedText(forms.CharField):
    """Text of several lines, counted as the browser counts it: a line end is one character."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


class PeopleField(forms.CharField):
    """Members, written as e-mail addresses or names, one a line or between commas; addresses between blanks, too."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[Member]:
        typed = list(dict.fromkeys(_people_in(super().clean(value))))
        if len(typed) > MAX_PEOPLE:
            raise ValidationError(_("Name %(limit)d people at the most."), params={"limit": MAX_PEOPLE})
        known = _members_called(typed)
        refused = [_refusal(one, len(known[one])) for one in typed if len(known[one]) != 1]
        if refused:
            raise ValidationError(refused)
        return list(dict.fromkeys(known[one][0] for one in typed))


def _people_in(text: str) -> Iterator[str]:
    """Read who is named: an address ends at a blank, a name doesn't."""
    for piece in re.split(r"[,;\n]+", text):
        words = piece.split()
        addresses = [word.strip("<>").lower() for word in words if "@" in word]
        yield from addresses or filter(None, [" ".join(words)])


def _members_called(typed: list[str]) -> dict[str, list[Member]]:
    """Look up addresses and names, in whatever case: {as typed: active members}. One query."""
    asked = Q(email__in=typed)
    for one in typed:
        if "@" not in one:
            asked |= Q(name__iexact=one)
    members = list(Member.objects.filter(asked, is_active=True)) if typed else []
    return {one: [row for row in members if one == row.email or _is_name(one, row.name)] for one in typed}


def _is_name(typed: str, name: str) -> bool:
    return typed.casefold() == name.casefold()


def _refusal(typed: str, found: int) -> ValidationError:
    if found:
        return ValidationError(
            _("Several members are called %(name)s: write the e-mail address."), params={"name": typed}
        )
    if "@" in typed:
        return ValidationError(_("No member with this address: %(address)s."), params={"address": typed})
    return ValidationError(_("No member with this name: %(name)s."), params={"name": typed})


def names_of(members: Iterable[Member]) -> str:
    """Write members as `PeopleField` reads them: by name, so that nobody learns an address; by address only where
    several share a name. A query where there are any.
    """
    people = list(members)
    names = {member.name for member in people}
    rows = Member.objects.filter(name__in=names, is_active=True).values_list("name", flat=True) if names else []
    shared = Counter(rows)
    return "\n".join(sorted(row.name if shared[row.name] == 1 else row.email for row in people))


def text_field(label: Any, limit: int, rows: int = 3, **options: Any) -> TypedText:
    widget = forms.Textarea(attrs={"rows": rows})
    return TypedText(label=label, max_length=limit, required=False, widget=widget, **options)


def date_field(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"], **options)


def with_blank(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", "—"), *choices]


class ShownForm(forms.Form):
    """A form whose values can be said in words, for two versions side by side."""

    def shown(self, name: str) -> str:
        """Say a field's value in words, as it stands in this form: for two texts side by side."""
        value = self[name].value()
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return _("yes") if value else _("no")
        if isinstance(field, forms.ChoiceField):
            chosen = {str(key) for key in value} if isinstance(value, (list, tuple)) else {str(value or "")}
            return ", ".join(str(label) for key, label in flat(field.widget.choices) if key and key in chosen)
        return str(value if value is not None else "").replace("\r\n", "\n").strip()


def flat(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield str(key), label
