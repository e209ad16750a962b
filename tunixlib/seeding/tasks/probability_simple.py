"""Drawing one thing from a bag: the probability of a color, as a fraction in lowest terms.

A bag holds 4 red and 8 blue marbles. One is drawn. What is the probability of red?   ->   1/3
"""

import re
from fractions import Fraction
from itertools import permutations, product
from math import gcd

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.measures import Steps

COLORS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple")
# What is drawn, and from where.
DRAWN = (
    ("marbles", "bag"), ("beads", "jar"), ("buttons", "box"), ("candies", "tin"), ("cards", "stack"),
    ("socks", "drawer"), ("balls", "basket"), ("pencils", "case"), ("chips", "cup"), ("ribbons", "sack"),
)  # fmt: skip


def build(
    phrasing: str, task: tuple[tuple[int, ...], int], colors: tuple[str, ...], drawn: tuple[str, str], inverse: bool
) -> Problem:
    """``task``: how many of each color, and the place of the color asked for; ``inverse`` asks for "not that color"."""
    counts, ask = task
    listed = [f"{n} {color}" for n, color in zip(counts, colors, strict=True)]
    good = [n for k, n in enumerate(counts) if (k == ask) != inverse]
    steps = _total(counts)
    if inverse:
        steps.append(("compute", f"Not {colors[ask]}: {good[0]} + {good[1]} = {sum(good)}"))
    wanted = f"not {colors[ask]}" if inverse else colors[ask]
    steps += _fraction(sum(good), sum(counts), wanted)
    fields = {"list": f"{', '.join(listed[:-1])} and {listed[-1]} {drawn[0]}", "place": drawn[1], "wanted": wanted}
    return Problem(phrasing.format(**fields), steps, str(Fraction(sum(good), sum(counts))))


def _total(counts: tuple[int, ...]) -> Steps:
    steps, total = [], counts[0]
    for n in counts[1:]:
        steps.append(
            ("compute", f"{'In all' if total + n == sum(counts) else 'First two'}: {total} + {n} = {total + n}")
        )
        total += n
    return steps


def _fraction(good: int, total: int, wanted: str) -> Steps:
    common = gcd(good, total)
    shown = ("conclude", f"{good} of {total} {'is' if good == 1 else 'are'} {wanted}: {good}/{total}")
    if common == 1:
        return [shown]
    return [
        shown,
        ("compute", f"Divide the top by {common}: {good} / {common} = {good // common}"),
        ("compute", f"Divide the bottom by {common}: {total} / {common} = {total // common}"),
    ]


def solve(prompt: str) -> str:
    """Put every thing into a list and count those of the color asked for."""
    counts = {color: int(n) for n, color in re.findall(r"(\d+) (\w+)", prompt)}
    bag = [color for color, n in counts.items() for _ in range(n)]
    color = next(color for color in counts if re.search(rf"(?<!\d )\b{color}\b", prompt))
    inverse = f"not {color}" in prompt
    return str(Fraction(sum((drawn == color) != inverse for drawn in bag), len(bag)))


def _asked(size: int, limit: int, inverse: bool, reduced: bool) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Counts and the place asked for, such that the fraction is in lowest terms from the start, or not."""
    found = []
    for counts in product(range(2, limit), repeat=size):
        for ask in range(size):
            good = sum(counts) - counts[ask] if inverse else counts[ask]
            if (gcd(good, sum(counts)) == 1) == reduced:
                found.append((counts, ask))
    return tuple(found)


def _level(difficulty: Difficulty, steps: int, size: int, inverse: bool, reduced: bool, limit: int) -> Level:
    axes = {
        "task": _asked(size, limit, inverse, reduced),
        "colors": tuple(permutations(COLORS, size)),
        "drawn": DRAWN,
        "inverse": (inverse,),
    }
    return Level(difficulty, axes, steps=steps)


FAMILY = Family(
    name="probability_simple",
    category="reasoning",
    phrasings=(
        "A {place} holds {list}. One is drawn without looking. What is the probability that it is {wanted}?",
        "What is the probability of drawing one that is {wanted} from a {place} with {list}?",
        "Find the probability, in lowest terms, that a draw is {wanted}. The {place} has {list}.",
        "I reach into a {place} with {list} and take one. How likely is it that it is {wanted}? Give a fraction.",
    ),
    levels=(
        _level("easy", 3, size=3, inverse=False, reduced=True, limit=8),
        _level("easy", 4, size=2, inverse=False, reduced=False, limit=13),
        _level("medium", 5, size=3, inverse=False, reduced=False, limit=8),
        _level("hard", 6, size=3, inverse=True, reduced=False, limit=10),
    ),
    build=build,
    solve=solve,
)
