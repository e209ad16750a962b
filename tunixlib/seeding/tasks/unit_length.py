"""Lengths in mixed units: into the small unit and back, joined, cut, and added up.

A leaf is 3 cm 4 mm long. How many millimeters is that?   ->   34
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, say

# Big unit -> (small unit, its name, how many make one).
UNITS = {"km": ("m", "meters", 1000), "m": ("cm", "centimeters", 100), "cm": ("mm", "millimeters", 10)}

_MIXED = r"(\d+) (km|m|cm) (?:and )?(\d+) (m|cm|mm)\b"

WORDINGS = {
    "split": (
        "A {thing} is {a} {big} {b} {small} long. How many {smalls} is that?",
        "How many {smalls} are there in {a} {big} {b} {small}, the length of a {thing}?",
        "Write the length of a {thing}, {a} {big} {b} {small}, in {smalls}.",
        "This {thing} measures {a} {big} and {b} {small}. So how long is it in {smalls}?",
    ),
    "group": (
        "A {thing} is {c} {small} long. Write its length in {big} and {small}.",
        "What is {c} {small}, the length of a {thing}, in {big} and {small}?",
        "Change {c} {small} into {big} and {small}. It is the length of a {thing}.",
        "This {thing} measures {c} {small}. How much is that in {big} and {small}?",
    ),
    "join": (
        "A {thing} of {a} {big} {b} {small} is joined to one of {c} {small}. How long are they together in {smalls}?",
        "How many {smalls} long are two pieces of {thing}, {a} {big} {b} {small} and {c} {small}, laid end to end?",
        "Add the lengths of two pieces of {thing}: {a} {big} {b} {small} and {c} {small}. Answer in {smalls}.",
        "I have {a} {big} {b} {small} of {thing} and find {c} {small} more. How many {smalls} do I have now?",
    ),
    "cut": (
        "A {thing} is {a} {big} {b} {small} long. A piece of {c} {small} is cut off. How many {smalls} are left?",
        "How many {smalls} of {thing} remain when {c} {small} are cut from {a} {big} {b} {small}?",
        "Take {c} {small} off a {thing} of {a} {big} {b} {small}. Give the rest in {smalls}.",
        "I had {a} {big} {b} {small} of {thing} and used {c} {small}. How many {smalls} do I still have?",
    ),
    "add": (
        "One {thing} is {a} {big} {b} {small} long, another {d} {big} {c} {small}. What is their total length in "
        "{smalls}?",
        "How many {smalls} are {a} {big} {b} {small} of {thing} and {d} {big} {c} {small} of {thing} together?",
        "Add {a} {big} {b} {small} of {thing} and {d} {big} {c} {small} of {thing}. Answer in {smalls}.",
        "We laid {a} {big} {b} {small} of {thing} yesterday and {d} {big} {c} {small} today. How many {smalls} in all?",
    ),
}


def build(phrasing: str, kind: str, thing: str, big: str, a: int, b: int, c: int = 0, d: int = 0) -> Problem:
    """``a`` big and ``b`` small units; ``c`` more small ones, ``d`` more big ones."""
    small, smalls, factor = UNITS[big]
    total = a * factor + b
    steps = [("recall", f"1 {big} = {factor} {small}")]
    if kind == "add":
        steps.append(("compute", f"Full {big}: {a} + {d} = {a + d}"))
        steps.append(("convert", f"In {small}: {a + d} * {factor} = {(a + d) * factor}"))
        steps.append(("compute", f"Extra {small}: {b} + {c} = {b + c}"))
        steps.append(("compute", f"Total: {(a + d) * factor} + {b + c} = {total + d * factor + c} {small}"))
        answer = str(total + d * factor + c)
    elif kind == "group":
        steps.append(("convert", f"Full {big}: {a} * {factor} = {a * factor} {small}"))
        steps.append(("compute", f"Left over: {total} - {a * factor} = {b} {small}"))
        answer, c = f"{a} {big} {b} {small}", total
    else:
        steps.append(("convert", f"{a} {big} in {small}: {a} * {factor} = {a * factor}"))
        steps.append(("compute", f"With the {small}: {a * factor} + {b} = {total}"))
        result = {"join": total + c, "cut": total - c}.get(kind, total)
        if kind != "split":
            sign, what = ("+", "Joined") if kind == "join" else ("-", "Left")
            steps.append(("compute", f"{what}: {total} {sign} {c} = {result} {small}"))
        answer = str(result)
    fields = {"thing": thing, "big": big, "small": small, "smalls": smalls, "a": a, "b": b, "c": c, "d": d}
    return Problem(say(WORDINGS, kind, phrasing, **fields), steps, answer)


def solve(prompt: str) -> str:
    """Turn every length of the prompt into millimeters, add or take away, turn back."""
    in_mm = {"mm": 1, "cm": 10, "m": 1000, "km": 1_000_000}
    mixed = re.findall(_MIXED, prompt)
    total = sum(int(a) * in_mm[big] + int(b) * in_mm[small] for a, big, b, small in mixed)
    single = sum(int(n) * in_mm[unit] for n, unit in re.findall(r"(\d+) (m|cm|mm)\b", re.sub(_MIXED, "", prompt)))
    asked = re.search(r"in(?:to)? (km|m|cm) and (m|cm|mm)\b", prompt)
    if asked:
        whole, rest = divmod(single, in_mm[asked[1]])
        return f"{whole} {asked[1]} {rest // in_mm[asked[2]]} {asked[2]}"
    if re.search(r"\b(cut|Take|used)\b", prompt):
        single = -single
    name = re.findall(r"(\w*)meters", prompt)[0]
    return str((total + single) // in_mm[{"": "m", "centi": "cm", "milli": "mm"}[name]])


_METERS = ("rope", "ribbon", "plank", "wire", "hose", "cable", "pipe", "chain", "cord", "curtain rail")
_KILOMETERS = ("trail", "road", "river walk", "bike path", "canal", "railway line", "race", "hike")
_MILLIMETERS = ("pencil", "nail", "leaf", "key", "straw", "crayon", "paper strip", "feather", "screw", "bean pod")
_SNIPPED = ("ribbon", "wire", "thread", "string", "tape", "cord", "strip", "lace", "braid", "chain")
_LAID = ("rope", "wire", "hose", "cable", "pipe", "cord")

FAMILY = Family(
    name="unit_length",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level(
            "easy",
            {
                "kind": ("split", "group"),
                "thing": _MILLIMETERS + _SNIPPED,
                "big": ("cm",),
                "a": range(1, 5),
                "b": range(1, 10),
            },
            steps=3,
        ),
        Level(
            "easy",
            {
                "kind": ("join", "cut"),
                "thing": _SNIPPED,
                "big": ("cm",),
                "a": range(1, 4),
                "b": range(1, 10),
                "c": range(2, 10),
            },
            steps=4,
        ),
        Level(
            "medium",
            {
                "kind": ("add",),
                "thing": _SNIPPED,
                "big": ("cm",),
                "a": range(2, 8),
                "b": range(1, 10),
                "c": range(1, 10),
                "d": range(1, 7),
            },
            steps=5,
        ),
        Level(
            "medium",
            {"kind": ("join", "cut"), "thing": _LAID, "big": ("m",), "a": (1,), "b": range(1, 31), "c": range(5, 21)},
            steps=4,
        ),
        Level(
            "hard",
            {"kind": ("split", "group"), "thing": _METERS, "big": ("m",), "a": range(2, 10), "b": range(1, 100)},
            steps=3,
        ),
        Level(
            "hard",
            {
                "kind": ("split", "group"),
                "thing": _KILOMETERS,
                "big": ("km",),
                "a": range(2, 10),
                "b": range(50, 1000, 50),
            },
            steps=3,
        ),
        Level(
            "hard",
            {
                "kind": ("add",),
                "thing": _LAID,
                "big": ("m",),
                "a": range(2, 6),
                "b": range(1, 50),
                "c": range(11, 50),
                "d": range(1, 5),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
