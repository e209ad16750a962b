"""Groups and what is left over: how many boxes, vans or tents are needed for all.

Ada needs boxes for 32 eggs. Each one holds 6. How many boxes are needed for all of them?  ->  6
"""

import re
from typing import NamedTuple

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import compute
from tunixlib.seeding.tasks.text import NAMES, integers


class Grouping(NamedTuple):
    """Two kinds of things, their common name and what holds them."""

    kind: str
    other: str
    all: str
    container: str
    containers: str


_GROUPINGS = (
    Grouping("brown eggs", "white eggs", "eggs", "box", "boxes"),
    Grouping("girls", "boys", "children", "van", "vans"),
    Grouping("campers", "guides", "people", "tent", "tents"),
    Grouping("green apples", "red apples", "apples", "bag", "bags"),
    Grouping("jam jars", "honey jars", "jars", "crate", "crates"),
    Grouping("novels", "comics", "books", "shelf", "shelves"),
    Grouping("adults", "teenagers", "guests", "table", "tables"),
    Grouping("old photos", "new photos", "photos", "page", "pages"),
    Grouping("plain rolls", "sweet rolls", "rolls", "tray", "trays"),
    Grouping("big tiles", "small tiles", "tiles", "carton", "cartons"),
    Grouping("teachers", "students", "passengers", "boat", "boats"),
    Grouping("yellow tulips", "pink tulips", "tulips", "vase", "vases"),
)


def build(
    phrasing: str, grouping: Grouping, name: str, size: int, full: int, rest: int, part: int = 0, price: int = 0
) -> Problem:
    """The full groups, the rest and one group more for it; first two parts together, last a price, if given."""
    total = full * size + rest
    steps, pile = [], f"{total} {grouping.all}"
    if part:
        steps.append(compute(f"All {grouping.all}", part, "+", total - part))
        pile = f"{part} {grouping.kind} and {total - part} {grouping.other}"
    steps += [
        compute(f"{full} full {grouping.containers} of {size}", full, "*", size),
        compute("Left over", total, "-", full * size),
        compute(f"One more {grouping.container} for the rest", full, "+", 1),
    ]
    question = f"How many {grouping.containers} are needed for all of them?"
    if price:
        steps.append(compute(f"Price of all {grouping.containers}", full + 1, "*", price))
        question = (
            f"Every {grouping.container} costs ${price}. How much money is needed for enough {grouping.containers}?"
        )
    words = {"container": grouping.container, "containers": grouping.containers, "question": question}
    answer = f"${(full + 1) * price}" if price else str(full + 1)
    return Problem(phrasing.format(name=name, pile=pile, size=size, **words), steps, answer)


def solve(prompt: str) -> str:
    """The last number without a dollar sign is the size; the others make the pile; the quotient is rounded up."""
    *pile, size = integers(re.sub(r"\$\d+", "", prompt))
    groups = -(-sum(pile) // size)
    price = re.findall(r"\$(\d+)", prompt)
    return f"${groups * int(price[0])}" if price else str(groups)


_WHERE = {"grouping": _GROUPINGS, "name": NAMES}
_SMALL = _WHERE | {"size": range(3, 7), "full": range(3, 9), "rest": (1, 2)}
_LARGE = _WHERE | {"size": range(5, 10), "full": range(9, 13), "rest": (1, 2, 3)}

FAMILY = Family(
    name="groups_and_left_over",
    category="reasoning",
    phrasings=(
        "{name} needs {containers} for {pile}. Each one holds {size}. {question}",
        "{name} has to find room for {pile}. One {container} has room for {size}. {question}",
        "{question} There are {pile} for {name} to place, and one {container} holds {size}.",
        "{name} has to divide {pile} among {containers}, at most {size} to each. {question}",
        "There are {pile}. With {size} to a {container}, {name} places them all. {question}",
    ),
    levels=(
        Level("easy", _SMALL, steps=3),
        Level("easy", {**_SMALL, "part": range(4, 9)}, steps=4),
        Level("medium", _LARGE, steps=3),
        Level("medium", {**_LARGE, "part": range(5, 21)}, steps=4),
        Level("medium", {**_SMALL, "part": range(4, 9), "price": range(2, 6)}, steps=5),
        Level("hard", {**_LARGE, "part": range(11, 31), "price": range(2, 10)}, steps=5),
    ),
    build=build,
    solve=solve,
)
