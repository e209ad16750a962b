"""Comparing amounts: one has some more or fewer than another; how many are there together?

Ben has 12 marbles. Ada has 5 more marbles than Ben. How many marbles do they have together?  ->  29
"""

import re
from collections.abc import Sequence
from typing import Any

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import NAME_PAIRS, THINGS, Step, check, compute

_START = re.compile(r"(\w+) has (\d+) \w+(?=[,.?:]| and)")
_RELATION = re.compile(r"(\w+) has (\d+) (more|fewer|times as many) \w+ (?:than|as) (\w+)")
_THIRD = ("Abel", "Bibi", "Cora", "Dina", "Emil", "Fay", "Gus", "Hana")


def build(
    phrasing: str, names: tuple[str, str], thing: str, base: int, gap: int, word: str, third: str = "", **last: int
) -> Problem:
    """The second amount from the first, perhaps a third (``minus`` or ``times``), then the sums."""
    first, second = names
    op = "+" if word == "more" else "-"
    other = base + gap if word == "more" else base - gap
    clauses = [f"{first} has {base} {thing}s", f"{second} has {gap} {word} {thing}s than {first}"]
    steps = [compute(f"{second}'s {thing}s", base, op, gap)]
    together = base + other
    if not third:
        steps += [compute("Together", base, "+", other), check(together, "-", other, f"there are {together}")]
    else:
        clause, step, amount = _third(third, thing, first, second, base, other, **last)
        clauses.append(clause)
        steps += [step, compute(f"{first} and {second}", base, "+", other), compute("All three", together, "+", amount)]
        together += amount
        if "times" in last:
            steps.append(check(together, "-", amount, f"there are {together}"))
    prompt = phrasing.format(facts=". ".join(clauses) + ".", clauses=_joined(clauses), things=f"{thing}s")
    return Problem(prompt, steps, str(together))


def _third(
    third: str, thing: str, first: str, second: str, base: int, other: int, minus: int = 0, times: int = 0
) -> tuple[str, Step, int]:
    label = f"{third}'s {thing}s"
    if times:
        return f"{third} has {times} times as many {thing}s as {first}", compute(label, times, "*", base), times * base
    return f"{third} has {minus} fewer {thing}s than {second}", compute(label, other, "-", minus), other - minus


def _joined(clauses: list[str]) -> str:
    return ", ".join(clauses[:-1]) + " and " + clauses[-1]


def solve(prompt: str) -> str:
    """Read who has what, one relation after the other, and add up."""
    owned = {name: int(amount) for name, amount in _START.findall(prompt)}
    for name, number, word, other in _RELATION.findall(prompt):
        amount = int(number)
        owned[name] = {"more": owned[other] + amount, "fewer": owned[other] - amount}.get(word, owned[other] * amount)
    return str(sum(owned.values()))


def _who(base: range, gap: range) -> dict[str, Sequence[Any]]:
    return {"names": NAME_PAIRS, "thing": THINGS, "base": base, "gap": gap, "word": ("more", "fewer")}


FAMILY = Family(
    name="compare_more_less",
    category="reasoning",
    phrasings=(
        "{facts} How many {things} do they have together?",
        "How many {things} are there in all if {clauses}?",
        "Find the total number of {things}: {clauses}.",
        "{facts} All the {things} go into one box. How many are in the box?",
        "Suppose {clauses}. What is the total number of {things}?",
    ),
    levels=(
        Level("easy", _who(range(11, 21), range(2, 10)), steps=3),
        Level("easy", {**_who(range(10, 14), range(2, 6)), "third": _THIRD, "minus": range(2, 5)}, steps=4),
        Level("medium", {**_who(range(6, 13), range(2, 6)), "third": _THIRD, "times": (2, 3)}, steps=5),
        Level("medium", _who(range(21, 61), range(2, 13)), steps=3),
        Level("hard", {**_who(range(21, 61), range(2, 13)), "third": _THIRD, "minus": range(2, 9)}, steps=4),
    ),
    build=build,
    solve=solve,
)
