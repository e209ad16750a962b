"""Counting below zero: temperatures, debts, floors under the ground."""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES

_UP = ("rises", "goes up", "is paid in", "climbs")
_DOWN = ("falls", "goes down", "is taken out", "sinks")


def _steps(start: int, change: int) -> list[tuple[str, str]]:
    """Two steps from ``start`` by ``change``: the sizes first, then the sign."""
    end, sign = start + change, "+" if change > 0 else "-"
    low, high = sorted((abs(start), abs(change)))
    if start < 0 and change < 0:
        sizes = f"Both go below zero: {abs(start)} + {abs(change)} = {abs(end)}"
    else:
        sizes = f"Difference of the sizes: {high} - {low} = {high - low}"
    return [("compute", sizes), ("compute", f"With the sign: {start} {sign} {abs(change)} = {end}")]


def build(phrasing: str, name: str, start: int, change: int) -> Problem:
    """Compute with the sizes, then put the sign."""
    words = _UP if change > 0 else _DOWN
    fields = dict(zip(("temperature", "lift", "account", "drone"), words, strict=True))
    prompt = phrasing.format(name=name, start=start, size=abs(change), **fields)
    return Problem(prompt, _steps(start, change), str(start + change))


def solve(prompt: str) -> str:
    """The start keeps its sign; a word of going down takes the second number away."""
    start, size = (int(found) for found in re.findall(r"-?\d+", prompt))
    return str(start - size if any(word in prompt for word in _DOWN) else start + size)


FAMILY = Family(
    name="edge_negative_numbers",
    category="edge_case",
    phrasings=(
        "The thermometer of {name} shows {start} degrees. The temperature {temperature} by {size}. What is it now?",
        "{name} takes the lift at floor {start}. It {lift} {size} floors. At which floor does it stop?",
        "The account of {name} shows {start} dollars; {size} dollars {account}. What does it show? Debts are negative.",
        "The drone of {name} flies at {start} metres and {drone} {size} metres. At how many metres is it then?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "start": range(1, 10), "change": range(-20, -9)}, steps=2),
        Level("medium", {"name": NAMES, "start": range(-9, -1), "change": range(10, 31)}, steps=2),
        Level("medium", {"name": NAMES, "start": range(-30, -1), "change": range(-9, -1)}, steps=2),
        Level("hard", {"name": NAMES, "start": range(-99, -9), "change": range(100, 180)}, steps=2),
    ),
    build=build,
    solve=solve,
)
