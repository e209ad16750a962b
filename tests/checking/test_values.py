"""The exact value of an expression, or why it has none."""

from fractions import Fraction

import pytest

from tunixlib.checking.lexer import Number, Token, segments
from tunixlib.checking.values import UndecidableError, evaluate


def tokens(expression: str) -> list[Token]:
    return segments(f"{expression} = ")[0][:-1]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3 * 4", 14),
        ("10 - 3 - 2", 5),
        ("2^3^2", 512),
        ("-3^2", -9),
        ("2^-1", Fraction(1, 2)),
        ("6 / 4", Fraction(3, 2)),
        ("6 / 3", 2),
        ("7 mod 4", 3),
        ("2(3 + 4)(1 + 1)", 28),
        ("3 cm * 4 cm", 12),
        ("5²", 25),
        ("--5", 5),
    ],
)
def test_the_value_is_exact_and_whole_when_it_can_be(expression: str, value: Number) -> None:
    found = evaluate(tokens(expression))
    assert (found, type(found)) == (value, type(value))


def test_a_per_cent_sign_divides_by_a_hundred_or_by_what_is_asked() -> None:
    assert evaluate(tokens("50% + 1")) == Fraction(3, 2)
    assert evaluate(tokens("50% + 1"), percent=1) == 51


@pytest.mark.parametrize(
    "expression",
    ["", "3 +", "/ 3", "(3", "3)", "3 4", "3 ± 4", "²", "+ ²", "6 / 2(1 + 2)", "2^65", "2^0.5", "9^64 * 9^64 * 9^64"],
)
def test_what_cannot_be_read_in_one_way_or_passes_a_cap_has_no_value(expression: str) -> None:
    with pytest.raises(UndecidableError):
        evaluate(tokens(expression))


@pytest.mark.parametrize("expression", ["7 / 0", "7 mod 0", "0^-1", "1 / (2 - 2)"])
def test_division_by_zero_is_told_apart(expression: str) -> None:
    with pytest.raises(ZeroDivisionError):
        evaluate(tokens(expression))
