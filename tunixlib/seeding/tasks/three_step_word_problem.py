"""Word problems of three and more operations, in three shapes.

Ada buys 4 crates of 6 lemons, has 5 lemons at home and uses 8 lemons. How many lemons are left?  ->  21
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import STORY_PHRASINGS, Scene, Step, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

# {a} groups of {b}, {c} more, {d} fewer.
_CHAIN = (
    Scene(
        "{name} buys {a} crates of {b} lemons, has {c} lemons at home and uses {d} lemons.", "How many lemons are left?"
    ),
    Scene(
        "{name} has {a} sheets of {b} stamps, gets {c} stamps as a gift and loses {d} stamps.",
        "How many stamps remain?",
    ),
    Scene(
        "{name} prints {a} sets of {b} tickets, then {c} tickets more, and sells {d}.", "How many tickets are unsold?"
    ),
    Scene(
        "In {name}'s garden {a} trees bear {b} plums each; a bush has {c}. Birds eat {d}.",
        "How many plums can be picked?",
    ),
    Scene(
        "{name} scores {b} points in each of {a} rounds, wins {c} bonus points and loses {d}.",
        "What is the final score?",
    ),
    Scene(
        "A class gets {a} boxes of {b} pencils and {c} single ones. {name} hands out {d}.", "How many pencils are left?"
    ),
)
# {a} groups of {b} and {c} groups of {d}, {e} fewer.
_TWO_KINDS = (
    Scene(
        "{name} has {a} bags of {b} red beads and {c} bags of {d} blue beads. {e} beads are used.", "How many remain?"
    ),
    Scene(
        "A hall has {a} rows of {b} seats and {c} rows of {d} seats. {name} sells {e} seats.",
        "How many seats are free?",
    ),
    Scene(
        "{name} loads {b} parcels into each of {a} vans and {d} into each of {c}. {e} are delivered.",
        "How many parcels are left?",
    ),
    Scene(
        "{name} works {a} days of {b} hours and {c} days of {d} hours. {e} hours are breaks.",
        "How many hours are real work?",
    ),
    Scene(
        "{name} cuts {a} cakes into {b} slices each and {c} pies into {d} each. {e} slices are eaten.",
        "How many slices are left?",
    ),
    Scene(
        "{name} keeps {b} jars on each of {a} shelves and {d} on each of {c} others. {e} jars are empty.",
        "How many jars are full?",
    ),
)
# {a} and {b} more, {c} fewer, shared by {d}, {e} shares.
_SHARES = (
    Scene(
        "{name} has {a} apples, picks {b} more, eats {c} and packs the rest equally into {d} bags.",
        "How many apples are in {e} of the bags?",
    ),
    Scene(
        "{name} finds {a} shells in May and {b} in June, breaks {c} and puts the others equally into {d} jars.",
        "How many shells do {e} of the jars hold?",
    ),
    Scene(
        "{name} prints {a} flyers and then {b} more. {c} flyers are torn, and the good ones go equally to {d} streets.",
        "How many flyers go to {e} of the streets?",
    ),
    Scene(
        "A baker makes {a} buns and later {b} more. {name} buys {c} buns, and the rest fill {d} trays equally.",
        "How many buns are on {e} of the trays?",
    ),
    Scene(
        "{name} has {a} cards, wins {b}, loses {c} and lays all cards equally in {d} piles.",
        "How many cards are in {e} of the piles?",
    ),
)


def build(phrasing: str, scene: Scene, name: str, **numbers: int) -> Problem:
    """One step for each operation, in the order of the story, and checks where the shape has room."""
    if "q" in numbers:
        numbers["a"] = numbers["q"] * numbers["d"] + numbers["c"] - numbers["b"]
        steps, answer = _shares(**numbers)
    else:
        steps, answer = _two_kinds(**numbers) if "e" in numbers else _chain(**numbers)
    return Problem(scene.tell(phrasing, name=name, **numbers), steps, str(answer))


def _chain(a: int, b: int, c: int, d: int) -> tuple[list[Step], int]:
    steps = [
        compute(f"{a} groups of {b}", a, "*", b),
        compute(f"With {c} more", a * b, "+", c),
        compute(f"Without {d}", a * b + c, "-", d),
    ]
    return steps, a * b + c - d


def _two_kinds(a: int, b: int, c: int, d: int, e: int) -> tuple[list[Step], int]:
    steps = [
        compute(f"{a} groups of {b}", a, "*", b),
        compute(f"{c} groups of {d}", c, "*", d),
        compute("Both together", a * b, "+", c * d),
        compute(f"Without {e}", a * b + c * d, "-", e),
    ]
    return steps, a * b + c * d - e


def _shares(a: int, b: int, c: int, d: int, e: int, q: int) -> tuple[list[Step], int]:
    steps = [
        compute("All together", a, "+", b),
        compute(f"Without {c}", a + b, "-", c),
        compute(f"In each of {d} equal parts", q * d, "/", d),
        check(d, "*", q),
        compute(f"In {e} parts", e, "*", q),
    ]
    return steps, e * q


def solve(prompt: str) -> str:
    """Four numbers make a chain; five are two kinds, or shares when the story says so."""
    question = re.compile(r"[^.:?]*\?")
    found = integers(question.sub("", prompt)) + integers(question.findall(prompt)[0])
    if len(found) == 4:
        return str(found[0] * found[1] + found[2] - found[3])
    a, b, c, d, e = found
    return str((a + b - c) // d * e if "equally" in prompt else a * b + c * d - e)


_PLAIN = {"scene": _TWO_KINDS, "name": NAMES}

FAMILY = Family(
    name="three_step_word_problem",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level(
            "easy",
            {"scene": _CHAIN, "name": NAMES, "a": range(2, 6), "b": range(3, 9), "c": range(2, 10), "d": range(2, 6)},
            steps=3,
        ),
        Level(
            "easy",
            {**_PLAIN, "a": range(2, 5), "b": range(2, 6), "c": range(2, 5), "d": range(2, 6), "e": range(2, 7)},
            steps=4,
        ),
        Level(
            "easy",
            {
                "scene": _SHARES,
                "name": NAMES,
                "q": range(3, 7),
                "b": range(5, 10),
                "c": range(2, 6),
                "d": range(3, 6),
                "e": (2,),
            },
            steps=5,
        ),
        Level(
            "medium",
            {**_PLAIN, "a": range(3, 7), "b": range(6, 10), "c": range(3, 7), "d": range(3, 10), "e": range(3, 16)},
            steps=4,
        ),
        Level(
            "hard",
            {
                "scene": _SHARES,
                "name": NAMES,
                "q": range(7, 13),
                "b": range(5, 16),
                "c": range(3, 10),
                "d": range(4, 9),
                "e": (2, 3),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
