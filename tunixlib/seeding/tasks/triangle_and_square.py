"""Triangles and squares: angles that sum to 180 degrees, areas, a square from its perimeter.

What is the area in square cm of a triangle with base 6 cm and height 5 cm?   ->   15
"""

import re
from collections.abc import Callable

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
    "third": (
        "A triangle has sides of {a} and {b} {unit}. Its perimeter is {c} {unit}. How many {unit} is the third side?",
        "How many {unit} is the third side of a triangle with sides {a} and {b} {unit} and perimeter {c} {unit}?",
        "Find the third side, in {unit}, of a triangle with sides of {a} and {b} {unit} and a perimeter of {c} {unit}.",
        "It is {c} {unit} around my triangle. Two sides are {a} and {b} {unit}. How many {unit} is the last one?",
    ),
    "square": (
        "A square has a perimeter of {a} {unit}. What is its area in square {unit}?",
        "What is the area in square {unit} of a square whose perimeter is {a} {unit}?",
        "Find the area, in square {unit}, of a square with a perimeter of {a} {unit}.",
        "It is {a} {unit} around a square. How many square {unit} does the square cover?",
    ),
}


def build(phrasing: str, kind: str, sizes: tuple[int, ...], unit: str = "") -> Problem:
    """Base and height; three sides; two angles; the odd angle of an isosceles triangle; the side of a square."""
    makers: dict[str, Callable[..., tuple[Steps, int]]] = {
        "triangle": _triangle,
        "third": _third,
        "angle": _angle,
        "isosceles": _isosceles,
        "square": _square,
    }
    steps, answer = makers[kind](*sizes)
    given = dict(zip("ab", sizes, strict=False)) | {"c": sum(sizes)}
    if kind == "square":
        given["a"] = 4 * sizes[0]
    return Problem(say(WORDINGS, kind, phrasing, unit=unit, **given), steps, str(answer))


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


def _third(a: int, b: int, c: int) -> tuple[Steps, int]:
    around = a + b + c
    return [
        ("recall", "The perimeter is the sum of the three sides"),
        ("compute", f"Two sides together: {a} + {b} = {a + b}"),
        ("compute", f"Third side: {around} - {a + b} = {c}"),
        ("verify", f"Check: {a + b} + {c} = {around}"),
    ], c


def _isosceles(a: int) -> tuple[Steps, int]:
    equal = (180 - a) // 2
    return [
        _ANGLES,
        ("compute", f"The two equal angles together: 180 - {a} = {180 - a}"),
        ("compute", f"Each of them: {180 - a} / 2 = {equal}"),
        ("verify", f"Check: {equal} + {equal} + {a} = 180, so each is {equal} degrees"),
    ], equal


def _square(side: int) -> tuple[Steps, int]:
    around = 4 * side
    sides = ("compute", f"One side: {around} / 4 = {side}")
    if side > 10:
        return [sides, *product_steps(side, side)], side * side
    return [
        ("recall", "A square has 4 equal sides"),
        sides,
        ("recall", "The area of a square is side times side"),
        ("compute", f"Area: {side} * {side} = {side * side}"),
    ], side * side


def solve(prompt: str) -> str:
    """Fill up to 180 degrees or to the perimeter, halve base times height, or square a quarter of the perimeter."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    if "equal" in prompt:
        return str((180 - found[0]) // 2)
    if "degrees" in prompt:
        return str(180 - sum(found))
    if "third" in prompt or "last" in prompt:
        return str(2 * max(found) - sum(found))
    if "triangle" in prompt:
        return str(found[0] * found[1] // 2)
    return str(found[0] ** 2 // 16)


_UNITS = ("cm", "m", "ft", "inches", "mm", "yards", "km", "miles")
_TABLE = range(2, 11)
_HALVED = tuple((a, b) for a in _TABLE for b in _TABLE if a * b % 2 == 0 and a * b <= 50)
# In a triangle every side is shorter than the other two together.
_TRIPLES = tuple((a, b, c) for a in _TABLE for b in _TABLE for c in _TABLE if abs(a - b) < c < a + b)

FAMILY = Family(
    name="triangle_and_square",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("triangle",), "sizes": _HALVED, "unit": _UNITS}, steps=3),
        Level("easy", {"kind": ("third",), "sizes": _TRIPLES, "unit": _UNITS}, steps=4),
        Level("medium", {"kind": ("square",), "sizes": tuple((a,) for a in _TABLE), "unit": _UNITS}, steps=4),
        Level(
            "medium",
            {"kind": ("angle",), "sizes": tuple((a, b) for a in range(20, 90, 10) for b in range(15, 75, 5))},
            steps=3,
        ),
        Level("hard", {"kind": ("isosceles",), "sizes": tuple((a,) for a in range(4, 180, 2))}, steps=4),
        Level(
            "hard", {"kind": ("square",), "sizes": tuple((a,) for a in without_zeros(11, 32)), "unit": _UNITS}, steps=4
        ),
    ),
    build=build,
    solve=solve,
)
