"""Boxes: volume, a missing height, the surface.

A box is 4 cm long, 2 cm wide and 3 cm high. What is its volume in cubic cm?   ->   24
"""

import re
from itertools import product
from math import prod

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, product_steps, say

WORDINGS = {
    "volume": (
        "A {thing} is {a} {unit} long, {b} {unit} wide and {c} {unit} high. What is its volume in cubic {unit}?",
        "How many cubic {unit} fit into a {thing} of {a} {unit} by {b} {unit} by {c} {unit}?",
        "Find the volume, in cubic {unit}, of a {thing}: length {a} {unit}, width {b} {unit}, height {c} {unit}.",
        "My {thing} measures {a} {unit} by {b} {unit} at the bottom and is {c} {unit} high. "
        "How many cubic {unit} is that?",
    ),
    "height": (
        "A {thing} holds {v} cubic {unit}. Its bottom is {a} {unit} by {b} {unit}. How many {unit} high is it?",
        "How many {unit} high is a {thing} of {v} cubic {unit} if it is {a} {unit} long and {b} {unit} wide?",
        "Find the height in {unit} of a {thing}: volume {v} cubic {unit}, length {a} {unit}, width {b} {unit}.",
        "My {thing} takes {v} cubic {unit} and its floor is {a} {unit} by {b} {unit}. How high is it, in {unit}?",
    ),
    "surface": (
        "A closed {thing} is {a} {unit} long, {b} {unit} wide and {c} {unit} high. "
        "What is its surface area in square {unit}?",
        "How many square {unit} of paper cover a closed {thing} of {a} {unit} by {b} {unit} by {c} {unit} exactly?",
        "Find the surface area, in square {unit}, of a closed {thing} of {a} {unit} by {b} {unit} by {c} {unit}.",
        "I paint all six sides of a {thing}, {a} {unit} long, {b} {unit} wide and {c} {unit} high. "
        "How many square {unit} do I paint?",
    ),
}
WORDINGS["tall"] = WORDINGS["volume"]


def build(phrasing: str, kind: str, thing: str, unit: str, edges: tuple[int, int, int]) -> Problem:
    """``edges`` are length, width and height of a box; the height is what ``height`` asks for."""
    a, b, c = edges
    steps = {"volume": _volume, "tall": _tall, "height": _height, "surface": _surface}[kind](a, b, c)
    answer = {"height": c, "surface": 2 * (a * b + a * c + b * c)}.get(kind, a * b * c)
    return Problem(
        say(WORDINGS, kind, phrasing, thing=thing, unit=unit, a=a, b=b, c=c, v=a * b * c), steps, str(answer)
    )


def _volume(a: int, b: int, c: int) -> Steps:
    return [
        ("recall", "Volume is length times width times height"),
        ("compute", f"Bottom: {a} * {b} = {a * b}"),
        ("compute", f"Times the height: {a * b} * {c} = {a * b * c}"),
    ]


def _tall(a: int, b: int, c: int) -> Steps:
    return [
        ("recall", "Volume is length times width times height"),
        ("compute", f"Bottom: {a} * {b} = {a * b}"),
        *product_steps(a * b, c),
    ]


def _height(a: int, b: int, c: int) -> Steps:
    return [
        ("recall", "Height is volume divided by the bottom"),
        ("compute", f"Bottom: {a} * {b} = {a * b}"),
        ("compute", f"Height: {a * b * c} / {a * b} = {c}"),
        ("verify", f"Check: {a * b} * {c} = {a * b * c}, so it is {c} high"),
    ]


def _surface(a: int, b: int, c: int) -> Steps:
    bottom, front, side = a * b, a * c, b * c
    return [
        ("compute", f"Bottom: {a} * {b} = {bottom}"),
        ("compute", f"Front: {a} * {c} = {front}"),
        ("compute", f"Side: {b} * {c} = {side}"),
        ("compute", f"Bottom and front: {bottom} + {front} = {bottom + front}"),
        ("compute", f"With the side: {bottom + front} + {side} = {bottom + front + side}"),
        ("compute", f"Each comes twice: 2 * {bottom + front + side} = {2 * (bottom + front + side)}"),
    ]


def solve(prompt: str) -> str:
    """Multiply three edges, divide the volume by two edges, or add the six faces."""
    volume = re.search(r"(\d+) cubic", prompt)
    edges = [int(n) for n in re.findall(r"(\d+) (?:cm|m|ft|inches)\b", prompt)]
    if volume:
        return str(int(volume[1]) // (edges[0] * edges[1]))
    a, b, c = edges
    return str(sum((a * b, b * c, c * a) * 2) if "square" in prompt else a * b * c)


_THINGS = ("box", "crate", "tank", "drawer", "chest", "suitcase", "carton", "case", "bin", "trunk", "locker", "safe")
_WHERE = {"thing": _THINGS, "unit": ("cm", "ft", "inches")}

_SMALL = tuple(edges for edges in product(range(2, 10), repeat=3) if edges[0] * edges[1] <= 12 and prod(edges) <= 50)
_LARGER = tuple(edges for edges in product(range(2, 10), repeat=3) if 50 < prod(edges) <= 150)
_TALL = tuple((a, b, c) for a in range(2, 5) for b in range(2, 5) if a * b <= 9 for c in range(11, 17))
_FLAT = tuple((a, b, c) for a, b, c in product(range(2, 9), range(2, 7), range(2, 7)) if a * b + a * c + b * c <= 75)
_HUGE = tuple(
    (a, b, c) for a in range(3, 10) for b in range(3, 8) if a * b > 9 for c in range(11, 17) if a * b * c < 1000
)

FAMILY = Family(
    name="box_volume",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("volume",), **_WHERE, "edges": _SMALL}, steps=3),
        Level("easy", {"kind": ("height",), **_WHERE, "edges": _SMALL}, steps=4),
        Level("medium", {"kind": ("volume",), **_WHERE, "edges": _LARGER}, steps=3),
        Level("medium", {"kind": ("tall",), **_WHERE, "edges": _TALL}, steps=5),
        Level("medium", {"kind": ("surface",), **_WHERE, "edges": _FLAT}, steps=6),
        Level("hard", {"kind": ("tall",), **_WHERE, "edges": _HUGE}, steps=5),
    ),
    build=build,
    solve=solve,
)
