"""Linear equations with one unknown, in symbols and in words, checked by putting the number back in.

Solve for x: 3x + 2 = 14   ->   4
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say, without_zeros

WORDINGS = {
    "plus": (
        "When {b} is added to a number {v}, the result is {c}. What is {v}?",
        "What number is {v} in {v} + {b} = {c}?",
        "Solve for {v}: {v} + {b} = {c}",
        "I have some number {v}. With {b} more it would be {c}. What is {v}?",
    ),
    "minus": (
        "When {b} is taken away from a number {v}, {c} is left. What is {v}?",
        "What number is {v} in {v} - {b} = {c}?",
        "Solve for {v}: {v} - {b} = {c}",
        "I have some number {v}. With {b} less it would be {c}. What is {v}?",
    ),
    "times_plus": (
        "A number {v} is multiplied by {a}, then {b} is added. The result is {c}. What is {v}?",
        "What number is {v} in {a}{v} + {b} = {c}?",
        "Solve for {v}: {a}{v} + {b} = {c}",
        "I think of a number {v}. {a} times my number plus {b} gives {c}. What is {v}?",
    ),
    "times_minus": (
        "A number {v} is multiplied by {a}, then {b} is subtracted. The result is {c}. What is {v}?",
        "What number is {v} in {a}{v} - {b} = {c}?",
        "Solve for {v}: {a}{v} - {b} = {c}",
        "I think of a number {v}. {a} times my number minus {b} gives {c}. What is {v}?",
    ),
    "over_plus": (
        "A number {v} is divided by {a}, then {b} is added. The result is {c}. What is {v}?",
        "What number is {v} in {v} / {a} + {b} = {c}?",
        "Solve for {v}: {v} / {a} + {b} = {c}",
        "I think of a number {v}. I divide it by {a}, add {b} and get {c}. What is {v}?",
    ),
    "both_sides": (
        "{a} times a number {v} plus {b} is the same as {d} times {v} plus {c}. What is {v}?",
        "What number is {v} in {a}{v} + {b} = {d}{v} + {c}?",
        "Solve for {v}: {a}{v} + {b} = {d}{v} + {c}",
        "I think of a number {v}. {a} times it plus {b} is the same as {d} times it plus {c}. What is {v}?",
    ),
}


def build(phrasing: str, kind: str, v: str, x: int, b: int, a: int = 1, d: int = 0) -> Problem:
    """``x`` is the answer, ``v`` its letter; ``a`` multiplies or divides (on top of ``d``), ``b`` is added or taken."""
    makers = {
        "plus": _plus, "minus": _minus, "times_plus": _times_plus, "times_minus": _times_minus,
        "over_plus": _over_plus, "both_sides": _both_sides,
    }  # fmt: skip
    steps, c, answer = makers[kind](x, b, a, d)
    return Problem(say(WORDINGS, kind, phrasing, v=v, a=a + d, b=b, c=c, d=d), steps, str(answer))


def _plus(x: int, b: int, _a: int, _d: int) -> tuple[Steps, int, int]:
    c, tens, ones = x + b, b - b % 10, b % 10
    return (
        [
            ("compute", f"Take {b} from {c}, tens first: {c} - {tens} = {c - tens}"),
            ("compute", f"Then the ones: {c - tens} - {ones} = {x}"),
            ("verify", f"Check: {x} + {b} = {c}"),
        ],
        c,
        x,
    )


def _minus(x: int, b: int, _a: int, _d: int) -> tuple[Steps, int, int]:
    start, tens, ones = x + b, b - b % 10, b % 10
    return (
        [
            ("compute", f"Add {b} to {x}, tens first: {x} + {tens} = {x + tens}"),
            ("compute", f"Then the ones: {x + tens} + {ones} = {start}"),
            ("verify", f"Check: {start} - {b} = {x}"),
        ],
        x,
        start,
    )


def _times_plus(x: int, b: int, a: int, _d: int) -> tuple[Steps, int, int]:
    c = a * x + b
    return (
        [
            ("compute", f"Undo the addition: {c} - {b} = {a * x}"),
            ("compute", f"Undo the multiplication: {a * x} / {a} = {x}"),
            ("verify", f"Check: {a} * {x} = {a * x}"),
            ("verify", f"Check: {a * x} + {b} = {c}"),
        ],
        c,
        x,
    )


def _times_minus(x: int, b: int, a: int, _d: int) -> tuple[Steps, int, int]:
    c = a * x - b
    return (
        [
            ("compute", f"Undo the subtraction: {c} + {b} = {a * x}"),
            ("compute", f"Undo the multiplication: {a * x} / {a} = {x}"),
            ("verify", f"Check: {a} * {x} = {a * x}"),
            ("verify", f"Check: {a * x} - {b} = {c}"),
        ],
        c,
        x,
    )


def _over_plus(x: int, b: int, a: int, _d: int) -> tuple[Steps, int, int]:
    c = x + b
    return (
        [
            ("compute", f"Undo the addition: {c} - {b} = {x}"),
            ("compute", f"Undo the division: {x} * {a} = {a * x}"),
            ("verify", f"Check: {a * x} / {a} = {x}"),
            ("verify", f"Check: {x} + {b} = {c}"),
        ],
        c,
        a * x,
    )


def _both_sides(x: int, b: int, a: int, d: int) -> tuple[Steps, int, int]:
    c, left = b + a * x, (a + d) * x + b
    return (
        [
            ("compute", f"How often the unknown is left: {a + d} - {d} = {a}"),
            ("compute", f"What these make together: {c} - {b} = {a * x}"),
            ("compute", f"One of them: {a * x} / {a} = {x}"),
            ("verify", f"Check the left side: {a + d} * {x} + {b} = {left}"),
            ("verify", f"Check the right side: {d} * {x} + {c} = {left}"),
        ],
        c,
        x,
    )


def solve(prompt: str) -> str:
    """Try one whole number after the other until the equation holds."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    if len(found) == 4:
        a, b, d, c = found
        return str(next(x for x in range(10_000) if a * x + b == d * x + c))
    sign = -1 if re.search(r" - |minus|subtracted|taken away|less", prompt) else 1
    if len(found) == 2:
        b, c = found
        return str(next(x for x in range(10_000) if x + sign * b == c))
    a, b, c = found
    if re.search(r" / |divide", prompt):
        return str(next(x for x in range(0, 10_000 * a, a) if x // a + b == c))
    return str(next(x for x in range(10_000) if a * x + sign * b == c))


_LETTERS = ("x", "n", "y", "k", "m", "z")
_ONE_STEP = {"kind": ("plus", "minus"), "v": _LETTERS}
_TWO_STEPS = {"kind": ("times_plus", "times_minus", "over_plus"), "v": _LETTERS}
_BOTH_SIDES = {"kind": ("both_sides",), "v": _LETTERS}

FAMILY = Family(
    name="missing_number",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {**_ONE_STEP, "x": range(5, 31), "b": range(11, 20)}, steps=3),
        Level("easy", {**_TWO_STEPS, "x": range(3, 10), "b": range(1, 9), "a": range(3, 6)}, steps=4),
        Level("medium", {**_ONE_STEP, "x": range(11, 100), "b": without_zeros(21, 50)}, steps=3),
        Level("medium", {**_TWO_STEPS, "x": range(6, 15), "b": range(9, 18), "a": range(3, 10)}, steps=4),
        Level("medium", {**_BOTH_SIDES, "x": range(2, 7), "b": range(1, 10), "a": (2, 3), "d": (2, 3)}, steps=5),
        Level("hard", {**_ONE_STEP, "x": range(100, 400), "b": without_zeros(51, 100)}, steps=3),
        Level(
            "hard", {**_BOTH_SIDES, "x": range(7, 13), "b": range(1, 21), "a": range(2, 7), "d": range(2, 7)}, steps=5
        ),
    ),
    build=build,
    solve=solve,
)
