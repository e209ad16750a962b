"""Word problems of two operations: equal groups, then some more or some fewer.

Ada has 4 boxes with 6 marbles in each and gives 5 marbles to a friend. How many marbles are left?  ->  19
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import without_zeros
from tunixlib.seeding.tasks.situations import STORY_PHRASINGS, Scene, check, compute
from tunixlib.seeding.tasks.text import NAMES, integers

# {a} groups of {b}, then {c} fewer.
_FEWER = (
    Scene(
        "{name} has {a} boxes with {b} marbles in each and gives {c} marbles to a friend.", "How many marbles are left?"
    ),
    Scene(
        "{name} bakes {a} trays of {b} rolls and sells {c} rolls in the morning.", "How many rolls are left to sell?"
    ),
    Scene("{name} picks {a} baskets of {b} pears, but {c} pears are bad.", "How many good pears are there?"),
    Scene("On {name}'s shelf {a} rows of {b} books stand. {c} books are lent out.", "How many books are still there?"),
    Scene("{name} plants {a} rows of {b} tulips. A storm breaks {c} tulips.", "How many tulips are standing?"),
    Scene(
        "In {name}'s team {a} players score {b} points each; {c} points are taken away.",
        "What is the score of the team?",
    ),
    Scene("{name} buys {a} packs of {b} batteries and uses {c} batteries.", "How many unused batteries are there?"),
    Scene("{name} has {a} jugs with {b} cups of tea each. Guests drink {c} cups.", "How many cups of tea remain?"),
)
# {a} groups of {b}, and {c} more.
_MORE = (
    Scene(
        "{name} puts {a} rows of {b} chairs in a hall and then finds {c} extra chairs.",
        "How many chairs are there now?",
    ),
    Scene(
        "For {a} days {name} reads {b} pages a day, and on the last evening {c} pages more.",
        "How many pages does {name} read?",
    ),
    Scene("{name} has {a} albums with {b} photos each and {c} loose photos.", "How many photos does {name} have?"),
    Scene("{name} sees {a} buses with {b} children each. {c} children come on foot.", "How many children come?"),
    Scene(
        "{name} cuts a rope into {a} pieces of {b} cm, and {c} cm remain.", "How many cm long was the rope at first?"
    ),
    Scene("{name} swims {b} laps on each of {a} mornings and {c} laps on Sunday.", "How many laps does {name} swim?"),
    Scene("A farm has {a} barns with {b} hens each. {name} brings {c} new hens.", "How many hens are on the farm now?"),
    Scene(
        "{name} fills {a} bags with {b} nuts each. On the table {c} nuts are left.",
        "How many nuts were there at first?",
    ),
)
_TAKING = re.compile(r"\b(?:gives|sells|bad|lent|breaks|taken away|uses|drink)\b")


def build(phrasing: str, scene: Scene, name: str, a: int, b: int, c: int) -> Problem:
    """The product, in tens and ones when ``b`` is above 12, then the rest, then an inverse check for small numbers."""
    product, op = a * b, "-" if scene in _FEWER else "+"
    if b > 12:
        tens, ones = b - b % 10, b % 10
        steps = [
            compute(f"The tens of {b}, {a} times", a, "*", tens),
            compute(f"The ones of {b}, {a} times", a, "*", ones),
            compute("Together", a * tens, "+", a * ones),
        ]
    else:
        steps = [compute(f"{a} groups of {b}", a, "*", b)]
    result = product - c if op == "-" else product + c
    steps.append(compute(f"Take away {c}" if op == "-" else f"Add {c} more", product, op, c))
    if b <= 12 or c > 20:
        steps.append(check(result, "+" if op == "-" else "-", c, f"the answer is {result}"))
    return Problem(scene.tell(phrasing, name=name, a=a, b=b, c=c), steps, str(result))


def solve(prompt: str) -> str:
    """Words of taking away decide between minus and plus."""
    a, b, c = integers(prompt)
    return str(a * b - c if _TAKING.search(prompt) else a * b + c)


_STORY = {"scene": _FEWER + _MORE, "name": NAMES}

FAMILY = Family(
    name="two_step_word_problem",
    category="reasoning",
    phrasings=STORY_PHRASINGS,
    levels=(
        Level("easy", {**_STORY, "a": range(3, 6), "b": range(4, 9), "c": range(2, 10)}, steps=3),
        Level("easy", {**_STORY, "a": (2, 3), "b": (13, 14, 15), "c": range(2, 6)}, steps=4),
        Level("medium", {**_STORY, "a": range(3, 6), "b": without_zeros(16, 29), "c": range(2, 10)}, steps=4),
        Level("hard", {**_STORY, "a": range(3, 10), "b": without_zeros(13, 60), "c": range(21, 38)}, steps=5),
    ),
    build=build,
    solve=solve,
)
