import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.data import read_json
from ideas.words import MAX_WORD_CHARS, significant_words

LANGUAGES = ("it", "en")


def keys(text: str, language: str = "en") -> list[str]:
    return list(significant_words(text, language))


def shared(italian: str, english: str) -> set[str]:
    return set(keys(italian, "it")) & set(keys(english))


def test_number_and_gender_do_not_count():
    assert keys("gyroid gyroids") == keys("gyroids")
    assert keys("lamiera", "it") == keys("lamiere", "it")
    assert keys("storey") != keys("stores")


def test_the_first_word_of_the_text_is_told_for_a_key():
    assert significant_words("Recharging and chargers", "en") == {"charging": "recharging"}


def test_subject_is_the_same_in_both_languages():
    assert shared("Valvole oleodinamiche e batterie al litio", "Lithium batteries, hydraulic valve") == {
        "valve",
        "hydraulics",
        "battery",
        "lithium",
    }


@pytest.mark.parametrize(
    ("italian", "english"),
    [
        ("una camera pulita", "a camera on the robot"),
        ("la data di consegna", "data spaces"),
        ("sale e cave di marmo", "sale in a cave"),
        ("stato di salute dei moduli", "digital health services"),
        ("i batteri del suolo", "battery"),
        ("cella robotizzata", "battery cell production"),
        ("pneumatici da neve", "pneumatic actuators"),
    ],
)
def test_words_that_only_look_alike_are_not_shared(italian: str, english: str):
    assert shared(italian, english) == set()


def test_what_says_nothing_about_a_subject_is_left_out():
    generic = "New innovative European research project for a sustainable system 2027 (IA) (Made in Europe Partnership)"

    assert keys(generic) == []
    assert keys("Un nuovo progetto di ricerca per lo sviluppo delle imprese, 3 mesi", "it") == []


def test_no_word_is_both_a_subject_in_one_language_and_another_subject_in_it():
    terms = read_json("words.json")["terms"].items()
    for language in LANGUAGES:
        known = [(word, subject) for subject, words in terms for word in words[language].split()]

        assert len({word for word, _ in known}) == len(known)


def test_very_long_words_cost_nothing():
    assert keys("x" * 6_000 + " " + "y" * (MAX_WORD_CHARS + 1)) == []


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_can_be_read(text: str, language: str):
    found = significant_words(text, language)

    assert all(key and len(key) <= MAX_WORD_CHARS + 3 and word for key, word in found.items())
