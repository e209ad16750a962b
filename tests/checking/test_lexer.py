"""Which tokens a text is made of, and where it is cut."""

from fractions import Fraction

import pytest

from tunixlib.checking.lexer import Number, segments


@pytest.mark.parametrize(
    ("literal", "kind", "value"),
    [
        ("1,200", "num", 1200),
        ("1,20", "opaque", "1,20"),
        (".50", "num", Fraction(1, 2)),
        ("2 1/2", "mixed", Fraction(5, 2)),
        ("2 3/2", "opaque", "2 3/2"),
        ("2024-03-15", "opaque", "2024-03-15"),
        ("12:30", "opaque", "12:30"),
        ("9" * 41, "opaque", "9" * 41),
    ],
)
def test_a_literal_is_one_token(literal: str, kind: str, value: str | Number) -> None:
    assert [(token.kind, token.value) for token in segments(f"{literal} = ")[0][:-1]] == [(kind, value)]


def test_a_number_keeps_its_currency_its_decimals_and_its_place() -> None:
    (price, _sign, _total) = segments("so: $4.50 = 9")[0]
    assert (price.value, price.unit, price.places, price.start, price.end) == (Fraction(9, 2), "dollar", 2, 4, 9)


@pytest.mark.parametrize(
    ("written", "operator"),
    [("×", "*"), ("x", "*"), ("\\cdot", "*"), ("÷", "/"), ("divided by", "/"), ("−", "-"), ("**", "^"), ("%", "mod")],
)
def test_every_spelling_of_an_operator_is_one_operator(written: str, operator: str) -> None:
    assert [token.value for token in segments(f"7 {written} 2 = 1")[0]] == [7, operator, 2, "=", 1]


def test_of_multiplies_after_a_share_only() -> None:
    assert [token.kind for token in segments("25% of 80 = 3 of 4")[0]] == [
        *("num", "percent", "op", "num"),
        *("rel", "num", "word", "num"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Think. 1 + 1 = 2. Then 3 > 2; done.", [[1, "+", 1, "=", 2], ["then", 3, ">", 2]]),
        ("1 + 1 = 2 → 3 = 3", [[1, "+", 1, "=", 2], [3, "=", 3]]),
        ("1\n= 1\n2 = 2", [[1, "=", 1], [2, "=", 2]]),
        ("- 1 = 1", [[1, "=", 1]]),
        ("3 + 4 = ?", []),
        ("nothing to see, 12", []),
        ("1 = 2, " * 1001, []),
    ],
)
def test_separators_cut_a_text_into_the_stretches_that_relate_something(
    text: str, expected: list[list[object]]
) -> None:
    assert [[token.value for token in segment] for segment in segments(text)] == expected
