"""Triangles and squares: angles that sum to 180 degrees, areas, a square from its perimeter.

Two angles of a triangle are 50 and 65 degrees. How many degrees is the third angle?   ->   65
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, product_steps, say, without_zeros

WORDINGS = {
    "angle": (
        "Two angles of a triangle are {a} and {b} degrees. How many degrees is the third angle?",
        "How many degrees is the third angle of a triangle whose other angles are {a} and {b} degrees?",
        "Find the missing angle, in degrees, of a triangle with angles of {a} and {b} degrees.",
        "My triangle has one angle of {a} degrees and one of {b} degrees. How big is the last one, in degrees?",
    ),
    "triangle": (
        "A triangle has a base of {a} {unit} and a height of {b} {unit}. What is its area in square {unit}?",
        "What is the area in square {unit} of a triangle with base {a} {unit} and height {b} {unit}?",
        "Find the area of a triangle, base {a} {unit}, height {b} {unit}, in square {unit}.",
        "I cut out a triangle with a base of {a} {unit}; it is {b} {unit} high. How many square {unit} is that?",
    ),
    "isosceles": (
        "A triangle has two equal angles. The third angle is {a} degrees. How many degrees is each equal angle?",
        "How many degrees is each of the two equal angles of a triangle whose third angle is {a} degrees?",
        "Find the size, in degrees, of the two equal angles of a triangle with a third angle of {a} degrees.",
        "The top angle of my triangle is {a} degrees and the other two are equal. How big are they, in degrees?",
    ),
    "square": (
        "A square has a perimeter of {a} {unit}. What is its area in square {unit}?",
        "What is the area in square {unit} of a square whose perimeter is {a} {unit}?",
        "Find the area, in square {unit}, of a square with a perimeter of {a} {unit}.",
        "It is {a} {unit} around a square. How many square {unit} does the square cover?",
    ),
}


def build(phrasing: str, kind: str, a: int, b: int = 0, unit: str = "") -> Problem:
    """Two angles; base and height; the odd angle of an isosceles triangle; the side of a square."""
    steps, answer = {"angle": _angle, "triangle": _triangle, "isosceles": _isosceles, "square": _square}[kind](a, b)
    given = 4 * a if kind == "square" else a
    return Problem(say(WORDINGS, kind, phrasing, a=given, b=b, unit=unit), steps, str(answer))


_ANGLES = ("recall", "The angles of a triangle sum to 180 degrees")


def _angle(a: int, b: int) -> tuple[Steps, int]:
    third = 180 - a - b
    return [
        _ANGLES,
        ("compute", f"Two angles together: {a} + {b} = {a + b}"),
        ("compute", f"Third angle: 180 - {a + b} = {third} degrees"),
    ], third


def _triangle(a: int, b: int) -> tuple[Steps, int]:
    return [
        ("recall", "The area of a triangle is half of base times height"),
        ("compute", f"Base times height: {a} * {b} = {a * b}"),
        ("compute", f"Half of it: {a * b} / 2 = {a * b // 2}"),
    ], a * b // 2


def _isosceles(a: int, _: int) -> tuple[Steps, int]:
    equal = (180 - a) // 2
    return [
        _ANGLES,
        ("compute", f"The two equal angles together: 180 - {a} = {180 - a}"),
        ("compute", f"Each of them: {180 - a} / 2 = {equal}"),
        ("verify", f"Check: {equal} + {equal} + {a} = 180, so each is {equal} degrees"),
    ], equal


def _square(side: int, _: int) -> tuple[Steps, int]:
    around = 4 * side
    first = ("compute", f"A square has 4 equal sides: {around} / 4 = {side}")
    return [first, *product_steps(side, side)], side * side


def solve(prompt: str) -> str:
    """Fill up to 180 degrees, halve base times height, or square a quarter of the perimeter."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    if "equal" in prompt:
        return str((180 - found[0]) // 2)
    if "degrees" in prompt:
        return str(180 - sum(found))
    if "triangle" in prompt:
        return str(found[0] * found[1] // 2)
    return str(found[0] ** 2 // 16)


_UNITS = ("cm", "m", "ft", "inches")

FAMILY = Family(
    name="triangle_and_square",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("angle",), "a": range(15, 90), "b": range(12, 90)}, steps=3),
        Level("easy", {"kind": ("triangle",), "a": range(4, 41, 2), "b": range(3, 21), "unit": _UNITS}, steps=3),
        Level("medium", {"kind": ("isosceles",), "a": range(4, 180, 2)}, steps=4),
        Level("hard", {"kind": ("square",), "a": without_zeros(11, 36), "unit": _UNITS}, steps=4),
    ),
    build=build,
    solve=solve,
)
