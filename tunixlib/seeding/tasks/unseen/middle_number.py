"""The middle one of three or five numbers: 12, 5, 9 -> 9."""

import re
from itertools import permutations
from statistics import median

from tunixlib.seeding.families import Family, Level, Problem

_OF_THREE = tuple(permutations(range(3)))
_OF_FIVE = tuple(order for order in permutations(range(5)) if order[0] > order[1] < order[2] > order[3])


def build(phrasing: str, order: tuple[int, ...], low: int, **gaps: int) -> Problem:
    """Sort, then take the number with as many below as above."""
    row = [low]
    for gap in gaps.values():
        row.append(row[-1] + gap)
    middle, beside = row[len(row) // 2], len(row) // 2
    steps = [
        ("transform", f"From small to large: {', '.join(map(str, row))}"),
        ("conclude", f"{beside} below and {beside} above: the middle one is {middle}"),
    ]
    return Problem(phrasing.format(row=", ".join(str(row[i]) for i in order)), steps, str(middle))


def solve(prompt: str) -> str:
    """The median by the standard library."""
    return str(median(int(found) for found in re.findall(r"\d+", prompt)))


FAMILY = Family(
    name="middle_number",
    category="synthetic",
    phrasings=(
        "What is the median of {row}?",
        "Which of the numbers {row} is in the middle when they are sorted?",
        "Judges give the scores {row}. Which score has equally many below and above it?",
        "Line these up by size and point at the one halfway: {row}",
    ),
    levels=(
        Level("easy", {"order": _OF_THREE, "low": range(2, 31), "g1": range(1, 10), "g2": range(1, 10)}, steps=2),
        Level("medium", {"order": _OF_THREE, "low": range(31, 111), "g1": range(1, 20), "g2": range(1, 20)}, steps=2),
        Level(
            "hard",
            {
                "order": _OF_FIVE,
                "low": range(2, 40),
                "g1": range(1, 9),
                "g2": range(1, 9),
                "g3": range(1, 9),
                "g4": range(1, 9),
            },
            steps=2,
        ),
    ),
    build=build,
    solve=solve,
)
