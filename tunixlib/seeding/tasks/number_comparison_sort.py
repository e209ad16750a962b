"""Put three or four numbers in order: whole numbers and decimals, up or down.

Sort 45, 12 and 78 from smallest to largest.   ->   12, 45, 78
"""

import re
from fractions import Fraction
from itertools import permutations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps
from tunixlib.seeding.tasks.text import decimal

UP, DOWN = "from smallest to largest", "from largest to smallest"


def build(phrasing: str, low: int, gaps: tuple[int, ...], shuffle: tuple[int, ...], order: str, scale: int) -> Problem:
    """``low`` and what each further number adds, all divided by ``scale`` (1 or 100), shown as shuffled."""
    values = [low + sum(gaps[:k]) for k in range(len(gaps) + 1)]
    values = [values[k] for k in shuffle]
    shown = [Fraction(value, scale) for value in values]
    texts = list(map(decimal, shown))
    steps: Steps = []
    if scale == 100:
        steps.append(("transform", f"With two decimals each: {', '.join(_padded(n, scale) for n in values)}"))
    steps += _pick(values, order, scale)
    answer = ", ".join(map(decimal, sorted(shown, reverse=order == DOWN)))
    return Problem(phrasing.format(list=f"{', '.join(texts[:-1])} and {texts[-1]}", order=order), steps, answer)


def _padded(value: int, scale: int) -> str:
    return str(value) if scale == 1 else f"{value // 100}.{value % 100:02d}"


def _pick(values: list[int], order: str, scale: int) -> Steps:
    """One step per number: the extreme one of those that are left, against each of the others."""
    steps: Steps = []
    left = list(values)
    sign, extreme = (">", max) if order == DOWN else ("<", min)
    while len(left) > 1:
        best = extreme(left)
        left.remove(best)
        against = " and ".join(f"{_padded(best, scale)} {sign} {_padded(value, scale)}" for value in left)
        place = "next" if steps else "first"
        steps.append(("compare", f"{against}, so {decimal(Fraction(best, scale))} comes {place}"))
    return [*steps, ("conclude", f"{decimal(Fraction(left[0], scale))} comes last")]


def solve(prompt: str) -> str:
    """Read the numbers, sort them, write them as they stood."""
    texts = re.findall(r"\d+(?:\.\d+)?", prompt)
    return ", ".join(sorted(texts, key=Fraction, reverse=DOWN in prompt))


_GAPS = (1, 2, 3, 5, 7, 9, 10, 18, 27, 36, 45, 63, 81, 90, 99)
_TWO_DECIMALS = tuple((a, b) for a in _GAPS[3:10] for b in _GAPS[3:10])
_THREE = tuple((a, b, c) for a in _GAPS[::2] for b in _GAPS[1::2] for c in _GAPS[::3])
_SMALL = (1, 2, 3, 5, 7, 8, 10)
_TWO_SMALL = tuple((a, b) for a in _SMALL for b in _SMALL)
_THREE_SMALL = tuple((a, b, c) for a in _SMALL for b in _SMALL for c in _SMALL)
_ORDERS = (UP, DOWN)
_OF_THREE = {"shuffle": tuple(permutations(range(3))), "order": _ORDERS}
_OF_FOUR = {"shuffle": tuple(permutations(range(4))), "order": _ORDERS, "scale": (1,)}

FAMILY = Family(
    name="number_comparison_sort",
    category="reasoning",
    phrasings=(
        "Sort {list} {order}.",
        "The numbers are {list}. What is their order {order}?",
        "How do you line up {list} {order}?",
        "Please put {list} in order, {order}.",
        "Cards show {list}. Lay them out {order}.",
    ),
    levels=(
        Level("easy", {"low": range(2, 31), "gaps": _TWO_SMALL, **_OF_THREE, "scale": (1,)}, steps=3),
        Level("easy", {"low": range(2, 21), "gaps": _THREE_SMALL, **_OF_FOUR}, steps=4),
        Level("medium", {"low": range(51, 131), "gaps": _TWO_SMALL, **_OF_THREE, "scale": (1,)}, steps=3),
        Level("medium", {"low": range(10, 400, 10), "gaps": _TWO_DECIMALS, **_OF_THREE, "scale": (100,)}, steps=4),
        Level("hard", {"low": range(100, 700), "gaps": _THREE, **_OF_FOUR}, steps=4),
    ),
    build=build,
    solve=solve,
)
