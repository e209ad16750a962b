"""Posts along a line: a fence of 20 m with a post every 4 m from end to end has 6 posts."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts


def build(phrasing: str, name: str, gap: int, gaps: int) -> Problem:
    """Count the gaps, then add the post at the start."""
    length = gap * gaps
    steps = [
        ("compute", f"Number of gaps: {length} / {gap} = {gaps}"),
        ("compute", f"One more for the start of the line: {gaps} + 1 = {gaps + 1}"),
    ]
    return Problem(phrasing.format(name=name, length=length, gap=gap), steps, str(gaps + 1))


def solve(prompt: str) -> str:
    """Walk the line and count the places, both ends included."""
    length, gap = counts(prompt)
    return str(len(range(0, length + 1, gap)))


FAMILY = Family(
    name="fence_posts",
    category="reasoning",
    phrasings=(
        "{name} builds a straight fence of {length} metres with a post every {gap} metres and one at each end. "
        "How many posts are needed?",
        "A straight path is {length} metres long. {name} puts a lamp at the start and then every {gap} metres up to "
        "the end. How many lamps stand there?",
        "Along a wall of {length} feet, {name} plants a rose at both ends and every {gap} feet between. "
        "Count the roses.",
        "{name} marks a rope of {length} inches with a knot at each end and every {gap} inches. "
        "How many knots are there?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "gap": range(2, 6), "gaps": range(3, 11)}, steps=2),
        Level("medium", {"name": NAMES, "gap": range(6, 11), "gaps": range(6, 15)}, steps=2),
    ),
    build=build,
    solve=solve,
)
