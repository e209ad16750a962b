"""Sequences with a rule of their own: times a number, growing steps, sums of two, repeating patterns.

What number comes next: 3, 6, 12, ...?   ->   24
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, ordinal, say
from tunixlib.seeding.tasks.text import NAMES

WORDINGS = {
    "number": (
        "The numbers {terms} follow a rule. What is the next number?",
        "What number comes next: {terms}, ...?",
        "Continue the sequence {terms} by one number.",
        "Can you guess the rule? {terms}. Which number follows?",
    ),
    "double": (
        "{name} puts {a} {thing} in the first row and {r} times as many in each next row. "
        "How many {thing} are in row 4?",
        "How many {thing} are in row 4 if {name} puts {a} in row 1 and every row has {r} times as many as the one "
        "before?",
        "Find how many {thing} {name} needs for row 4: row 1 has {a}, and each row has {r} times as many as the last.",
        "{name} lays out rows of {thing}: {a} in row 1, then always {r} times as many. How many go in row 4?",
    ),
    "repeat": (
        "{name} makes a chain of beads that repeats {cycle}. What color is the {nth} bead?",
        "What color is the {nth} bead of {name}'s chain, which repeats {cycle}?",
        "Find the color of bead number {n} in {name}'s chain. The pattern repeats {cycle}.",
        "{name} threads {cycle}, over and over. So what color is bead {n}?",
    ),
}
_COLORS = (
    ("red", "blue", "green"), ("blue", "white", "red"), ("yellow", "green", "pink"), ("black", "white", "gold"),
    ("red", "red", "white"), ("pink", "blue", "blue"), ("orange", "black", "green", "white"),
    ("red", "green", "blue", "yellow"), ("white", "pink", "white", "gold"), ("green", "red", "silver", "blue", "pink"),
    ("red", "yellow", "orange", "blue", "black"), ("white", "blue", "red", "green", "gold", "pink"),
)  # fmt: skip


def build(
    phrasing: str,
    kind: str,
    rule: tuple[int, int] = (0, 0),
    name: str = "",
    thing: str = "",
    bead: tuple[tuple[str, ...], int] = ((), 0),
    rounds: int = 0,
) -> Problem:
    """Chains of beads, rows of things that multiply, or numbers; ``rule`` is where they start and how they go on."""
    a, r = rule
    if kind == "repeat":
        return _beads(phrasing, name, *bead, rounds)
    if kind == "double":
        rows = [a * r**k for k in range(4)]
        steps = [("compute", f"Row {k + 1}: {rows[k - 1]} * {r} = {rows[k]}") for k in (1, 2, 3)]
        return Problem(say(WORDINGS, kind, phrasing, name=name, thing=thing, a=a, r=r), steps, str(rows[3]))
    terms, steps = {"times": _times, "sums": _sums, "growing": _growing, "divide": _divide}[kind](a, r)
    prompt = say(WORDINGS, "number", phrasing, terms=", ".join(map(str, terms[:-1])))
    return Problem(prompt, steps, str(terms[-1]))


def _times(a: int, r: int) -> tuple[list[int], Steps]:
    terms = [a * r**k for k in range(4)]
    return terms, [
        ("compute", f"First ratio: {terms[1]} / {terms[0]} = {r}"),
        ("compute", f"Second ratio: {terms[2]} / {terms[1]} = {r}"),
        ("compute", f"Times {r} again: {terms[2]} * {r} = {terms[3]}"),
    ]


def _divide(a: int, r: int) -> tuple[list[int], Steps]:
    terms = [a * r**k for k in range(4)][::-1]
    return terms, [
        ("compute", f"First ratio: {terms[0]} / {terms[1]} = {r}"),
        ("compute", f"Second ratio: {terms[1]} / {terms[2]} = {r}"),
        ("compute", f"Divide by {r} again: {terms[2]} / {r} = {terms[3]}"),
    ]


def _sums(a: int, r: int) -> tuple[list[int], Steps]:
    terms = [a, a + r]
    while len(terms) < 5:
        terms.append(terms[-2] + terms[-1])
    rule = "Each number is the sum of the two before"
    return terms, [
        ("compute", f"{rule}: {terms[0]} + {terms[1]} = {terms[2]}"),
        ("verify", f"Check: {terms[1]} + {terms[2]} = {terms[3]}"),
        ("compute", f"Next: {terms[2]} + {terms[3]} = {terms[4]}"),
    ]


def _growing(a: int, r: int) -> tuple[list[int], Steps]:
    terms = [a]
    for k in range(4):
        terms.append(terms[-1] + r + k)
    steps = [("compute", f"Difference {k + 1}: {terms[k + 1]} - {terms[k]} = {r + k}") for k in range(3)]
    steps.append(("compute", f"The differences grow by 1: {r + 2} + 1 = {r + 3}"))
    return terms, [*steps, ("compute", f"Next: {terms[3]} + {r + 3} = {terms[4]}")]


def _beads(phrasing: str, name: str, cycle: tuple[str, ...], place: int, rounds: int) -> Problem:
    """The bead at a ``place`` of the cycle of colors after so many full rounds."""
    length = len(cycle)
    n, full = rounds * length + place, rounds * length
    steps = [
        ("given", f"The {length} beads of the pattern: {', '.join(cycle)}"),
        ("compute", f"{rounds} full rounds: {rounds} * {length} = {full}"),
        ("compute", f"Beads left: {n} - {full} = {place}"),
        ("conclude", f"The {ordinal(place)} bead of the pattern is {cycle[place - 1]}"),
    ]
    fields = {"name": name, "cycle": ", ".join(cycle), "n": n, "nth": ordinal(n)}
    return Problem(say(WORDINGS, "repeat", phrasing, **fields), steps, cycle[place - 1])


def solve(prompt: str) -> str:
    """Find the rule from the numbers alone, or write the whole chain out."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    if "bead" in prompt:
        cycle = re.search(r"(?:repeats|threads) ([a-z]+(?:, [a-z]+)+)", prompt)
        colors = [color for color in cycle[1].split(", ") if color != "over"] if cycle else []
        return (colors * found[0])[found[0] - 1]
    if "row" in prompt:
        first, times = (int(n) for n in re.findall(r"\d+", re.sub(r"row \d+", "", prompt)))
        return str(first * times**3)
    if len(found) == 3:
        return str(found[2] * found[1] // found[0])
    one, two, three, four = found
    return str(three + four if one + two == three and two + three == four else four + (four - three) + 1)


def _beads_of(*lengths: int) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Cycles of these lengths, each with every place in it but the last."""
    return tuple((cycle, place) for cycle in _COLORS if len(cycle) in lengths for place in range(1, len(cycle)))


def _powers(least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Start and factor of the sequences whose fourth number is ``least`` to ``most``."""
    return tuple((a, r) for r in (2, 3, 4, 5) for a in range(1, 41) if least <= a * r**3 <= most)


def _sums_to(least: int, most: int) -> tuple[tuple[int, int], ...]:
    """Start and first difference of the sequences of sums whose fifth number is ``least`` to ``most``."""
    return tuple((a, r) for a in range(1, 31) for r in range(1, 51) if least <= 5 * a + 3 * r <= most)


def _grid(starts: range, steps: range) -> tuple[tuple[int, int], ...]:
    return tuple((a, r) for a in starts for r in steps)


# Rows of at least two things that grow to at most 80.
_ROWS = (*((a, 2) for a in range(2, 11)), (2, 3))
_THINGS = ("seeds", "tiles", "coins", "pebbles", "buttons", "shells", "stickers", "blocks", "marbles", "cards")

FAMILY = Family(
    name="geometric_or_pattern_sequence",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("double",), "name": NAMES, "thing": _THINGS, "rule": _ROWS}, steps=3),
        Level("easy", {"kind": ("sums",), "rule": _sums_to(1, 60)}, steps=3),
        Level("easy", {"kind": ("repeat",), "name": NAMES, "bead": _beads_of(3, 4), "rounds": range(2, 10)}, steps=4),
        Level("easy", {"kind": ("growing",), "rule": _grid(range(1, 21), range(2, 9))}, steps=5),
        Level("medium", {"kind": ("sums",), "rule": _sums_to(61, 150)}, steps=3),
        Level("medium", {"kind": ("times", "divide"), "rule": _powers(1, 220)}, steps=3),
        Level("medium", {"kind": ("repeat",), "name": NAMES, "bead": _beads_of(5, 6), "rounds": range(2, 21)}, steps=4),
        Level("medium", {"kind": ("growing",), "rule": _grid(range(1, 61), range(9, 21))}, steps=5),
        Level("hard", {"kind": ("times", "divide"), "rule": _powers(221, 1000)}, steps=3),
        Level("hard", {"kind": ("growing",), "rule": _grid(range(61, 400), range(2, 31))}, steps=5),
    ),
    build=build,
    solve=solve,
)
