"""Ratios: a recipe scaled to more people, two ingredients together, a mixture in parts.

A recipe for 4 people needs 8 eggs. Ada cooks for 10 people. How many eggs are needed?  ->  20
"""

import re
from collections.abc import Callable

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import STORY_PHRASINGS, Scene, Worked, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

_DISHES = ("soup", "curry", "stew", "fried rice", "chili", "pasta", "casserole", "vegetable pie", "stir-fry", "risotto")
_INGREDIENTS = ("carrots", "potatoes", "tomatoes", "onions", "spoons of oil", "cups of broth", "mushrooms", "peppers")
# A dish with two ingredients in the same measure.
_PAIRS = (
    ("pancakes", "cups of flour", "cups of milk"), ("bean stew", "cups of rice", "cups of beans"),
    ("cake", "spoons of sugar", "spoons of butter"), ("porridge", "cups of oats", "cups of water"),
    ("salad dressing", "spoons of vinegar", "spoons of oil"), ("fruit salad", "bowls of grapes", "bowls of berries"),
    ("lemonade", "cups of juice", "cups of water"), ("trail mix", "cups of nuts", "cups of raisins"),
    ("bread", "cups of flour", "cups of seeds"), ("salsa", "cups of tomatoes", "cups of onions"),
)  # fmt: skip
_MIXES = (
    ("red paint", "blue paint"), ("syrup", "water"), ("cement", "sand"), ("orange juice", "soda"), ("vinegar", "oil"),
    ("green paint", "white paint"), ("milk", "tea"), ("soap", "water"),
)  # fmt: skip

_PEOPLE = re.compile(r"(\d+) (?:people|plates)")

_ONE = (
    Scene(
        "A recipe for {dish} for {serves} people needs {amount} {item}. {name} cooks for {guests} people.",
        "How many {item} are needed?",
    ),
    Scene(
        "{name} makes {dish}. For {serves} people it takes {amount} {item}, but now {guests} people are coming.",
        "How many {item} must {name} use?",
    ),
    Scene(
        "For {serves} plates of {dish}, {name} uses {amount} {item}. Today {guests} plates are ordered.",
        "How many {item} go into them?",
    ),
)
_TWO = (
    Scene(
        "A recipe for {dish} for {serves} people takes {amount} {item} and {more} {second}. "
        "{name} cooks for {guests} people.",
        "What is the total number of {measure} that {name} needs?",
    ),
    Scene(
        "{name} needs {amount} {item} and {more} {second} to make {dish} for {serves} people. "
        "This time {guests} people eat.",
        "How many {measure} is that in all?",
    ),
    Scene(
        "To feed {serves} people, {name} puts {amount} {item} and {more} {second} into the {dish}. "
        "Now {guests} people come.",
        "How many {measure} go in altogether?",
    ),
)
_PARTS = (
    Scene(
        "{name} mixes {item} and {second} in the ratio {amount} to {more}. The mixture is {total} liters.",
        "How many liters of {item} are in it?",
    ),
    Scene(
        "For every {amount} liters of {item}, {name} takes {more} liters of {second}. "
        "In the end there are {total} liters.",
        "How many liters are {item}?",
    ),
    Scene(
        "A mixture has {amount} parts {item} and {more} parts {second}. {name} needs {total} liters of it.",
        "How much {item} does {name} need, in liters?",
    ),
)


def build(phrasing: str, scene: Scene, name: str, items: tuple[str, ...], amount: int, **rest: int | str) -> Problem:
    """One ingredient by the amount per person, two by a common factor, or the parts of a mixture."""
    *dish, first, second = items if len(items) > 1 else (*items, "")
    values = {"name": name, "item": first, "second": second, "measure": first.split()[0], **rest}
    if dish:
        values["dish"] = dish[0]
    numbers = {key: value for key, value in rest.items() if isinstance(value, int)}
    write: Callable[..., Worked] = _one if "guests" in numbers else _two if "factor" in numbers else _parts
    steps, answer, shown = write((first, second), amount, **numbers)
    return Problem(scene.tell(phrasing, **{**values, **shown}), steps, str(answer))


def _one(_items: tuple[str, str], per: int, serves: int, guests: int) -> Worked:
    guests += guests >= serves
    steps = [
        compute("For each one", per * serves, "/", serves),
        compute(f"For {guests}", guests, "*", per),
        check(guests * per, "/", guests, f"{guests * per} are needed"),
    ]
    return steps, guests * per, {"amount": per * serves, "guests": guests}


def _two(items: tuple[str, str], first: int, serves: int, more: int, factor: int) -> Worked:
    steps = [
        compute("Times as many people", serves * factor, "/", serves),
        compute(items[0].capitalize(), factor, "*", first),
        compute(items[1].capitalize(), factor, "*", more),
        compute("Together", factor * first, "+", factor * more),
    ]
    return steps, factor * (first + more), {"amount": first, "guests": serves * factor}


def _parts(items: tuple[str, str], first: int, more: int, part: int) -> Worked:
    total = (first + more) * part
    steps = [
        compute("All parts", first, "+", more),
        compute("Liters in one part", total, "/", first + more),
        compute(f"Liters of {items[0]}", first, "*", part),
        compute(f"Liters of {items[1]}", more, "*", part),
        check(first * part, "+", more * part, f"{first * part} liters are {items[0]}"),
    ]
    return steps, first * part, {"amount": first, "total": total}


def solve(prompt: str) -> str:
    """Scale all amounts by the ratio of the people, or take the share of the first part of a mixture."""
    if "liters" in prompt:
        first, more, total = integers(prompt)
        return str(total * first // (first + more))
    serves, guests = [int(n) for n in _PEOPLE.findall(prompt)]
    return str(sum(integers(_PEOPLE.sub("", prompt))) * guests // serves)


_SMALL = range(2, 6)

FAMILY = Family(
    name="ratio_recipe",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level(
            "easy",
            {
                "scene": _ONE,
                "name": NAMES,
                "dish": _DISHES,
                "items": tuple((item,) for item in _INGREDIENTS),
                "amount": _SMALL,
                "serves": range(2, 10),
                "guests": range(2, 10),
            },
            steps=3,
        ),
        Level(
            "easy",
            {
                "scene": _TWO,
                "name": NAMES,
                "items": _PAIRS,
                "amount": _SMALL,
                "serves": _SMALL,
                "more": _SMALL,
                "factor": _SMALL,
            },
            steps=4,
        ),
        Level(
            "easy",
            {"scene": _PARTS, "name": NAMES, "items": _MIXES, "amount": _SMALL, "more": _SMALL, "part": _SMALL},
            steps=5,
        ),
        Level(
            "medium",
            {
                "scene": _TWO,
                "name": NAMES,
                "items": _PAIRS,
                "amount": range(6, 10),
                "serves": range(2, 7),
                "more": range(2, 10),
                "factor": _SMALL,
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "scene": _PARTS,
                "name": NAMES,
                "items": _MIXES,
                "amount": range(6, 10),
                "more": range(2, 10),
                "part": range(2, 10),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
