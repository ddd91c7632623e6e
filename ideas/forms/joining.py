"""Parsing of what people fill in to look for partners, to ask for a place and to answer."""

from typing import Any

from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.actions.join_steps import MAX_TEXT_CHARS
from ideas.actions.slots import SLOT
from ideas.choices import ConsortiumRole, OrganisationKind
from ideas.models import Idea, Member, Organisation, RoleSlot
from ideas.queries.joining import organisations_free_to_ask, organisations_to_invite


class _Area(forms.Textarea):
    """Counts, but cuts nothing off: what is pasted stays, and is refused in words."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("maxlength", None)
        return attrs


def _area(label: Any, hint: Any = "", *, required: bool = False) -> forms.CharField:
    widget = _Area(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=MAX_TEXT_CHARS, widget=widget)


HINTS: dict[str, Any] = {
    "expertise": _("What the partner must know or have: a line that says it to a stranger."),
    "work": _("What the partner would do in the project."),
    "accredited": _("Only laboratories accredited by the Region's network."),
    "mandatory": _("Without this partner the proposal can't be sent."),
}


class SlotForm(forms.Form):
    """A place as its author describes it; `content` is what the action takes, which judges it."""

    def __init__(self, *args: Any, slot: RoleSlot | None = None, **kwargs: Any) -> None:
        initial = forms.model_to_dict(slot, fields=SLOT) if slot else {"wanted": 1}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.fields.update(forms.fields_for_model(RoleSlot, fields=SLOT, help_texts=HINTS))
        self.fields["work"].widget.attrs["rows"] = 4
        self.fields["kinds"] = forms.MultipleChoiceField(
            label=_("Kinds of organisation"), help_text=_("None chosen: any kind."), required=False,
            choices=OrganisationKind.choices, widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    @property
    def content(self) -> dict[str, Any]:
        """{name: value} of the fields of `SLOT`."""
        return {name: self.cleaned_data[name] for name in SLOT}


class SlotChoice(forms.ModelChoiceField):
    """A place, said with its role and how full it is: a place filled meanwhile is refused by the action, in words."""

    def label_from_instance(self, obj: RoleSlot) -> str:
        words = {"expertise": obj.expertise, "role": obj.get_role_display(), "filled": obj.filled, "wanted": obj.wanted}
        return gettext("%(expertise)s · %(role)s · %(filled)d of %(wanted)d filled") % words


class _PlaceForm(forms.Form):
    """What a request and an invitation have in common: an organisation, and a place or another role."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"))
    slot = SlotChoice(
        RoleSlot.objects.none(), label=_("Place"), required=False, empty_label=_("Something else"), blank=True,
        widget=forms.RadioSelect,
    )  # fmt: skip
    role = forms.ChoiceField(
        label=_("Role"), choices=ConsortiumRole.choices, required=False, initial=ConsortiumRole.BENEFICIARY,
        help_text=_("Only for “Something else”: a place has its own role."),
    )  # fmt: skip

    def _offer(self, idea: Idea, organisations: QuerySet[Organisation]) -> None:
        """Only free places are offered; one that was taken meanwhile is refused by the action, in words."""
        slots = idea.slots.all() if self.is_bound else idea.slots.filter(filled__lt=F("wanted"))
        for name, rows in (("organisation", organisations), ("slot", slots)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class AskForm(_PlaceForm):
    """A request to join. Only the member's own organisations can be chosen."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), help_text=_("For whom you ask.")
    )
    contribution = _area(
        _("What you bring"), _("People, equipment, a pilot site, co-funding: what the authors can count on."),
        required=True,
    )  # fmt: skip
    message = _area(_("Message to the authors"))
    can_coordinate = forms.BooleanField(label=_("We are willing to coordinate"), required=False)

    def __init__(self, *args: Any, member: Member, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Organisation.objects.filter(affiliations__member=member)
        self._offer(idea, own)
        if not self.is_bound:
            self.initial.setdefault("organisation", organisations_free_to_ask(member, idea).first() or own.first())


class InviteForm(_PlaceForm):
    """An invitation. Only organisations can be chosen for which somebody can answer."""

    message = _area(
        _("Message"), _("Why this organisation, and what you would do together. Its administrators read it.")
    )

    def __init__(self, *args: Any, idea: Idea, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(idea, organisations_to_invite(idea))


class SplitForm(forms.Form):
    """How many a place keeps when it becomes two; the action says how many it may."""

    first = forms.IntegerField(label=_("How many stay here"), min_value=1, max_value=32_767, initial=1)


class AnswerForm(forms.Form):
    """The reason of a step; the action judges whether it needs one."""

    reason = _area(_("Reason"), _("The other side reads it."))

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
