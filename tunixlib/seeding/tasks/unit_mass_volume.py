"""Grams and kilograms, milliliters and liters: taken away, poured out, bought several times.

A bag holds 2 kg of rice. 350 g are used. How many grams are left?   ->   1650
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, say
from tunixlib.seeding.tasks.text import NAMES

# Stuff -> its container, big unit, small unit and the name of the small unit in a question.
STUFF = {
    "rice": ("bag", "kg", "g", "grams"),
    "flour": ("sack", "kg", "g", "grams"),
    "sugar": ("packet", "kg", "g", "grams"),
    "sand": ("bucket", "kg", "g", "grams"),
    "oats": ("tin", "kg", "g", "grams"),
    "honey": ("jar", "kg", "g", "grams"),
    "water": ("bottle", "l", "ml", "milliliters"),
    "juice": ("jug", "l", "ml", "milliliters"),
    "milk": ("can", "l", "ml", "milliliters"),
    "paint": ("tub", "l", "ml", "milliliters"),
    "soup": ("pot", "l", "ml", "milliliters"),
    "tea": ("flask", "l", "ml", "milliliters"),
}

_NAMES = {"kg": "Kilograms", "l": "Liters"}

WORDINGS = {
    "use": (
        "{name} has a {box} with {a} {big} of {stuff} and uses {c} {small}. How many {smalls} are left?",
        "How many {smalls} of {stuff} are left if {name} takes {c} {small} from a {box} of {a} {big}?",
        "{name} takes {c} {small} of {stuff} out of a {box} of {a} {big}. Give the rest in {smalls}.",
        "There were {a} {big} of {stuff} in the {box} and {name} used {c} {small}. What is left, in {smalls}?",
    ),
    "share": (
        "{name} fills {n} cups with {c} {small} of {stuff} each from a {box} of {a} {big}. How many {smalls} are left?",
        "How many {smalls} of {stuff} stay in a {box} of {a} {big} after {name} fills {n} cups of {c} {small}?",
        "From a {box} with {a} {big} of {stuff}, {name} fills {n} cups of {c} {small} each. Find the rest in {smalls}.",
        "{name} had {a} {big} of {stuff} in a {box}, then {n} cups of {c} {small} were filled. "
        "What is left, in {smalls}?",
    ),
    "several": (
        "{name} buys {n} {box}s of {stuff}. Each holds {a} {big} {c} {small}. How many {smalls} is that in all?",
        "How many {smalls} of {stuff} are in {n} {box}s of {a} {big} {c} {small} each? {name} must know.",
        "Find for {name} how many {smalls} of {stuff} {n} {box}s hold, at {a} {big} {c} {small} each.",
        "{name} gets {n} {box}s of {stuff}, each with {a} {big} and {c} {small}. So how many {smalls} altogether?",
    ),
}


def build(phrasing: str, kind: str, name: str, stuff: str, a: int, c: int, n: int = 1) -> Problem:
    """``a`` big units and ``c`` small ones, ``n`` times."""
    box, big, small, smalls = STUFF[stuff]
    steps = [("recall", f"1 {big} = 1000 {small}")]
    if kind == "several":
        total = n * (1000 * a + c)
        steps.append(("compute", f"{_NAMES[big]}: {n} * {a} = {n * a}"))
        steps.append(("convert", f"In {small}: {n * a} * 1000 = {n * a * 1000}"))
        steps.append(("compute", f"Extra {small}: {n} * {c} = {n * c}"))
        steps.append(("compute", f"Total: {n * a * 1000} + {n * c} = {total} {small}"))
    else:
        total = 1000 * a - n * c
        steps.append(("convert", f"In {small}: {a} * 1000 = {a * 1000}"))
        if kind == "share":
            steps.append(("compute", f"In the cups: {n} * {c} = {n * c} {small}"))
        steps.append(("compute", f"Left: {a * 1000} - {n * c} = {total} {small}"))
    fields = {"name": name, "stuff": stuff, "box": box, "big": big, "small": small, "smalls": smalls}
    return Problem(say(WORDINGS, kind, phrasing, a=a, c=c, n=n, **fields), steps, str(total))


def solve(prompt: str) -> str:
    """Add the amounts in small units, times the number of containers, or take the used part away."""
    small = sum(int(n) for n in re.findall(r"(\d+) (?:g|ml)\b", prompt))
    big = sum(int(n) * 1000 for n in re.findall(r"(\d+) (?:kg|l)\b", prompt))
    cups = re.search(r"(\d+) cups\b", prompt)
    boxes = re.search(r"(\d+) \w+s\b", prompt)
    if boxes and not cups:
        return str(int(boxes[1]) * (big + small))
    return str(big - small * (int(cups[1]) if cups else 1))


FAMILY = Family(
    name="unit_mass_volume",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level(
            "easy",
            {"kind": ("use",), "name": NAMES, "stuff": tuple(STUFF), "a": range(1, 10), "c": range(15, 1000, 5)},
            steps=3,
        ),
        Level(
            "medium",
            {
                "kind": ("share",),
                "name": NAMES,
                "stuff": tuple(STUFF),
                "a": range(1, 6),
                "c": range(20, 250, 5),
                "n": (2, 3, 4),
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "kind": ("several",),
                "name": NAMES,
                "stuff": tuple(STUFF),
                "a": range(1, 5),
                "c": range(50, 500, 10),
                "n": range(2, 6),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
