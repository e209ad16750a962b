"""Who is tallest, second, shortest: people put in a row from comparisons of two.

Ada is taller than Ben. Ben is taller than Carla. Who is the tallest?   ->   Ada
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps
from tunixlib.seeding.tasks.text import NAMES

# More, less, and their superlatives.
SCALES = (
    ("taller", "shorter", "tallest", "shortest"),
    ("older", "younger", "oldest", "youngest"),
    ("faster", "slower", "fastest", "slowest"),
    ("stronger", "weaker", "strongest", "weakest"),
    ("heavier", "lighter", "heaviest", "lightest"),
    ("richer", "poorer", "richest", "poorest"),
    ("louder", "quieter", "loudest", "quietest"),
    ("happier", "sadder", "happiest", "saddest"),
)

# Orders of the statements about neighbors 0-1, 1-2, ... in which each continues the row that is there already.
THREE = ((0, 1), (1, 0))
FOUR = ((0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 1, 0))
FIVE = ((0, 1, 2, 3), (1, 0, 2, 3), (2, 1, 3, 0), (3, 2, 1, 0), (1, 2, 0, 3), (2, 3, 1, 0))


def build(
    phrasing: str,
    scale: tuple[str, str, str, str],
    start: int,
    stride: int,
    talk: tuple[int, ...],
    turned: int,
    ask: int,
) -> Problem:
    """``start`` and ``stride`` pick the people from NAMES, ``talk`` is the order of the statements about them.

    A statement is turned round when its bit of ``turned`` is set; ``ask`` is the place asked for, -1 the last.
    """
    names = [NAMES[(start + k * stride) % len(NAMES)] for k in range(len(talk) + 1)]
    more, less, most, least = scale
    said: list[str] = []
    steps: Steps = []
    low = high = talk[0]
    for turn, k in enumerate(talk):
        one, two = names[k], names[k + 1]
        said.append(f"{two} is {less} than {one}" if turned >> turn & 1 else f"{one} is {more} than {two}")
        low, high = min(low, k), max(high, k + 1)
        steps.append(("transform", f"{said[-1]}: {', '.join(names[low : high + 1])}"))
    asked = {0: most, -1: least}.get(ask, f"second {most}")
    place = {0: "first", -1: "last"}.get(ask, "second")
    steps.append(("conclude", f"The {asked} is {place} in this row: {names[ask]}"))
    return Problem(phrasing.format(facts=". ".join(said), ask=asked), steps, names[ask])


def solve(prompt: str) -> str:
    """Count for everybody how many are reached by going down the comparisons."""
    below: dict[str, set[str]] = {}
    scale = next(scale for scale in SCALES if any(word in prompt for word in scale[:2]))
    for one, word, two in re.findall(r"([A-Z][a-z]+) is ([a-z]+) than ([A-Z][a-z]+)", prompt):
        high, low = (one, two) if word == scale[0] else (two, one)
        below.setdefault(high, set()).add(low)
        below.setdefault(low, set())
    ranks = {name: len(_reached(name, below)) for name in below}
    row = sorted(ranks, key=lambda name: -ranks[name])
    return row[-1] if scale[3] in prompt else row[1] if f"second {scale[2]}" in prompt else row[0]


def _reached(name: str, below: dict[str, set[str]]) -> set[str]:
    return below[name].union(*(_reached(other, below) for other in below[name]))


# Strides that lead to five different people before they come round; 25 names.
_STRIDES = tuple(k for k in range(1, 25) if k % 5)
_ENDS = (0, -1)
_PEOPLE = {"scale": SCALES, "start": range(25), "stride": _STRIDES}

FAMILY = Family(
    name="logic_ordering",
    category="reasoning",
    phrasings=(
        "{facts}. Who is the {ask}?",
        "Who is the {ask}, if you know this? {facts}.",
        "Read the facts and name the {ask} person. {facts}.",
        "I heard that {facts}. So tell me, who is the {ask}?",
        "Facts: {facts}. Question: which of them is the {ask}?",
    ),
    levels=(
        Level("easy", {**_PEOPLE, "talk": THREE, "turned": (0, 3), "ask": (0, 1, -1)}, steps=3),
        Level("easy", {**_PEOPLE, "talk": FOUR[:1], "turned": (0, 7), "ask": _ENDS}, steps=4),
        Level("medium", {**_PEOPLE, "talk": THREE, "turned": (1, 2), "ask": (0, 1, -1)}, steps=3),
        Level("medium", {**_PEOPLE, "talk": FOUR, "turned": range(1, 7), "ask": (0, 1, -1)}, steps=4),
        Level("hard", {**_PEOPLE, "talk": FIVE, "turned": range(16), "ask": (0, 1, -1)}, steps=5),
    ),
    build=build,
    solve=solve,
)
