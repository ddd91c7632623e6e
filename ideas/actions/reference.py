"""Reference data: value chains, terms, the steps of plans, the kinds of call and the organisations that the project
carries; not calls, not the demo."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from ideas import publish
from ideas.actions.board import rejudge
from ideas.actions.competences import add_carried
from ideas.actions.search import index_organisations
from ideas.choices import Scheme
from ideas.data import read_json
from ideas.models import Call, Organisation, PlanStep, RuleSet, Term, ValueChain

# Of taxonomies.json: (path of the list, scheme, whether its terms are retired).
SCHEMES: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("kets", "2018"), Scheme.KET_2018, False),
    (("kets", "2009"), Scheme.KET_2009, True),
    (("s3_areas",), Scheme.S3, False),
    (("trl",), Scheme.TRL, False),
    (("provinces",), Scheme.PROVINCE, False),
)


@transaction.atomic(durable=True)
def load_reference() -> dict[str, int]:
    """Bring value chains, terms, steps, kinds of call and the organisations of 2020 in, and leave what is there.

    Create-only: a chain is known by its slug, a term by scheme and code, a step and a kind by its code, an organisation
    by its slug, a word of the vocabulary by its names, and one that exists is never written again, so that whatever
    staff edited (codes too) stays. Running it twice changes nothing. Returns how many rows were added:
    {"value_chains": 8, "terms": 45, "organisations": 16, …}.
    """
    facts = read_json("taxonomies.json")
    return {
        "value_chains": _add_chains(facts["value_chains"]),
        "terms": sum(_add_terms(_at(facts, path), scheme, retired) for path, scheme, retired in SCHEMES),
        "competences": add_carried(read_json("competences.json")),
        "organisations": _add_organisations(read_json("organisations_2020.json")),
        "plan_steps": _add_steps(read_json("plan_steps.json")),
        "rule_sets": _add_rule_sets(read_json("rule_sets.json")["sets"]),
    }


def _at(facts: Any, path: tuple[str, ...]) -> list[dict[str, str]]:
    for key in path:
        facts = facts[key]
    rows: list[dict[str, str]] = facts
    return rows


def _add_chains(rows: list[dict[str, str]]) -> int:
    known = set(ValueChain.objects.values_list("slug", flat=True))
    new = [
        ValueChain(
            code=row["code"],
            slug=row["slug"],
            name_it=row["it"],
            name_en=row["en"],
            description_it=row["description_it"],
            description_en=row["description_en"],
            glyph=row["glyph"],
            position=position,
        )
        for position, row in enumerate(rows, start=1)
        if row["slug"] not in known
    ]
    return len(ValueChain.objects.bulk_create(new))


def _add_terms(rows: list[dict[str, str]], scheme: str, retired: bool) -> int:
    known = set(Term.objects.filter(scheme=scheme).values_list("code", flat=True))
    new = [
        Term(
            scheme=scheme,
            code=row["code"],
            name_it=row["it"],
            name_en=row["en"],
            position=position,
            retired=retired,
        )
        for position, row in enumerate(rows, start=1)
        if row["code"] not in known
    ]
    return len(Term.objects.bulk_create(new))


def _add_steps(rows: list[dict[str, Any]]) -> int:
    known = set(PlanStep.objects.values_list("code", flat=True))
    new = [
        PlanStep(code=row["code"], name_it=row["it"], name_en=row["en"], days_before=row["days_before"])
        for row in rows
        if row["code"] not in known
    ]
    return len(PlanStep.objects.bulk_create(new))


def _add_rule_sets(rows: list[dict[str, Any]]) -> int:
    """Add the kinds of call, behind those that staff wrote, and judge by them the ideas that are there already."""
    known = set(RuleSet.objects.values_list("code", flat=True))
    last = max(RuleSet.objects.values_list("position", flat=True), default=0)
    new = [RuleSet(position=last + n, **row) for n, row in enumerate(rows, start=1) if row["code"] not in known]
    added = len(RuleSet.objects.bulk_create(new))
    if added:
        publish.rules_changed(rejudge(Call.objects.filter(ideas__isnull=False).distinct()))
    return added


def _add_organisations(rows: list[dict[str, Any]]) -> int:
    known = set(Organisation.objects.values_list("slug", flat=True))
    provinces = {term.code: term for term in Term.objects.filter(scheme=Scheme.PROVINCE)}
    new = [
        Organisation(
            slug=slugify(row["name"]),
            province=provinces.get(row["province"]) if "province" in row else None,
            **{key: value for key, value in row.items() if key != "province"},
        )
        for row in rows
        if slugify(row["name"]) not in known
    ]
    added = Organisation.objects.bulk_create(new)
    index_organisations(added)
    return len(added)
