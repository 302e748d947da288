import pytest

from casework import guessing
from casework.models import Guess

pytestmark = pytest.mark.django_db


def test_five_wrong_tries_on_a_number_are_free_then_the_pause_doubles() -> None:
    for _ in range(4):
        guessing.wrong("A", "x")
    assert guessing.pause("A", "elsewhere") == 0
    guessing.wrong("A", "x")
    first = guessing.pause("A", "elsewhere")
    guessing.wrong("A", "x")
    second = guessing.pause("A", "elsewhere")
    assert 50 <= first <= 60
    assert 110 <= second <= 120


def test_pause_never_grows_beyond_an_hour() -> None:
    for _ in range(40):
        guessing.wrong("A", "x")
    assert 3500 <= guessing.pause("A", "elsewhere") <= 3600


def test_thirty_wrong_tries_from_one_address_pause_it_for_every_number() -> None:
    for n in range(30):
        guessing.wrong(f"number {n}", "10.0.0.1")
    assert 0 < guessing.pause("another", "10.0.0.1") <= 60
    assert guessing.pause("another", "10.0.0.2") == 0


def test_right_number_forgets_earlier_slips() -> None:
    for _ in range(5):
        guessing.wrong("A", "x")
    guessing.right("A")
    assert guessing.pause("A", "y") == 0


def test_counters_hold_neither_number_nor_address() -> None:
    guessing.wrong("A7K29QXM3TFB", "10.0.0.1")
    assert not [key for key in Guess.objects.values_list("key", flat=True) if "A7K2" in key or "10.0" in key]


def test_forget_old_keeps_running_pauses() -> None:
    for _ in range(5):
        guessing.wrong("A", "x")
    assert guessing.forget_old() == 0
    Guess.objects.update(window_until="2020-01-01T00:00Z", blocked_until=None)
    assert guessing.forget_old() == 2
