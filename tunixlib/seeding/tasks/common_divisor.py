"""Greatest common divisor: from the lists of factors, and for larger numbers by Euclid's divisions.

What is the greatest common divisor of 12 and 18?   ->   6
"""

import re
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
WORDINGS["euclid"] = WORDINGS["long_euclid"] = WORDINGS["plain"]

# Two kinds of things and what they are put into.
MIXED = (
    ("apples", "pears", "baskets"), ("pens", "erasers", "kits"), ("roses", "tulips", "bunches"),
    ("cookies", "candies", "bags"), ("red beads", "blue beads", "chains"), ("dolls", "cars", "gift boxes"),
    ("boys", "girls", "teams"), ("sandwiches", "plums", "lunch bags"),
)  # fmt: skip


def build(
    phrasing: str,
    kind: str,
    common: int,
    parts: tuple[int, int] = (1, 1),
    quotients: tuple[int, ...] = (),
    things: tuple[str, str, str] = ("", "", ""),
) -> Problem:
    """``common`` is the divisor; the numbers are its multiples by coprime ``parts``, or made of Euclid's quotients."""
    if quotients:
        a, b = _unfold(common, quotients)
        steps = _euclid(a, b)
    else:
        a, b = common * parts[0], common * parts[1]
        steps = _lists(a, b)
    fields = dict(zip(("these", "those", "boxes"), things, strict=True))
    return Problem(say(WORDINGS, kind, phrasing, a=a, b=b, **fields), steps, str(common))


def _unfold(common: int, quotients: tuple[int, ...]) -> tuple[int, int]:
    a, b = common, 0
    for quotient in quotients:
        a, b = quotient * a + b, a
    return a, b


def _lists(a: int, b: int) -> Steps:
    steps = [("compute", f"Factors of {n}: {', '.join(str(k) for k in range(1, n + 1) if n % k == 0)}") for n in (a, b)]
    return [*steps, ("compare", f"Largest number in both lists: {gcd(a, b)}")]


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


_PARTS = tuple((p, q) for p in range(1, 10) for q in range(1, 10) if p != q and gcd(p, q) == 1)

FAMILY = Family(
    name="common_divisor",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("plain",), "common": range(2, 9), "parts": _PARTS}, steps=3),
        Level("easy", {"kind": ("share",), "common": range(3, 9), "parts": _PARTS, "things": MIXED}, steps=3),
        Level(
            "medium",
            {
                "kind": ("euclid",),
                "common": range(11, 40),
                "quotients": tuple((last, first) for last in range(2, 6) for first in range(1, 5)),
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "kind": ("long_euclid",),
                "common": range(11, 30),
                "quotients": tuple((x, y, z) for x in range(2, 5) for y in range(1, 4) for z in range(1, 4)),
            },
            steps=6,
        ),
    ),
    build=build,
    solve=solve,
)
