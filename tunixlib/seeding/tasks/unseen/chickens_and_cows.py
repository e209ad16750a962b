"""Heads and legs: 10 heads and 28 legs are 6 chickens and 4 cows."""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.transforms import counts

_BIRDS = ("chickens", "ducks", "geese", "turkeys", "swans")
_BEASTS = ("cows", "goats", "horses", "pigs", "rabbits", "sheep")


def build(phrasing: str, bird: str, beast: str, ask: int, birds: int, beasts: int) -> Problem:
    """Suppose that all are birds and see how many legs are missing. ``ask`` 2 asks for the birds, 4 for the beasts."""
    heads, legs = birds + beasts, 2 * birds + 4 * beasts
    steps = [
        ("compute", f"If all were {bird}: {heads} * 2 = {2 * heads} legs"),
        ("compute", f"Missing legs: {legs} - {2 * heads} = {2 * beasts}"),
        ("compute", f"Each of the {beast} has 2 more: {2 * beasts} / 2 = {beasts}"),
    ]
    if ask == 2:
        steps.append(("compute", f"The others are {bird}: {heads} - {beasts} = {birds}"))
    asked = bird if ask == 2 else beast
    prompt = phrasing.format(bird=bird, beast=beast, heads=heads, legs=legs, asked=asked)
    return Problem(prompt, steps, str(birds if ask == 2 else beasts))


def solve(prompt: str) -> str:
    """Try every number of beasts; the animal that is named last before the question mark is asked for."""
    heads, legs = counts(prompt)
    beasts = next(n for n in range(heads + 1) if 4 * n + 2 * (heads - n) == legs)
    asked = prompt.split("How many ")[1].split(" ")[0]
    return str(beasts if asked in _BEASTS else heads - beasts)


def _axes(ask: int, birds: range, beasts: range) -> dict[str, tuple[str, ...] | tuple[int, ...] | range]:
    return {"bird": _BIRDS, "beast": _BEASTS, "ask": (ask,), "birds": birds, "beasts": beasts}


FAMILY = Family(
    name="chickens_and_cows",
    category="reasoning",
    phrasings=(
        "A farmer sees {heads} heads and {legs} legs; they belong to {bird} and {beast}. How many {asked} are there?",
        "Only {bird} and {beast} live in a barn. Together they have {heads} heads and {legs} legs. "
        "How many {asked} live there?",
        "How many {asked} are in the yard? It holds {bird} and {beast} with {heads} heads and {legs} legs in all.",
        "Some {bird} and some {beast} stand in a field: {heads} animals, {legs} legs. How many {asked} can you find?",
    ),
    levels=(
        Level("easy", _axes(4, range(2, 9), range(2, 7)), steps=3),
        Level("easy", _axes(2, range(2, 9), range(2, 7)), steps=4),
        Level("medium", _axes(4, range(9, 20), range(7, 15)), steps=3),
        Level("medium", _axes(2, range(9, 20), range(7, 15)), steps=4),
    ),
    build=build,
    solve=solve,
)
