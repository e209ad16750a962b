"""Counting below zero: temperatures, debts, floors under the ground."""

import re

from tunixlib.seeding.families import Family, Level, Problem

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


def build(phrasing: str, start: int, change: int) -> Problem:
    """Compute with the sizes, then put the sign."""
    words = _UP if change > 0 else _DOWN
    names = ("temperature", "lift", "account", "drone")
    fields = dict(zip(names, words, strict=True))
    prompt = phrasing.format(start=start, size=abs(change), **fields)
    return Problem(prompt, _steps(start, change), str(start + change))


def solve(prompt: str) -> str:
    """The start keeps its sign; a word of going down takes the second number away."""
    start, size = (int(found) for found in re.findall(r"-?\d+", prompt))
    return str(start - size if any(word in prompt for word in _DOWN) else start + size)


FAMILY = Family(
    name="edge_negative_numbers",
    category="edge_case",
    phrasings=(
        "The thermometer shows {start} degrees. Then the temperature {temperature} by {size} degrees. What is it now?",
        "A lift stands at floor {start} of a deep tower and {lift} {size} floors. At which floor does it stop?",
        "An account shows {start} dollars; {size} dollars {account}. What does the account show? Debts are negative.",
        "A drone flies {start} metres above sea level and {drone} {size} metres. How high above sea level is it then?",
    ),
    levels=(
        Level("easy", {"start": range(1, 50), "change": range(-140, -50)}, steps=2),
        Level("medium", {"start": range(-99, -2), "change": range(100, 180)}, steps=2),
        Level("hard", {"start": range(-99, -2), "change": range(-70, -2)}, steps=2),
    ),
    build=build,
    solve=solve,
)
