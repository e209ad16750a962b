r"""Is the arithmetic that a reasoning step states true? Decided exactly, with fractions, or honestly left unchecked.

    >>> check_step("Add the ones: 37 + 8 = 45").verdict, check_step("37 + 8 = 46").verdict, check_step("x = 5").verdict
    ('true', 'false', 'unchecked')

A claim is two neighbours of a relation sign. Each side is the longest run of words and symbols next to the sign that
reads as one expression, so labels do not disturb it. A step is false when a claim in it is false, else true when a
claim is true, else unchecked. A claim is called false only when no usual reading of it holds. Text becomes verdicts in
this order: ``lexer`` (tokens), ``expressions`` (the ``sides`` of a sign), ``values`` (exact), ``claims`` (verdicts),
``conversions`` (units). Claims about letters and lists are in the table of ``strings``; some need the prompt or the
steps before.

=========  ==========================================================================================================
true       ``Total = 3 + 4 = 7``  ``25% of 80 = 20``  ``$3 * 4 = $12``  ``2 1/2 + 1/2 = 3``  ``1,200 / 4 = 300``
           ``2/3 ≈ 0.67`` (rounded to the decimals shown; an integer also to the tens shown: ``48 ≈ 50``)
           ``17 / 5 = 3 remainder 2``  ``17 mod 5 = 2``  ``3 < 5 <= 9``  ``1/2 ÷ 1/4 = 2``  ``60 km/h * 2 h = 120 km``
           ``1 hour = 60 minutes``  ``2 m + 50 cm = 250 cm``  ``50 cm + 150 cm = 2 m``  ``5 km > 300 m``
false      ``3 + 4 = 8``  ``5 = 6``  ``2/3 = 0.67``  ``17 / 5 = 2 remainder 7``  ``7 / 0 = 3``  ``0.6 > 0.75``
           ``1 m = 10 cm``  ``2 hours + 30 minutes = 32 minutes``
unchecked  no relation sign; ``5 = 5`` (says nothing); variables ``2x + 3 = 11``; clock times, ratios and dates;
           units without an exact factor: ``1 in = 2.5 cm``, ``32°F = 0°C``; scale words ``3 million``, ``4 tens``;
           ``20 / 80 * 100 = 25%`` (holds only with % as a unit); ``2/3 = 0.67 (rounded)``;
           notes in parentheses ``10 + 5 (bonus 5) = 15`` (not ``2(3 + 4) = 14``); blanks ``? + 3 = 7``; ``1 box = 12``;
           ``9 AM + 5 hours = 2 PM``; ``17 = 2 (mod 5)``; denials ``3 + 4 = 8, but that is wrong``;
           division by zero on its own; powers, numbers and expressions beyond the caps
=========  ==========================================================================================================
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tunixlib.checking.claims import Claim, Verdict, claims_of
from tunixlib.checking.conversions import tells_of_a_drawing
from tunixlib.checking.lexer import segments
from tunixlib.checking.spelling import Said
from tunixlib.checking.strings import string_claims


@dataclass(frozen=True)
class CheckedStep:
    """A step's text with its verdict and the claims found in it."""

    text: str
    verdict: Verdict
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class StepTruth:
    """The checked steps of one trace or completion. Rates are None where there is nothing to divide by."""

    steps: tuple[CheckedStep, ...]

    def _count(self, verdict: Verdict) -> int:
        return sum(step.verdict == verdict for step in self.steps)

    @property
    def true(self) -> int:
        """Number of true steps."""
        return self._count("true")

    @property
    def false(self) -> int:
        """Number of false steps."""
        return self._count("false")

    @property
    def unchecked(self) -> int:
        """Number of steps that state no arithmetic that could be decided."""
        return self._count("unchecked")

    @property
    def rate(self) -> float | None:
        """True steps among the decided ones, 0 to 1."""
        decided = self.true + self.false
        return self.true / decided if decided else None

    @property
    def coverage(self) -> float | None:
        """Decided steps among all, 0 to 1."""
        return (self.true + self.false) / len(self.steps) if self.steps else None

    @property
    def first_false(self) -> int | None:
        """0-based index of the first false step."""
        return next((i for i, step in enumerate(self.steps) if step.verdict == "false"), None)


def check_steps(contents: Iterable[str], prompt: str = "") -> StepTruth:
    """Check the contents of several steps, in order; what is said of a quoted text needs the ``prompt``."""
    said = Said(prompt)
    return StepTruth(tuple(check_step(content, said) for content in contents))


def check_step(text: str, said: Said | None = None) -> CheckedStep:
    """Find and decide every claim of one step. Never raises; linear in the length of the text.

    ``said`` is what the prompt and the steps before have said; it hears this step, too.
    """
    said = said or Said()
    claims = [claim for segment in segments(text) for claim in claims_of(text, segment)]
    if any(claim.converts and claim.verdict == "false" for claim in claims) and tells_of_a_drawing(said.prompt):
        claims = [replace(claim, verdict="unchecked") if claim.converts else claim for claim in claims]
    claims += string_claims(text, said)
    verdicts = [claim.verdict for claim in claims]
    verdict: Verdict = "false" if "false" in verdicts else "true" if "true" in verdicts else "unchecked"
    return CheckedStep(text, verdict, tuple(claims))
