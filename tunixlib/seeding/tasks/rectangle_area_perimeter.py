"""Rectangles: perimeter, area, a missing side, the price of a fence.

A rectangular garden is 7 m long and 4 m wide. What is its perimeter in m?   ->   22
"""

import re
from collections.abc import Sequence

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, product_steps, say, without_zeros

WORDINGS = {
    "perimeter": (
        "A rectangular {thing} is {a} {unit} long and {b} {unit} wide. What is its perimeter in {unit}?",
        "What is the perimeter, in {unit}, of a rectangular {thing} with sides of {a} {unit} and {b} {unit}?",
        "Find the distance in {unit} around a {thing} that is a rectangle of {a} {unit} by {b} {unit}.",
        "I walk once around a rectangular {thing}, {a} {unit} by {b} {unit}. How many {unit} do I walk?",
    ),
    "area": (
        "A rectangular {thing} is {a} {unit} long and {b} {unit} wide. What is its area in square {unit}?",
        "How many square {unit} does a rectangular {thing} of {a} {unit} by {b} {unit} cover?",
        "Find the area in square {unit} of a rectangular {thing} with sides of {a} {unit} and {b} {unit}.",
        "We cover a {thing}, a rectangle of {a} {unit} by {b} {unit}. How many square {unit} is that?",
    ),
    "side": (
        "A rectangular {thing} has a perimeter of {p} {unit}. It is {a} {unit} long. How many {unit} wide is it?",
        "How many {unit} wide is a rectangular {thing} of length {a} {unit} and perimeter {p} {unit}?",
        "Find the width in {unit} of a rectangular {thing}: perimeter {p} {unit}, length {a} {unit}.",
        "Going once around a rectangular {thing} takes {p} {unit}, and its length is {a} {unit}. "
        "So what is its width in {unit}?",
    ),
    "fence": (
        "A rectangular {thing} is {a} {unit} long and {b} {unit} wide. "
        "An edging for all sides costs ${c} per {unit}. What is the price in dollars?",
        "How many dollars does an edging around a rectangular {thing} of {a} {unit} by {b} {unit} cost "
        "at ${c} per {unit}?",
        "Find the price in dollars of an edging all around a rectangular {thing}, {a} {unit} by {b} {unit}, "
        "at ${c} per {unit}.",
        "One {unit} of edging is ${c}. How many dollars do I need to go around my {thing}, "
        "a rectangle of {a} {unit} by {b} {unit}?",
    ),
}


def build(phrasing: str, kind: str, place: tuple[str, str], sides: tuple[int, int], c: int = 0) -> Problem:
    """``place`` is a thing and its unit; ``sides`` are length and width; ``c`` dollars per unit of edging."""
    (thing, unit), (a, b) = place, sides
    around = 2 * (a + b)
    steps = {"perimeter": _perimeter, "area": _area, "side": _side, "fence": _fence}[kind](a, b, c)
    answer = {"perimeter": around, "area": a * b, "side": b, "fence": around * c}[kind]
    return Problem(say(WORDINGS, kind, phrasing, thing=thing, unit=unit, a=a, b=b, c=c, p=around), steps, str(answer))


def _perimeter(a: int, b: int, _: int) -> Steps:
    return [
        ("compute", f"Two long sides: 2 * {a} = {2 * a}"),
        ("compute", f"Two short sides: 2 * {b} = {2 * b}"),
        ("compute", f"All the way around: {2 * a} + {2 * b} = {2 * (a + b)}"),
    ]


def _area(a: int, b: int, _: int) -> Steps:
    formula = ("recall", "The area is length times width")
    return [formula, *(product_steps(a, b) if b > 9 else product_steps(b, a))]


def _side(a: int, b: int, _: int) -> Steps:
    around = 2 * (a + b)
    return [
        ("compute", f"Two long sides: 2 * {a} = {2 * a}"),
        ("compute", f"Left for the two short sides: {around} - {2 * a} = {2 * b}"),
        ("compute", f"One short side: {2 * b} / 2 = {b}"),
        ("verify", f"Check: {2 * a} + {2 * b} = {around}, so the width is {b}"),
    ]


def _fence(a: int, b: int, c: int) -> Steps:
    around = 2 * (a + b)
    return [
        *_perimeter(a, b, c),
        ("compute", f"Price of the tens: {around - around % 10} * {c} = {(around - around % 10) * c}"),
        ("compute", f"Price of the ones: {around % 10} * {c} = {around % 10 * c}"),
        ("compute", f"Total price: {(around - around % 10) * c} + {around % 10 * c} = {around * c}"),
    ]


def solve(prompt: str) -> str:
    """Use the formulas for area and perimeter on the numbers of the prompt."""
    price = re.search(r"\$(\d+)", prompt)
    sides = [int(n) for n in re.findall(r"(?<!\$)\b(\d+) (?:m|cm|ft)\b", prompt)]
    if price:
        return str(2 * sum(sides) * int(price[1]))
    if "square" in prompt:
        return str(sides[0] * sides[1])
    if re.search(r"\b(wide is|width)\b", prompt):
        return str(max(sides) // 2 - min(sides))
    return str(2 * sum(sides))


def _not_fifths(start: int, stop: int) -> tuple[int, ...]:
    """Numbers whose sums end in neither 0 nor 5, so that a perimeter does not end in zero."""
    return tuple(n for n in range(start, stop) if n % 5 in (1, 2))


_LARGE = (
    "garden",
    "field",
    "playground",
    "parking lot",
    "pool",
    "yard",
    "farm",
    "park",
    "room",
    "stage",
    "hall",
    "deck",
)
_SMALL = (
    "poster",
    "photo",
    "card",
    "tray",
    "flag",
    "mirror",
    "book cover",
    "table top",
    "tile",
    "board",
    "box",
    "stamp",
)
_LARGE_PLACES = tuple((thing, unit) for thing in _LARGE for unit in ("m", "ft"))
_PLACES = _LARGE_PLACES + tuple((thing, "cm") for thing in _SMALL)


def _sides(long: Sequence[int], wide: Sequence[int], area: int = 1000) -> tuple[tuple[int, int], ...]:
    """Lengths above their widths, with at most so large an area."""
    return tuple((a, b) for a in long for b in wide if a > b and a * b <= area)


_SMALL_SIDES = _sides(range(3, 16), range(2, 10))

FAMILY = Family(
    name="rectangle_area_perimeter",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("perimeter",), "place": _PLACES, "sides": _SMALL_SIDES}, steps=3),
        Level("easy", {"kind": ("side",), "place": _PLACES, "sides": _SMALL_SIDES}, steps=4),
        Level(
            "medium",
            {"kind": ("area",), "place": _PLACES, "sides": _sides(without_zeros(11, 36), range(3, 10), 150)},
            steps=4,
        ),
        Level("medium", {"kind": ("side",), "place": _PLACES, "sides": _sides(range(16, 50), range(2, 11))}, steps=4),
        Level(
            "hard",
            {"kind": ("area",), "place": _PLACES, "sides": _sides(without_zeros(21, 50), without_zeros(11, 20))},
            steps=4,
        ),
        Level(
            "hard",
            {
                "kind": ("fence",),
                "place": _LARGE_PLACES,
                "sides": _sides(_not_fifths(11, 40), _not_fifths(5, 11)),
                "c": range(2, 10),
            },
            steps=6,
        ),
    ),
    build=build,
    solve=solve,
)
