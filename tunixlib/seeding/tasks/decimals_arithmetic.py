"""Decimals: add, take away, multiply by a small number, and amounts that do two of these.

What is 3.4 + 2.5?   ->   5.9
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say, without_zeros
from tunixlib.seeding.tasks.text import decimal, numbers

# The fields of the prompt, the steps, the answer.
Made = tuple[dict[str, str], Steps, Fraction]

WORDINGS = {
    "add": (
        "One stone weighs {a} kg, another {b} kg. How many kg do they weigh together?",
        "What is {a} + {b}?",
        "Add {a} and {b}.",
        "I walked {a} km, then {b} km more. How many km did I walk?",
    ),
    "subtract": (
        "A plank of {a} m loses a piece of {b} m. How many m are left?",
        "What is {a} - {b}?",
        "Subtract {b} from {a}.",
        "My bottle held {a} liters and {b} liters ran out. How many liters are in it?",
    ),
    "multiply": (
        "One brick weighs {a} kg. How many kg do {n} such bricks weigh?",
        "What is {a} * {n}?",
        "Multiply {a} by {n}.",
        "I run {a} km a day for {n} days. How many km is that?",
    ),
    "both": (
        "A tank holds {a} liters. {b} liters are added, then {c} liters are used. How many liters are left?",
        "What is {a} + {b} - {c}?",
        "Add {b} to {a}, then subtract {c}.",
        "My rope of {a} m got {b} m longer, then lost {c} m. How many m is it now?",
    ),
    "long": (
        "One sack weighs {a} kg. How many kg do {n} such sacks weigh together?",
        "How much is {a} * {n}?",
        "Work out {a} times {n}.",
        "One lap is {a} km and I do {n} laps. How many km do I cover?",
    ),
}


def build(phrasing: str, kind: str, **parts: Any) -> Problem:
    """``parts`` are whole numbers, tenths and hundredths of the decimals, by the maker of the kind."""
    makers: dict[str, Callable[..., Made]] = {
        "add": _add,
        "subtract": _subtract,
        "borrow": _borrow,
        "multiply": _multiply,
        "both": _both,
        "long": _long,
    }
    shown, steps, answer = makers[kind](**parts)
    return Problem(say(WORDINGS, "subtract" if kind == "borrow" else kind, phrasing, **shown), steps, decimal(answer))


def _line(label: str, a: Fraction | int, sign: str, b: Fraction | int) -> tuple[str, str]:
    a, b = Fraction(a), Fraction(b)
    result = {"+": a + b, "-": a - b, "*": a * b}[sign]
    return "compute", f"{label}: {decimal(a)} {sign} {decimal(b)} = {decimal(result)}"


def _add(whole: int, more: int, cents: tuple[int, int]) -> Made:
    a, b = whole + Fraction(cents[0], 100), more + Fraction(cents[1], 100)
    steps = [
        _line("Whole parts", whole, "+", more),
        _line("Decimal parts", a - whole, "+", b - more),
        _line("Together", whole + more, "+", a - whole + b - more),
    ]
    return {"a": decimal(a), "b": decimal(b)}, steps, a + b


def _subtract(gap: int, less: int, cents: tuple[int, int]) -> Made:
    first, second = (Fraction(part, 100) for part in cents)
    steps = [
        _line("Whole parts", less + gap, "-", less),
        _line("Decimal parts", first, "-", second),
        _line("Together", gap, "+", first - second),
    ]
    a, b = less + gap + first, less + second
    return {"a": decimal(a), "b": decimal(b)}, steps, a - b


def _borrow(whole: int, tenths: int, less: int, cents: int) -> Made:
    a, b = whole + Fraction(tenths, 10), less + Fraction(cents, 100)
    tenth, rest = less + Fraction(cents // 10, 10), Fraction(cents % 10, 100)
    steps = [
        _line(f"Take the {less}", a, "-", less),
        _line("Take the tenths", a - less, "-", tenth - less),
        _line("Take the hundredths", a - tenth, "-", rest),
    ]
    return {"a": decimal(a), "b": decimal(b)}, steps, a - b


def _multiply(whole: int, tenths: int, n: int) -> Made:
    part = Fraction(tenths, 10)
    steps = [
        _line("Whole part", whole, "*", n),
        _line("Decimal part", part, "*", n),
        _line("Together", whole * n, "+", part * n),
    ]
    return {"a": decimal(whole + part), "n": str(n)}, steps, (whole + part) * n


def _both(whole: int, more: int, cents: tuple[int, int], less: int) -> Made:
    shown, steps, total = _add(whole, more, cents)
    c = Fraction(less, 10)
    return {**shown, "c": decimal(c)}, [*steps, _line("Take away", total, "-", c)], total - c


def _long(whole: int, cents: int, n: int) -> Made:
    tenths, rest = Fraction(cents // 10, 10), Fraction(cents % 10, 100)
    steps = [
        _line("Whole part", whole, "*", n),
        _line("Tenths", tenths, "*", n),
        _line("Hundredths", rest, "*", n),
        _line("First two", whole * n, "+", tenths * n),
        _line("All three", (whole + tenths) * n, "+", rest * n),
    ]
    return {"a": decimal(whole + tenths + rest), "n": str(n)}, steps, (whole + tenths + rest) * n


def solve(prompt: str) -> str:
    """Compute with hundredths as whole numbers."""
    a, b, *rest = (int(100 * n) for n in numbers(prompt))
    if rest:
        return decimal(Fraction(a + b - rest[0], 100))
    if re.search(r"\*|\btimes\b|Multiply|such|a day|laps", prompt):
        return decimal(Fraction(a * b, 10_000))
    if re.search(r" - |loses|Subtract|ran out", prompt):
        return decimal(Fraction(abs(a - b), 100))
    return decimal(Fraction(a + b, 100))


_CENTS = without_zeros(11, 100)
# Two decimal parts in hundredths: tenths without a carry, tenths without a borrow, hundredths and tenths.
_NO_CARRY = tuple((10 * a, 10 * b) for a in range(1, 9) for b in range(1, 10 - a))
_NO_BORROW = tuple((10 * a, 10 * b) for a in range(2, 10) for b in range(1, a))
_UNEVEN = tuple((a, 10 * b) for a in _CENTS for b in range(1, 10))

FAMILY = Family(
    name="decimals_arithmetic",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("add",), "whole": range(1, 21), "more": range(1, 10), "cents": _NO_CARRY}, steps=3),
        Level("easy", {"kind": ("subtract",), "gap": range(1, 21), "less": range(1, 10), "cents": _NO_BORROW}, steps=3),
        Level(
            "easy", {"kind": ("multiply",), "whole": range(1, 11), "tenths": range(1, 10), "n": range(2, 6)}, steps=3
        ),
        Level(
            "easy",
            {
                "kind": ("both",),
                "whole": range(2, 10),
                "more": range(1, 10),
                "cents": _NO_CARRY,
                "less": (11, 12, 21, 22),
            },
            steps=4,
        ),
        Level(
            "medium", {"kind": ("multiply",), "whole": range(1, 11), "tenths": range(1, 10), "n": range(6, 10)}, steps=3
        ),
        Level("medium", {"kind": ("add",), "whole": range(2, 20), "more": range(1, 10), "cents": _UNEVEN}, steps=3),
        Level(
            "medium",
            {
                "kind": ("both",),
                "whole": range(2, 20),
                "more": range(1, 10),
                "cents": _UNEVEN,
                "less": without_zeros(11, 30),
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "kind": ("borrow",),
                "whole": range(6, 31),
                "tenths": range(1, 10),
                "less": range(1, 5),
                "cents": _CENTS,
            },
            steps=3,
        ),
        Level("hard", {"kind": ("long",), "whole": range(1, 13), "cents": _CENTS, "n": range(3, 10)}, steps=5),
    ),
    build=build,
    solve=solve,
)
