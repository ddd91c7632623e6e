"""The pages on which staff write what calls ask and try it on a line-up."""

from typing import Any

import pytest
from django.test import Client

from ideas.actions.rule_sets import add_rule_set, keep_sample, state_of
from ideas.models import Call, Idea, Member, Organisation, RuleSet, ValueChain
from tests.actions.test_rule_sets import CONTENT, PARTY
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_organisation

pytestmark = pytest.mark.django_db
LIST, NEW, SET, OF_CALL = "/rule-sets/", "/rule-sets/new/", "/rule-sets/scheme/", "/calls/regional-1/rules/"
ROW = {"name": "", "kind": "", "country": "", "certainty": "2", "proposals": ""}


@pytest.fixture
def rule_set(staff: Member) -> RuleSet:
    return add_rule_set(by=staff, content=CONTENT)


@pytest.fixture
def call(db: None) -> Call:
    return make_call("REGIONAL-1", programme="Regional fund 2027", rules={"min_smes": 2})


def rows(*parties: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line-up as a browser sends them."""
    fields: dict[str, Any] = {"party-TOTAL_FORMS": len(parties), "party-INITIAL_FORMS": 0}
    for place, party in enumerate(parties):
        fields |= {f"party-{place}-{name}": value for name, value in {**ROW, **party}.items()}
    return fields


def of_set(act: str, *parties: dict[str, Any], **changes: Any) -> dict[str, Any]:
    typed = {"name_it": "Bando", "name_en": "Scheme", "programmes": "Regional*", "action_types": "", "position": "1"}
    return {**typed, "act": act, **rows(*parties), **changes}


def judged(page: Any) -> tuple[str, list[tuple[str, str]]] | None:
    found = page.context["judged"]
    return found and (found["verdict"]["verdict"], [(one["id"], one["verdict"]) for one in found["checks"]])


def test_a_visitor_signs_in_and_members_are_refused(rule_set: RuleSet, call: Call, outsider: Member, lead: Member):
    for path in (LIST, NEW, SET, OF_CALL):
        for method in ("get", "post"):
            assert getattr(Client(), method)(path).status_code == 302
            for member in (outsider, lead):
                assert getattr(signed_in(member), method)(path).status_code == 403


def test_what_isnt_there_is_not_found(staff: Member):
    client = signed_in(staff)

    assert [client.get(path).status_code for path in ("/rule-sets/nothing/", "/calls/nothing/rules/")] == [404, 404]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(staff: Member, count: int, django_assert_num_queries: Any):
    for number in range(count):
        add_rule_set(by=staff, content={**CONTENT, "name_it": f"Bando {number}", "position": number})
        make_call(f"REGIONAL-{number}", programme="Regional fund")
    client = signed_in(staff)
    client.get(LIST)

    with django_assert_num_queries(6):
        page = client.get(LIST)

    assert [(row["set"].name, row["calls"]) for row in page.context["rows"]] == [
        (f"Bando {number}", 0 if number else count) for number in range(count)
    ]


def test_staff_write_a_kind(staff: Member):
    answer = signed_in(staff).post(
        NEW, of_set("save", programmes="Regional*\r\n\r\n Provincial* ", min_companies="2", max_organisations="")
    )

    rule_set = RuleSet.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, "/rule-sets/scheme/")
    assert (rule_set.programmes, rule_set.rules) == (["Regional*", "Provincial*"], {"min_companies": 2})


def test_saving_what_was_drawn_changes_nothing(staff: Member, rule_set: RuleSet):
    client = signed_in(staff)
    form = client.get(SET).context["form"]
    drawn = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    drawn |= {name: "\n".join(form.initial[name]) for name in ("programmes", "action_types")}
    before = RuleSet.objects.values().get()

    answer = client.post(SET, {**drawn, **rows(ROW), "act": "save"})

    assert (answer.status_code, RuleSet.objects.values().get()) == (303, before)


def test_trying_saves_nothing_and_says_the_verdict_of_each_rule(staff: Member, rule_set: RuleSet):
    page = signed_in(staff).post(
        SET,
        of_set(
            "try",
            {"kind": "research", "accredited": "on"},
            {"kind": "sme", "certainty": "1"},
            {"kind": "company", "country": "de", "certainty": "0"},
            {},
            min_laboratories="1", min_smes="1", min_companies="2", min_countries="3", max_organisations="1",
        ),
    )  # fmt: skip

    assert (page.status_code, RuleSet.objects.get().rules) == (200, {"min_companies": 1})
    assert judged(page) == (
        "missing",
        [
            ("max_organisations", "met"), ("min_countries", "missing"), ("min_laboratories", "met"),
            ("min_companies", "if_accepted"), ("min_smes", "if_confirmed"),
        ],
    )  # fmt: skip


def test_an_organisation_of_the_directory_is_known_by_its_name(staff: Member, rule_set: RuleSet):
    make_organisation("Laboratorio Città", kind="research", accredited=True, country="IT")
    make_organisation("Officine", short_name="OFF", kind="sme", country="DE")
    asked = {"min_accredited": "1", "min_smes": "1", "min_countries": "2"}

    page = signed_in(staff).post(SET, of_set("try", {"name": "Laboratorio Città"}, {"name": "off"}, **asked))

    found = judged(page)
    assert found is not None
    assert found[0] == "met"


def test_a_name_that_nobody_has_asks_for_a_kind_beside_its_field(staff: Member, rule_set: RuleSet):
    client = signed_in(staff)

    unknown = client.post(SET, of_set("try", {"name": "Nobody"}))
    of_a_kind = client.post(SET, of_set("try", {"name": "Nobody", "kind": "sme"}, min_smes="1"))

    assert (list(unknown.context["line_up"].forms[0].errors), unknown.context["unread"]) == (["name"], True)
    assert (judged(unknown), judged(of_a_kind)) == (None, ("met", [("min_smes", "met")]))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "1A"),
        ("country", "ß"),
        ("kind", "moon"),
        ("certainty", "9"),
        ("proposals", "9" * 300),
        ("proposals", "٣٣٣"),
        ("name", "a\x00b"),
        ("name", "x" * 201),
    ],
)
def test_a_bad_row_is_named_beside_its_field_and_stays_typed(staff: Member, rule_set: RuleSet, field: str, value: str):
    page = signed_in(staff).post(SET, of_set("try", {"kind": "sme", field: value}))

    row = page.context["line_up"].forms[0]
    assert (page.status_code, list(row.errors), row[field].value()) == (200, [field], value)


@pytest.mark.parametrize("total", ["", "x", "-1", "9" * 300, "\x00"])
def test_a_line_up_that_makes_no_sense_is_no_error(staff: Member, rule_set: RuleSet, total: str):
    fields = of_set("try") | {"party-TOTAL_FORMS": total}

    assert signed_in(staff).post(SET, fields).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_it": ""}, "name_it"),
        ({"programmes": ""}, "programmes"),
        ({"programmes": "x" * 300}, "programmes"),
        ({"programmes": "a\x00"}, "programmes"),
        ({"min_smes": "many"}, "min_smes"),
        ({"min_smes": "9" * 300}, "min_smes"),
        ({"company_coordinates": "2"}, "company_coordinates"),
        ({"min_laboratories": "3", "max_laboratories": "2"}, "max_laboratories"),
        ({"position": "-1"}, "position"),
    ],
)
def test_bad_rules_are_named_beside_their_field(staff: Member, rule_set: RuleSet, changes: dict[str, str], field: str):
    page = signed_in(staff).post(SET, of_set("save", **changes, seen=state_of(rule_set)))

    assert (page.status_code, list(page.context["form"].errors)) == (400, [field])
    assert RuleSet.objects.get().rules == {"min_companies": 1}


def test_a_kept_line_up_shows_which_change_of_rules_concerns_it(staff: Member, rule_set: RuleSet):
    client = signed_in(staff)
    kept = client.post(SET, of_set("keep", {"kind": "sme"}, sample="One firm", min_companies="1"))

    tried = client.post(SET, of_set("try", min_companies="2"))

    assert [(one["name"], one["size"], one["differs"]) for one in kept.context["samples"]] == [("One firm", 1, False)]
    assert [(one["name"], one["verdict"], one["differs"]) for one in tried.context["samples"]] == [
        ("One firm", "missing", True)
    ]
    assert tried.content.decode().count("data-differs") == 1


def test_a_kept_line_up_is_drawn_again_and_taken_away(staff: Member, rule_set: RuleSet):
    keep_sample(by=staff, rule_set=rule_set, name="Two & more", parties=[PARTY, {**PARTY, "kind": "research"}])
    client = signed_in(staff)

    drawn = client.get(SET, {"sample": "Two & more"}).context["line_up"]
    gone = client.post(SET, of_set("drop Two & more"))

    assert [form["kind"].value() for form in drawn.forms][:3] == ["sme", "research", None]
    assert (gone.context["samples"], RuleSet.objects.get().samples) == ([], [])


def test_a_line_up_without_a_name_is_not_kept_and_stays(staff: Member, rule_set: RuleSet):
    page = signed_in(staff).post(SET, of_set("keep", {"kind": "sme"}, sample=" "))

    assert (page.status_code, bool(page.context["sample_error"]), RuleSet.objects.get().samples) == (400, True, [])
    assert page.context["line_up"].forms[0]["kind"].value() == "sme"


def test_a_copy_begins_with_everything_of_the_other(staff: Member, rule_set: RuleSet):
    keep_sample(by=staff, rule_set=rule_set, name="x", parties=[PARTY])
    client = signed_in(staff)

    form = client.get(NEW, {"from": "scheme"}).context["form"]
    client.post(f"{NEW}?from=scheme", of_set("save", name_en="Copy", min_companies="4"))

    copy = RuleSet.objects.latest("pk")
    assert (form["programmes"].value(), form["min_companies"].value()) == ("Regional*", 1)
    assert (copy.code, copy.rules, [one["name"] for one in copy.samples]) == ("copy", {"min_companies": 4}, ["x"])


def test_who_saves_second_sees_the_others_rules_and_loses_nothing(staff: Member, rule_set: RuleSet):
    client, seen = signed_in(staff), state_of(rule_set)
    client.post(SET, of_set("save", min_smes="3", seen=seen))

    page = client.post(SET, of_set("save", min_smes="5", seen=seen))
    again = client.post(SET, of_set("save", min_smes="5", seen=page.context["form"]["seen"].value()))

    assert (page.status_code, page.context["theirs"], page.context["form"]["min_smes"].value()) == (
        409, ["3 piccole o medie imprese"], "5",
    )  # fmt: skip
    assert (again.status_code, RuleSet.objects.get().rules) == (303, {"min_smes": 5})


# A call's own ------------------------------------------------------------------------------------------------------


def test_a_calls_page_shows_what_its_kind_asks_beside_its_own(staff: Member, rule_set: RuleSet, call: Call):
    page = signed_in(staff).get(OF_CALL)

    asked = {row["field"].name: (row["kind"], row["field"].value()) for row in page.context["form"].asked}
    assert (page.context["kind"], asked["min_companies"], asked["min_smes"], asked["min_countries"]) == (
        rule_set, (1, None), (None, 2), (None, None),
    )  # fmt: skip


def test_a_call_is_tried_with_its_kinds_rules_and_its_own(staff: Member, rule_set: RuleSet, call: Call):
    client = signed_in(staff)

    page = client.post(OF_CALL, {"act": "try", "min_smes": "", "min_laboratories": "1", **rows({"kind": "sme"})})

    assert judged(page) == ("missing", [("min_laboratories", "missing"), ("min_companies", "met")])
    assert Call.objects.get().rules == {"min_smes": 2}


def test_staff_write_a_calls_rules(
    staff: Member, researcher: Member, chain: ValueChain, laboratory: Organisation, rule_set: RuleSet, call: Call
):
    idea = make_idea(researcher, chain=chain, call=call, organisation=laboratory)
    client = signed_in(staff)
    seen = client.get(OF_CALL).context["form"]["seen"].value()

    answer = client.post(OF_CALL, {"act": "save", "seen": seen, "min_companies": "0", "min_laboratories": "1"})

    assert (answer.status_code, answer["Location"]) == (303, "/calls/regional-1/")
    assert Call.objects.get().rules == {"min_companies": 0, "min_laboratories": 1}
    assert Idea.objects.get(pk=idea.pk).lacking == "nothing"


def test_a_calls_second_writer_is_told(staff: Member, call: Call):
    client = signed_in(staff)
    seen = client.get(OF_CALL).context["form"]["seen"].value()
    Call.objects.update(rules={"min_smes": 4})

    page = client.post(OF_CALL, {"act": "save", "seen": seen, "min_smes": "1"})

    assert (page.status_code, page.context["theirs"]) == (409, ["4 piccole o medie imprese"])
    assert (page.context["form"]["min_smes"].value(), Call.objects.get().rules) == ("1", {"min_smes": 4})


def test_a_call_that_contradicts_its_kind_is_refused_beside_the_field(staff: Member, call: Call):
    add_rule_set(by=staff, content={**CONTENT, "rules": {"min_laboratories": 3}})

    page = signed_in(staff).post(OF_CALL, {"act": "save", "max_laboratories": "2"})

    assert (page.status_code, list(page.context["form"].errors)) == (400, ["max_laboratories"])


def test_staff_find_the_rules_from_the_call_and_from_the_list(staff: Member, outsider: Member, call: Call):
    assert OF_CALL in signed_in(staff).get("/calls/regional-1/").content.decode()
    assert LIST in signed_in(staff).get("/calls/").content.decode()
    assert OF_CALL not in signed_in(outsider).get("/calls/regional-1/").content.decode()
