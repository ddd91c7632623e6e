import pytest

from ideas.partner_fit import PartnerFit, Past, Place, Profile, partner_fit

WELDING = {"laser": 1.5, "welding": 1.5, "~it:prov": 0.4}
ASKED = frozenset(WELDING)


def fit(*terms: str, place: Place | None = None, past: Past | None = None, described: str = "") -> PartnerFit:
    """Compare a place for laser welding with an organisation whose terms are words with blanks between."""
    own = tuple(("competence", tuple(term.split())) for term in terms)
    profile = Profile("company", terms=own, described=tuple(described.split()))
    return partner_fit(place or Place(WELDING, ASKED), profile, past=past or Past())


def codes(found: PartnerFit) -> dict[str, float]:
    return {reason.code: reason.points for reason in (*found.reasons, *found.cautions)}


def test_whole_competence_is_worth_more_than_its_words():
    assert codes(fit("laser welding")) == {"competence": 4.5}
    assert codes(fit("laser welding hulls")) == {"competence": 3.0}


@pytest.mark.parametrize(
    ("terms", "is_enough"),
    [
        (["laser welding"], True),
        (["welding"], True),  # a whole competence is asked for
        (["laser cutting", "welding robots"], True),
        (["laser cutting"], False),
        (["~it:prov hulls"], False),
        (["~it:prov"], False),
        (["hulls"], False),
        ([], False),
    ],
)
def test_one_word_of_several_is_not_enough(terms: list[str], is_enough: bool):
    assert fit(*terms).is_enough is is_enough


def test_all_that_is_asked_for_is_enough_however_common_it_is():
    place = Place({"robot": 0.3}, frozenset({"robot", "~it:prov"}))

    assert fit("robot hulls", place=place).is_enough
    assert not fit(described="robot", place=place).is_enough


def test_word_that_nobody_has_keeps_one_common_word_from_being_all():
    place = Place({"thermal": 2.9}, frozenset({"thermal", "radar"}))

    assert not fit("thermal hulls", place=place).is_enough


def test_word_counts_once_and_descriptions_half():
    both = partner_fit(
        Place(WELDING, ASKED),
        Profile("company", terms=(("competence", ("laser", "hulls")), ("service", ("laser", "boats")))),
    )

    assert codes(both) == {"competence": 1.5, "service": 0}
    assert codes(fit("laser hulls", described="welding")) == {"competence": 1.5, "description": 0.75}


def test_kind_and_accreditation_are_conditions_and_reasons():
    place = Place({}, kinds=frozenset({"company"}), accredited=True)

    assert [place.takes(kind, accredited=True) for kind in ("company", "sme", "startup", "research")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert not place.takes("company", accredited=False)
    assert codes(partner_fit(place, Profile("sme", accredited=True))) == {"kind": 1, "accredited": 1}


def test_own_value_chain_counts_more_and_all_together_are_bounded():
    place = Place({}, chains=("A", "B", "C"), kets=frozenset("XYZ"))
    profile = Profile("company", chains=frozenset("ABC"), kets=frozenset("XYZ"))

    assert codes(partner_fit(place, profile)) == {"value_chain": 1.5, "ket": 1.0}
    assert codes(partner_fit(place, Profile("company", chains=frozenset("B")))) == {"value_chain": 0.5}


def test_same_role_counts_more_than_another_one_up_to_a_limit():
    place = Place({}, role="coordinator")

    assert codes(partner_fit(place, Profile("sme"), past=Past({"coordinator": 1, "beneficiary": 2}))) == {
        "role": 0.5,
        "took_part": 0.5,
    }
    assert (
        sum(codes(partner_fit(place, Profile("sme"), past=Past({"coordinator": 9, "beneficiary": 9}))).values()) == 1.5
    )


def test_refusal_about_the_same_words_weighs_more():
    refused = (frozenset({"laser"}), frozenset({"hulls"}))

    assert codes(fit("laser welding", past=Past(refused=refused)))["refused"] == -2.5
    assert codes(fit("laser welding", past=Past(refused=refused * 9)))["refused"] == -4
    assert codes(fit("laser welding", past=Past())).keys() == {"competence"}


def test_what_it_brings_and_where_it_is():
    place, profile = Place({}, province=3), Profile("sme", province=3)

    assert codes(partner_fit(place, profile, brings=("a", "b", "c"))) == {"brings": 3.0, "province": 0.5}
    assert codes(partner_fit(Place({}), Profile("sme"))) == {}
