"""Which operands of a step come from nowhere: neither from the prompt nor from an earlier result.

    >>> from tunixlib.checking.steps import check_step
    >>> known = KnownNumbers("A pen costs 3 dollars. How much are 4 pens?")
    >>> known.invented(check_step("Cost: 4 * 3 = 12")), known.invented(check_step("With tax: 12 + 9 = 21"))
    ((), (9,))

An operand is a number in an expression that is computed or compared with ``<`` or ``>``; a bare number beside ``=`` is
a result. Signs do not matter. An operand is **known** when it is

* stated in the prompt: in digits or words, in a fraction, percentage, clock time or date (``stated_numbers``), as
  how many numbers, words or letters the prompt lists or quotes; or a digit or part of such a number: 8, 100 of 118;
* a result of an earlier claim, or one digit or part of it; an operand that was called invented before, for it is
  counted where it enters;
* a constant: 0, 1, powers of ten, 2, 7, 12, 24, 60, 365, or the factor between two units that prompt or step name;
* the only unknown in a true equation whose other side was known before, and not only as a constant: 3 in ``3 * 9 = 27``
  where the prompt says 9 and 27;
* a trial quotient, as in long division: in ``30 * 7 = 210`` or ``210 / 7 = 30``, 210 is the greatest multiple of 7, or
  of 70, up to a known number;
* part of a trial, and the step says so: ``Try 4: 4 * 4 = 16``, ``If he gives away 5: 36 - 5 = 31``, ``20 * 20 = 400
  is below 784``; or half a power of ten where the step speaks of halfway.

A comparison needs more, because one that stays true shows no error by its verdict: its numbers are stated or results
themselves, not parts of them unless the step speaks of digits, and of the constants only 0 and 1 count.

A fact recalled from memory (a density, the legs of a spider) counts as invented: no rule here can tell the two apart.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Collection
from fractions import Fraction
from itertools import combinations

from tunixlib.checking.claims import Claim
from tunixlib.checking.conversions import SYSTEMS
from tunixlib.checking.lexer import NUMBERS, Number
from tunixlib.checking.sides import Side
from tunixlib.checking.stated_numbers import magnitude, numbers_in, parts_of, runs_in
from tunixlib.checking.steps import CheckedStep
from tunixlib.checking.units import UNITS
from tunixlib.checking.values import UndecidableError

CONSTANTS: frozenset[Number] = frozenset((0, 1, 2, 7, 12, 24, 60, 365, *(10**k for k in range(1, 13))))
# More known numbers than these are not searched for a trial quotient.
MAX_DIVIDENDS = 2000

# Relations that compare, and the constants that everything may be compared with.
_ORDERS = ("<", ">", "<=", ">=")
_EVERYWHERE: frozenset[Number] = frozenset((0, 1))

_TRIAL = re.compile(r"\b(?:try|suppose|assume|guess|if|let|say)\b", re.IGNORECASE)
_REJECTED = re.compile(r"\b(?:is (?:still )?(?:below|above)|too (?:much|many|few|little|small|large|big|low|high))\b")
_HALVES: set[Number] = {Fraction(5, 10**k) for k in (1, 2, 3)} | {5, 50, 500, 5000}
_WORD = re.compile(r"[^\W\d_]{1,12}")


class KnownNumbers:
    """The numbers that a step may use; it learns the results of each step it is asked about."""

    def __init__(self, prompt: str) -> None:
        self.values: set[Number] = set()
        self.stated: set[Number] = set()
        self.dividends: list[Number] = []
        self.units = _units(prompt)
        for value in numbers_in(prompt):
            self.learn(value)
        self.values |= runs_in(prompt)

    def learn(self, value: Number) -> None:
        """From now on the number, its digits and its parts are known."""
        self.stated.add(magnitude(value))
        self.values |= parts_of(value)
        if len(self.dividends) < MAX_DIVIDENDS:
            insort(self.dividends, magnitude(value))

    def invented(self, step: CheckedStep) -> tuple[Number, ...]:
        """The operands of a step that are not known, each once, in order; then they and its results are known."""
        trial = _trial_numbers(step)
        allowed = trial | CONSTANTS | _factors(self.units | _units(step.text))
        digits = "digit" in step.text
        rejected = _REJECTED.search(step.text)
        found: dict[Number, None] = {}
        for claim in step.claims:
            known = self.stated if claim.relation in _ORDERS and not digits else self.values
            usual = trial | _EVERYWHERE if claim.relation in _ORDERS else allowed
            unknown = dict.fromkeys(n for n in _operands(claim) if n not in known and n not in usual)
            given = len(unknown) == 1 and (self._solves(claim, unknown, allowed) or self._divides(claim, unknown))
            if not given and (claim.relation in _ORDERS or not rejected):
                found.update(unknown)
            for value in (*unknown, *_results(claim)):
                self.learn(value)
        return tuple(found)

    def _solves(self, claim: Claim, unknown: Collection[Number], allowed: set[Number]) -> bool:
        """Is the unknown on one side of a true equation whose other side was known before?"""
        if claim.verdict != "true" or claim.relation != "=" or not (claim.left and claim.right):
            return False
        here, there = set(_numbers(claim.left)), set(_numbers(claim.right))
        if here.isdisjoint(unknown):
            here, there = there, here
        others = here.difference(unknown, allowed)
        # Times zero, anything is zero: nothing follows of the unknown.
        return not (0 in there and 0 in here) and all(number in self.values for number in (*others, *there))

    def _divides(self, claim: Claim, unknown: Collection[Number]) -> bool:
        """Is the unknown a trial quotient, or its product, of a known divisor and a known dividend?"""
        for side in filter(None, (claim.left, claim.right)):
            tokens = [token for token in side.tokens if token.kind != "word"]
            if [token.kind for token in tokens] != ["num", "op", "num"] or tokens[1].value not in ("*", "/"):
                continue
            one, other = _numbers(side)
            product = one * other if tokens[1].value == "*" else one
            divisor = other if one in unknown else one
            if {one, other} - set(unknown) == {divisor} and divisor > 1 and self._fits(product, divisor):
                return tokens[1].value == "*" or one in unknown
        return False

    def _fits(self, product: Number, divisor: Number) -> bool:
        """Is the product the greatest multiple of the divisor, or of 10, 100, ... times it, up to a known number?"""
        while product and Fraction(product, divisor * 10).denominator == 1:
            divisor *= 10
        at = bisect_left(self.dividends, product)
        return at < len(self.dividends) and self.dividends[at] < product + divisor


def _trial_numbers(step: CheckedStep) -> set[Number]:
    """The numbers that a step names as a trial before it computes with them."""
    label = step.text.partition(step.claims[0].text)[0] if step.claims else ""
    named = numbers_in(label) if _TRIAL.search(label) else set()
    return named | _HALVES if "alfway" in label else named


def _numbers(side: Side) -> list[Number]:
    """The numbers of an expression, without signs, in order."""
    return [magnitude(t.value) for t in side.tokens if t.kind in NUMBERS and not isinstance(t.value, str)]


def _is_result(side: Side) -> bool:
    """Is a side one stated number: a bare one, or a fraction written without spaces?"""
    tokens = [token for token in side.tokens if token.kind not in ("word", "percent")]
    fraction = [token.kind for token in tokens] == ["num", "op", "num"] and tokens[1].value == "/"
    return side.bare or len(tokens) == 1 or (fraction and tokens[0].end == tokens[1].start == tokens[2].start - 1)


def _operands(claim: Claim) -> list[Number]:
    sides = [side for side in (claim.left, claim.right) if side]
    compared = claim.relation in _ORDERS
    return [number for side in sides if compared or not _is_result(side) for number in _numbers(side)]


def _results(claim: Claim) -> list[Number]:
    found: list[Number] = []
    for side in (claim.left, claim.right):
        if side and _is_result(side):
            found += _numbers(side)
            found += _value(side)
        if side and side.remainder is not None:
            found.append(side.remainder)
    return found


def _value(side: Side) -> list[Number]:
    try:
        value = side.value()
    except UndecidableError:
        return []
    return [] if value is None else [value]


def _units(text: str) -> frozenset[str]:
    return frozenset(UNITS[word] for word in map(str.lower, _WORD.findall(text)) if word in UNITS)


def _factors(units: frozenset[str]) -> set[Number]:
    """How many of one named unit make another."""
    found: set[Number] = set()
    for system in SYSTEMS:
        for one, other in combinations(sorted(units & system.keys(), key=lambda unit: system[unit]), 2):
            found.add(system[other] // system[one])
    return found
