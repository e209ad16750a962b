"""Change: what comes back when a purchase is paid with a bill.

Ada buys 3 mugs at $4 each and pays with a $20 bill. How much change does Ada get?  ->  $8
"""

import re
from fractions import Fraction
from itertools import permutations

from tunixlib.seeding.families import Difficulty, Family, Level, Problem
from tunixlib.seeding.tasks.situations import GOODS, Step, Value, check, compute, dollars, listing
from tunixlib.seeding.tasks.text import NAMES, money

_BILLS = (5, 10, 20, 50, 100, 200, 500)
_PAIRS = tuple(permutations(GOODS, 2))
_LINE = re.compile(r"(?<!\$)\b(\d+|one) [a-z ]+ (?:at|for) \$(\d+(?:\.\d\d)?)")


def build(phrasing: str, name: str, bill: int, goods: tuple[str, ...], **prices: Value) -> Problem:
    """``bill`` 0 pays with the smallest bill that is enough, 1 with the next; ``c1, c2`` are cents, for one of each."""
    if "c1" in prices:
        basket, steps, cost = _one_of_each(goods, **prices)
    else:
        basket, steps, cost = _several(goods, **prices)
    paid = _bill(cost, bill)
    if "c1" in prices:
        dollar = cost.__ceil__()
        steps += [
            compute("Up to the next whole dollar", dollar, "-", cost, money),
            compute("From there to the bill", paid, "-", dollar),
            compute("Change", dollar - cost, "+", paid - dollar, money),
        ]
    else:
        steps.append(compute("Change", paid, "-", cost))
    if len(steps) == 2:
        steps.append(check(cost, "+", paid - cost, f"the change is {money(paid - cost)}"))
    return Problem(phrasing.format(name=name, basket=basket, paid=paid), steps, dollars(paid - cost))


def _several(goods: tuple[str, ...], **lines: Value) -> tuple[str, list[Step], Fraction]:
    bought = [(good, lines[f"n{i}"], lines[f"p{i}"]) for i, good in enumerate(goods, start=1)]
    steps = [compute(f"Cost of the {good}s", n, "*", p) for good, n, p in bought]
    costs = [Fraction(n * p) for _, n, p in bought]
    if len(costs) == 2:
        steps.append(compute("Total cost", costs[0], "+", costs[1]))
    return listing([f"{n} {good}s at ${p} each" for good, n, p in bought]), steps, sum(costs, Fraction(0))


def _one_of_each(
    goods: tuple[str, ...], p1: Value, c1: Value, p2: Value, c2: Value
) -> tuple[str, list[Step], Fraction]:
    """Cents that never add up to a whole dollar: 25 or 75 and a multiple of ten."""
    prices = (p1 + Fraction(c1, 100), p2 + Fraction(c2, 100))
    basket = listing([f"one {good} for ${price:.2f}" for good, price in zip(goods, map(float, prices), strict=True)])
    return basket, [compute("Total cost", prices[0], "+", prices[1], money)], sum(prices, Fraction(0))


def _bill(cost: Fraction, number: int) -> int:
    return [bill for bill in _BILLS if bill > cost][number]


def solve(prompt: str) -> str:
    """The bill less every ``n goods at $p`` and ``one good for $p``."""
    cost = sum(Fraction(price) * (1 if n == "one" else int(n)) for n, price in _LINE.findall(prompt))
    return dollars(Fraction(re.findall(r"\$(\d+) bill", prompt)[0]) - cost)


def _two_goods(difficulty: Difficulty, bill: tuple[int, ...], n1: range, p1: range, n2: range, p2: range) -> Level:
    axes = {"name": NAMES, "bill": bill, "goods": _PAIRS, "n1": n1, "p1": p1, "n2": n2, "p2": p2}
    return Level(difficulty, axes, steps=4)


_ONE = tuple((good,) for good in GOODS)

FAMILY = Family(
    name="change_from_payment",
    category="reasoning",
    phrasings=(
        "{name} buys {basket} and pays with a ${paid} bill. How much change does {name} get?",
        "How much change is due when {name} pays for {basket} with a ${paid} bill?",
        "{name} hands over a ${paid} bill for {basket}. What change comes back?",
        "At the till: {basket}. {name} gives a ${paid} bill. Work out the change.",
        "With only a ${paid} bill in hand, {name} pays for {basket}. How much money is returned?",
    ),
    levels=(
        Level("easy", {"name": NAMES, "bill": (0,), "goods": _ONE, "n1": range(2, 6), "p1": range(2, 6)}, steps=3),
        _two_goods("easy", (0,), range(2, 4), range(2, 6), range(2, 4), range(2, 6)),
        Level("medium", {"name": NAMES, "bill": (0,), "goods": _ONE, "n1": range(6, 10), "p1": range(2, 10)}, steps=3),
        _two_goods("medium", (0,), range(4, 8), range(2, 7), range(2, 5), range(2, 7)),
        _two_goods("hard", (0, 1), range(8, 10), range(2, 10), range(2, 10), range(2, 10)),
        Level(
            "hard",
            {
                "name": NAMES,
                "bill": (0, 1),
                "goods": _PAIRS,
                "p1": range(1, 10),
                "c1": (25, 75),
                "p2": range(1, 10),
                "c2": tuple(range(10, 100, 10)),
            },
            steps=4,
        ),
    ),
    build=build,
    solve=solve,
)
