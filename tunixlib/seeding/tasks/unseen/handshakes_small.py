"""Pairs in a small group: 6 people who all shake hands once make 15 handshakes."""

from itertools import combinations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts


def build(phrasing: str, name: str, n: int) -> Problem:
    """Each person meets all others; every pair is then counted twice."""
    steps = [
        ("compute", f"Each one pairs with all the others: {n} - 1 = {n - 1}"),
        ("compute", f"Pairs counted from both sides: {n} * {n - 1} = {n * (n - 1)}"),
        ("compute", f"Each pair was counted twice: {n * (n - 1)} / 2 = {n * (n - 1) // 2}"),
    ]
    return Problem(phrasing.format(name=name, n=n), steps, str(n * (n - 1) // 2))


def solve(prompt: str) -> str:
    """List the pairs."""
    (n,) = counts(prompt)
    return str(len(list(combinations(range(n), 2))))


FAMILY = Family(
    name="handshakes_small",
    category="reasoning",
    phrasings=(
        "At the party of {name} there are {n} people, and everyone shakes hands with everyone else once. "
        "How many handshakes are there?",
        "{name} runs a chess evening for {n} players. Each pair plays one game. How many games are played?",
        "{name} draws {n} dots on a circle and joins every two of them with a line. How many lines are drawn?",
        "In the village of {name} there are {n} houses, with one path between every two. How many paths is that?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "n": range(3, 8)}, steps=3),
        Level("medium", {"name": NAMES, "n": range(8, 13)}, steps=3),
    ),
    build=build,
    solve=solve,
)
