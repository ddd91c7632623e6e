"""What a reader asks of the directory, read from the address."""

from django.http import QueryDict

from ideas.choices import OrganisationKind
from ideas.forms.filters import chosen, searched
from ideas.queries.organisations import OrganisationFilters


def read_organisation_filters(params: QueryDict) -> OrganisationFilters:
    """Turn the address into filters. Kinds that don't exist are left out."""
    return OrganisationFilters(
        kind=chosen(params, "kind", OrganisationKind.values),
        province=chosen(params, "province"),
        value_chain=chosen(params, "value_chain"),
        accredited=params.get("accredited") == "1",
        q=searched(params),
    )
