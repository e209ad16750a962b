"""Counting money: quarters, dimes, nickels, and bills; what is left after buying something.

How many cents are 3 quarters and 4 dimes?   ->   115
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say
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


def build(
    phrasing: str, kinds: tuple[str, ...], name: str, a: int, b: int, c: int = 0, thing: str = "", price: int = 0
) -> Problem:
    """``a``, ``b`` and maybe ``c`` pieces of the ``kinds``; with a ``price``, what is left of them."""
    pieces = [(n, kind) for n, kind in zip((a, b, c), kinds, strict=False) if n]
    unit = "cents" if "dime" in kinds or "nickel" in kinds else "dollars"
    steps, total = _count(pieces, unit)
    if price:
        steps.append(("compute", f"Left: {total} - {price} = {total - price} {unit}"))
    listed = [plural(n, kind) for n, kind in pieces]
    fields = {"name": name, "list": f"{', '.join(listed[:-1])} and {listed[-1]}", "unit": unit, "thing": thing}
    prompt = say(WORDINGS, "spend" if price else "count", phrasing, price=price, **fields)
    return Problem(prompt, steps, str(total - price))


def _count(pieces: list[tuple[int, str]], unit: str) -> tuple[Steps, int]:
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


_COINS = ("quarter", "dime", "nickel")
_TWO_COINS = (("quarter", "dime"), ("dime", "nickel"), ("quarter", "nickel"))
_TWO_BILLS = (("twenty-dollar bill", "five-dollar bill"), ("ten-dollar bill", "five-dollar bill"))
_SOME = range(2, 10)

FAMILY = Family(
    name="coins_and_bills",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kinds": (*_TWO_COINS, *_TWO_BILLS), "name": NAMES, "a": _SOME, "b": _SOME}, steps=3),
        Level(
            "medium",
            {
                "kinds": _TWO_COINS,
                "name": NAMES,
                "a": range(3, 9),
                "b": range(3, 9),
                "thing": COIN_THINGS,
                "price": range(12, 45),
            },
            steps=4,
        ),
        Level(
            "medium",
            {
                "kinds": _TWO_BILLS,
                "name": NAMES,
                "a": range(2, 7),
                "b": range(2, 7),
                "thing": BILL_THINGS,
                "price": range(11, 30),
            },
            steps=4,
        ),
        Level(
            "hard",
            {
                "kinds": (
                    _COINS,
                    ("twenty-dollar bill", "ten-dollar bill", "two-dollar bill"),
                    ("ten-dollar bill", "five-dollar bill", "two-dollar bill"),
                ),
                "name": NAMES,
                "a": _SOME,
                "b": _SOME,
                "c": _SOME,
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
