"""What pages of several nouns share: loading through `visible_to`, and a refusal put onto its form."""

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from ideas.errors import Conflict
from ideas.models import Idea, Member
from ideas.queries.ideas import visible_to


def member_of(request: HttpRequest) -> Member:
    """The signed-in reader of a page that asks for one."""
    assert isinstance(request.user, Member)
    return request.user


def visible_idea(request: HttpRequest, reference: str) -> Idea:
    """Load the idea for its reader. Raises Http404, the same for an unknown and an invisible one."""
    if "\x00" in reference:  # PostgreSQL would refuse the query
        raise Http404
    ideas = visible_to(request.user).select_related("value_chain", "call", "deadline", "organisation")
    return get_object_or_404(ideas, reference=reference)


def put_on(form: Form, refusal: ValidationError | Conflict) -> int:
    """Show what an action refused beside its field, or above the form; returns the answer's status: 400 or 409."""
    if isinstance(refusal, Conflict):
        form.add_error(None, ValidationError(str(refusal.text), code=refusal.code))
        return 409
    for name, errors in refusal.update_error_dict({}).items():
        form.add_error(name if name in form.fields else None, errors)
    return 400


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks rather than a reader."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def see_other(url: str) -> HttpResponse:
    """Send the browser on after an act, by GET."""
    return HttpResponseRedirect(url, status=303)


def number_in(text: str | None) -> int | None:
    """Read an id that a reader could have typed; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None
