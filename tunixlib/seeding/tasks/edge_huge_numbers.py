"""Exact work on numbers of seven to twelve digits: 4382915064 + 7, 43829150 * 1000."""

import re

from tunixlib.seeding.families import Family, Level, Problem

_HEADS = range(10_000_000, 100_000_000)


def _times(a: int, zeros: int) -> list[tuple[str, str]]:
    return [
        ("recall", f"Times {10**zeros} puts {zeros} zero{'s' if zeros > 1 else ''} behind the number"),
        ("compute", f"{a} * {10**zeros} = {a * 10**zeros}"),
    ]


def _last_digits(a: int, sign: str, b: int) -> list[tuple[str, str]]:
    tail = a % 100
    end, result = (tail + b, a + b) if sign == "+" else (tail - b, a - b)
    return [
        ("compute", f"Only the last two digits change: {tail} {sign} {b} = {end}"),
        ("compute", f"{a} {sign} {b} = {result}"),
    ]


def build(phrasing: str, sign: str, head: int, tail: int = 0, b: int = 0) -> Problem:
    """Find the digits that change, then write the whole number. For products ``b`` is the number of zeros."""
    if sign == "*":
        a, steps, other = head, _times(head, b), 10**b
        result = a * other
    else:
        a, other = head * 100 + tail, b
        steps, result = _last_digits(a, sign, b), a + b if sign == "+" else a - b
    return Problem(phrasing.format(ask=f"{a} {sign} {other}"), steps, str(result))


def solve(prompt: str) -> str:
    """Compute with Python's whole numbers."""
    found = re.search(r"(\d+) ([-+*]) (\d+)", prompt)
    if found is None:
        raise ValueError(f"found no sum in {prompt!r}, expected two numbers with a sign between them")
    a, b = int(found[1]), int(found[3])
    return str({"+": a + b, "-": a - b, "*": a * b}[found[2]])


FAMILY = Family(
    name="edge_huge_numbers",
    category="edge_case",
    phrasings=(
        "What is {ask}?",
        "Compute {ask} exactly.",
        "My calculator has too few digits for {ask}. What is the exact result?",
        "{ask} = ? Give all digits.",
    ),
    levels=(
        Level("easy", {"sign": ("*",), "head": range(1_000_000, 100_000_000), "b": range(1, 5)}, steps=2),
        Level("medium", {"sign": ("+",), "head": _HEADS, "tail": range(11, 61), "b": range(2, 40)}, steps=2),
        Level("hard", {"sign": ("-",), "head": _HEADS, "tail": range(51, 100), "b": range(2, 40)}, steps=2),
    ),
    build=build,
    solve=solve,
)
