"""A tank that fills and leaks: 12 litres in, 3 out each minute, 180 litres -> 20 minutes."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_TANKS = ("barrel", "bath", "basin", "bucket", "fish tank", "pond", "pool", "sink", "tub", "water tank")


def build(phrasing: str, tank: str, leak: int, gain: int, minutes: int) -> Problem:
    """Find what stays in each minute, then how often it fits."""
    size = gain * minutes
    steps = [
        ("compute", f"Gain each minute: {gain + leak} - {leak} = {gain}"),
        ("compute", f"Minutes: {size} / {gain} = {minutes}"),
        ("verify", f"Check: {minutes} * {gain} = {size}"),
    ]
    return Problem(phrasing.format(tank=tank, size=size, flow=gain + leak, leak=leak), steps, str(minutes))


def solve(prompt: str) -> str:
    """Let the water rise minute by minute."""
    size, flow, leak = counts(prompt)
    level = minutes = 0
    while level < size:
        level, minutes = level + flow - leak, minutes + 1
    return str(minutes)


FAMILY = Family(
    name="water_tank",
    category="reasoning",
    phrasings=(
        "An empty {tank} holds {size} litres. A hose brings {flow} litres a minute, but {leak} litres leak out. "
        "After how many minutes is the {tank} full?",
        "To fill a {tank} of {size} litres, {flow} litres run in and {leak} litres run out every minute. "
        "How many minutes does it take?",
        "The {tank} takes {size} litres. Every minute it gains {flow} litres and loses {leak}. "
        "How many minutes until it is full?",
        "A leaky {tank} for {size} litres gets {flow} litres per minute and drips {leak} litres per minute. "
        "When is it full? Give the minutes.",
    ),
    levels=(
        Level("easy", {"tank": _TANKS, "leak": range(2, 7), "gain": range(2, 6), "minutes": range(3, 11)}, steps=3),
        Level("medium", {"tank": _TANKS, "leak": range(2, 9), "gain": range(6, 11), "minutes": range(6, 16)}, steps=3),
    ),
    build=build,
    solve=solve,
)
