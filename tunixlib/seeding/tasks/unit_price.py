"""Better buy: the price of one piece in two shops, and what the cheaper shop saves.

Corner Shop sells 4 mugs for $12. Sun Store sells 5 mugs for $10. Where is one mug cheaper?  ->  Sun Store
"""

import re
from fractions import Fraction
from itertools import permutations

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import GOODS, SHOPS, compute, dollars

_SHOP_PAIRS = tuple(permutations(SHOPS, 2))
_OFFER = re.compile(r"(\d+) [a-z ]+? (?:for|cost) \$(\d+)")
_OFFERED = {"shops": _SHOP_PAIRS, "good": GOODS}
# Pairs of different sizes, or of different prices of one piece.
_SMALL = tuple(permutations(range(2, 7), 2))
_PRICES = tuple(permutations(range(2, 9), 2))


def build(
    phrasing: str, shops: tuple[str, str], good: str, sizes: tuple[int, int], prices: tuple[int, int], count: int = 0
) -> Problem:
    """Price of one piece in each shop, the comparison, then the difference for ``count`` pieces if that is asked."""
    offers = [(size, size * price) for size, price in zip(sizes, prices, strict=True)]
    cheaper = shops[0] if prices[0] < prices[1] else shops[1]
    sign = "<" if prices[0] < prices[1] else ">"
    steps = [
        compute(f"One {good} at {shop}", cost, "/", size) for shop, (size, cost) in zip(shops, offers, strict=True)
    ]
    steps.append(("compare", f"{prices[0]} {sign} {prices[1]}, so {cheaper} is cheaper"))
    question = f"Which shop has the lower price for one {good}?"
    if count:
        question = f"How much do you save on {count} {good}s at the cheaper shop?"
        steps.append(compute(f"Saved on one {good}", max(prices), "-", min(prices)))
        steps.append(compute(f"Saved on {count} {good}s", count, "*", max(prices) - min(prices)))
    (n, x), (m, y) = offers
    prompt = phrasing.format(a=shops[0], b=shops[1], goods=f"{good}s", n=n, x=x, m=m, y=y, question=question)
    return Problem(prompt, steps, f"${count * (max(prices) - min(prices))}" if count else cheaper)


def solve(prompt: str) -> str:
    """Unit prices of the two offers; the shops stand in the same order as their offers."""
    prices = [Fraction(int(cost), int(size)) for size, cost in _OFFER.findall(prompt)]
    count = re.findall(r"save on (\d+)", prompt)
    if count:
        return dollars(int(count[0]) * abs(prices[0] - prices[1]))
    return sorted((shop for shop in SHOPS if shop in prompt), key=prompt.index)[prices.index(min(prices))]


FAMILY = Family(
    name="unit_price",
    category="reasoning",
    phrasings=(
        "{a} sells {n} {goods} for ${x}. {b} sells {m} {goods} for ${y}. {question}",
        "{question} At {a}, {n} {goods} cost ${x}. At {b}, {m} {goods} cost ${y}.",
        "You can buy {n} {goods} for ${x} at {a} or {m} {goods} for ${y} at {b}. {question}",
        "Compare two offers. {a}: {n} {goods} for ${x}. {b}: {m} {goods} for ${y}. {question}",
        "The sign at {a} says {n} {goods} for ${x}, while at {b} {m} {goods} cost ${y}. {question}",
    ),
    levels=(
        Level("easy", {**_OFFERED, "sizes": _SMALL, "prices": _PRICES}, steps=3),
        Level("easy", {**_OFFERED, "sizes": _SMALL, "prices": _PRICES, "count": range(2, 9)}, steps=5),
        Level(
            "medium",
            {
                **_OFFERED,
                "sizes": tuple(permutations(range(7, 11), 2)),
                "prices": tuple(permutations(range(2, 10), 2)),
                "count": range(2, 10),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
