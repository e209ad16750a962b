"""Tips and taxes: a bill with some percent added, perhaps shared by friends.

Ada's bill at the cafe is $30. A 20% tip is added. What is the total?  ->  $36
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import Step, compute, dollar_amounts, dollars, percents
from tunixlib.seeding.tasks.text import NAMES

_SERVED = (
    "cafe", "diner", "pizza place", "hair salon", "hotel", "tea house", "noodle bar", "steak house", "taco stand",
    "sushi bar", "pancake house", "beach bar",
)  # fmt: skip
_SHOPS = (
    "bike shop", "garage", "bakery", "museum shop", "garden center", "furniture store", "music store", "toy store",
    "shoe shop", "phone shop", "book fair", "print shop",
)  # fmt: skip
_EXTRAS = ("tip", "service charge")

# Bills whose totals after 20% give every friend $2 to $9.
_SMALL_SHARED = tuple((bill, n) for bill in range(10, 50, 10) for n in range(2, 10) if bill * 6 / 5 / n in range(2, 10))
# Bills that stay whole dollars for every friend after 15% are added.
_SHARED = tuple((bill, friends) for friends in range(2, 7) for bill in range(20 * friends, 401, 20 * friends))


def _alone(first: int, last: int, step: int) -> tuple[tuple[int, int], ...]:
    return tuple((bill, 1) for bill in range(first, last + 1, step))


def build(phrasing: str, name: str, place: str, extra: str, shared: tuple[int, int], percent: int) -> Problem:
    """``shared`` is the bill and how many friends share it: the extra from tenths or hundredths, the total, a share."""
    bill, friends = shared
    steps, added = _hundredths(bill, percent, extra) if percent < 10 else _tenths(bill, percent, extra)
    total = bill + added
    steps.append(compute("Total", bill, "+", added))
    question = "What is the total?"
    if friends > 1:
        steps.append(compute(f"Each of {friends} friends pays", total, "/", friends))
        question = f"How much does each of {friends} friends pay if they split the total equally?"
    prompt = phrasing.format(name=name, place=place, extra=extra, bill=bill, percent=percent, question=question)
    return Problem(prompt, steps, dollars(total // friends))


def _tenths(bill: int, percent: int, extra: str) -> tuple[list[Step], int]:
    tens, half = divmod(percent, 10)
    steps = [compute(f"10% of {bill}", bill, "/", 10)]
    if half:
        steps.append(compute(f"5% of {bill}", bill // 10, "/", 2))
        steps.append(compute(f"The {extra} of {percent}%", bill // 10, "+", bill // 20))
    else:
        steps.append(compute(f"The {extra} of {percent}%", tens, "*", bill // 10))
    return steps, bill * percent // 100


def _hundredths(bill: int, percent: int, extra: str) -> tuple[list[Step], int]:
    steps = [compute(f"1% of {bill}", bill, "/", 100), compute(f"The {extra} of {percent}%", percent, "*", bill // 100)]
    return steps, bill // 100 * percent


def solve(prompt: str) -> str:
    """The bill times 1 plus the percent, divided by the number of friends if there are any."""
    total = dollar_amounts(prompt)[0] * (100 + percents(prompt)[0]) / 100
    friends = re.findall(r"each of (\d+) friends", prompt)
    return dollars(total / int(friends[0]) if friends else total)


_MEAL = {"name": NAMES, "place": _SERVED, "extra": _EXTRAS}

FAMILY = Family(
    name="tip_or_tax",
    category="reasoning",
    phrasings=(
        "{name}'s bill at the {place} is ${bill}. A {percent}% {extra} is added. {question}",
        "{question} {name}'s bill at the {place} is ${bill}, and the {extra} is {percent} percent.",
        "At the {place}, {name} owes ${bill} before a {extra} of {percent}% is added. {question}",
        "Add a {percent}% {extra} to {name}'s ${bill} bill from the {place}. {question}",
        "{name} spends ${bill} at the {place}, and then a {percent}% {extra} comes on top. {question}",
    ),
    levels=(
        Level("easy", {**_MEAL, "shared": _alone(10, 30, 10), "percent": (20, 30, 40, 50)}, steps=3),
        Level("easy", {**_MEAL, "shared": _SMALL_SHARED, "percent": (20,)}, steps=4),
        Level("medium", {**_MEAL, "shared": _alone(20, 120, 20), "percent": (15,)}, steps=4),
        Level(
            "hard",
            {
                "name": NAMES,
                "place": _SHOPS,
                "extra": ("sales tax",),
                "shared": _alone(100, 900, 100),
                "percent": (4, 5, 6, 7, 9),  # 8 would need "an"
            },
            steps=3,
        ),
        Level("hard", {**_MEAL, "shared": _SHARED, "percent": (15,)}, steps=5),
    ),
    build=build,
    solve=solve,
)
