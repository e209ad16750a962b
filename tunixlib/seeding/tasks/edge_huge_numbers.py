"""Exact work on huge numbers: 17 million + 5 million, 4382915 - 7, 438291 * 1000."""

import re

from tunixlib.seeding.families import Family, Level, Problem

_SCALES = ("million", "billion", "trillion")
_HEADS = range(10_000, 100_000)


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


def _scaled(a: int, sign: str, b: int, scale: str) -> Problem:
    result = a + b if sign == "+" else a - b
    steps = [
        ("compute", f"Count the {scale}s: {a} {sign} {b} = {result}"),
        ("conclude", f"So it is {result} {scale}"),
    ]
    return Problem(f"{a} {scale} {sign} {b} {scale}", steps, f"{result} {scale}")


def build(phrasing: str, sign: str, head: int, tail: int = 0, b: int = 0, scale: str = "") -> Problem:
    """Find the digits that change, then write the whole number. For products ``b`` is the number of zeros."""
    if scale:
        ask, steps, answer = _scaled(head, sign, b, scale)
        return Problem(phrasing.format(ask=ask), steps, answer)
    if sign == "*":
        a, steps, other = head, _times(head, b), 10**b
        result = a * other
    else:
        a, other = head * 100 + tail, b
        steps, result = _last_digits(a, sign, b), a + b if sign == "+" else a - b
    return Problem(phrasing.format(ask=f"{a} {sign} {other}"), steps, str(result))


def solve(prompt: str) -> str:
    """Compute with Python's whole numbers; a word of scale stays behind the result."""
    found = re.search(r"(\d+)( [a-z]+)? ([-+*]) (\d+)", prompt)
    if found is None:
        raise ValueError(f"found no sum in {prompt!r}, expected two numbers with a sign between them")
    a, b = int(found[1]), int(found[4])
    return str({"+": a + b, "-": a - b, "*": a * b}[found[3]]) + (found[2] or "")


FAMILY = Family(
    name="edge_huge_numbers",
    category="edge_case",
    phrasings=(
        "What is {ask}?",
        "Compute {ask} exactly.",
        "My calculator has too few digits for {ask}. What is the exact result?",
        "{ask} = ? Be exact.",
    ),
    levels=(
        Level("easy", {"sign": ("+",), "scale": _SCALES, "head": range(11, 41), "b": range(2, 10)}, steps=2),
        Level("medium", {"sign": ("-",), "scale": _SCALES, "head": range(11, 60), "b": range(2, 10)}, steps=2),
        Level("hard", {"sign": ("*",), "head": range(100_000, 1_000_000), "b": range(1, 4)}, steps=2),
        Level("hard", {"sign": ("+",), "head": _HEADS, "tail": range(11, 61), "b": range(2, 40)}, steps=2),
        Level("hard", {"sign": ("-",), "head": _HEADS, "tail": range(51, 100), "b": range(2, 40)}, steps=2),
    ),
    build=build,
    solve=solve,
)
