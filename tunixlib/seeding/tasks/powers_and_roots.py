"""Squares, cubes and square roots, alone and inside short expressions.

What is 3 * 7^2 + 5?   ->   152
"""

import re
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


def build(phrasing: str, kind: str, a: int, b: int = 0, c: int = 0) -> Problem:
    """``a`` and ``b`` are the bases (or ``b`` is added), ``c`` multiplies or is added; a root of ``a * a``."""
    a = a + b if kind == "gap" else a  # so that the difference is positive
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
    low, n = a - a % 10, a * a
    half = low + 5
    ends = {1: "1 or 9", 4: "2 or 8", 9: "3 or 7", 6: "4 or 6"}[n % 10]
    return [
        ("compute", f"Tens: {low} * {low} = {low * low} is below {n}"),
        ("compute", f"Halfway: {half} * {half} = {half * half} is {'above' if a < half else 'below'} {n}"),
        ("recall", f"The square ends in {n % 10}, so the root ends in {ends}"),
        ("verify", f"It fits: {a} * {a} = {n}"),
    ], a


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
_BASES = tuple(n for n in range(11, 100) if n % 5)

FAMILY = Family(
    name="powers_and_roots",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("square",), "a": range(2, 13), "b": range(1, 60), "c": range(2, 8)}, steps=3),
        Level("medium", {"kind": ("cube",), "a": range(2, 10), "b": range(2, 13)}, steps=4),
        Level("medium", {"kind": ("gap",), "a": range(1, 10), "b": range(2, 12), "c": range(1, 60)}, steps=4),
        Level("medium", {"kind": ("root",), "a": _BASES}, steps=4),
        Level("hard", {"kind": ("root_plus",), "a": _BASES, "b": range(2, 60)}, steps=5),
    ),
    build=build,
    solve=solve,
)
