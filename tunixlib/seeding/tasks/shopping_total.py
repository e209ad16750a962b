"""Shopping: what several goods at their prices cost together, with delivery or a coupon.

Ada buys 3 mugs at $4 each and 2 caps at $5 each. What is the total cost?  ->  $22
"""

import re
from itertools import permutations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import GOODS, compute, listing
from tunixlib.seeding.tasks.text import NAMES

_TRIPLES = tuple(zip(GOODS, GOODS[5:] + GOODS[:5], GOODS[11:] + GOODS[:11], strict=True))
_LINE = re.compile(r"(\d+) [a-z ]+ at \$(\d+) each")


def build(phrasing: str, name: str, goods: tuple[str, ...], fee: int = 0, coupon: int = 0, **lines: int) -> Problem:
    """Cost of each line, the lines together, then the delivery fee or the coupon. Lines are n1, p1, n2, p2, ..."""
    bought = [(good, lines[f"n{i}"], lines[f"p{i}"]) for i, good in enumerate(goods, start=1)]
    basket = listing([f"{n} {good}s at ${p} each" for good, n, p in bought])
    basket += f", plus ${fee} for delivery" if fee else ""
    basket += f", with a coupon for ${coupon} off the total" if coupon else ""
    steps = [compute(f"Cost of the {good}s", n, "*", p) for good, n, p in bought]
    costs = [n * p for _, n, p in bought]
    total = costs[0]
    for number, cost in enumerate(costs[1:], start=2):
        steps.append(compute("All goods" if number == len(costs) else "First two", total, "+", cost))
        total += cost
    if fee:
        steps.append(compute("With delivery", total, "+", fee))
    if coupon:
        steps.append(compute("After the coupon", total, "-", coupon))
    return Problem(phrasing.format(name=name, basket=basket), steps, f"${total + fee - coupon}")


def solve(prompt: str) -> str:
    """Every ``n goods at $p each``, plus the delivery, less the coupon."""
    total = sum(int(n) * int(p) for n, p in _LINE.findall(prompt))
    total += sum(int(fee) for fee in re.findall(r"\$(\d+) for delivery", prompt))
    total -= sum(int(coupon) for coupon in re.findall(r"\$(\d+) off", prompt))
    return f"${total}"


def _prices(lines: int, counts: range, each: range) -> dict[str, range]:
    """The axes n1, p1, n2, p2, ...: how many, and for how many dollars each."""
    return {f"{kind}{i}": values for i in range(1, lines + 1) for kind, values in (("n", counts), ("p", each))}


_TWO = {"name": NAMES, "goods": tuple(permutations(GOODS, 2))}
_SMALL, _TABLE = range(2, 6), range(2, 10)

FAMILY = Family(
    name="shopping_total",
    category="reasoning",
    phrasings=(
        "{name} buys {basket}. What is the total cost?",
        "How much does {name} pay for {basket}?",
        "Find the total of this order by {name}: {basket}.",
        "In the shop {name} takes {basket}. What does the bill come to?",
        "{name} has this shopping list: {basket}. How much money is needed?",
    ),
    levels=(
        Level("easy", {**_TWO, **_prices(2, _SMALL, _SMALL)}, steps=3),
        Level("easy", {**_TWO, **_prices(2, range(2, 5), _SMALL), "fee": range(2, 10)}, steps=4),
        Level("medium", {**_TWO, **_prices(2, range(2, 9), _TABLE), "coupon": range(2, 8)}, steps=4),
        Level(
            "hard", {"name": NAMES, "goods": _TRIPLES, **_prices(3, _TABLE, _TABLE), "coupon": range(2, 11)}, steps=6
        ),
    ),
    build=build,
    solve=solve,
)
