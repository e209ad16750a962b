"""Weights and volumes in two units: taken away, poured out, bought several times.

A can holds 3 quarts of milk. 5 cups are used. How many cups are left?   ->   7
"""

import re
from typing import NamedTuple

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, say
from tunixlib.seeding.tasks.text import NAMES, plural


class Stuff(NamedTuple):
    """What is measured, its container and its two units; units of one or two letters are abbreviations."""

    name: str
    box: str
    big: str
    small: str


# How many of its small unit make one big unit, and the small unit's name in a question.
FACTORS = {"pound": 16, "quart": 4, "gallon": 8, "kg": 1000, "l": 1000}
NAMED = {"ounce": "ounces", "cup": "cups", "pint": "pints", "g": "grams", "ml": "milliliters"}

_SMALL_STUFF = (
    Stuff("rice", "bag", "pound", "ounce"), Stuff("flour", "sack", "pound", "ounce"),
    Stuff("sugar", "packet", "pound", "ounce"), Stuff("nuts", "tin", "pound", "ounce"),
    Stuff("water", "bucket", "gallon", "pint"), Stuff("juice", "jug", "gallon", "pint"),
    Stuff("paint", "tub", "gallon", "pint"), Stuff("lemonade", "barrel", "gallon", "pint"),
)  # fmt: skip
_KITCHEN = (
    Stuff("milk", "can", "quart", "cup"), Stuff("soup", "pot", "quart", "cup"), Stuff("tea", "flask", "quart", "cup"),
    Stuff("cream", "bottle", "quart", "cup"),
)  # fmt: skip
_METRIC = (
    Stuff("rice", "bag", "kg", "g"), Stuff("flour", "sack", "kg", "g"), Stuff("sugar", "packet", "kg", "g"),
    Stuff("sand", "bucket", "kg", "g"), Stuff("oats", "tin", "kg", "g"), Stuff("honey", "jar", "kg", "g"),
    Stuff("water", "bottle", "l", "ml"), Stuff("juice", "jug", "l", "ml"), Stuff("milk", "can", "l", "ml"),
    Stuff("paint", "tub", "l", "ml"), Stuff("soup", "pot", "l", "ml"), Stuff("tea", "flask", "l", "ml"),
)  # fmt: skip

WORDINGS = {
    "use": (
        "{name} has a {box} with {big} of {stuff} and uses {used}. How many {smalls} are left?",
        "How many {smalls} of {stuff} are left if {name} takes {used} from a {box} of {big}?",
        "{name} takes {used} of {stuff} out of a {box} of {big}. Give the rest in {smalls}.",
        "There were {big} of {stuff} in the {box} and {name} used {used}. What is left, in {smalls}?",
    ),
    "share": (
        "{name} fills {n} bowls with {used} of {stuff} each from a {box} of {big}. How many {smalls} are left?",
        "How many {smalls} of {stuff} stay in a {box} of {big} after {name} fills {n} bowls with {used} each?",
        "From a {box} with {big} of {stuff}, {name} fills {n} bowls with {used} each. Find the rest in {smalls}.",
        "{name} had {big} of {stuff} in a {box}, then {n} bowls got {used} each. What is left, in {smalls}?",
    ),
    "several": (
        "{name} buys {n} {box}s of {stuff}. Each holds {big} {used}. How many {smalls} is that in all?",
        "How many {smalls} of {stuff} are in {n} {box}s of {big} {used} each? {name} must know.",
        "Find for {name} how many {smalls} of {stuff} {n} {box}s hold, at {big} {used} each.",
        "{name} gets {n} {box}s of {stuff}, each with {big} and {used}. So how many {smalls} altogether?",
    ),
}


def build(phrasing: str, kind: str, name: str, stuff: Stuff, a: int, c: int, n: int = 1) -> Problem:
    """``a`` big units and ``c`` small ones, ``n`` times."""
    factor, small = FACTORS[stuff.big], _units(stuff.small)
    steps = [("recall", f"1 {stuff.big} = {factor} {small}")]
    if kind == "several":
        total = n * (factor * a + c)
        steps.append(("compute", f"All {_units(stuff.big)}: {n} * {a} = {n * a}"))
        steps.append(("convert", f"In {small}: {n * a} * {factor} = {n * a * factor}"))
        steps.append(("compute", f"Extra {small}: {n} * {c} = {n * c}"))
        steps.append(("compute", f"Total: {n * a * factor} + {n * c} = {total} {small}"))
    else:
        total = factor * a - n * c
        steps.append(("convert", f"In {small}: {a} * {factor} = {a * factor}"))
        if kind == "share":
            steps.append(("compute", f"In the bowls: {n} * {c} = {n * c} {small}"))
        steps.append(("compute", f"Left: {a * factor} - {n * c} = {total} {small}"))
    fields = {"name": name, "stuff": stuff.name, "box": stuff.box, "smalls": NAMED[stuff.small], "n": n}
    amounts = {"big": _amount(a, stuff.big), "used": _amount(c, stuff.small)}
    return Problem(say(WORDINGS, kind, phrasing, **fields, **amounts), steps, str(total))


def _units(unit: str) -> str:
    return unit if len(unit) < 3 else f"{unit}s"


def _amount(count: int, unit: str) -> str:
    return f"{count} {unit}" if len(unit) < 3 else plural(count, unit)


def solve(prompt: str) -> str:
    """Add the amounts in small units, times the number of containers, or take the used part away."""
    small = sum(int(n) for n in re.findall(rf"(\d+) (?:{'|'.join(NAMED)})s?\b", prompt))
    big = sum(int(n) * FACTORS[unit] for n, unit in re.findall(rf"(\d+) ({'|'.join(FACTORS)})s?\b", prompt))
    bowls = re.search(r"(\d+) bowls\b", prompt)
    boxes = re.search(rf"(\d+) (?:{'|'.join(_BOXES)})s\b", prompt)
    if boxes:
        return str(int(boxes[1]) * (big + small))
    return str(big - small * (int(bowls[1]) if bowls else 1))


_BOXES = sorted({stuff.box for stuff in (*_SMALL_STUFF, *_KITCHEN, *_METRIC)})
_FEW = (2, 3)

FAMILY = Family(
    name="unit_mass_volume",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level(
            "easy",
            {"kind": ("use",), "name": NAMES, "stuff": _SMALL_STUFF + _KITCHEN, "a": _FEW, "c": range(2, 8)},
            steps=3,
        ),
        Level(
            "easy",
            {"kind": ("share",), "name": NAMES, "stuff": _SMALL_STUFF, "a": _FEW, "c": range(2, 6), "n": _FEW},
            steps=4,
        ),
        Level(
            "easy",
            {"kind": ("several",), "name": NAMES, "stuff": _KITCHEN, "a": (1, 2, 3), "c": (1, 2, 3), "n": _FEW},
            steps=5,
        ),
        Level(
            "medium",
            {"kind": ("several",), "name": NAMES, "stuff": _SMALL_STUFF, "a": (1, 2), "c": range(1, 8), "n": _FEW},
            steps=5,
        ),
        Level(
            "hard",
            {"kind": ("use",), "name": NAMES, "stuff": _METRIC, "a": range(1, 6), "c": range(50, 1000, 50)},
            steps=3,
        ),
        Level(
            "hard",
            {"kind": ("share",), "name": NAMES, "stuff": _METRIC, "a": range(1, 4), "c": range(50, 250, 10), "n": _FEW},
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
