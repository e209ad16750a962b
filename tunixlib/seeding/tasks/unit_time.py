"""Hours, minutes, seconds, days and weeks: into the small unit, back, and sums.

Ada's camp took 3 weeks 5 days. How many days is that?   ->   26
"""

import re

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, say
from tunixlib.seeding.tasks.text import NAMES, plural

# Big unit -> small unit, how many make one.
UNITS = {"hour": ("minute", 60), "minute": ("second", 60), "day": ("hour", 24), "week": ("day", 7)}
# What lasts about that long, per big unit.
THINGS = {
    "hour": ("hike", "car trip", "flight", "baking job", "painting job"),
    "minute": ("song", "race", "dance", "puzzle", "cartoon"),
    "day": ("boat trip", "bus tour", "camp", "storm", "experiment"),
    "week": ("summer camp", "job", "bike tour", "building project", "course"),
}

WORDINGS = {
    "split": (
        "{name}'s {thing} took {long}. How many {small}s is that?",
        "How many {small}s are there in {long}, the time of {name}'s {thing}?",
        "Write the time of {name}'s {thing}, {long}, in {small}s only.",
        "{name} says the {thing} lasted {long}. So how many {small}s was it?",
    ),
    "group": (
        "{name}'s {thing} took {total}. Write that in {big}s and {small}s.",
        "What is {total} in {big}s and {small}s? That is the time of {name}'s {thing}.",
        "Change {total}, the time of {name}'s {thing}, into {big}s and {small}s.",
        "{name} says the {thing} lasted {total}. How much is that in {big}s and {small}s?",
    ),
    "add": (
        "{name}'s first {thing} took {long}, the second {other}. How many {small}s is that in all?",
        "How many {small}s did two {thing}s take {name}, one of {long} and one of {other}?",
        "Add the times of {name}'s two {thing}s, {long} and {other}. Answer in {small}s.",
        "{name} did one {thing} in {long} and another in {other}. So how many {small}s altogether?",
    ),
}


def build(phrasing: str, kind: str, name: str, thing: str, big: str, a: int, b: int, c: int = 0, d: int = 0) -> Problem:
    """``a`` big and ``b`` small units, plus ``c`` big and ``d`` small ones."""
    small, factor = UNITS[big]
    total = (a + c) * factor + b + d
    steps = [("recall", f"1 {big} = {factor} {small}s")]
    if kind == "add":
        steps.append(("compute", f"{big.capitalize()}s: {a} + {c} = {a + c}"))
    if kind == "group":
        steps.append(("convert", f"{plural(a, big)} fit{'s' if a == 1 else ''}: {a} * {factor} = {a * factor}"))
        steps.append(("compute", f"One more is too much: {a * factor} + {factor} = {a * factor + factor}"))
        steps.append(("compute", f"Left over: {total} - {a * factor} = {plural(b, small)}"))
        answer = f"{plural(a, big)} {plural(b, small)}"
    else:
        steps.append(("convert", f"{plural(a + c, big)} in {small}s: {a + c} * {factor} = {(a + c) * factor}"))
        if kind == "add":
            steps.append(("compute", f"{small.capitalize()}s: {b} + {d} = {b + d}"))
        steps.append(("compute", f"Together: {(a + c) * factor} + {b + d} = {total} {small}s"))
        answer = str(total)
    long, other = f"{plural(a, big)} {plural(b, small)}", f"{plural(c, big)} {plural(d, small)}"
    fields = {"name": name, "thing": thing, "big": big, "small": small, "long": long, "other": other}
    return Problem(say(WORDINGS, kind, phrasing, total=plural(total, small), **fields), steps, answer)


def solve(prompt: str) -> str:
    """Turn every time of the prompt into seconds, add, turn back into the units asked for."""
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
    units = "|".join(seconds)
    total = sum(int(n) * seconds[unit] for n, unit in re.findall(rf"(\d+) ({units})", prompt))
    both = re.search(rf"\b({units})s and ({units})s\b", prompt)
    if both:
        whole, rest = divmod(total, seconds[both[1]])
        return f"{plural(whole, both[1])} {plural(rest // seconds[both[2]], both[2])}"
    asked = re.findall(rf"[A-Za-z] ({units})s\b", prompt)[-1]
    return str(total // seconds[asked])


def _level(difficulty: Difficulty, steps: int, big: str, kind: str, a: range, b: range, **more: range) -> Level:
    axes = {"kind": (kind,), "name": NAMES, "thing": THINGS[big], "big": (big,), "a": a, "b": b, **more}
    return Level(difficulty, axes, steps=steps)


FAMILY = Family(
    name="unit_time",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        _level("easy", 3, "week", "split", range(2, 7), range(1, 7)),
        _level("easy", 4, "week", "group", range(1, 7), range(1, 7)),
        _level("easy", 5, "week", "add", range(1, 4), range(1, 7), c=range(1, 3), d=range(1, 7)),
        _level("medium", 3, "hour", "split", range(1, 3), range(5, 35, 5)),
        _level("medium", 4, "hour", "group", range(1, 3), range(5, 35, 5)),
        _level("medium", 3, "day", "split", range(1, 5), range(1, 24)),
        _level("medium", 4, "day", "group", range(1, 5), range(1, 24)),
        _level("hard", 4, "minute", "group", range(2, 10), range(1, 60)),
        _level("hard", 5, "hour", "add", range(1, 6), range(1, 60), c=range(1, 5), d=range(1, 60)),
        _level("hard", 5, "minute", "add", range(2, 6), range(1, 60), c=range(2, 5), d=range(1, 60)),
    ),
    build=build,
    solve=solve,
)
