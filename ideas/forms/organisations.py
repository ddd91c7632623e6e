"""What a reader asks of the directory, read from the address; and the form in which a profile is written."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language_info, gettext_lazy

from ideas.actions.competences import MOST_WORDS
from ideas.actions.organisations import (
    CERTIFIED,
    EARLIEST_YEAR,
    FACTS,
    LATEST_YEAR,
    LINES,
    MOST_PROJECTS,
    SETS,
    TEXT_CHARS,
    TEXTS,
)
from ideas.choices import ConsortiumRole, OrganisationKind, Scheme
from ideas.forms.calls import ThingsField
from ideas.forms.filters import chosen, searched, switched_on
from ideas.forms.typed import ShownForm, TypedText, text_field, with_blank
from ideas.models import Member, Organisation, PastProject, Term
from ideas.models.competences import LISTS, NAME_CHARS
from ideas.queries.organisations import OrganisationFilters
from ideas.queries.taxonomy import chains_in_use, kets_in_use, terms
from ideas.rules.organisations import can_certify

# Those of the Union in which partners of the cluster work; others that an organisation has stay.
LANGUAGES = ("it", "en", "fr", "de", "es", "pt", "nl", "pl", "ro", "el", "sl", "hr", "cs", "hu", "sv", "fi")
SPARE_ROWS = 2


def read_organisation_filters(params: QueryDict) -> OrganisationFilters:
    """Turn the address into filters. Kinds that don't exist are left out."""
    return OrganisationFilters(
        kind=chosen(params, "kind", OrganisationKind.values),
        province=chosen(params, "province"),
        value_chain=chosen(params, "value_chain"),
        ket=chosen(params, "ket"),
        competence=chosen(params, "competence"),
        equipment=chosen(params, "equipment"),
        service=chosen(params, "service"),
        accredited=switched_on(params, "accredited"),
        member=switched_on(params, "member"),
        q=searched(params),
    )


class WordsField(TypedText):
    """Words of the vocabulary, one a line. Gives a list; what is allowed is the action's business."""

    def __init__(self, kind: str, **options: Any) -> None:
        rows = forms.Textarea(attrs={"rows": 5, "data-words-of": kind})
        limit = MOST_WORDS * (NAME_CHARS + 2)
        super().__init__(required=False, widget=rows, max_length=limit, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def clean(self, value: Any) -> list[str]:
        lines = str(super().clean(value)).replace(";", "\n").split("\n")
        return [line.strip() for line in lines if line.strip()]


def _line(label: Any, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, **options)


def _link(label: Any, limit: int, **options: Any) -> forms.URLField:
    return forms.URLField(label=label, max_length=limit, required=False, assume_scheme="https", **options)


def _year(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, required=False, localize=False, **options
    )


class OrganisationForm(ShownForm):
    """A profile, as its administrators or cluster staff write it. `content()` is what `actions.organisations` takes."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    short_name = _line(
        gettext_lazy("Short name"), 60, help_text=gettext_lazy("As people say it; it stands on cards and in lists.")
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=with_blank(OrganisationKind.choices))
    pic = _line(
        gettext_lazy("PIC"),
        20,
        help_text=gettext_lazy("The nine digits by which the European Union knows the organisation."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    website = _link(gettext_lazy("Website"), 200)
    address = _line(gettext_lazy("Address"), 300)
    province = forms.ModelChoiceField(
        Term.objects.none(),
        label=gettext_lazy("Province"),
        required=False,
        empty_label=gettext_lazy("None of the region"),
    )
    country = forms.CharField(
        label=gettext_lazy("Country"), max_length=2, help_text=gettext_lazy("Two letters, such as IT.")
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages in which they work"), required=False, widget=forms.CheckboxSelectMultiple
    )
    description_it = text_field(
        gettext_lazy("Who they are, in Italian"),
        TEXT_CHARS,
        8,
        help_text=gettext_lazy("Markdown: **bold**, lists, links. What partners need to know first."),
    )
    description_en = text_field(
        gettext_lazy("Who they are, in English"), TEXT_CHARS, 8, help_text=gettext_lazy("For partners from elsewhere.")
    )
    competences = WordsField(
        "competence",
        label=gettext_lazy("Competences"),
        help_text=gettext_lazy("What they know, one a line. Take known words where they fit; new ones are proposals."),
    )
    equipment = WordsField(
        "equipment",
        label=gettext_lazy("Equipment"),
        help_text=gettext_lazy("What they have that others could use, one a line."),
    )
    services = WordsField(
        "service",
        label=gettext_lazy("Services"),
        help_text=gettext_lazy("What they do for others: tests, certification, training; one a line."),
    )
    value_chains = ThingsField(label=gettext_lazy("Value chains"), queryset=None, required=False)
    kets = ThingsField(label=gettext_lazy("Key enabling technologies"), queryset=None, required=False)
    accredited = forms.BooleanField(label=gettext_lazy("Accredited laboratory"), required=False)
    member_since = _year(
        gettext_lazy("Member of the cluster since"), help_text=gettext_lazy("Empty for who isn't a member.")
    )

    def __init__(self, *args: Any, by: Member, organisation: Organisation | None = None, **options: Any) -> None:
        initial = _initial(organisation) if organisation else {"country": "IT", "languages": ["it"]}
        options["initial"] = {**initial, **options.get("initial", {})}
        super().__init__(*args, **options)
        self._offer("province", terms(Scheme.PROVINCE))
        self._offer("value_chains", chains_in_use(), organisation)
        self._offer("kets", kets_in_use(), organisation)
        field = self.fields["languages"]
        assert isinstance(field, forms.MultipleChoiceField)
        known = organisation.languages if organisation else []
        field.choices = [(code, language_name(code)) for code in dict.fromkeys([*LANGUAGES, *known])]
        if not can_certify(by):
            for name in CERTIFIED:
                del self.fields[name]

    def _offer(self, name: str, in_use: QuerySet[Any], organisation: Organisation | None = None) -> None:
        """Offer what is in use, and what the organisation has already."""
        field: Any = self.fields[name]
        offered = Q(pk__in=in_use.values("pk"))
        if organisation:
            offered |= Q(pk__in=getattr(organisation, name).values("pk"))
        field.queryset = in_use.model._default_manager.filter(offered)

    def content(self) -> dict[str, Any]:
        """Give what was typed, by names of `actions.organisations.CONTENT`."""
        names = (*LINES, *TEXTS, *FACTS, *CERTIFIED, *SETS, *LISTS, "pic", "country")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}


class ProjectForm(forms.Form):
    """A past project. A row without a title, and with nothing else, is no project."""

    id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    programme = _line(gettext_lazy("Programme"), 120)
    year = _year(gettext_lazy("Year"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=with_blank(ConsortiumRole.choices), required=False)
    url = _link(gettext_lazy("Link"), 500)

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"id", "DELETE"})


class ProjectRows(forms.BaseFormSet):
    def projects(self) -> list[dict[str, Any]]:
        """Give the projects that were typed, without those that go."""
        return [
            row.cleaned_data for row in self.forms if row.cleaned_data.get("title") and row not in self.deleted_forms
        ]

    def shown(self) -> str:
        """Say the projects in words, a line each: for two texts side by side."""
        rows = ([row[name].value() for name in ("title", "programme", "year", "role")] for row in self.forms)
        return "\n".join(" · ".join(str(value) for value in row if value) for row in rows if row[0])


def project_rows(data: QueryDict | None = None, *, projects: Iterable[PastProject] = ()) -> ProjectRows:
    """The rows in which past projects are written, with a few more than there are."""
    kind: Any = forms.formset_factory(
        ProjectForm, formset=ProjectRows, extra=SPARE_ROWS, can_delete=True, max_num=MOST_PROJECTS,
        absolute_max=MOST_PROJECTS + SPARE_ROWS, validate_max=True,
    )  # fmt: skip
    names = ("id", "title", "programme", "year", "role", "url")
    initial = [{name: getattr(project, name) for name in names} for project in projects]
    rows: ProjectRows = kind(data, initial=initial, prefix="projects")
    return rows


def language_name(code: str) -> str:
    """Name a language in the reader's own; by its code where it is unknown."""
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def _initial(organisation: Organisation) -> dict[str, Any]:
    plain = (*LINES, *TEXTS, *CERTIFIED, *LISTS, "kind", "languages", "pic", "country", "version")
    return {
        **{name: getattr(organisation, name) for name in plain},
        "province": organisation.province_id,
        **{name: [thing.pk for thing in getattr(organisation, name).all()] for name in SETS},
    }
