"""Sharing equally: how many each one gets, how many are left over, how many are missing for one more each.

Ada shares 47 marbles equally among 5 friends. How many marbles are left over?  ->  2
"""

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import THINGS, Step, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

_PEOPLE = ("friends", "cousins", "children", "classmates", "neighbors", "teammates")
_QUESTIONS = {
    "each": "How many {things} does each of them get?",
    "left": "How many {things} are left over?",
    "more": "How many more {things} are needed so that each of them gets one more?",
}


def build(phrasing: str, ask: str, name: str, thing: str, people: str, sharers: int, **pile: int) -> Problem:
    """``pile`` is a share and a rest, or some bags with a size; the whole shares are tried, then what is left."""
    steps: list[Step] = []
    if "bags" in pile:
        total = pile["bags"] * pile["size"]
        things = f"{pile['bags']} bags of {pile['size']} {thing}s"
        steps.append(compute(f"All {thing}s", pile["bags"], "*", pile["size"]))
    else:
        total = sharers * pile["share"] + pile["rest"]
        things = f"{total} {thing}s"
    share, rest = divmod(total, sharers)
    steps.append(compute(f"Give each one {share}", sharers, "*", share))
    steps.append(compute("Left over", total, "-", sharers * share))
    if "bags" in pile:
        steps.append(check(sharers * share, "+", rest))
    verb = "is" if rest == 1 else "are"
    steps.append(("compare", f"{rest} < {sharers}, so each gets {share} and {rest} {verb} left over"))
    if ask == "more":
        steps.append(compute("Missing for one more each", sharers, "-", rest))
    question = _QUESTIONS[ask].format(things=f"{thing}s")
    prompt = phrasing.format(name=name, pile=things, people=f"{sharers} {people}", question=question)
    return Problem(prompt, steps, str({"each": share, "left": rest, "more": sharers - rest}[ask]))


def solve(prompt: str) -> str:
    """All numbers but the last make the pile, the last one shares it; the question tells what is wanted."""
    *pile, sharers = integers(prompt)
    total = pile[0] * pile[1] if len(pile) == 2 else pile[0]
    if "one more" in prompt:
        return str(-total % sharers)
    return str(total % sharers if "left over" in prompt else total // sharers)


_WHO = {"name": NAMES, "thing": THINGS, "people": _PEOPLE}

FAMILY = Family(
    name="sharing_equally",
    category="reasoning",
    phrasings=(
        "{name} shares {pile} equally among {people}. {question}",
        "{question} {name} has {pile} and divides them equally among {people}.",
        "{name} has {pile} and deals them out to {people}, the same number to each. {question}",
        "Imagine {name} giving {pile} to {people} in equal shares, as large as possible. {question}",
        "Split {name}'s {pile} fairly among {people}. {question}",
    ),
    levels=(
        Level(
            "easy",
            {**_WHO, "ask": ("each", "left"), "sharers": range(4, 7), "share": range(2, 8), "rest": range(1, 4)},
            steps=3,
        ),
        Level(
            "easy",
            {**_WHO, "ask": ("more",), "sharers": range(4, 7), "share": range(2, 8), "rest": range(1, 4)},
            steps=4,
        ),
        Level(
            "medium",
            {**_WHO, "ask": ("each", "left"), "sharers": range(4, 10), "bags": range(3, 10), "size": range(4, 8)},
            steps=5,
        ),
        Level(
            "hard",
            {**_WHO, "ask": ("each", "left"), "sharers": range(4, 10), "bags": range(3, 10), "size": (10, 12, 15, 20)},
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
