"""Greatest common divisor: from the lists of factors, and for larger numbers by Euclid's divisions.

What is the greatest common divisor of 12 and 18?   ->   6
"""

import re
from collections.abc import Sequence
from itertools import product
from math import gcd

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say

WORDINGS = {
    "plain": (
        "Two numbers are {a} and {b}. What is their greatest common divisor?",
        "What is the greatest common divisor of {a} and {b}?",
        "Find the greatest common factor of {a} and {b}.",
        "Which is the biggest number that divides both {a} and {b}?",
    ),
    "share": (
        "{a} {these} and {b} {those} are shared out so that all {boxes} are alike and nothing is left. "
        "What is the largest possible number of {boxes}?",
        "What is the largest number of equal {boxes} that {a} {these} and {b} {those} can fill with nothing left?",
        "Find the largest number of {boxes} among which {a} {these} and {b} {those} can be divided evenly.",
        "I have {a} {these} and {b} {those} and want equal {boxes} with nothing left. How many {boxes} at most?",
    ),
}
WORDINGS["euclid"] = WORDINGS["plain"]

# Two kinds of things and what they are put into.
MIXED = (
    ("apples", "pears", "baskets"), ("pens", "erasers", "kits"), ("roses", "tulips", "bunches"),
    ("cookies", "candies", "bags"), ("red beads", "blue beads", "chains"), ("dolls", "cars", "gift boxes"),
    ("boys", "girls", "teams"), ("sandwiches", "plums", "lunch bags"),
)  # fmt: skip


def build(phrasing: str, kind: str, numbers: tuple[int, int], things: tuple[str, str, str] = ("", "", "")) -> Problem:
    """``numbers`` are the two numbers; ``things`` are what is shared out and into what."""
    a, b = numbers
    steps = {"plain": _lists, "share": _shared, "euclid": _euclid}[kind](a, b)
    fields = dict(zip(("these", "those", "boxes"), things, strict=True))
    return Problem(say(WORDINGS, kind, phrasing, a=a, b=b, **fields), steps, str(gcd(a, b)))


def _factors(n: int) -> list[int]:
    return [k for k in range(1, n + 1) if n % k == 0]


def _lists(a: int, b: int) -> Steps:
    steps = [("compute", f"Factors of {n}: {', '.join(map(str, _factors(n)))}") for n in (a, b)]
    return [*steps, ("compare", f"Largest number in both lists: {gcd(a, b)}")]


def _shared(a: int, b: int) -> Steps:
    *lists, _ = _lists(a, b)
    both = ", ".join(map(str, _factors(gcd(a, b))))
    return [*lists, ("compare", f"In both lists: {both}"), ("conclude", f"The largest of them: {gcd(a, b)}")]


def _euclid(a: int, b: int) -> Steps:
    steps = []
    while b:
        q, rest = divmod(a, b)
        steps.append(("compute", f"{b} fits into {a}: {q} * {b} = {q * b}"))
        ending = f", so {b} divides both" if rest == 0 else ""
        steps.append(("compute", f"Rest: {a} - {q * b} = {rest}{ending}"))
        a, b = b, rest
    return steps


def solve(prompt: str) -> str:
    """Try every divisor from the top down."""
    a, b = (int(n) for n in re.findall(r"\d+", prompt))
    return str(next(k for k in range(min(a, b), 0, -1) if a % k == 0 and b % k == 0))


def _unfold(common: int, quotients: tuple[int, ...]) -> tuple[int, int]:
    """The two numbers with this divisor and these quotients of Euclid, the last one first."""
    a, b = common, 0
    for quotient in quotients:
        a, b = quotient * a + b, a
    return a, b


def _pairs(least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Two numbers with a common divisor, the larger of them ``least`` to ``most``."""
    rows = product(range(4, most + 1), repeat=2)
    return tuple((a, b) for a, b in rows if a != b and max(a, b) >= least and gcd(a, b) > 1)


_TWO_DIVISIONS = tuple(_unfold(common, (x, y)) for common in range(4, 40) for x in range(2, 6) for y in range(1, 5))
_THREE_DIVISIONS = tuple(
    _unfold(common, (x, y, z))
    for common in range(11, 30)
    for x in range(2, 5)
    for y in range(1, 4)
    for z in range(1, 4)
)


def _between(pairs: Sequence[tuple[int, int]], least: int, most: int) -> tuple[tuple[int, int], ...]:
    return tuple(pair for pair in pairs if least <= pair[0] <= most)


FAMILY = Family(
    name="common_divisor",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("plain",), "numbers": _pairs(4, 30)}, steps=3),
        Level("easy", {"kind": ("share",), "numbers": _pairs(4, 30), "things": MIXED}, steps=4),
        Level("medium", {"kind": ("plain",), "numbers": _pairs(31, 48)}, steps=3),
        Level("medium", {"kind": ("euclid",), "numbers": _between(_TWO_DIVISIONS, 49, 150)}, steps=4),
        Level("hard", {"kind": ("euclid",), "numbers": _between(_TWO_DIVISIONS, 151, 1000)}, steps=4),
        Level("hard", {"kind": ("euclid",), "numbers": _between(_THREE_DIVISIONS, 49, 1000)}, steps=6),
    ),
    build=build,
    solve=solve,
)
