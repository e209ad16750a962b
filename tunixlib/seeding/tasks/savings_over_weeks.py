"""Savings: what some dollars a week add up to, or how many weeks a goal takes.

Ada has $20 and saves $5 every week. After 6 weeks Ada spends $12. How much is left?  ->  $38
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import BIG_GOODS, STORY_PHRASINGS, Scene, check, compute, dollar_amounts
from tunixlib.seeding.tasks.text import NAMES

_GROWING = (
    Scene(
        "{name} has ${start} and saves ${weekly} every week. After {weeks} weeks {name} spends ${spent} on a present.",
        "How much money does {name} have then?",
    ),
    Scene(
        "There are ${start} in {name}'s money box. Each week ${weekly} go in, for {weeks} weeks. "
        "Then ${spent} are taken out.",
        "How many dollars are in the box at the end?",
    ),
    Scene(
        "{name} opens an account with ${start}. A weekly job pays ${weekly} for {weeks} weeks, "
        "and a repair costs ${spent}.",
        "How much money is left in the account?",
    ),
    Scene(
        "With ${start} to begin with, {name} puts aside ${weekly} a week for {weeks} weeks and then "
        "pays ${spent} for a trip.",
        "How much remains?",
    ),
)
_GOALS = (
    Scene(
        "{name} wants a {good} that costs ${goal}. {name} has ${start} and saves ${weekly} each week.",
        "How many weeks of saving are needed?",
    ),
    Scene(
        "A {good} costs ${goal}. So far {name} has ${start}, and every week ${weekly} more are put aside.",
        "After how many weeks can {name} buy it?",
    ),
    Scene(
        "The price of a {good} is ${goal}; {name} owns ${start} and gets ${weekly} of pocket money a week.",
        "How many weeks does {name} have to wait?",
    ),
    Scene(
        "{name} needs ${goal} for a {good}. There are ${start} in the money box and ${weekly} come in weekly.",
        "In how many weeks is there enough money?",
    ),
)
_NET_GOALS = (
    Scene(
        "{name} wants a {good} for ${goal} and has ${start}. "
        "Each week {name} earns ${earned} and spends ${used} of it.",
        "How many weeks does it take to get enough?",
    ),
    Scene(
        "A {good} costs ${goal}. {name} starts with ${start}, "
        "earns ${earned} a week and uses ${used} a week for lunch.",
        "After how many weeks can {name} pay for it?",
    ),
    Scene(
        "Saving for a {good} at ${goal}, {name} has ${start}. A weekly job brings ${earned}, "
        "but the bus costs ${used} a week.",
        "How many weeks must {name} work?",
    ),
)


def build(phrasing: str, scene: Scene, name: str, start: int, weekly: int, weeks: int, **rest: int | str) -> Problem:
    """Grow and spend (``spent``), or reach the price of a ``good``, saving ``weekly`` after ``used`` is spent."""
    saved = weekly * weeks
    values = {"name": name, "start": start, "weekly": weekly, "weeks": weeks, "goal": start + saved, **rest}
    if "spent" in rest:
        steps = [
            compute(f"Saved in {weeks} weeks", weeks, "*", weekly),
            compute("With the money from the start", start, "+", saved),
            compute("After spending", start + saved, "-", int(rest["spent"])),
        ]
        return Problem(scene.tell(phrasing, **values), steps, f"${start + saved - int(rest['spent'])}")
    steps = [
        compute("Still needed", start + saved, "-", start),
        compute("Weeks", saved, "/", weekly),
        check(weeks, "*", weekly),
    ]
    if "used" in rest:
        values["earned"] = weekly + int(rest["used"])
        steps.insert(1, compute("Saved each week", weekly + int(rest["used"]), "-", int(rest["used"])))
    steps.append(check(start, "+", saved, f"{weeks} weeks are enough"))
    return Problem(scene.tell(phrasing, **values), steps, str(weeks))


def solve(prompt: str) -> str:
    """With a number of weeks given the money is asked for; without one, the weeks."""
    amounts = [int(amount) for amount in dollar_amounts(prompt)]
    weeks = re.findall(r"(\d+) weeks", prompt)
    if weeks:
        return f"${amounts[0] + int(weeks[0]) * amounts[1] - amounts[2]}"
    goal, start, weekly, *used = amounts
    return str((goal - start) // (weekly - sum(used)))


FAMILY = Family(
    name="savings_over_weeks",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level(
            "easy",
            {
                "scene": _GROWING,
                "name": NAMES,
                "start": range(5, 21),
                "weekly": range(2, 7),
                "weeks": range(2, 6),
                "spent": range(2, 9),
            },
            steps=3,
        ),
        Level(
            "easy",
            {
                "scene": _GOALS,
                "name": NAMES,
                "good": BIG_GOODS,
                "start": range(5, 21),
                "weekly": range(2, 7),
                "weeks": range(2, 6),
            },
            steps=4,
        ),
        Level(
            "medium",
            {
                "scene": _NET_GOALS,
                "name": NAMES,
                "good": BIG_GOODS,
                "start": range(10, 31),
                "weekly": range(2, 10),
                "weeks": range(2, 10),
                "used": range(2, 9),
            },
            steps=5,
        ),
        Level(
            "hard",
            {
                "scene": _NET_GOALS,
                "name": NAMES,
                "good": BIG_GOODS,
                "start": range(31, 100),
                "weekly": range(4, 11),
                "weeks": range(3, 10),
                "used": range(2, 9),
            },
            steps=5,
        ),
    ),
    build=build,
    solve=solve,
)
