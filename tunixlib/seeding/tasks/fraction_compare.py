"""Which fraction is larger or smaller: by cross products, over a common denominator, among three.

Which is larger, 3/4 or 5/7?   ->   3/4
"""

import re
from fractions import Fraction
from itertools import permutations, product
from math import gcd, lcm

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say
from tunixlib.seeding.tasks.text import NAMES

WORDINGS = {
    "two": (
        "Compare the fractions {a} and {b}. Which one is {ask}?",
        "Which is {ask}, {a} or {b}?",
        "Name the {ask} of the two fractions {a} and {b}.",
        "Take a look at {a} and {b}: which fraction is the {ask} one?",
    ),
    "people": (
        "{name} {did} {a} of a {thing} and {other} {did} {b} of one of the same size. Who {did} {more}?",
        "Who {did} {more}: {name} with {a} of a {thing} or {other} with {b} of an equal {thing}?",
        "Decide who {did} {more}: {name} {did} {a} and {other} {did} {b} of equal {thing}s.",
        "{name} says: I {did} {a} of my {thing}! {other} {did} {b} of one just as big. So who {did} {more}?",
    ),
    "three": (
        "Compare the fractions {a}, {b} and {c}. Which one is the {ask}?",
        "Which is the {ask}: {a}, {b} or {c}?",
        "Name the {ask} of the fractions {a}, {b} and {c}.",
        "Take a look at {a}, {b} and {c}. Which of them is the {ask}?",
    ),
}
ACTS = (
    ("pizza", "ate"), ("cake", "ate"), ("pie", "baked"), ("wall", "painted"), ("fence", "painted"), ("book", "read"),
    ("lawn", "mowed"), ("field", "plowed"), ("puzzle", "finished"), ("bottle", "drank"),
)  # fmt: skip


def build(
    phrasing: str,
    kind: str,
    fractions: tuple[Fraction, ...],
    ask: str,
    act: tuple[str, str] = ("", ""),
    name: str = "",
    other: str = "",
) -> Problem:
    """``fractions`` to compare; ``ask`` is larger or smaller (or more, less); in "people" two names stand for them."""
    steps, best = {"two": _cross, "people": _common, "three": _three}[kind](fractions, ask)
    if kind == "people":
        steps.append(("conclude", f"{(name, other)[best]} {act[1]} {ask}"))
    shown = dict(zip("abc", map(str, fractions), strict=False))
    fields = {"ask": ask, "more": ask, "name": name, "other": other, "thing": act[0], "did": act[1]}
    prompt = say(WORDINGS, kind, phrasing, **shown, **fields)
    return Problem(prompt, steps, (name, other)[best] if kind == "people" else str(fractions[best]))


def _sign(a: int, b: int) -> str:
    return f"{a} {'>' if a > b else '<'} {b}"


def _best(values: tuple[int, ...], ask: str) -> int:
    return values.index((max if ask in ("larger", "largest", "more") else min)(values))


def _cross(fractions: tuple[Fraction, ...], ask: str) -> tuple[Steps, int]:
    a, b = fractions
    left, right = a.numerator * b.denominator, b.numerator * a.denominator
    best = _best((left, right), ask)
    return [
        ("compute", f"Cross product for {a}: {a.numerator} * {b.denominator} = {left}"),
        ("compute", f"Cross product for {b}: {b.numerator} * {a.denominator} = {right}"),
        ("compare", f"{_sign(left, right)}, so {fractions[best]} is {ask}"),
    ], best


def _over(fraction: Fraction, bottom: int) -> tuple[str, str]:
    top, times = fraction.numerator, bottom // fraction.denominator
    return "convert", f"For {fraction}: {top} * {times} = {top * times}, so {fraction} = {top * times}/{bottom}"


def _common(fractions: tuple[Fraction, ...], ask: str) -> tuple[Steps, int]:
    a, b = fractions
    bottom = a.denominator * b.denominator
    tops = a.numerator * b.denominator, b.numerator * a.denominator
    return [
        ("compute", f"Common denominator: {a.denominator} * {b.denominator} = {bottom}"),
        _over(a, bottom),
        _over(b, bottom),
        ("compare", f"{_sign(*tops)}, so {a} {'>' if a > b else '<'} {b}"),
    ], _best(tops, ask)


def _three(fractions: tuple[Fraction, ...], ask: str) -> tuple[Steps, int]:
    bottom = lcm(*(fraction.denominator for fraction in fractions))
    tops = tuple(fraction.numerator * bottom // fraction.denominator for fraction in fractions)
    best = _best(tops, ask)
    others = [top for k, top in enumerate(tops) if k != best]
    against = " and ".join(_sign(tops[best], top) for top in others)
    return [
        ("plan", f"Common denominator: {bottom}"),
        *(_over(fraction, bottom) for fraction in fractions),
        ("compare", f"{against}, so {fractions[best]} is the {ask}"),
    ], best


def solve(prompt: str) -> str:
    """Compare the values of the fractions as exact numbers."""
    found = [(Fraction(text), text) for text in re.findall(r"\d+/\d+", prompt)]
    large = re.search(r"\b(larger|largest|more)\b", prompt)
    value, text = max(found) if large else min(found)
    if not re.search(r"\bWho\b|\bwho\b", prompt):
        return text
    people = [name for name in re.findall(r"[A-Z][a-z]+", prompt) if name in NAMES]
    return people[[fraction for fraction, _ in found].index(value)]


def _pairs(least: int, most: int) -> tuple[tuple[Fraction, ...], ...]:
    """Pairs of reduced fractions below one, not too close; the larger denominator is ``least`` to ``most``."""
    all_of = [Fraction(p, q) for q in range(2, most + 1) for p in range(1, q) if gcd(p, q) == 1]
    return tuple(
        (a, b)
        for a in all_of
        for b in all_of
        if a.denominator != b.denominator
        and max(a.denominator, b.denominator) >= least
        and abs(a - b) >= Fraction(1, 50)
    )


def _trios(bottom: int) -> tuple[tuple[Fraction, ...], ...]:
    """Ordered triples of fractions below one over different numbers below ``bottom``, their common denominator."""
    divisors = [q for q in range(2, bottom) if bottom % q == 0]
    tops = {q: [Fraction(p, q) for p in range(1, q) if gcd(p, q) == 1] for q in divisors}
    trios = [trio for trio in permutations(divisors, 3) if lcm(*trio) == bottom]
    return tuple(found for a, b, c in trios for found in product(tops[a], tops[b], tops[c]))


_SIDES = ("larger", "smaller")
_ENDS = ("largest", "smallest")
_PEOPLE = {"kind": ("people",), "ask": ("more", "less"), "act": ACTS, "name": NAMES[::2], "other": NAMES[1::2]}

FAMILY = Family(
    name="fraction_compare",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("two",), "fractions": _pairs(3, 8), "ask": _SIDES}, steps=3),
        Level("easy", {**_PEOPLE, "fractions": _pairs(3, 6)}, steps=5),
        Level("medium", {"kind": ("two",), "fractions": _pairs(9, 12), "ask": _SIDES}, steps=3),
        Level(
            "medium",
            {"kind": ("three",), "fractions": (*_trios(12), *_trios(18), *_trios(20)), "ask": _ENDS},
            steps=5,
        ),
        Level("hard", {**_PEOPLE, "fractions": _pairs(7, 9)}, steps=5),
        Level("hard", {"kind": ("three",), "fractions": (*_trios(24), *_trios(30)), "ask": _ENDS}, steps=5),
    ),
    build=build,
    solve=solve,
)
