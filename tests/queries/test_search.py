import pytest
from django.utils import timezone
from ideas.models import *
from ideas.choices import *
from ideas.queries.search import *
from ideas.actions.search import *
from ideas.questions import *
from tests.factories import *

pytestmark = pytest.mark.django_db


def ask(text, member, **kw):
    found = find(read_question(text, **kw), scope_of(member))
    return [(h.kind, h.object_id) for h in found.hits]


def test_it(researcher, outsider):
    a = make_idea(
        researcher, title="Batterie al litio per autobus", teaser="Celle riscaldate", problem="La città è fredda"
    )
    b = make_idea(
        researcher, title="Heated batteries for buses", language="en", visibility="private", problem="lithium secret"
    )
    c = make_idea(researcher, title="Qualcosa d'altro", problem="usa batterie")
    call = make_call("HORIZON-CL4-2027-01-MAT-PROD-03")
    index_calls([call])
    assert ask("batteria", researcher) == [("idea", a.pk), ("idea", c.pk)]
    assert ask("battery", researcher) == [("idea", b.pk)]
    assert ask("battery", outsider) == []
    assert ask("secret", outsider) == []
    assert ask("citta fredda", outsider) == [("idea", a.pk)]
    assert ask('"batterie al litio"', outsider) == [("idea", a.pk)]
    assert ask('"litio al batterie"', outsider) == []
    assert ask("riscal*", outsider) == [("idea", a.pk)]
    assert ask("riscal", outsider, typing=True) == [("idea", a.pk)]
    assert ask("HORIZON-CL4-2027", outsider) == [("call", call.pk)]
    assert ask(a.reference, outsider) == [("idea", a.pk)]
    assert ask("kidea OR gmembers", outsider) == []
    assert ask("batteria", None) == []


def test_names(researcher, outsider):
    org = make_organisation("Officine Valdarda")
    index_organisations([org])
    idea = make_idea(researcher, title="Batterie al litio")
    f = find_or_nearest(read_question("ofificne valdrada"), scope_of(outsider), outsider)
    assert [(h.kind, h.object_id) for h in f.hits] == [("organisation", org.pk)] and f.corrected
    f = find_or_nearest(read_question("batterie zzzzz"), scope_of(outsider), outsider)
    assert f.without == ("zzzzz",) and len(f.hits) == 1
