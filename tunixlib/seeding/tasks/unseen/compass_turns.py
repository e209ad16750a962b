"""Turning on the spot: facing north, right, right, left -> east."""

import re
from itertools import product

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

_POINTS = ("north", "east", "south", "west")
_QUARTERS = {"right": 1, "around": 2, "left": 3}
_THREE = tuple(product(("right", "left"), repeat=3))
_FOUR = tuple(product(("right", "left"), repeat=4))
_AROUND = tuple(turns for turns in product(_QUARTERS, repeat=3) if "around" in turns)


def build(phrasing: str, name: str, start: str, turns: tuple[str, ...]) -> Problem:
    """Follow the turns one by one."""
    facing, steps = start, []
    for turn in turns:
        after = _POINTS[(_POINTS.index(facing) + _QUARTERS[turn]) % 4]
        steps.append(("transform", f"From {facing}, turning {turn} leads to {after}"))
        facing = after
    return Problem(phrasing.format(name=name, start=start, turns=", then ".join(turns)), steps, facing)


def solve(prompt: str) -> str:
    """Add the quarter turns to the right."""
    words = re.findall(r"\b(?:north|east|south|west|right|left|around)\b", prompt)
    quarters = words.count("right") + 2 * words.count("around") - words.count("left")
    start = next(word for word in words if word in _POINTS)
    return _POINTS[(_POINTS.index(start) + quarters) % 4]


FAMILY = Family(
    name="compass_turns",
    category="reasoning",
    phrasings=(
        "{name} faces {start} and turns {turns}. In which direction does {name} look now?",
        "A robot built by {name} points {start}. Its program turns it {turns}. Where does it point in the end?",
        "Looking {start}, {name} is told: turn {turns}! Which way is {name} facing afterwards?",
        "Start: {start}. {name} turns {turns}. End: ?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "start": _POINTS, "turns": _THREE}, steps=3),
        Level("medium", {"name": NAMES, "start": _POINTS, "turns": _FOUR}, steps=4),
        Level("medium", {"name": NAMES, "start": _POINTS, "turns": _AROUND}, steps=3),
    ),
    build=build,
    solve=solve,
)
