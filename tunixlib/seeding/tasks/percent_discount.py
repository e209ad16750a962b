"""Discounts: the price of something after some percent are taken off.

The price of one jacket is $40. Today it is 30% off. What does Ada pay for a jacket?  ->  $28
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import BIG_GOODS, compute, dollar_amounts, dollars, percents
from tunixlib.seeding.tasks.text import NAMES, integers


def build(phrasing: str, name: str, good: str, deal: tuple[int, int, int]) -> Problem:
    """``deal`` is price, percent and how many: a tenth of the price, the discount, the sale price, several of them."""
    price, percent, count = deal
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


def _deals(prices: range, counts: range, sale: range, most: int) -> tuple[tuple[int, int, int], ...]:
    """Price, percent, count: the sale price is one of ``sale``, the whole bill at most ``most``."""
    found = ((p, off, n) for p in prices for off in range(20, 90, 10) for n in counts)
    return tuple(
        (p, off, n) for p, off, n in found if p * (100 - off) // 100 in sale and n * p * (100 - off) <= 100 * most
    )


_WHO = {"name": NAMES, "good": BIG_GOODS}
_HALF_TENTHS = tuple((price, percent, 1) for price in range(40, 420, 20) for percent in range(25, 85, 10))

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
        Level("easy", {**_WHO, "deal": _deals(range(10, 60, 10), range(1, 2), range(2, 51), 50)}, steps=3),
        Level("easy", {**_WHO, "deal": _deals(range(10, 60, 10), range(2, 10), range(2, 11), 50)}, steps=4),
        Level("medium", {**_WHO, "deal": _deals(range(20, 110, 10), range(2, 7), range(11, 51), 150)}, steps=4),
        Level("hard", {**_WHO, "deal": _HALF_TENTHS}, steps=5),
    ),
    build=build,
    solve=solve,
)
