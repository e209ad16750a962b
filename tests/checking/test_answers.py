"""Which answers are the same, one pair per line: given | expected."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunixlib.checking.answers import last_number, normalise, number_value, same_answer

SAME = """
12 | 12
12.00 | 12
012 | 12
0.5 | 1/2
.50 | 1/2
½ | 0.5
2½ | 2.5
3 1/2 | 3.5
7/2 | 3 1/2
2/4 | 1/2
-3 | −3
+3 | 3
-0 | 0
1,234 | 1234
1,234,567.50 | 1234567.5
12. | 12
"12" | 12
“12.” | 12
１２ | 12
$5 | 5
$1,200.00 | 1200
$ 5 | $5
-$5 | $-5
$5 | 5 dollars
5 | 5 dollars
12 cm | 12
12 | 12 cm
12cm | 12 centimetres
12 metres | 12 meter
9 m² | 9 square meters
9 m^2 | 9 sq m
60 km/h | 60 km per hour
60 km/h | 60
1 foot | 1 ft
25% | 25
25 percent | 25%
20°C | 20
3:05PM | 3:05 pm
03:05 p.m. | 3:05 PM
Paris | paris
paris | Paris
PARIS | Paris
yes. | Yes
'olleh' | olleh
 new   york | New york
2,4,6 | 2, 4, 6
2 , 4 , 6 | 2,4,6
red,blue | Red, blue
HELLO | HELLO
"McDonald" | McDonald
STRASSE | straße
1/0 | 1/0
"""

DIFFERENT = """
12 | 13
The answer is 12 | 12
12 or 13 | 12
12, 13 | 12
12 apples | 12
= 12 | 12
3 + 4 | 7
twelve | 12
0.33 | 1/3
-3 | 3
--3 | 3
1,23 | 123
12,34 | 1234
1, 234 | 1,234
1 234 | 1234
25% | 0.25
25% | 1/4
12 cm | 12 m
12 cm | 120 mm
$5 | €5
$5 | 5 cents
$5 | 5 euros
9 m² | 9 m
60 km/h | 60 km
10² | 102
2½ | 21/2
6, 4, 2 | 2, 4, 6
2, 4 | 2, 4, 6
yes | true
no | false
true | false
1 | true
hello | HELLO
Hello | HELLO
mcdonald | McDonald
new york | New York
3:05 am | 3:05 pm
3:05 | 3:50
olleh | ollehh
hello world | helloworld
1/0 | 2/0
1/0 | 0
Paris | London
Paris, France | Paris
12 | 12x
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [
        (given, expected) for given, _, expected in (line.partition(" | ") for line in table.strip("\n").splitlines())
    ]


@pytest.mark.parametrize(("given", "expected"), pairs(SAME))
def test_these_are_the_same_answer(given: str, expected: str) -> None:
    assert same_answer(given, expected)


@pytest.mark.parametrize(("given", "expected"), pairs(DIFFERENT))
def test_these_are_different_answers(given: str, expected: str) -> None:
    assert not same_answer(given, expected)


def test_an_empty_answer_is_only_the_empty_answer() -> None:
    assert same_answer("", " ")
    assert not same_answer("", "0")
    assert not same_answer("0", "")


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("12", Fraction(12)),
        ("$1,200.50", Fraction(2401, 2)),
        ("-3 1/2", Fraction(-7, 2)),
        ("25%", Fraction(25)),
        ("12 km/h", Fraction(12)),
        ("12 apples", None),
        ("12 or 13", None),
        ("1/0", None),
        ("3:05 pm", None),
        ("$5 cm", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_the_value_of_an_answer_that_is_one_number(answer: str, value: Fraction | None) -> None:
    assert number_value(answer) == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so 3 + 4 = 7.", "7"),
        ("The total is $1,200.50 today", "1,200.50"),
        ("it fell to -4 degrees", "-4"),
        ("10-3", "3"),
        ("about 3 1/2 cups", "3 1/2"),
        ("2,4,6", "6"),
        ("12cm", "12"),
        ("H2O", None),
        ("none at all", None),
        ("", None),
    ],
)
def test_the_last_number_of_a_text(text: str, found: str | None) -> None:
    assert last_number(text) == found


def test_the_normal_form_is_the_documented_one() -> None:
    assert normalise('  "The  Answer, 1,234."  ') == "the answer, 1234"
    assert normalise("$ 5,000") == "$5000"
    assert normalise("3:05PM") == "3:05 pm"
    assert normalise("a ,b") == "a, b"


ANSWERS = st.one_of(
    st.text(), st.from_regex(r"[-$]?[0-9]{1,4}([.,/ ][0-9]{1,3}){0,2}( cm| m|%| pm)?\.?", fullmatch=True)
)


@given(ANSWERS)
def test_every_answer_is_itself(answer: str) -> None:
    assert same_answer(answer, answer)


@given(ANSWERS.map(str.lower), ANSWERS.map(str.lower))
def test_sameness_is_symmetric_where_case_does_not_count(one: str, other: str) -> None:
    assert same_answer(one, other) == same_answer(other, one)


@given(st.text())
def test_any_text_has_a_normal_form_and_perhaps_a_number(text: str) -> None:
    assert normalise(text) == normalise(f"  {text} ") or not text.strip()
    found = last_number(text)
    assert found is None or found in text


@given(st.fractions(max_denominator=999), st.sampled_from(["", "the ", "= ", "12 ", "x"]))
def test_a_number_with_more_around_it_is_no_number(value: Fraction, before: str) -> None:
    assert same_answer(f"{before}{value}", str(value)) == (before == "")
