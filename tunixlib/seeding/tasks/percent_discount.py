"""Discounts: the price of something after some percent are taken off.

A jacket costs $80. Today it is 30% off, and Ada buys it. What does Ada pay?  ->  $56
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import BIG_GOODS, compute, dollar_amounts, dollars, percents
from tunixlib.seeding.tasks.text import NAMES, integers

_PRICES = range(20, 310, 10)


def build(phrasing: str, name: str, good: str, price: int, percent: int, count: int = 1) -> Problem:
    """A tenth of the price, the discount from tenths and halves of tenths, the sale price, the price of several."""
    tenth = price // 10
    steps = [compute(f"10% of {price}", price, "/", 10)]
    tens, half = divmod(percent, 10)
    steps.append(compute(f"{tens * 10}% of {price}", tens, "*", tenth))
    discount = tens * tenth
    if half:
        steps.append(compute(f"5% of {price}", tenth, "/", 2))
        steps.append(compute(f"Discount of {percent}%", discount, "+", tenth // 2))
        discount += tenth // 2
    sale = price - discount
    steps.append(compute("Sale price", price, "-", discount))
    if count > 1:
        steps.append(compute(f"Price of {count} {good}s", count, "*", sale))
    wanted = f"a {good}" if count == 1 else f"{count} {good}s"
    prompt = phrasing.format(name=name, good=good, price=price, percent=percent, wanted=wanted)
    return Problem(prompt, steps, dollars(count * sale))


def solve(prompt: str) -> str:
    """Price times the remaining percent, times the count when there is a third number."""
    price, percent = dollar_amounts(prompt)[0], percents(prompt)[0]
    rest = [n for n in integers(prompt) if n not in (price, percent)]
    return dollars(price * (100 - percent) / 100 * (rest[0] if rest else 1))


FAMILY = Family(
    name="percent_discount",
    category="reasoning",
    phrasings=(
        "The price of one {good} is ${price}. Today it is {percent}% off. What does {name} pay for {wanted}?",
        "{name} buys {wanted} with {percent}% taken off the usual ${price} per {good}. What does {name} pay?",
        "What must {name} pay for {wanted} in a sale with {percent} percent off, if one {good} usually costs ${price}?",
        "A shop takes {percent}% off. The tag on one {good} says ${price}. Find the price of {wanted} for {name}.",
        "All is {percent}% cheaper this week! One {good} was ${price}, and {name} gets {wanted}. What is the bill?",
    ),
    levels=(
        Level(
            "easy", {"name": NAMES, "good": BIG_GOODS, "price": _PRICES, "percent": tuple(range(20, 90, 10))}, steps=3
        ),
        Level(
            "medium",
            {
                "name": NAMES,
                "good": BIG_GOODS,
                "price": _PRICES,
                "percent": (20, 30, 40, 60, 70, 80),
                "count": range(2, 7),
            },
            steps=4,
        ),
        Level(
            "hard",
            {"name": NAMES, "good": BIG_GOODS, "price": range(40, 420, 20), "percent": tuple(range(25, 85, 10))},
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
