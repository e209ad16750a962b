"""Ages: older, younger, twice as old, in some years, and from the sum of two ages.

Ada is 12 years old and Ben is 5 years older. How old will both be together in 4 years?  ->  37
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.situations import NAME_PAIRS, Step, check, compute
from tunixlib.seeding.tasks.text import integers

_OTHERS = ("Aunt May", "Uncle Leo", "Mr. Hill", "Ms. Lane", "Aunt Joy", "Uncle Al", "Coach Kim", "Dr. Reed")


def build(phrasing: str, names: tuple[str, str], age: int, gap: int, **rest: int | str) -> Problem:
    """Three shapes: an adult's age in some years, two ages together in some years, one age from sum and difference."""
    first, second = names
    if "adult" in rest:
        facts, question, steps, answer = _adult(first, second, age, gap, **rest)  # type: ignore[arg-type]
    elif "years" in rest:
        facts, question, steps, answer = _together(first, second, age, gap, int(rest["years"]))
    else:
        facts, question, steps, answer = _from_sum(first, second, age, gap)
    return Problem(phrasing.format(facts=facts, question=question, puzzle=f"{facts} {question}"), steps, str(answer))


def _adult(
    first: str, second: str, age: int, gap: int, adult: str, times: int, years: int
) -> tuple[str, str, list[Step], int]:
    younger = age - gap
    steps = [
        compute(f"{second}'s age", age, "-", gap),
        compute(f"{adult}'s age", times, "*", younger),
        compute(f"In {years} years", times * younger, "+", years),
    ]
    facts = f"{first} is {age} years old. {second} is {gap} years younger than {first}. "
    facts += f"{adult} is {times} times as old as {second}."
    return facts, f"How old will {adult} be in {years} years?", steps, times * younger + years


def _together(first: str, second: str, age: int, gap: int, years: int) -> tuple[str, str, list[Step], int]:
    older, now = age + gap, 2 * age + gap
    steps = [
        compute(f"{second}'s age", age, "+", gap),
        compute("Together now", age, "+", older),
        compute(f"Both grow older by {years} years", 2, "*", years),
        compute(f"Together in {years} years", now, "+", 2 * years),
    ]
    facts = f"{first} is {age} years old, and {second} is {gap} years older than {first}."
    return facts, f"What will their ages add up to in {years} years?", steps, now + 2 * years


def _from_sum(first: str, second: str, age: int, gap: int) -> tuple[str, str, list[Step], int]:
    total = 2 * age + gap
    steps = [
        compute("Twice the younger age", total, "-", gap),
        compute(f"{second}'s age", 2 * age, "/", 2),
        compute(f"{first}'s age", age, "+", gap),
        check(age + gap, "+", age, f"{first} is {age + gap}"),
    ]
    facts = f"{first} and {second} are {total} years old together, and {first} is {gap} years older than {second}."
    return facts, f"How old is {first}?", steps, age + gap


def solve(prompt: str) -> str:
    """Which words occur decides the shape."""
    years = [int(n) for n in re.findall(r"in (\d+) years", prompt)]
    found = integers(re.sub(r"in \d+ years", "", prompt))
    if "times as old" in prompt:
        return str((found[0] - found[1]) * found[2] + years[0])
    if years:
        return str(2 * (found[0] + years[0]) + found[1])
    return str((found[0] + found[1]) // 2)


FAMILY = Family(
    name="age_problem",
    category="reasoning",
    phrasings=(
        "{facts} {question}",
        "{question} {facts}",
        "Here is what we know about some ages. {facts} {question}",
        "Solve the age puzzle: {puzzle}",
        "{facts} Can you tell me? {question}",
    ),
    levels=(
        Level(
            "easy",
            {
                "names": NAME_PAIRS,
                "age": range(10, 13),
                "gap": range(2, 5),
                "adult": _OTHERS,
                "times": (3, 4),
                "years": range(2, 10),
            },
            steps=3,
        ),
        Level("easy", {"names": NAME_PAIRS, "age": range(5, 15), "gap": range(2, 8), "years": range(2, 8)}, steps=4),
        Level("medium", {"names": NAME_PAIRS, "age": range(5, 21), "gap": range(2, 10)}, steps=4),
        Level(
            "medium", {"names": NAME_PAIRS, "age": range(15, 31), "gap": range(2, 10), "years": range(2, 10)}, steps=4
        ),
        Level("hard", {"names": NAME_PAIRS, "age": range(21, 41), "gap": range(2, 15)}, steps=4),
    ),
    build=build,
    solve=solve,
)
