"""Which numbers a text states, and which parts a number has."""

from fractions import Fraction

import pytest

from tunixlib.checking.stated_numbers import figures_in, numbers_in, parts_of, runs_in, values_in


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("He has 3 apples and 1,200 pears", {3, 1200}),
        ("It costs $4.50", {Fraction(9, 2)}),
        ("3/4 of a cake", {3, 4, Fraction(3, 4)}),
        ("2 1/2 cups", {1, 2, Fraction(1, 2), Fraction(5, 2)}),
        ("2½ cups", {1, 2, Fraction(1, 2), Fraction(5, 2)}),
        ("twenty-five", {20, 5, 25}),
        ("three hundred and forty-two", {3, 100, 300, 40, 340, 2, 342}),
        ("two thousand five", {2, 1000, 2000, 5, 2005, 0}),
        ("٣ + ٤", {3, 4}),
        ("nothing here", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_in_digits_fractions_and_words(text, stated):
    assert values_in(text) >= stated
    assert values_in(text) - stated <= {0, *(n for n in values_in(text) if n in (1000, 100, 2000))}


@pytest.mark.parametrize(
    ("text", "implied"),
    [
        ("20% off", {20, 80, Fraction(1, 5), Fraction(4, 5)}),
        ("at 6:25 PM", {6, 25, 18}),
        ("on 2022-02-15", {2022, 2, 15}),
        ("in May", {5, 31}),
        ("a triangle", {3, 180}),
        ("two dozen", {2, 12}),
        ("three quarters", {3, 4, 25}),
    ],
)
def test_percentages_times_dates_and_names_imply_numbers(text, implied):
    assert implied <= numbers_in(text)


def test_figures_come_in_order_and_as_often_as_they_stand():
    assert figures_in("7, 3.5 and 7; 1,000") == [7, Fraction(7, 2), 7, 1000]


def test_the_parts_of_a_number_are_its_digits_and_what_stands_before_and_behind_them():
    assert parts_of(118) == {1, 8, 10, 18, 100, 110, 118}
    assert {12, Fraction(83, 100), Fraction(4, 5), Fraction(3, 100)} <= parts_of(Fraction(1283, 100))
    assert parts_of(Fraction(1, 3)) == {Fraction(1, 3)}
    assert parts_of(-24) == {2, 4, 20, 24}
    assert 5 not in parts_of(1234)


def test_what_a_prompt_lists_or_quotes_is_counted():
    assert 3 in runs_in("The average of 7, 13 and 10")
    assert 5 in runs_in('How many letters has "apple"?')
    assert 4 in runs_in("Join lake, earth, train, school with hyphens")


def test_huge_literals_are_cut_and_never_raise():
    assert len(numbers_in("9" * 10_000)) <= 300
    assert numbers_in("1," + "000," * 5000 + "0/0 1/0 :: %")
