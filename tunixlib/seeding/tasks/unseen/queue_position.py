"""How long a queue is: 5th from the front and 8th from the back -> 12 people."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts, ordinal


def build(phrasing: str, name: str, front: int, back: int) -> Problem:
    """Add both places, then take away the person who was counted twice."""
    both = front + back
    steps = [
        ("compute", f"Both places together: {front} + {back} = {both}"),
        ("compute", f"{name} was counted twice: {both} - 1 = {both - 1}"),
    ]
    return Problem(phrasing.format(name=name, front=ordinal(front), back=ordinal(back)), steps, str(both - 1))


def solve(prompt: str) -> str:
    """People before, the person, people behind."""
    front, back = counts(prompt)
    return str((front - 1) + 1 + (back - 1))


FAMILY = Family(
    name="queue_position",
    category="reasoning",
    phrasings=(
        "{name} is {front} from the front of a queue and {back} from the back. How many people stand in the queue?",
        "Counted from the left, {name} is {front} in a row; counted from the right, {name} is {back}. "
        "How many are in the row?",
        "In a race {name} comes {front} from the top and {back} from the bottom of the results. "
        "How many runners took part?",
        "How many children wait at the slide if {name} is {front} from one end and {back} from the other?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "front": range(2, 16), "back": range(2, 16)}, steps=2),
        Level("medium", {"name": NAMES, "front": range(16, 80), "back": range(16, 60)}, steps=2),
    ),
    build=build,
    solve=solve,
)
