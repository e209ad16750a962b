"""Stairs between floors: from floor 2 to floor 6 with 15 stairs per floor -> 60 stairs."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import NAMES
from tunixlib.seeding.tasks.transforms import counts


def build(phrasing: str, name: str, low: int, climb: int, stairs: int) -> Problem:
    """Count the flights, then the stairs."""
    high = low + climb
    steps = [
        ("compute", f"Floors to climb: {high} - {low} = {climb}"),
        ("compute", f"Stairs: {climb} * {stairs} = {climb * stairs}"),
    ]
    return Problem(phrasing.format(name=name, low=low, high=high, stairs=stairs), steps, str(climb * stairs))


def solve(prompt: str) -> str:
    """Add the stairs floor by floor."""
    low, high, stairs = counts(prompt)
    return str(sum(stairs for _ in range(low, high)))


FAMILY = Family(
    name="stairs_and_floors",
    category="reasoning",
    phrasings=(
        "{name} walks up from floor {low} to floor {high}. Between two floors there are {stairs} stairs. "
        "How many stairs does {name} climb?",
        "The lift is broken, so {name} climbs from level {low} to level {high}, with {stairs} steps per level. "
        "How many steps is that?",
        "In a tower, {name} goes from floor {low} up to floor {high}. Each floor takes {stairs} stairs. "
        "How many stairs is that in all?",
        "{name} lives on floor {low} and visits a friend on floor {high}. Each flight has {stairs} stairs. "
        "How many stairs lie between them?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "low": range(1, 7), "climb": range(2, 6), "stairs": range(5, 11)}, steps=2),
        Level("medium", {"name": NAMES, "low": range(1, 7), "climb": range(6, 10), "stairs": range(11, 16)}, steps=2),
    ),
    build=build,
    solve=solve,
)
