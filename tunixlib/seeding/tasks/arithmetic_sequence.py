"""Sequences with a fixed difference: the next number, a far one, the position of one, a sum.

What comes next: 12, 19, 26, ...?   ->   33
"""

import re

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, ordinal, say

WORDINGS = {
    "next": (
        "The numbers {terms} follow a rule. What is the next number?",
        "What number comes next: {terms}, ...?",
        "Continue the sequence {terms} by one number.",
        "I count like this: {terms}. Which number do I say next?",
    ),
    "gap": (
        "In the sequence {gap} the steps are all equal. What number belongs in the blank?",
        "What is the missing number in {gap}?",
        "Fill in the blank: {gap}.",
        "Somebody erased one number from my sequence {gap}. Which one was it?",
    ),
    "nth": (
        "A sequence starts {terms} and goes on like that. What is its {nth} number?",
        "What is the {nth} number of the sequence {terms}, ...?",
        "Find the {nth} number of the sequence that begins {terms}.",
        "I keep counting: {terms} and so on. What is the {nth} number I say?",
    ),
    "position": (
        "A sequence starts {terms} and goes on like that. In which position is {last}? Answer with a number.",
        "At which position does {last} stand in the sequence {terms}, ...? Answer with a number.",
        "Find the position number of {last} in the sequence that begins {terms}.",
        "I keep counting: {terms} and so on, until I say {last}. How many numbers did I say?",
    ),
    "sum": (
        "A sequence starts {terms} and goes on like that. What is the sum of its first {n} numbers?",
        "What do the first {n} numbers of the sequence {terms}, ... add up to?",
        "Add the first {n} numbers of the sequence that begins {terms}.",
        "I save {terms} dollars and so on, week after week. How many dollars do I have after {n} weeks?",
    ),
}


def build(phrasing: str, kind: str, first: int, gap: int, n: int = 4) -> Problem:
    """``first`` is the smallest number, ``gap`` the difference (falling when negative), ``n`` the place asked for."""
    start = first if gap > 0 else first - (n - 1) * gap
    terms = [start + k * gap for k in range(n)]
    kinds = {"next": _next, "gap": _gap, "nth": _nth, "position": _position, "sum": _sum}
    steps, answer = kinds[kind](terms, gap)
    blanked = f"{terms[0]}, {terms[1]}, __, {terms[3]}"
    shown = ", ".join(map(str, terms[:3]))
    fields = {"terms": shown, "gap": blanked, "n": n, "nth": ordinal(n), "last": terms[-1]}
    return Problem(say(WORDINGS, kind, phrasing, **fields), steps, str(answer))


def _difference(first: int, second: int) -> str:
    return f"{max(first, second)} - {min(first, second)} = {abs(second - first)}"


def _move(value: int, gap: int, times: int = 1) -> str:
    return f"{value} {'+' if gap > 0 else '-'} {abs(gap) * times} = {value + gap * times}"


def _next(terms: list[int], gap: int) -> tuple[Steps, int]:
    return [
        ("compute", f"First difference: {_difference(*terms[:2])}"),
        ("compute", f"Second difference: {_difference(*terms[1:3])}"),
        ("compute", f"{'Up' if gap > 0 else 'Down'} by {abs(gap)} again: {_move(terms[2], gap)}"),
    ], terms[3]


def _gap(terms: list[int], gap: int) -> tuple[Steps, int]:
    return [
        ("compute", f"First difference: {_difference(*terms[:2])}"),
        ("compute", f"The blank: {_move(terms[1], gap)}"),
        ("verify", f"Check the number after it: {_move(terms[2], gap)}"),
    ], terms[2]


def _nth(terms: list[int], gap: int) -> tuple[Steps, int]:
    n = len(terms)
    return [
        ("compute", f"Difference: {_difference(*terms[:2])}"),
        ("compute", f"Steps from the first number: {n} - 1 = {n - 1}"),
        ("compute", f"Change: {n - 1} * {abs(gap)} = {(n - 1) * abs(gap)}"),
        ("compute", f"The {ordinal(n)} number: {_move(terms[0], gap, n - 1)}"),
    ], terms[-1]


def _position(terms: list[int], gap: int) -> tuple[Steps, int]:
    n, span = len(terms), abs(terms[-1] - terms[0])
    return [
        ("compute", f"Difference: {_difference(*terms[:2])}"),
        ("compute", f"From the first number to the last: {_difference(terms[0], terms[-1])}"),
        ("compute", f"Number of steps: {span} / {abs(gap)} = {n - 1}"),
        ("compute", f"Count the first number too: {n - 1} + 1 = {n}"),
    ], n


def _sum(terms: list[int], gap: int) -> tuple[Steps, int]:
    n, ends = len(terms), terms[0] + terms[-1]
    return [
        ("compute", f"Difference: {_difference(*terms[:2])}"),
        ("compute", f"Up to the last number: {n - 1} * {gap} = {(n - 1) * gap}"),
        ("compute", f"Last number: {terms[0]} + {(n - 1) * gap} = {terms[-1]}"),
        ("compute", f"First and last: {terms[0]} + {terms[-1]} = {ends}"),
        ("compute", f"Such pairs: {n} / 2 = {n // 2}"),
        ("compute", f"Sum: {n // 2} * {ends} = {n // 2 * ends}"),
    ], n // 2 * ends


def solve(prompt: str) -> str:
    """Write the sequence out, number by number."""
    found = [int(n) for n in re.findall(r"\d+", prompt)]
    if "__" in prompt:
        return str((found[1] + found[2]) // 2)
    at = next(i for i in range(len(found)) if f"{found[i]}, {found[i + 1]}, {found[i + 2]}" in prompt)
    row = found[at : at + 3]
    row += [row[2] + k * (row[1] - row[0]) for k in range(1, 60)]
    if re.search(r"position|until", prompt):
        return str(row.index((found[:at] + found[at + 3 :])[0]) + 1)
    place = re.search(r"(\d+)(?:st|nd|rd|th) number|first (\d+) numbers|after (\d+) weeks", prompt)
    if not place:
        return str(row[3])
    n = int(next(group for group in place.groups() if group))
    return str(row[n - 1] if place[1] else sum(row[:n]))


def _both_ways(*sizes: int) -> tuple[int, ...]:
    return (*(-size for size in reversed(sizes)), *sizes)


_NEXT = ("next", "gap")
_FAR = ("nth", "position")

FAMILY = Family(
    name="arithmetic_sequence",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"kind": _NEXT, "first": range(1, 27), "gap": _both_ways(*range(2, 9))}, steps=3),
        Level(
            "easy",
            {"kind": _FAR, "first": range(1, 16), "gap": _both_ways(2, 3, 4, 5), "n": range(5, 9)},
            steps=4,
        ),
        Level("medium", {"kind": _NEXT, "first": range(27, 91), "gap": _both_ways(*range(2, 11), 20)}, steps=3),
        Level(
            "medium",
            {"kind": _FAR, "first": range(16, 61), "gap": _both_ways(*range(2, 10)), "n": range(6, 12)},
            steps=4,
        ),
        Level("medium", {"kind": ("sum",), "first": range(1, 26), "gap": range(2, 9), "n": (4,)}, steps=6),
        Level(
            "hard",
            {"kind": _FAR, "first": range(1, 61), "gap": _both_ways(*range(2, 13)), "n": range(12, 21)},
            steps=4,
        ),
        Level("hard", {"kind": ("sum",), "first": range(1, 41), "gap": range(2, 13), "n": (6, 8, 10)}, steps=6),
    ),
    build=build,
    solve=solve,
)
