"""Primes, factors, multiples: is it prime, is it a factor, factorization, number of factors, the next multiple.

Is 39 a prime number? Answer yes or no.   ->   no
"""

import re
from collections.abc import Callable

from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.seeding.tasks.measures import STYLES, Steps, say

WORDINGS = {
    "prime": (
        "The number {n} may be prime or not. Is it a prime number? Answer yes or no.",
        "Is {n} a prime number? Answer yes or no.",
        "Decide whether {n} is a prime number, yes or no.",
        "A friend says {n} is a prime number. Is that right, yes or no?",
    ),
    "factor": (
        "The number {d} may divide {n} evenly or not. Is it a factor? Answer yes or no.",
        "Is {d} a factor of {n}? Answer yes or no.",
        "Decide whether {d} is a factor of {n}, yes or no.",
        "A friend says {d} is a factor of {n}. Is that right, yes or no?",
    ),
    "multiple": (
        "Count in steps of {d} from 0. What is the first number above {n}?",
        "What is the first multiple of {d} above {n}?",
        "Find the smallest multiple of {d} that is more than {n}.",
        "I need a multiple of {d} that is just above {n}. Which one?",
    ),
    "factorize": (
        "Split {n} into prime factors, smallest first, joined by *. What do you get?",
        "What is the prime factorization of {n}? Write the primes from small to large with * between them.",
        "Write {n} as a product of primes, from small to large, with * between them.",
        "Break {n} down into primes for me, smallest first, with * between them.",
    ),
    "count": (
        "Some whole numbers divide {n} evenly. How many such factors does it have, itself included?",
        "How many factors does {n} have, itself included?",
        "Count the factors of {n}, itself included.",
        "If I list every whole number that divides {n} evenly, how many do I list?",
    ),
    "smallest": (
        "The number {n} is not prime. What is its smallest prime factor?",
        "What is the smallest prime number that divides {n}?",
        "Find the smallest prime factor of {n}.",
        "Which prime divides {n} and is as small as possible?",
    ),
}
PRIMES = (2, 3, 5, 7, 11, 13, 17)


def build(phrasing: str, task: tuple[str, int] | tuple[str, int, int]) -> Problem:
    """``task`` is a kind of question and the number it is about, with a second number for factors and multiples."""
    kind, n, *rest = task
    steps, answer = _MAKERS[kind](n, *rest)
    return Problem(say(WORDINGS, kind, phrasing, n=n, d=sum(rest)), steps, answer)


def _factor(n: int, d: int) -> tuple[Steps, str]:
    fits, left = n - n % d, n % d
    verdict = ("compare", f"{left} > 0, so {d} is not a factor of {n}")
    if not left:
        verdict = ("conclude", f"Nothing is left, so {d} is a factor of {n}")
    return [
        ("compute", f"As many {d}s as fit: {n // d} * {d} = {fits}"),
        ("compute", f"Left: {n} - {fits} = {left}"),
        verdict,
    ], "no" if left else "yes"


def _multiple(n: int, d: int) -> tuple[Steps, str]:
    below = n - n % d
    return [
        ("compute", f"A multiple of {d}: {n // d} * {d} = {below}"),
        ("compare", f"{below} < {n}, so it is too small"),
        ("compute", f"The next one: {below} + {d} = {below + d}"),
        ("compare", f"{below + d} > {n}, so it is {below + d}"),
    ], str(below + d)


def _tries(n: int) -> list[int]:
    """The primes to try, up to the first that divides n or to its square root."""
    tried = []
    for p in PRIMES:
        if p * p > n:
            break
        tried.append(p)
        if n % p == 0:
            break
    return tried


def _try(n: int, p: int) -> tuple[str, str]:
    if n % p == 0:
        return "compute", f"By {p} it works: {n} / {p} = {n // p}"
    return "compute", f"Not by {p}: {n} - {n - n % p} = {n % p} is left"


def _prime(n: int) -> tuple[Steps, str]:
    tried = _tries(n)
    steps = [_try(n, p) for p in tried]
    if n % tried[-1] == 0:
        return [*steps, ("verify", f"Check: {tried[-1]} * {n // tried[-1]} = {n}, so it is not prime")], "no"
    p = PRIMES[len(tried)]
    return [*steps, ("compute", f"No need to try {p}: {p} * {p} = {p * p} is above {n}")], "yes"


def _smallest(n: int) -> tuple[Steps, str]:
    tried = _tries(n)
    return [_try(n, p) for p in tried], str(tried[-1])


def _factorize(n: int) -> tuple[Steps, str]:
    primes: list[int] = []
    steps, left = [], n
    for p in PRIMES:
        while left % p == 0 and left > p:
            primes.append(p)
            steps.append(("compute", f"Divide by {p}: {left} / {p} = {left // p}"))
            left //= p
    return [*steps, ("conclude", f"{left} is prime, so stop")], " * ".join(map(str, [*primes, left]))


def _count(n: int) -> tuple[Steps, str]:
    pairs = [k for k in range(1, n) if k * k < n and n % k == 0]
    steps = [("compute", f"Factors {k} and {n // k}: {k} * {n // k} = {n}") for k in pairs]
    return [*steps, ("compute", f"Two in each pair: {len(pairs)} * 2 = {2 * len(pairs)}")], str(2 * len(pairs))


_MAKERS: dict[str, Callable[..., tuple[Steps, str]]] = {
    "factor": _factor,
    "multiple": _multiple,
    "prime": _prime,
    "smallest": _smallest,
    "factorize": _factorize,
    "count": _count,
}


def solve(prompt: str) -> str:
    """Divide by every smaller number, or count in steps of the second one."""
    *others, n = (int(digits) for digits in re.findall(r"\d+", prompt))
    if "factor" in prompt and others:
        return "no" if n % others[0] else "yes"
    if others:
        return str(next(k for k in range(n + 1, 2 * n) if k % others[0] == 0))
    factors = [k for k in range(1, n + 1) if n % k == 0]
    if "yes or no" in prompt:
        return "yes" if len(factors) == 2 else "no"
    if "smallest prime" in prompt or "as small as" in prompt:
        return str(factors[1])
    if "*" not in prompt:
        return str(len(factors))
    parts = []
    while n > 1:
        parts.append(next(k for k in factors if k > 1 and n % k == 0))
        n //= parts[-1]
    return " * ".join(map(str, parts))


def _suits(kind: str, n: int) -> bool:
    """No squares in counting; no primes where a smallest factor is asked for; about as many yes as no."""
    first = (_tries(n) or [n])[-1]
    if kind == "prime":
        return n <= (168 if n % first else 24 * first)
    if kind == "count":
        return round(n**0.5) ** 2 != n and n <= 200
    return n % first == 0


def _tasks(numbers: range, *steps: int) -> tuple[tuple[str, int], ...]:
    """All questions about one of the numbers that take so many steps."""
    asked = ((kind, n) for kind in ("prime", "smallest", "factorize", "count") for n in numbers if _suits(kind, n))
    return tuple((kind, n) for kind, n in asked if len(_MAKERS[kind](n)[0]) in steps)


# About as many numbers with that factor as without; the rest is chosen so that it varies.
_FACTORS = tuple(
    ("factor", q * d + r, d)
    for d in range(2, 10)
    for q in range(2, 10)
    for r in (0, 1 + (q + d) % (d - 1))
    if q * d + r <= 50
)
_MULTIPLES = tuple(("multiple", n, d) for d in range(3, 10) for n in range(2 * d, min(50 - d, 9 * d)) if n % d)

FAMILY = Family(
    name="primes_and_factors",
    category="reasoning",
    phrasings=STYLES,
    levels=(
        Level("easy", {"task": _tasks(range(4, 51), 3) + _FACTORS}, steps=3),
        Level("easy", {"task": _tasks(range(4, 51), 4) + _MULTIPLES}, steps=4),
        Level("medium", {"task": _tasks(range(51, 151), 3)}, steps=3),
        Level("medium", {"task": _tasks(range(51, 301), 4)}, steps=4),
        Level("hard", {"task": _tasks(range(51, 400), 5)}, steps=5),
    ),
    build=build,
    solve=solve,
)
