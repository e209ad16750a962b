"""Division with something left over: the rest, the full groups, the groups needed, how many more fill a group.

45 candies go into bags of 7. How many candies are left over?   ->   3
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say

# What is put into what.
PACKED = (
    ("candies", "bags"), ("eggs", "boxes"), ("books", "crates"), ("photos", "albums"), ("apples", "baskets"),
    ("pencils", "cups"), ("cookies", "tins"), ("tennis balls", "tubes"), ("tulips", "vases"), ("children", "boats"),
)  # fmt: skip

WORDINGS = {
    "left": (
        "{n} {items} go into {boxes} of {d}. How many {items} are left over?",
        "How many {items} are left over when {n} {items} fill as many {boxes} of {d} as possible?",
        "Put {n} {items} into {boxes} of {d} and find how many {items} remain.",
        "I have {n} {items} and fill {boxes} with {d} each. How many {items} don't fit in a full one?",
    ),
    "full": (
        "{n} {items} go into {boxes} of {d}. How many {boxes} get full?",
        "How many full {boxes} of {d} can be made from {n} {items}?",
        "Put {n} {items} into {boxes} of {d} and find the number of full {boxes}.",
        "I have {n} {items} and fill {boxes} with {d} each. How many {boxes} can I fill?",
    ),
    "needed": (
        "{n} {items} must all go into {boxes} that hold {d} each. How many {boxes} are needed?",
        "How many {boxes} for {d} are needed so that all {n} {items} have a place?",
        "Find the smallest number of {boxes} of {d} that can hold all {n} {items}.",
        "I have {n} {items} and each of my {boxes} takes {d}. How many {boxes} do I need for all of them?",
    ),
    "more": (
        "{n} {items} go into {boxes} of {d}. How many more {items} would fill the last one?",
        "How many more {items} are needed so that {n} {items} in {boxes} of {d} leave no place empty?",
        "Put {n} {items} into {boxes} of {d} and find how many {items} are missing in the last one.",
        "I have {n} {items} and fill {boxes} with {d} each. How many more {items} do I need to fill the last one?",
    ),
}


def build(phrasing: str, kind: str, split: tuple[int, int, int], pair: tuple[str, str]) -> Problem:
    """``split`` is how many groups, their size ``d`` and the ``r`` left over; ``pair`` is what goes where."""
    quotient, d, r = split
    n = quotient * d + r
    answer = {"full": quotient, "needed": quotient + 1, "more": d - r}.get(kind, r)
    steps = _groups(n, d) if quotient < 10 else _many_groups(n, d)
    steps += _last_steps(kind, quotient, d, r, pair)
    return Problem(say(WORDINGS, kind, phrasing, n=n, d=d, items=pair[0], boxes=pair[1]), steps, str(answer))


def _groups(n: int, d: int) -> Steps:
    q = n // d
    return [("compute", f"As many {d}s as fit: {q} * {d} = {q * d}"), ("compute", f"Left: {n} - {q * d} = {n % d}")]


def _many_groups(n: int, d: int) -> Steps:
    tens, ones = n // d // 10 * 10, n // d % 10
    left = n - tens * d
    return [
        ("compute", f"Tens of groups: {tens} * {d} = {tens * d}"),
        ("compute", f"Left: {n} - {tens * d} = {left}"),
        ("compute", f"More groups: {ones} * {d} = {ones * d}"),
        ("compute", f"Left: {left} - {ones * d} = {n % d}"),
    ]


def _last_steps(kind: str, quotient: int, d: int, r: int, pair: tuple[str, str]) -> Steps:
    if kind == "needed":
        more = ("compute", f"One more for the rest: {quotient} + 1 = {quotient + 1} {pair[1]}")
        return [more] if quotient > 9 else [("compare", f"{r} > 0, so some are left"), more]
    if kind == "more":
        free = ("compute", f"Free places in the last one: {d} - {r} = {d - r}")
        return [free] if quotient > 9 else [("compare", f"{r} < {d}, so the last one is not full"), free]
    if quotient > 9:
        tens, ones = quotient - quotient % 10, quotient % 10
        if kind == "full":
            return [("compute", f"Full {pair[1]}: {tens} + {ones} = {quotient}")]
        return [("compare", f"{r} < {d}, so the remainder is {r}")]
    ending = f"{quotient} {pair[1]} get full" if kind == "full" else f"the remainder is {r}"
    return [("compare", f"{r} < {d}, so {ending}")]


def solve(prompt: str) -> str:
    """Take the group size away again and again; the larger number is the total."""
    small, total = sorted(int(n) for n in re.findall(r"\d+", prompt))
    groups = 0
    while total >= small:
        total, groups = total - small, groups + 1
    if re.search(r"needed\?|have a place|can hold all|do I need for all", prompt):
        return str(groups + (total > 0))
    if "more" in prompt or "missing" in prompt:
        return str(small - total)
    return str(groups if re.search(r"get full|full \w+ of|number of full|can I fill", prompt) else total)


def _splits(quotients: range, sizes: range, totals: range) -> tuple[tuple[int, int, int], ...]:
    """Groups, their size and a rest, such that the total is one of ``totals``; full tens of groups are left out."""
    every = ((q, d, r) for q in quotients if q % 10 for d in sizes for r in range(1, d))
    return tuple((q, d, r) for q, d, r in every if q * d + r in totals)


_SMALL = _splits(range(2, 10), range(3, 10), range(51))
_MEDIUM = _splits(range(2, 10), range(3, 13), range(51, 151))
_KINDS = ("left", "full", "needed", "more")

FAMILY = Family(
    name="remainder_problem",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": ("left", "full"), "split": _SMALL, "pair": PACKED}, steps=3),
        Level("easy", {"kind": ("needed", "more"), "split": _SMALL, "pair": PACKED}, steps=4),
        Level("medium", {"kind": ("needed", "more"), "split": _MEDIUM, "pair": PACKED}, steps=4),
        Level(
            "hard",
            {"kind": _KINDS, "split": _splits(range(11, 60), range(3, 13), range(1000)), "pair": PACKED},
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
