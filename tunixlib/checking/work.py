"""The shown work of one completion: which steps are true, which numbers come from nowhere, does the answer follow?

    >>> work = check_work("A pen costs 3 dollars. How much are 4 pens?", ["4 * 3 = 12", "With tax: 12 + 9 = 21"], "21")
    >>> work.truth.rate, work.invented, work.answer_follows
    (1.0, ((), (9,)), True)

Both steps are true, the answer follows from the last of them, and it is wrong: the 9 is invented. Verdicts are those of
``checking.steps``, known numbers those of ``checking.invented``.

An answer **follows** from the last step, or from the step before when the last one begins with "Check", when it is
stated there: as the same number, as the same text between word ends, or spelled letter by letter. It does not follow
when that step states other numbers only, or none of its words. It cannot be told, and is None, without a step or an
answer, where a number answers a step without numbers, where a part is stated, and for ``yes``, ``no``, ``cannot be
determined`` and the like, which are conclusions about a step and need not be stated in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tunixlib.checking.answers import normalise, number_value
from tunixlib.checking.invented import KnownNumbers
from tunixlib.checking.lexer import Number
from tunixlib.checking.spelling import Said
from tunixlib.checking.stated_numbers import figures_in, magnitude, values_in
from tunixlib.checking.steps import StepTruth, check_steps

_CHECKS = re.compile(r"\W*(?:check|verify|the other way round)\b", re.IGNORECASE)
_VERDICTS = re.compile(
    r"yes|no|true|false|none|undefined|unknown|empty|same|different|.*\b(?:cannot|can't|not|impossible)\b.*"
)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Work:
    """The checked steps of a completion; ``invented`` has one tuple per step, empty where all operands are known."""

    truth: StepTruth
    invented: tuple[tuple[Number, ...], ...]
    answer_follows: bool | None

    @property
    def invents(self) -> bool:
        """Does any step compute with a number that comes from nowhere?"""
        return any(self.invented)


def check_work(prompt: str, steps: Sequence[str], final_answer: str | None) -> Work:
    """Check the steps of a completion against its prompt and its final answer. Never raises; linear in the length."""
    truth = check_steps(steps, prompt)
    known = KnownNumbers(prompt)
    return Work(truth, tuple(known.invented(step) for step in truth.steps), _follows(steps, final_answer))


def _follows(steps: Sequence[str], answer: str | None) -> bool | None:
    if not steps or not answer or not answer.strip():
        return None
    stated = _states(steps[-1], answer)
    if not stated and len(steps) > 1 and _CHECKS.match(steps[-1]):
        return _states(steps[-2], answer)
    return stated


def _states(step: str, answer: str) -> bool | None:
    """Does a step state an answer? None when that cannot be told."""
    value, values, figures = number_value(answer), values_in(step), set(figures_in(answer))
    wanted, text = normalise(answer), normalise(step)
    if value is not None and magnitude(value) in values:
        return True
    if value is None and (_stands_in(wanted, text) or wanted.replace(" ", "") == _spelled(step)):
        return True
    if figures:
        return False if values and figures.isdisjoint(values) else None
    words = _WORDS.findall(wanted)
    if not words or _VERDICTS.fullmatch(wanted):
        return None
    return None if not set(words).isdisjoint(_WORDS.findall(text)) else False


def _stands_in(wanted: str, text: str) -> bool:
    """Does a text occur in another between word ends?"""
    at = text.find(wanted)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(wanted) : at + len(wanted) + 1]
        if not (before.isalnum() and wanted[:1].isalnum()) and not (after.isalnum() and wanted[-1:].isalnum()):
            return True
        at = text.find(wanted, at + len(wanted))
    return False


def _spelled(step: str) -> str:
    said = Said()
    said.note(step)
    return "".join(said.letters).casefold()
