"""Doubling and halving in two parts: `What is half of 74?` -> `70 / 2 = 35 and 4 / 2 = 2`, `35 + 2 = 37`."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.text import integers
from tunixlib.seeding.tasks.words import split_number, uneven


def _tasks(doubles: tuple[int, ...], halves: tuple[int, ...]) -> tuple[tuple[str, int], ...]:
    """What is asked, with its number: every number of the first list doubled, every even one of the second halved."""
    tasks = [(ask, n) for ask in ("double", "twice") for n in doubles]
    return (*tasks, *((ask, n) for ask in ("half of", "one half of") for n in halves if n % 2 == 0))


def build(phrasing: str, task: tuple[str, int]) -> Problem:
    """Double or halve the leading part and the rest, then add."""
    ask, n = task
    x, y = split_number(n)
    if "half" in ask:
        parts, left, right = f"{x} / 2 = {x // 2} and {y} / 2 = {y // 2}", x // 2, y // 2
    else:
        parts, left, right = f"2 * {x} = {2 * x} and 2 * {y} = {2 * y}", 2 * x, 2 * y
    steps = [("compute", parts), ("compute", f"{left} + {right} = {left + right}")]
    return Problem(phrasing.format(ask=ask, n=n), steps, str(left + right))


def solve(prompt: str) -> str:
    """Shift the one number of the prompt by a bit, to the right for a half."""
    (n,) = integers(prompt)
    return str(n >> 1 if "half" in prompt else n << 1)


FAMILY = Family(
    name="halves_and_doubles",
    category="synthetic",
    phrasings=(
        "What is {ask} {n}?",
        "Find {ask} {n}.",
        "How much is {ask} {n}?",
        "Take the number {n}. What is {ask} that number?",
        "Work out {ask} {n} for me.",
        "Mia counted {n} birds. Ali counted {ask} that number. How many did Ali count?",
    ),
    levels=(
        Level("easy", {"task": _tasks(uneven(11, 35), uneven(12, 70))}, steps=2),
        Level("medium", {"task": _tasks(uneven(35, 76), uneven(70, 151))}, steps=2),
        Level("hard", {"task": _tasks(uneven(76, 500), uneven(151, 1000))}, steps=2),
    ),
    build=build,
    solve=solve,
)
