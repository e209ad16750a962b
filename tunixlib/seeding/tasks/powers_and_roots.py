"""Squares, cubes and square roots, alone and inside short expressions.

What is 4 * 3^2 + 5?   ->   41
"""

import re
from collections.abc import Iterable
from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say

WORDINGS = {
    "square": (
        "Take {c} times the square of {a} and add {b}. What do you get?",
        "What is {c} * {a}^2 + {b}?",
        "Calculate {c} times {a} squared plus {b}.",
        "How much is {c} * {a} * {a} + {b}?",
    ),
    "cube": (
        "Take the cube of {a} and add the square of {b}. What do you get?",
        "What is {a}^3 + {b}^2?",
        "Calculate {a} cubed plus {b} squared.",
        "How much is {a} * {a} * {a} + {b} * {b}?",
    ),
    "gap": (
        "From the square of {a}, take away the square of {b}, then add {c}. What do you get?",
        "What is {a}^2 - {b}^2 + {c}?",
        "Calculate {a} squared minus {b} squared plus {c}.",
        "How much is {a} * {a} - {b} * {b} + {c}?",
    ),
    "root": (
        "A whole number times itself gives {n}. Which positive number is it?",
        "What is the square root of {n}?",
        "Calculate sqrt({n}).",
        "A square has an area of {n} square feet. How many feet long is one side?",
    ),
    "root_plus": (
        "Take the square root of {n} and add {b}. What do you get?",
        "What is sqrt({n}) + {b}?",
        "Calculate the square root of {n} plus {b}.",
        "A square garden covers {n} square feet. One side plus a gate of {b} feet is how many feet long?",
    ),
}


def build(phrasing: str, task: tuple[str, int, int, int]) -> Problem:
    """``task`` is kind, a, b, c: bases ``a`` and ``b`` (or ``b`` is added), ``c`` multiplies or is added."""
    kind, a, b, c = task
    makers = {"square": _square, "cube": _cube, "gap": _gap, "root": _root, "root_plus": _root_plus}
    steps, answer = makers[kind](a, b, c)
    return Problem(say(WORDINGS, kind, phrasing, a=a, b=b, c=c, n=a * a), steps, str(answer))


def _square(a: int, b: int, c: int) -> tuple[Steps, int]:
    return [
        ("compute", f"The square of {a}: {a} * {a} = {a * a}"),
        ("compute", f"Times {c}: {a * a} * {c} = {a * a * c}"),
        ("compute", f"Plus {b}: {a * a * c} + {b} = {a * a * c + b}"),
    ], a * a * c + b


def _cube(a: int, b: int, _: int) -> tuple[Steps, int]:
    return [
        ("compute", f"The square of {a}: {a} * {a} = {a * a}"),
        ("compute", f"The cube of {a}: {a * a} * {a} = {a**3}"),
        ("compute", f"The square of {b}: {b} * {b} = {b * b}"),
        ("compute", f"Together: {a**3} + {b * b} = {a**3 + b * b}"),
    ], a**3 + b * b


def _gap(a: int, b: int, c: int) -> tuple[Steps, int]:
    return [
        ("compute", f"The square of {a}: {a} * {a} = {a * a}"),
        ("compute", f"The square of {b}: {b} * {b} = {b * b}"),
        ("compute", f"Take away: {a * a} - {b * b} = {a * a - b * b}"),
        ("compute", f"Plus {c}: {a * a - b * b} + {c} = {a * a - b * b + c}"),
    ], a * a - b * b + c


def _root(a: int, _b: int, _c: int) -> tuple[Steps, int]:
    if a <= 12:
        return _trials(a), a
    low, n = a - a % 10, a * a
    half = low + 5
    ends = {1: "1 or 9", 4: "2 or 8", 9: "3 or 7", 6: "4 or 6"}[n % 10]
    return [
        ("compute", f"Tens: {low} * {low} = {low * low} is below {n}"),
        ("compute", f"Halfway: {half} * {half} = {half * half} is {'above' if a < half else 'below'} {n}"),
        ("recall", f"The square ends in {n % 10}, so the root ends in {ends}"),
        ("verify", f"It fits: {a} * {a} = {n}"),
    ], a


def _trials(a: int) -> Steps:
    """The last two numbers below a small root, then the root."""
    n = a * a
    below: Steps = [("compute", f"Try {k}: {k} * {k} = {k * k} is below {n}") for k in (a - 2, a - 1)]
    return [*below, ("verify", f"Try {a}: {a} * {a} = {n} fits")]


def _root_plus(a: int, b: int, _: int) -> tuple[Steps, int]:
    steps, root = _root(a, 0, 0)
    return [*steps, ("compute", f"Plus {b}: {root} + {b} = {root + b}")], root + b


def solve(prompt: str) -> str:
    """Undo a root by trying, or rewrite the words as one expression and add up its products."""
    numbers = [int(digits) for digits in re.findall(r"\d+", prompt)]
    if re.search(r"root|sqrt|itself|square feet", prompt):
        return str(next(k for k in range(numbers[0]) if k * k == numbers[0]) + sum(numbers[1:]))
    text = re.sub(r"the (square|cube) of (\d+)", r"\2 \1d", prompt)
    text = re.sub(r"From (.+), take away (.+), then", r"\1 - \2,", text)
    text = re.sub(r"(\d+)(?: cubed|\^3)", r"\1 * \1 * \1", text)
    text = re.sub(r"(\d+)(?: squared|\^2)", r"\1 * \1", text)
    for word, sign in ((", add", "+"), ("and add", "+"), ("plus", "+"), ("minus", "-"), ("times", "*")):
        text = text.replace(word, sign)
    total = 0
    for sign, product in re.findall(r"([+-]?) ?(\d+(?: \* \d+)*)", text):
        total += (-1 if sign == "-" else 1) * prod(int(factor) for factor in product.split(" * "))
    return str(total)


# No 0 or 5 at the end: there the first two trials would already hit the root.
_BASES = tuple(n for n in range(13, 30) if n % 5)


def _below(most: int, tasks: Iterable[tuple[str, int, int, int]]) -> tuple[tuple[str, int, int, int], ...]:
    """The tasks without those whose squares, products or results go above ``most``."""
    return tuple(task for task in tasks if _largest(*task) <= most)


def _largest(kind: str, a: int, b: int, c: int) -> int:
    sizes = {"square": a * a * c + b, "cube": a**3 + b * b, "gap": a * a - b * b + c}
    return max(a * a, sizes.get(kind, 0))


_SQUARES = [("square", a, b, c) for a in range(2, 6) for b in range(1, 10) for c in range(2, 10)]
_CUBES = [("cube", a, b, 0) for a in range(2, 10) for b in range(2, 10)]
_GAPS = [("gap", a, b, c) for b in range(2, 12) for a in range(b + 1, 13) for c in range(1, 21)]
_ROOTS = [("root", a, 0, 0) for a in range(3, 8)]
_SUMS = [("root_plus", a, b, 0) for a in range(4, 13) for b in range(1, 31)]
_SMALL = _below(50, _SQUARES + _CUBES + _GAPS + _ROOTS + _SUMS)
_MEDIUM = _below(150, [task for task in _CUBES + _GAPS + _SUMS if task not in _SMALL])
_LARGE = [("cube", a, b, 0) for a in range(6, 10) for b in range(2, 17)] + [("root", a, 0, 0) for a in _BASES]

FAMILY = Family(
    name="powers_and_roots",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"task": tuple(task for task in _SMALL if task[0] in ("square", "root"))}, steps=3),
        Level("easy", {"task": tuple(task for task in _SMALL if task[0] not in ("square", "root"))}, steps=4),
        Level("medium", {"task": _MEDIUM}, steps=4),
        Level("hard", {"task": tuple(_LARGE)}, steps=4),
        Level("hard", {"task": tuple(("root_plus", a, b, 0) for a in _BASES for b in range(2, 60))}, steps=5),
    ),
    build=build,
    solve=solve,
)
