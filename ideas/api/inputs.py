"""What the API takes as bodies. Types and sizes only; business rules are the actions'."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from ideas.actions.lifecycle import LONG_TEXTS
from ideas.actions.merging import MAX_REASON_CHARS
from ideas.api.fields import BIG, ChainField, CodeField, IdField, KetField, S3Field, SeenIdeaField
from ideas.api.filters import IdeaFilterInput
from ideas.choices import (
    LEAD_DAYS,
    AffiliationRole,
    CommentAudience,
    IdeaState,
    IprStatus,
    Language,
    Nature,
    Outcome,
    Visibility,
)
from ideas.models import Call, Comment, Deadline, Idea, Organisation
from ideas.models.ideas import LONG
from ideas.text import MAX_BODY_CHARS


class IdeaInput(serializers.Serializer[Idea]):
    """The content of an idea; names as in the answer. Authors and invited people are chosen on its page."""

    title = serializers.CharField(max_length=200)
    acronym = serializers.CharField(max_length=30, allow_blank=True, required=False)
    teaser = serializers.CharField(max_length=400, allow_blank=True, required=False)
    language = serializers.ChoiceField(Language.choices, required=False)
    problem = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    approach = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    expected_result = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    advantage = serializers.CharField(max_length=LONG, allow_blank=True, required=False)
    trl_now = serializers.IntegerField(min_value=1, max_value=9, allow_null=True, required=False)
    trl_target = serializers.IntegerField(min_value=1, max_value=9, allow_null=True, required=False)
    ipr_status = serializers.ChoiceField(IprStatus.choices, allow_blank=True, required=False)
    keywords = serializers.CharField(max_length=300, allow_blank=True, required=False)
    value_chain = ChainField(help_text="Code of the primary value chain.")
    value_chains = serializers.ListField(
        child=ChainField(), max_length=20, required=False, help_text="Codes; the primary one may be among them."
    )
    kets = serializers.ListField(child=KetField(), max_length=20, required=False, help_text="Codes of KETs in use.")
    s3_area = S3Field(allow_null=True, required=False)
    nature = serializers.ChoiceField(Nature.choices, allow_blank=True, required=False)
    is_open = serializers.BooleanField(required=False)
    is_disruptive = serializers.BooleanField(required=False)
    call = CodeField(
        "identifier", queryset=Call.objects.all(), allow_null=True, required=False, help_text="Identifier of the call."
    )
    deadline = IdField(queryset=Deadline.objects.all(), allow_null=True, required=False)
    duration_months = serializers.IntegerField(min_value=1, max_value=600, allow_null=True, required=False)
    budget_eur = serializers.IntegerField(min_value=0, max_value=BIG, allow_null=True, required=False)
    geography = serializers.CharField(max_length=200, allow_blank=True, required=False)
    interest_until = serializers.DateField(allow_null=True, required=False)
    valid_until = serializers.DateField(allow_null=True, required=False)
    visibility = serializers.ChoiceField(Visibility.choices, required=False)
    public_teaser = serializers.BooleanField(required=False)
    organisation = IdField(queryset=Organisation.objects.all(), allow_null=True, required=False)

    def content(self) -> dict[str, Any]:
        """The validated input under the names of `actions.ideas.CONTENT`."""
        content = dict(self.validated_data)
        content.pop("version", None)
        if "value_chains" in content:
            idea: Idea | None = self.context.get("idea")
            primary = content.get("value_chain") or (idea.value_chain if idea else None)
            content["other_chains"] = [chain for chain in content.pop("value_chains") if chain != primary]
        return content


assert set(LONG_TEXTS) <= set(IdeaInput().fields)


class Edit(serializers.Serializer[Any]):
    """What changes, and the `version` that it was read in, which alone is required."""

    version = serializers.IntegerField(min_value=1, max_value=BIG)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name == "version"
        return fields


class IdeaEditInput(IdeaInput, Edit):
    """What changes, and the `version` that it was read in."""


class StateInput(serializers.Serializer[Idea]):
    state = serializers.ChoiceField(IdeaState.choices)
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


class RenewInput(serializers.Serializer[Idea]):
    until = serializers.DateField(help_text="The day until which the idea is valid: after today, within five years.")


class AimInput(serializers.Serializer[Idea]):
    """Another call for an idea as it is; `version` is the one that was read."""

    call = CodeField("identifier", queryset=Call.objects.all(), help_text="Identifier of the call.")
    reason = serializers.CharField(max_length=1_000, allow_blank=True, default="")
    version = serializers.IntegerField(min_value=1, max_value=BIG)


class MergeInput(serializers.Serializer[Any]):
    """That `idea` goes into `into`. `joins`: the author who consents for `idea` becomes one of `into`."""

    idea = SeenIdeaField(help_text="Id or reference of the idea that goes.")
    into = SeenIdeaField(help_text="Id or reference of the idea that stays.")
    reason = serializers.CharField(max_length=MAX_REASON_CHARS, allow_blank=True, default="")
    joins = serializers.BooleanField(default=True)


class ConsentInput(serializers.Serializer[Any]):
    """`joins`: for the idea that goes, whether who agrees becomes an author of the other one."""

    joins = serializers.BooleanField(default=True)


class EndMergeInput(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=MAX_REASON_CHARS, allow_blank=True, default="")


class SearchInput(serializers.Serializer[Any]):
    """Filters under a name; `alerts`: be told of new ideas, once a day at the most."""

    name = serializers.CharField(max_length=80)
    alerts = serializers.BooleanField(default=True)
    filters = IdeaFilterInput()


class AlertsInput(serializers.Serializer[Any]):
    alerts = serializers.BooleanField()


class CommentInput(serializers.Serializer[Comment]):
    """`client_id` is chosen by the writer: the same one again gives the same comment. A reply has the audience of what
    it answers.
    """

    body = serializers.CharField(max_length=MAX_BODY_CHARS)
    client_id = serializers.CharField(max_length=64)
    parent = serializers.IntegerField(  # type: ignore[assignment]  # the body's name, not the field's own parent
        allow_null=True, required=False, help_text="Id of the comment answered."
    )
    audience = serializers.ChoiceField(
        CommentAudience.choices, default=CommentAudience.ALL, help_text="`partners`: for the idea's team alone."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        number = attrs.get("parent")
        # Who may not read a discussion isn't even told whether an id is in it: the action refuses them.
        closed = attrs["audience"] == CommentAudience.PARTNERS and not self.context["enters"]
        if number is None or closed:
            return {**attrs, "parent": None}
        parent = self.context["idea"].comments.filter(pk=number, audience=attrs["audience"]).first()
        if parent is None:
            error = serializers.ErrorDetail(_("There is no such comment here."), code="does_not_exist")
            raise serializers.ValidationError({"parent": [error]})
        return {**attrs, "parent": parent}


class CommentFilterInput(serializers.Serializer[Comment]):
    audience = serializers.ChoiceField(
        CommentAudience.choices, default=CommentAudience.ALL,
        help_text="`partners`: the discussion of the idea's team, which nobody else finds.",
    )  # fmt: skip


class CommentEditInput(serializers.Serializer[Comment]):
    body = serializers.CharField(max_length=MAX_BODY_CHARS)


class TickInput(serializers.Serializer[Any]):
    done = serializers.BooleanField()


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")


class AffiliationRequestInput(serializers.Serializer[Any]):
    organisation = IdField(queryset=Organisation.objects.all())
    note = serializers.CharField(max_length=1_000, allow_blank=True, default="")


class RoleInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(AffiliationRole.choices)


class UnitInput(serializers.Serializer[Any]):
    unit = IdField(queryset=Organisation.objects.all(), help_text="Id of the organisation that becomes a unit.")


class FollowInput(serializers.Serializer[Any]):
    """One of the first four. `lead_days`: for a call, when to be reminded instead of as one chose in general."""

    call = CodeField("identifier", queryset=Call.objects.all(), required=False, help_text="Identifier of the call.")
    programme = serializers.CharField(max_length=120, required=False)
    value_chain = ChainField(required=False, help_text="Code of the value chain.")
    ket = KetField(required=False, help_text="Code of the KET.")
    lead_days = serializers.ListField(
        child=serializers.ChoiceField(LEAD_DAYS), max_length=len(LEAD_DAYS), allow_null=True, required=False,
        help_text="Days before a closing; [] is silence, null as in general.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "lead_days" in attrs and set(attrs) != {"call", "lead_days"}:
            error = serializers.ErrorDetail(_("Lead times are of one call."), code="invalid")
            raise serializers.ValidationError({"lead_days": [error]})
        return attrs


class ShortlistInput(serializers.Serializer[Any]):
    value_chain = ChainField(help_text="Code of the value chain.")
    title = serializers.CharField(max_length=200)
    call = CodeField("identifier", queryset=Call.objects.all(), allow_null=True, default=None)
    purpose = serializers.CharField(max_length=6_000, allow_blank=True, default="")


class TagsField(serializers.ListField):
    """Short labels, five at the most."""

    child = serializers.CharField(max_length=200, allow_blank=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)


class EntryInput(serializers.Serializer[Any]):
    idea = SeenIdeaField(help_text="Id or reference of the idea.")
    rationale = serializers.CharField(max_length=6_000, allow_blank=True, default="")
    tags = TagsField(required=False)


class RationaleInput(serializers.Serializer[Any]):
    """Without `tags` the labels stay."""

    rationale = serializers.CharField(max_length=6_000, allow_blank=True)
    tags = TagsField(required=False)


class MoveInput(serializers.Serializer[Any]):
    """`position` 1 is the first, beyond the end is the last; `version` is the list's as it was read."""

    position = serializers.IntegerField(min_value=1, max_value=1_000_000)
    version = serializers.IntegerField(min_value=1, max_value=BIG)


class PublishInput(serializers.Serializer[Any]):
    """`public_teaser`: visitors read the list's title, and those of its ideas that have a public teaser."""

    public_teaser = serializers.BooleanField(default=False)


class DecisionInput(serializers.Serializer[Any]):
    """`version` is that of the staged decision as it was read, 0 where nothing was staged."""

    outcome = serializers.ChoiceField(Outcome.choices)
    text = serializers.CharField(max_length=6_000, allow_blank=True, default="")
    version = serializers.IntegerField(min_value=0, max_value=BIG)


class VersionInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=0, max_value=BIG, help_text="Of the staged decision as it was read.")
