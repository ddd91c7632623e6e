"""The parts of an idea's form: how much of each is there, and what is missing before others can see it."""

from typing import Any

from django.utils.translation import gettext_lazy

from ideas.forms.ideas import TEXTS, IdeaForm
from ideas.queries.outlines import is_unwritten
from ideas.rules.ideas import NEEDED_TO_OPEN

# The parts of the form, each with the fields that make it complete; what says something empty, too, isn't counted.
SECTIONS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "what": (gettext_lazy("What it is"), ("title", "acronym", "teaser")),
    "content": (
        gettext_lazy("Content"),
        ("problem", "approach", "expected_result", "advantage", "trl_now", "trl_target", "ipr_status"),
    ),
    "classification": (gettext_lazy("Classification"), ("value_chain", "kets", "s3_area", "nature", "keywords")),
    "project": (gettext_lazy("Project"), ("call", "duration_months", "budget_eur", "organisation")),
    "sought": (gettext_lazy("What you look for"), ("geography", "interest_until", "valid_until")),
    "visibility": (gettext_lazy("Visibility"), ("visibility",)),
}


def sections_of(form: IdeaForm) -> list[dict[str, Any]]:
    """Say of each part of the form how much of it is there: {name, label, fields, done, total}."""
    return [
        {
            "name": name,
            "label": label,
            "fields": " ".join(fields),
            "done": sum(is_filled(form, field) for field in fields),
            "total": len(fields),
        }
        for name, (label, fields) in SECTIONS.items()
    ]


def needed_of(form: IdeaForm) -> list[dict[str, Any]]:
    """List the fields without which the idea can't be opened: {name, id, label, missing}."""
    return [
        {"name": name, "id": form[name].auto_id, "label": form[name].label, "missing": not is_filled(form, name)}
        for name in NEEDED_TO_OPEN
    ]


def is_filled(form: IdeaForm, name: str) -> bool:
    """Whether anything stands in a field, right or wrong; headings that wait for their text are nothing."""
    value = form[name].value()
    if name in TEXTS:
        return not is_unwritten(str(value or ""))
    return bool(str(value).strip()) if isinstance(value, (str, int)) else bool(value)
