"""Least common multiple: from lists of multiples, through the common divisor, and of three numbers.

What is the least common multiple of 6 and 8?   ->   24
"""

import re
from collections.abc import Sequence
from math import gcd, lcm

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say

WORDINGS = {
    "plain": (
        "Two numbers are {a} and {b}. What is their least common multiple?",
        "What is the least common multiple of {a} and {b}?",
        "Find the smallest number that is a multiple of both {a} and {b}.",
        "I count in steps of {a} and you count in steps of {b}. Which is the first number we both say?",
    ),
    "meet": (
        "A red {thing} {does} every {a} minutes and a blue one every {b} minutes. Both {do} now. "
        "After how many minutes do both {do} together again?",
        "How many minutes pass until both {do} together again, if a red {thing} {does} every {a} minutes, "
        "a blue one every {b} minutes, and both {do} now?",
        "A red {thing} and a blue {thing} {do} together now, the red one every {a} minutes, the blue one every {b}. "
        "Find the minutes until they {do} together again.",
        "Our red {thing} {does} every {a} minutes, our blue one every {b}. If they {do} at once now, "
        "in how many minutes will they {do} at once again?",
    ),
    "three": (
        "Three numbers are {a}, {b} and {c}. What is their least common multiple?",
        "What is the least common multiple of {a}, {b} and {c}?",
        "Find the smallest number that {a}, {b} and {c} all divide.",
        "We count in steps of {a}, {b} and {c}. Which is the first number that all three of us say?",
    ),
}
WORDINGS["large"] = WORDINGS["plain"]

ACTS = (
    ("bus", "leaves", "leave"), ("bell", "rings", "ring"), ("lamp", "blinks", "blink"), ("ferry", "lands", "land"),
    ("alarm", "beeps", "beep"), ("fountain", "starts", "start"), ("robot", "turns", "turn"), ("tram", "stops", "stop"),
    ("gate", "opens", "open"), ("ship", "sails", "sail"), ("train", "departs", "depart"), ("clock", "chimes", "chime"),
)  # fmt: skip


def build(phrasing: str, kind: str, numbers: tuple[int, ...], act: tuple[str, str, str] = ("", "", "")) -> Problem:
    """``numbers`` are the two or three numbers; ``act`` is who acts again and what they do."""
    a, b, *more = numbers
    steps = _three(a, b, *more) if more else (_by_divisor if kind == "large" else _by_lists)(a, b)
    if kind == "meet":
        steps.append(("verify", f"Check: {lcm(a, b)} / {a} = {lcm(a, b) // a}"))
    thing, does, do = act
    fields = {"thing": thing, "does": does, "do": do, "a": a, "b": b, "c": more[0] if more else ""}
    return Problem(say(WORDINGS, kind, phrasing, **fields), steps, str(lcm(*numbers)))


def _multiples(n: int, end: int) -> tuple[str, str]:
    return "compute", f"Multiples of {n}: {', '.join(str(k) for k in range(n, end + 1, n))}"


def _by_lists(a: int, b: int) -> Steps:
    end = lcm(a, b)
    return [
        _multiples(a, end),
        _multiples(b, end),
        ("compare", f"First number in both lists: {b} * {end // b} = {end}"),
    ]


def _three(a: int, b: int, c: int) -> Steps:
    two, end = lcm(a, b), lcm(a, b, c)
    return [
        *_by_lists(a, b),
        _multiples(two, end),
        ("compute", f"The first that {c} divides: {end} / {c} = {end // c}, so {end}"),
    ]


def _by_divisor(a: int, b: int) -> Steps:
    common = gcd(a, b)
    p, q = a // common, b // common
    return [
        ("compute", f"{common} divides {a}: {a} / {common} = {p}"),
        ("compute", f"{common} divides {b}: {b} / {common} = {q}"),
        ("compare", f"{p} and {q} share no factor above 1"),
        ("compute", f"Least common multiple: {p} * {b} = {p * b}"),
    ]


def solve(prompt: str) -> str:
    """Walk up the multiples of the first number until the others divide one."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    return str(next(k for k in range(found[0], 10_000, found[0]) if all(k % n == 0 for n in found)))


def _pairs(numbers: Sequence[int], least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Two different numbers with a common multiple from ``least`` to ``most`` and short lists; one is at most 20."""
    rows = ((a, b) for a in numbers for b in numbers if a != b and min(a, b) <= 20)
    return tuple((a, b) for a, b in rows if least <= lcm(a, b) <= min(most, 10 * min(a, b)))


def _large(least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Two numbers above 20 that share a divisor, with a common multiple from ``least`` to ``most``."""
    rows = ((c * p, c * q) for c in range(4, 26) for p in range(2, 8) for q in range(2, 8) if gcd(p, q) == 1)
    return tuple((a, b) for a, b in rows if min(a, b) > 20 and least <= lcm(a, b) <= most)


_SMALL = _pairs((*range(2, 13), 15, 16, 18, 20, 24, 25), 6, 50)
_THREE = tuple(
    (a, b, c)
    for a in range(2, 13)
    for b in range(2, 13)
    for c in range(2, 13)
    if len({a, b, c}) == 3
    and lcm(a, b) <= 6 * min(a, b)
    and max(a, b) < lcm(a, b) < lcm(a, b, c) <= min(60, 6 * lcm(a, b))
)

FAMILY = Family(
    name="common_multiple",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("plain",), "numbers": _SMALL}, steps=3),
        Level("easy", {"kind": ("meet",), "numbers": _SMALL, "act": ACTS}, steps=4),
        Level("medium", {"kind": ("three",), "numbers": _THREE}, steps=5),
        Level(
            "medium",
            {"kind": ("plain",), "numbers": _pairs((*range(3, 21), 22, 24, 25, 30, 36, 40, 45, 50), 51, 150)},
            steps=3,
        ),
        Level("medium", {"kind": ("large",), "numbers": _large(51, 150)}, steps=4),
        Level("hard", {"kind": ("large",), "numbers": _large(151, 1000)}, steps=4),
    ),
    build=build,
    solve=solve,
)
