"""Names written, heard, typed and scanned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.matching.names import Likeness, fold, likeness, romanised, skeleton, sound, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yousef", "Joussef"),
        ("Viktoriia", "Wiktorija"),
        ("Zaidan", "Saidan"),
        ("Muhammad", "Mohamad"),
        ("Rajab", "Redschab"),
        ("Shaaban", "Schaban"),
        ("Tymoshchuk", "Timoschtschuk"),
        ("Maksym", "Maxym"),
        ("Kotsiuba", "Kozjuba"),
        ("Dorofskyi", "Dorofskij"),
        ("Şahin", "Schahin"),
        ("Шевченко", "Schewtschenko"),
        ("Юлія", "Yuliia"),
    ],
)
def test_name_romanised_in_another_way_is_the_same_name(one: str, other: str) -> None:
    assert likeness(fold(one), fold(other)) >= Likeness.TYPO
    assert romanised(fold(one)) == romanised(fold(other)) or skeleton(fold(one)) == skeleton(fold(other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Müller", "Mueller", Likeness.EQUAL),
        ("İbrahim", "Ibrahim", Likeness.EQUAL),
        ("Werner", "Wernar", Likeness.SPELLED),
        ("Emine", "Fmjne", Likeness.TYPO),
        ("Waldmüller", "Walclmullev", Likeness.TYPO),
        ("Thomas", "Tommy", Likeness.NICKNAME),
        ("M.", "Marcus", Likeness.INITIAL),
        ("Tim", "Tom", Likeness.SIMILAR),
        ("Anna", "Hanna", Likeness.TYPO),
        ("Lena", "Lisa", Likeness.OTHER),
        ("Schmidt", "Yılmaz", Likeness.OTHER),
    ],
)
def test_likeness_of_two_words(one: str, other: str, expected: Likeness) -> None:
    assert likeness(fold(one), fold(other)) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olena", "Jelena"),
        ("Serhii", "Sergej"),
        ("Mykola", "Nikolai"),
        ("Khaled", "Chalid"),
        ("Yousef", "Yusuf"),
    ],
)
def test_form_of_another_language_is_the_same_name(one: str, other: str) -> None:
    assert likeness(fold(one), fold(other)) == Likeness.SPELLED


def test_m_read_as_r_and_n_has_the_same_skeleton() -> None:
    assert skeleton("tyrnoshenko") == skeleton("tymoshenko")


@pytest.mark.parametrize("name", ["Al Khatib", "Al-Khatib", "AlKhatib", "El Khatib", "al khatib"])
def test_article_written_together_or_apart_gives_the_same_words(name: str) -> None:
    assert words(name) == ("khatib",)


@pytest.mark.parametrize("name", ["Alexander", "Alina", "Elena", "Elif", "Alisa"])
def test_given_name_that_begins_like_an_article_keeps_its_beginning(name: str) -> None:
    assert words(name) == (name.lower(),)


@pytest.mark.parametrize(
    ("word", "code"),
    # The examples of the published method, and names it must tell together.
    [
        ("wikipedia", "3412"),
        ("breschnew", "17863"),
        ("müllerlüdenscheidt", "65752682"),
        ("meyer", "67"),
        ("maier", "67"),
    ],
)
def test_sound_is_the_koelner_phonetik(word: str, code: str) -> None:
    assert sound(word) == code


_WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0158", min_size=1, max_size=14)


@given(_WORD, _WORD)
def test_likeness_is_the_same_both_ways_and_a_word_equals_itself(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == Likeness.EQUAL


@given(st.text(max_size=60))
def test_any_text_gives_words_without_an_error(text: str) -> None:
    for word in words(text):
        assert word
        assert skeleton(word)
        assert isinstance(sound(word), str)
