"""Claims about the small writers and readers of the reasoning families."""

import pytest

from tunixlib.seeding.tasks.measures import STYLES, clock, ordinal, product_steps, read_clock, say, without_zeros


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(0, "12:00 AM"), (59, "12:59 AM"), (60, "1:00 AM"), (720, "12:00 PM"), (905, "3:05 PM"), (1439, "11:59 PM")],
)
def test_clock_times_are_written_and_read_back(minutes, shown):
    assert clock(minutes) == shown
    assert read_clock(f"It is {shown} now.") == [minutes]


def test_a_clock_goes_round_after_a_day():
    assert clock(1440 + 905) == "3:05 PM"
    assert clock(-1) == "11:59 PM"


def test_ordinals_know_the_teens():
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "112th"
    ]  # fmt: skip


def test_a_product_is_split_into_tens_and_ones():
    assert [content for _, content in product_steps(23, 14)] == ["23 * 10 = 230", "23 * 4 = 92", "230 + 92 = 322"]


def test_numbers_that_end_in_zero_are_left_out():
    assert without_zeros(9, 12) == (9, 11)


def test_each_style_says_its_own_sentence():
    wordings = {"greet": ("Here is {name}.", "Who is {name}?", "Greet {name}.", "Hey {name}!")}
    assert [say(wordings, "greet", style, name="Ada") for style in STYLES] == [
        "Here is Ada.", "Who is Ada?", "Greet Ada.", "Hey Ada!"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="not in"):
        say(wordings, "greet", "rude", name="Ada")
