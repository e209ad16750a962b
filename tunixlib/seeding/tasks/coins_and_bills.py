"""Counting money: quarters, dimes, nickels, and bills; what is left after buying something.

How many cents are 3 dimes and 2 nickels?   ->   40
"""

import re
from collections.abc import Sequence
from itertools import product

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say
from tunixlib.seeding.tasks.situations import listing
from tunixlib.seeding.tasks.text import NAMES, plural

# Value in cents of coins, in dollars of bills.
VALUES = {
    "quarter": 25, "dime": 10, "nickel": 5,
    "twenty-dollar bill": 20, "ten-dollar bill": 10, "five-dollar bill": 5, "two-dollar bill": 2,
}  # fmt: skip

WORDINGS = {
    "count": (
        "{name} has {list}. How many {unit} is that?",
        "How many {unit} does {name} have with {list}?",
        "Find the value in {unit} of {name}'s {list}.",
        "{name} empties a pocket: {list}. How much is that in {unit}?",
    ),
    "spend": (
        "{name} has {list} and buys {thing} for {price} {unit}. How many {unit} are left?",
        "How many {unit} does {name} keep from {list} after paying {price} {unit} for {thing}?",
        "{name} pays {price} {unit} for {thing} out of {list}. Find what is left in {unit}.",
        "{name} saved {list} and spent {price} {unit} on {thing}. How many {unit} remain?",
    ),
}
COIN_THINGS = ("a stamp", "a cookie", "an apple", "a pencil", "a sticker", "a balloon", "a plum", "an eraser")
BILL_THINGS = ("a book", "a ball", "a scarf", "an alarm clock", "a game", "an umbrella", "a plant", "a lamp")


Pieces = tuple[tuple[int, str], ...]


def build(phrasing: str, name: str, pieces: Pieces, thing: int = 0, price: int = 0) -> Problem:
    """``pieces`` are numbers of coins or bills of a kind; with a ``price`` of a ``thing``, what is left of them."""
    unit = _unit(pieces)
    steps, total = _count(pieces)
    if price:
        steps.append(("compute", f"Left: {total} - {price} = {total - price} {unit}"))
    bought = (COIN_THINGS if unit == "cents" else BILL_THINGS)[thing]
    owned = listing([plural(n, kind) for n, kind in pieces])
    fields = {"name": name, "list": owned, "unit": unit, "thing": bought, "price": price}
    return Problem(say(WORDINGS, "spend" if price else "count", phrasing, **fields), steps, str(total - price))


def _unit(pieces: Pieces) -> str:
    return "dollars" if all(kind.endswith("bill") for _, kind in pieces) else "cents"


def _count(pieces: Pieces) -> tuple[Steps, int]:
    worths = [n * VALUES[kind] for n, kind in pieces]
    steps = [
        ("compute", f"{kind.capitalize()}s: {n} * {VALUES[kind]} = {worth}")
        for (n, kind), worth in zip(pieces, worths, strict=True)
    ]
    total = worths[0]
    for worth in worths[1:]:
        steps.append(
            ("compute", f"{'Together' if total == worths[0] else 'With the rest'}: {total} + {worth} = {total + worth}")
        )
        total += worth
    return steps, total


def solve(prompt: str) -> str:
    """Lay the pieces out one by one, add their values, take the price away."""
    worth = {"quarter": 25, "dime": 10, "nickel": 5, "twenty": 20, "ten": 10, "five": 5, "two": 2}
    found = re.findall(r"(\d+) (quarter|dime|nickel|twenty|ten|five|two)", prompt)
    pieces = [worth[kind] for n, kind in found for _ in range(int(n))]
    price = re.search(r"(\d+) (?:cents|dollars)", prompt)
    return str(sum(pieces) - (int(price[1]) if price else 0))


_TWO_KINDS = (
    ("quarter", "dime"), ("dime", "nickel"), ("quarter", "nickel"), ("twenty-dollar bill", "five-dollar bill"),
    ("ten-dollar bill", "five-dollar bill"), ("ten-dollar bill", "two-dollar bill"),
    ("five-dollar bill", "two-dollar bill"),
)  # fmt: skip
_THREE_KINDS = (
    ("quarter", "dime", "nickel"), ("twenty-dollar bill", "ten-dollar bill", "two-dollar bill"),
    ("ten-dollar bill", "five-dollar bill", "two-dollar bill"),
)  # fmt: skip


def _worth(kinds: Sequence[tuple[str, ...]], numbers: range, least: int, most: int) -> tuple[Pieces, ...]:
    """All pieces of the kinds, so many of each, that are worth ``least`` to ``most`` together."""
    all_pieces = [tuple(zip(counts, row, strict=True)) for row in kinds for counts in product(numbers, repeat=len(row))]
    return tuple(found for found in all_pieces if least <= sum(n * VALUES[kind] for n, kind in found) <= most)


_THING = range(8)

FAMILY = Family(
    name="coins_and_bills",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"name": NAMES, "pieces": _worth(_TWO_KINDS, range(1, 9), 1, 50)}, steps=3),
        Level(
            "easy",
            {"name": NAMES, "pieces": _worth(_TWO_KINDS, range(1, 9), 20, 50), "thing": _THING, "price": range(3, 16)},
            steps=4,
        ),
        Level("medium", {"name": NAMES, "pieces": _worth(_TWO_KINDS, range(2, 10), 51, 150)}, steps=3),
        Level(
            "medium",
            {
                "name": NAMES,
                "pieces": _worth(_TWO_KINDS, range(2, 10), 51, 150),
                "thing": _THING,
                "price": range(11, 46),
            },
            steps=4,
        ),
        Level("hard", {"name": NAMES, "pieces": _worth(_THREE_KINDS, range(2, 10), 51, 400)}, steps=5),
    ),
    build=build,
    solve=solve,
)
