"""Parsing of reviews, of the round that they belong to, and of who is asked; the actions judge it."""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ideas.actions.reviewers import MAX_LABEL_CHARS
from ideas.actions.reviews import MAX_REASON_CHARS, MAX_REMARK_CHARS, Opinion
from ideas.choices import Confidence, ReviewScheme, ScoresShown
from ideas.forms.typed import ShownForm, text_field
from ideas.models import Member, Review, ReviewRound
from ideas.queries.reviewers import Candidate
from ideas.rules.reviews import CRITERIA, MARKS, MOST_OWN, MOST_REVIEWERS, MOST_WEIGHT, criteria_of

DAY_AND_HOUR = "%Y-%m-%dT%H:%M"
NOT_APPLICABLE = "na"
MOST_VERSION = 2**31 - 1


class LinesField(forms.CharField):
    """Short labels, one a line; as typed while they are shown, a list once they are read."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line for line in super().clean(value).splitlines() if line.strip()]


class RoundForm(forms.Form):
    """By what ideas are judged, until when, and what of it is shown one day."""

    scheme = forms.ChoiceField(label=_("Criteria"), choices=ReviewScheme.choices, widget=forms.RadioSelect)
    own = LinesField(
        label=_("Criteria of your own"), required=False, max_length=(MAX_LABEL_CHARS + 2) * (MOST_OWN + 1),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line, five at the most: judged beside the others, and never weighed nor added to them."),
    )  # fmt: skip
    due = forms.DateTimeField(
        label=_("Due"), required=False, input_formats=[DAY_AND_HOUR, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=DAY_AND_HOUR),
        help_text=_("By your clock. Reviewers are reminded two days before."),
    )  # fmt: skip
    scores_shown = forms.ChoiceField(
        label=_("Scores shown when published"), choices=ScoresShown.choices, widget=forms.RadioSelect,
        help_text=_("To the authors, and on the published list. Names of reviewers are never shown."),
    )  # fmt: skip

    def __init__(self, *args: Any, made: ReviewRound | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "scheme": made.scheme if made else ReviewScheme.SINGLE_STAGE,
            "own": [one["label"] for one in made.own] if made else [],
            "due": made.due if made else None,
            "scores_shown": made.scores_shown if made else ScoresShown.NONE,
        }
        super().__init__(*args, **kwargs)
        weights = made.weights if made else {}
        for one in CRITERIA[ReviewScheme.SINGLE_STAGE]:
            self.fields[f"weight-{one.code}"] = forms.DecimalField(
                label=str(one.label), required=False, min_value=0, max_value=MOST_WEIGHT, max_digits=4,
                decimal_places=2, localize=True, initial=Decimal(weights.get(one.code, "1")),
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )  # fmt: skip

    @property
    def weights(self) -> list[forms.BoundField]:
        """The fields of the weights, in the order of the criteria."""
        return [self[name] for name in self.fields if name.startswith("weight-")]

    @property
    def content(self) -> dict[str, Any]:
        """What `actions.reviewers.set_round` takes. A weight of a criterion that the scheme lacks is left out."""
        data = self.cleaned_data
        codes = [one.code for one in CRITERIA[data["scheme"]]]
        weights = {code: data[f"weight-{code}"] for code in codes if data.get(f"weight-{code}") is not None}
        return {name: data[name] for name in ("scheme", "own", "due", "scores_shown")} | {"weights": weights}


class RuleForm(forms.Form):
    """How many reviewers from other organisations each idea of a list shall have."""

    wanted = forms.IntegerField(
        label=_("Reviewers for each idea"), min_value=1, max_value=MOST_REVIEWERS, initial=2,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class ReviewersForm(forms.Form):
    """Whom of a list's people; who of them can't be asked, the action says."""

    members = forms.MultipleChoiceField(
        label=_("Reviewers"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one person."), "invalid_choice": _("Choose one of these.")},
    )  # fmt: skip

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._people = {str(one.member.pk): one.member for one in candidates}
        people = self.fields["members"]
        assert isinstance(people, forms.MultipleChoiceField)
        people.choices = [(key, member.name) for key, member in self._people.items()]

    def clean_members(self) -> list[Member]:
        return [self._people[key] for key in self.cleaned_data["members"]]


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=MAX_REASON_CHARS, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words why, so that the leads can ask somebody else.")},
    )  # fmt: skip


class ReviewForm(ShownForm):
    """A review as it is typed: a mark and a remark for each criterion, a word for the leads, how sure one is.

    `draft` is the key of this window (see `Review.saved_in`), `version` the review's as it was read.
    """

    version = forms.IntegerField(min_value=0, max_value=MOST_VERSION, widget=forms.HiddenInput)
    draft = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": review.version, "draft": secrets.token_urlsafe(12), **_said(review)}
        super().__init__(*args, **kwargs)
        self.criteria = criteria_of(review.entry.shortlist.round)
        for one in self.criteria:
            self.fields[f"mark-{one.code}"] = forms.ChoiceField(
                label=_("Mark"), choices=mark_choices(), required=False, widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("A mark is from 0 to 5, in halves.")},
            )  # fmt: skip
            self.fields[f"remark-{one.code}"] = text_field(_("To the authors"), MAX_REMARK_CHARS)
        self.fields["aside"] = text_field(_("For the leads only"), MAX_REMARK_CHARS)
        self.fields["confidence"] = forms.ChoiceField(
            label=_("How sure you are"), choices=Confidence.choices, required=False, widget=forms.RadioSelect
        )

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What the page draws for each criterion: {criterion, mark, remark}."""
        return [
            {"criterion": one, "mark": self[f"mark-{one.code}"], "remark": self[f"remark-{one.code}"]}
            for one in self.criteria
        ]

    @property
    def opinion(self) -> Opinion:
        """What `actions.reviews` takes. A criterion without a mark isn't in it."""
        data = self.cleaned_data
        marks = {one.code: data.get(f"mark-{one.code}") for one in self.criteria}
        return Opinion(
            marks={code: None if mark == NOT_APPLICABLE else mark for code, mark in marks.items() if mark},
            remarks={one.code: data.get(f"remark-{one.code}", "") for one in self.criteria},
            aside=data.get("aside", ""),
            confidence=data.get("confidence", ""),
        )

    def over(self, review: Review) -> list[dict[str, str]]:
        """Say where this form differs from the review as it is saved now: [{label, theirs, mine}]."""
        saved = ReviewForm(review=review)
        labels = {f"mark-{one.code}": str(one.label) for one in self.criteria}
        labels |= {f"remark-{one.code}": f"{one.label}: {gettext('To the authors')}" for one in self.criteria}
        labels |= {name: str(self.fields[name].label) for name in ("aside", "confidence")}
        pairs = [(label, saved.shown(name), self.shown(name)) for name, label in labels.items()]
        return [{"label": label, "theirs": one, "mine": other} for label, one, other in pairs if one != other]


def _said(review: Review) -> dict[str, Any]:
    marks = {f"mark-{code}": NOT_APPLICABLE if mark is None else mark for code, mark in review.marks.items()}
    remarks = {f"remark-{code}": text for code, text in review.remarks.items()}
    return {**marks, **remarks, "aside": review.aside, "confidence": review.confidence}


def mark_choices() -> list[tuple[str, str]]:
    """Every mark as the reader's language writes it, whole ones without a decimal; then “not applicable”."""
    shown = [(mark, number_format(Decimal(mark), 0 if mark.endswith("0") else 1)) for mark in MARKS]
    return [*shown, (NOT_APPLICABLE, gettext("n/a"))]
