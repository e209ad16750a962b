"""A number of two digits multiplied by partial products, alone or with something added.

Work out 3 * 14.  ->  3 * 10 = 30, 3 * 4 = 12, 30 + 12 = 42
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute
from tunixlib.seeding.tasks.text import NAMES, integers

_PRODUCT = (
    "Help {name} work out {a} * {b} with partial products.",
    "{name} splits {b} into tens and ones and multiplies it by {a}. What is the product?",
    "{name} sees {a} rows with {b} seats in each row. How many seats are there?",
    "Calculate {a} times {b} step by step for {name}.",
    "How many nails does {name} have in {a} boxes if every box holds {b} nails?",
    "What is the product {a} * {b}? Show {name} the partial products.",
)
_MORE = (
    "Help {name} work out {a} * {b} + {c}.",
    "{name} multiplies {b} by {a} and then adds {c}. What is the result?",
    "{name} sees {a} rows with {b} seats in each row and {c} more seats. How many seats are there?",
    "Calculate {a} times {b} plus {c} step by step for {name}.",
    "{name} has {a} boxes with {b} nails in each box, and {c} loose nails. How many nails is that?",
    "What is {a} * {b} + {c}? Show {name} each step.",
)


def build(phrasing: str, name: str, pair: tuple[int, int], c: int = 0) -> Problem:
    """``pair`` is a and b: ``a`` times the tens of ``b`` and times its ones, then ``c`` more, if given.

    The ones are multiplied in two parts when ``a`` has two digits and ``b`` is above 30. ``phrasing`` is the number of
    a sentence.
    """
    a, b = pair
    tens, ones = b - b % 10, b % 10
    steps = [compute(f"Times {tens}", a, "*", tens)]
    if a > 10 and b > 30:
        parts = a - a % 10, a % 10
        steps += [
            compute(f"Tens of {a} times {ones}", parts[0], "*", ones),
            compute(f"Ones of {a} times {ones}", parts[1], "*", ones),
            compute("Together", parts[0] * ones, "+", parts[1] * ones),
        ]
    else:
        steps.append(compute(f"Times {ones}", a, "*", ones))
    steps.append(compute("Add both products", a * tens, "+", a * ones))
    if c:
        steps.append(compute(f"Add the {c}", a * b, "+", c))
    sentence = (_MORE if c else _PRODUCT)[int(phrasing)]
    return Problem(sentence.format(name=name, a=a, b=b, c=c), steps, str(a * b + c))


def solve(prompt: str) -> str:
    """The product of the first two numbers, and the third more if there is one."""
    a, b, *more = integers(prompt)
    return str(a * b + sum(more))


def _pairs(first: range, second: range, least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Pairs of factors that end in no zero, with a product of ``least`` to ``most``."""
    return tuple((a, b) for a in first for b in second if a % 10 and b % 10 and least <= a * b <= most)


_DIGITS, _TWO_DIGITS = range(2, 10), range(11, 100)
_SMALL = _pairs(_DIGITS, _TWO_DIGITS, 1, 60)
_MIDDLE = _pairs(_DIGITS, _TWO_DIGITS, 61, 140)

FAMILY = Family(
    name="multiplication_two_digit",
    category="reasoning",
    phrasings=tuple(map(str, range(len(_PRODUCT)))),
    levels=(
        Level("easy", {"name": NAMES, "pair": _SMALL}, steps=3),
        Level("easy", {"name": NAMES, "pair": _SMALL, "c": range(2, 10)}, steps=4),
        Level("medium", {"name": NAMES, "pair": _MIDDLE}, steps=3),
        Level("medium", {"name": NAMES, "pair": _MIDDLE, "c": range(2, 10)}, steps=4),
        Level("hard", {"name": NAMES, "pair": _pairs(range(11, 50), range(11, 30), 1, 1000)}, steps=3),
        Level("hard", {"name": NAMES, "pair": _pairs(range(11, 32), range(31, 90), 1, 1000)}, steps=5),
    ),
    build=build,
    solve=solve,
)
