"""Sums of two fractions with small denominators, in lowest terms.

What is 1/4 + 3/8?  ->  5/8
"""

import re
from fractions import Fraction
from math import gcd

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import Step

Pair = tuple[int, int, int, int]


def build(phrasing: str, pair: Pair) -> Problem:
    """``pair`` is a/b and c/d: make the denominators equal, add the numerators, simplify or check."""
    a, b, c, d = pair
    common = b * d // gcd(b, d)
    left, right = a * common // b, c * common // d
    top = left + right
    steps: list[Step] = []
    if b != d:
        larger = max(b, d)
        if common == larger:
            steps.append(
                ("compute", f"{common} is a common denominator: {common} / {min(b, d)} = {common // min(b, d)}")
            )
        else:
            steps.append(("compute", f"Common denominator: {b} * {d} = {common}"))
    steps += [
        ("convert", f"Write {n}/{old} with {common}: {n} * {common // old} = {new}, so {n}/{old} = {new}/{common}")
        for n, old, new in ((a, b, left), (c, d, right))
        if old != common
    ]
    if b == d:
        steps.append(("compute", f"Add the numerators: {left} + {right} = {top}"))
    steps.append(("compute", f"Add the fractions: {left}/{common} + {right}/{common} = {top}/{common}"))
    steps.append(_last(left, right, common))
    return Problem(phrasing.format(left=f"{a}/{b}", right=f"{c}/{d}"), steps, str(Fraction(top, common)))


def _last(left: int, right: int, common: int) -> Step:
    top = left + right
    shared = gcd(top, common)
    if shared > 1:
        return "compute", f"Divide top and bottom by {shared}: {top}/{common} = {Fraction(top, common)}"
    return (
        "verify",
        f"Check: {top}/{common} - {right}/{common} = {left}/{common}, so the sum is {top}/{common}",
    )


def solve(prompt: str) -> str:
    """The exact sum of the two fractions."""
    return str(sum((Fraction(found) for found in re.findall(r"\d+/\d+", prompt)), Fraction(0)))


def _proper(b: int, d: int) -> tuple[Pair, ...]:
    """All a/b + c/d below 1 with both fractions in lowest terms unless the denominators are equal."""
    return tuple(
        (a, b, c, d)
        for a in range(1, b)
        for c in range(1, d)
        if a * d + c * b < b * d and (b == d or gcd(a, b) == gcd(c, d) == 1)
    )


def _multiples(least: int, most: int) -> tuple[Pair, ...]:
    """Sums in which the larger denominator, ``least`` to ``most``, is 2 to 6 times the smaller one."""
    bottoms = [(b, b * times) for b in range(2, 13) for times in range(2, 7) if least <= b * times <= most]
    return tuple(pair for b, d in bottoms for pair in (*_proper(b, d), *_proper(d, b)))


_SAME = tuple(pair for b in range(3, 21) for pair in _proper(b, b))
_COPRIME = tuple(pair for b in range(2, 14) for d in range(2, 14) if gcd(b, d) == 1 for pair in _proper(b, d))

FAMILY = Family(
    name="fraction_addition",
    category="reasoning",
    phrasings=(
        "What is {left} + {right}? Give the answer in lowest terms.",
        "Add {left} and {right} and simplify the sum.",
        "{left} of a tank is filled in the morning and {right} in the afternoon. What fraction of the tank is full?",
        "Two friends eat {left} and {right} of a pizza. What fraction of the pizza is eaten?",
        "Find the sum of the fractions {left} and {right}.",
        "A walker covers {left} of a path before lunch and {right} after. What fraction of the path is that?",
    ),
    levels=(
        Level("easy", {"pair": _SAME}, steps=3),
        Level("easy", {"pair": _multiples(4, 20)}, steps=4),
        Level("medium", {"pair": tuple(pair for pair in _COPRIME if pair[1] * pair[3] <= 35)}, steps=5),
        Level("medium", {"pair": _multiples(21, 48)}, steps=4),
        Level("hard", {"pair": tuple(pair for pair in _COPRIME if pair[1] * pair[3] > 35)}, steps=5),
    ),
    build=build,
    solve=solve,
)
