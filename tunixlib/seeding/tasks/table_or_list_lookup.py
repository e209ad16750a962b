"""Reading a short list of names and numbers: who has most, how far apart, a sum, how many above a bar.

Points: Ada 15, Ben 22, Carla 18. Who has the most points?   ->   Ben
"""

import re
from itertools import permutations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps
from tunixlib.seeding.tasks.text import NAMES

THINGS = ("points", "stickers", "books", "shells", "stamps", "coins", "laps", "marbles", "cards", "cookies")

QUESTIONS = {
    "most": "Who has the most {thing}?",
    "fewest": "Who has the fewest {thing}?",
    "pair": "How many {thing} do {one} and {two} have together?",
    "gap": "How many more {thing} does {one} have than {two}?",
    "spread": "What is the difference between the most and the fewest {thing}?",
    "total": "How many {thing} do they have in all?",
    "above": "How many of them have more than {bar} {thing}?",
    "below": "How many of them have fewer than {bar} {thing}?",
}


def build(
    phrasing: str, kind: str, thing: str, start: int, stride: int, values: tuple[int, ...], low: int, bar: int = 0
) -> Problem:
    """People from NAMES by ``start`` and ``stride``; their numbers are ``low`` plus ``values``, the bar too."""
    names = [NAMES[(start + k * stride) % len(NAMES)] for k in range(len(values))]
    rows = {name: low + value for name, value in zip(names, values, strict=True)}
    if kind in ("most", "fewest"):
        steps, answer = _extreme(rows, kind)
    elif kind in ("above", "below"):
        steps, answer = _count(rows, low + bar, kind)
    else:
        steps, answer = {"pair": _pair, "gap": _gap, "spread": _spread, "total": _total}[kind](rows)
    one, two = _two(rows)
    question = QUESTIONS[kind].format(thing=thing, one=one, two=two, bar=low + bar)
    fields = {
        "commas": ", ".join(f"{name} {n}" for name, n in rows.items()),
        "sentence": ", ".join(f"{name} has {n}" for name, n in rows.items()),
        "lines": "\n".join(f"{name}: {n}" for name, n in rows.items()),
        "table": "\n".join(f"| {name} | {n} |" for name, n in rows.items()),
    }
    return Problem(phrasing.format(thing=thing, Thing=thing.capitalize(), question=question, **fields), steps, answer)


def _two(rows: dict[str, int]) -> tuple[str, str]:
    """The second and the last in the list, the one with more first."""
    one, two = list(rows)[1], list(rows)[-1]
    return (one, two) if rows[one] > rows[two] else (two, one)


def _extreme(rows: dict[str, int], kind: str) -> tuple[Steps, str]:
    best, *others = rows
    steps: Steps = []
    sign = ">" if kind == "most" else "<"
    for name in others:
        one, two = (name, best) if (rows[name] > rows[best]) == (kind == "most") else (best, name)
        steps.append(("compare", f"{one} or {two}: {rows[one]} {sign} {rows[two]}, so {one}"))
        best = one
    return [*steps, ("conclude", f"{best} has the {kind}, {rows[best]}")], best


def _pair(rows: dict[str, int]) -> tuple[Steps, str]:
    one, two = _two(rows)
    a, b = rows[one], rows[two]
    return [
        ("given", f"{one} has {a}"), ("given", f"{two} has {b}"), ("compute", f"Together: {a} + {b} = {a + b}"),
    ], str(a + b)  # fmt: skip


def _gap(rows: dict[str, int]) -> tuple[Steps, str]:
    one, two = _two(rows)
    a, b = rows[one], rows[two]
    return [
        ("given", f"{one} has {a}"), ("given", f"{two} has {b}"), ("compute", f"Difference: {a} - {b} = {a - b}"),
    ], str(a - b)  # fmt: skip


def _spread(rows: dict[str, int]) -> tuple[Steps, str]:
    high, low = max(rows, key=rows.__getitem__), min(rows, key=rows.__getitem__)
    a, b = rows[high], rows[low]
    return [
        ("given", f"{high} has the most: {a}"),
        ("given", f"{low} has the fewest: {b}"),
        ("compute", f"Difference: {a} - {b} = {a - b}"),
        ("verify", f"Check: {b} + {a - b} = {a}"),
    ], str(a - b)


def _total(rows: dict[str, int]) -> tuple[Steps, str]:
    (first, total), *others = rows.items()
    steps: Steps = [("given", f"{first} has {total}")]
    for name, n in others:
        steps.append(("compute", f"And {name}: {total} + {n} = {total + n}"))
        total += n
    return steps, str(total)


def _count(rows: dict[str, int], bar: int, kind: str) -> tuple[Steps, str]:
    found: list[str] = []
    steps: Steps = []
    for name, n in rows.items():
        counts = (n > bar) == (kind == "above")
        found += [name] * counts
        steps.append(("compare", f"{name}: {n} {'>' if n > bar else '<'} {bar}, {'yes' if counts else 'no'}"))
    return [*steps, ("conclude", f"Yes for {', '.join(found) or 'nobody'}: {len(found)}")], str(len(found))


def solve(prompt: str) -> str:
    """Read the rows and answer the question from them, by what it asks for."""
    rows = {name: int(n) for name, n in re.findall(r"([A-Z][a-z]+)(?: has|:| \|)? (\d+)", prompt)}
    two = re.search(r"do (\w+) and (\w+) have|does (\w+) have than (\w+)\?", prompt)
    bar = re.search(r"(more|fewer) than (\d+)", prompt)
    if two:
        return str(rows[two[1]] + rows[two[2]] if two[1] else rows[two[3]] - rows[two[4]])
    if bar:
        return str(sum(n > int(bar[2]) if bar[1] == "more" else n < int(bar[2]) for n in rows.values()))
    if "difference" in prompt:
        return str(max(rows.values()) - min(rows.values()))
    if "in all" in prompt:
        return str(sum(rows.values()))
    ranked = sorted(rows, key=rows.__getitem__)
    return ranked[-1] if "the most" in prompt else ranked[0]


# Strides that lead to five different people before they come round; 25 names.
_PEOPLE = {"thing": THINGS, "start": range(25), "stride": tuple(k for k in range(1, 25) if k % 5)}
_THREE = tuple(permutations((0, 2, 3, 5, 8, 11), 3))
_FOUR = tuple(permutations((0, 4, 9, 15, 22, 28), 4))
_FOUR_SMALL = tuple(permutations((0, 1, 3, 4, 6, 8), 4))

FAMILY = Family(
    name="table_or_list_lookup",
    category="reasoning",
    phrasings=(
        "{Thing}: {commas}. {question}",
        "{question} Here is the list of {thing}: {commas}.",
        "Read the list of {thing} and answer. {question}\n{lines}",
        "In our group {sentence} {thing}. {question}",
        "| name | {thing} |\n| --- | --- |\n{table}\n{question}",
    ),
    levels=(
        Level("easy", {"kind": ("most", "fewest"), **_PEOPLE, "values": _THREE, "low": range(3, 40)}, steps=3),
        Level("easy", {"kind": ("pair", "gap"), **_PEOPLE, "values": _THREE, "low": range(3, 15)}, steps=3),
        Level("easy", {"kind": ("spread",), **_PEOPLE, "values": _THREE, "low": range(3, 40)}, steps=4),
        Level("easy", {"kind": ("total",), **_PEOPLE, "values": _FOUR_SMALL, "low": range(2, 8)}, steps=4),
        Level("medium", {"kind": ("spread",), **_PEOPLE, "values": _FOUR, "low": range(5, 70)}, steps=4),
        Level("medium", {"kind": ("total",), **_PEOPLE, "values": _FOUR, "low": range(5, 20)}, steps=4),
        Level(
            "medium",
            {"kind": ("above", "below"), **_PEOPLE, "values": _FOUR, "low": range(5, 70), "bar": (2, 7, 12, 19, 25)},
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
