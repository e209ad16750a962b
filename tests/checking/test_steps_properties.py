"""What holds of the step checker for any text: it agrees with exact arithmetic, never raises and stays linear."""

import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunixlib.checking.steps import check_step

Valued = tuple[str, Fraction]

SIGNS = {"+": ("+",), "-": ("-", "−"), "*": ("*", "×", "·"), "/": ("/", "÷")}


def combine(left: Valued, operator: str, right: Valued, spelling: int) -> Valued:
    """An expression written with parentheses around compound operands, and its value computed directly."""
    (a, x), (b, y) = left, right
    if operator == "/" and y == 0:
        operator = "+"
    value = {"+": x + y, "-": x - y, "*": x * y, "/": x / (y or 1)}[operator]
    sign = SIGNS[operator][spelling % len(SIGNS[operator])]
    return f"{wrap(a)} {sign} {wrap(b)}", value


def wrap(text: str) -> str:
    return f"({text})" if " " in text or text.startswith("-") else text


def decimal(cents: int) -> Valued:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}", Fraction(cents, 100)


LEAVES = st.one_of(
    st.integers(-999, 9999).map(lambda n: (str(n), Fraction(n))),
    st.integers(1000, 10**9).map(lambda n: (f"{n:,}", Fraction(n))),
    st.integers(-99999, 99999).map(decimal),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.builds(combine, inner, st.sampled_from("+-*/"), inner, st.integers(0, 2)),
    max_leaves=6,
).filter(lambda valued: abs(valued[1].numerator) < 10**30 and valued[1].denominator < 10**30)


def shown(value: Fraction) -> str:
    """The value written as no generated expression is: the same words on both sides would say nothing."""
    return f"0 + ({value.numerator}) / {value.denominator}"


@given(EXPRESSIONS, st.sampled_from(["", "Step 2: ", "1. ", "so ", "Total = "]))
def test_an_expression_equals_its_exact_value(expression: Valued, label: str) -> None:
    text, value = expression
    assert check_step(f"{label}{text} = {shown(value)}").verdict == "true"


@given(EXPRESSIONS, st.fractions(-(10**6), 10**6, max_denominator=1000).filter(bool))
def test_an_expression_equals_no_other_value(expression: Valued, error: Fraction) -> None:
    text, value = expression
    assert check_step(f"{text} = {shown(value + error)}").verdict == "false"


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 99)), min_size=1, max_size=8), st.integers(0, 99))
def test_precedence_is_that_of_python(tail: list[tuple[str, int]], head: int) -> None:
    expression = str(head) + "".join(f" {operator} {number}" for operator, number in tail)
    value = eval(expression)
    assert check_step(f"{expression} = {value}").verdict == "true"
    assert check_step(f"{expression} = {value + 1}").verdict == "false"


@given(st.integers(-(10**6), 10**6), st.integers(1, 999), st.integers(1, 4))
def test_rounding_accepts_exactly_the_nearest_decimals(a: int, b: int, places: int) -> None:
    unit = Fraction(1, 10**places)
    nearest = round(Fraction(a, b) / unit)
    for at in (nearest - 1, nearest, nearest + 1):
        digits = str(abs(at)).rjust(places + 1, "0")
        right = f"{'-' if at < 0 else ''}{digits[:-places]}.{digits[-places:]}"
        near = abs(Fraction(a, b) - at * unit) * 2 <= unit
        assert check_step(f"{a} / {b} ≈ {right}").verdict == ("true" if near else "false")


@given(st.integers(0, 10**6), st.integers(1, 999), st.integers(-3, 3))
def test_only_the_true_remainder_is_accepted(a: int, b: int, error: int) -> None:
    remainder = a % b + error
    if remainder >= 0:
        expected = "true" if error == 0 else "false"
        assert check_step(f"{a} / {b} = {a // b} remainder {remainder}").verdict == expected


@settings(max_examples=200)
@given(st.text())
def test_any_text_gets_a_verdict(text: str) -> None:
    assert check_step(text).text == text


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from([*"0123456789+-*/^%()=<>≈.,: $²", " = ", " remainder ", " of ", "cm", "x", "1/2", "\n"]))
)
def test_any_mathematical_text_gets_a_verdict(parts: list[str]) -> None:
    step = check_step("".join(parts))
    assert step.verdict in ("true", "false", "unchecked")
    assert all(claim.text in step.text for claim in step.claims)


HOSTILE = {
    "digits": "1" * 100_000 + "=1",
    "open": "(" * 50_000 + "=" + ")" * 50_000,
    "nested": "(" * 50_000 + "1" + ")" * 50_000 + "=1",
    "equals": "=" * 100_000,
    "chain": "1=" * 50_000,
    "unfinished": "1+(2=3)*" * 12_500,
    "spaces": " " * 100_000 + "=",
    "signs": "1=" + "-" * 100_000 + "1",
    "powers": "9^9^" * 25_000 + "=1",
    "slashes": "1/" * 50_000 + "=1",
    "commas": "1," * 50_000 + "=1",
    "colons": "1:" * 50_000 + "=1",
    "words": "a/" * 50_000 + "=1",
    "bullets": "\n- a" * 25_000 + "=1",
    "false": ("9" * 39 + "/7=3 ") * 900,
    "mixed": "1 1/2 " * 16_000 + "=1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_of_100_000_characters_does_not_hang(name: str) -> None:
    started = time.process_time()
    check_step(HOSTILE[name])
    # No measurement: it takes a third of a second; anything worse than linear would take minutes.
    assert time.process_time() - started < 30
