r"""Does a checkpoint see the error that it is shown? Detection, place, repair and false alarms as separate numbers.

    judged = [judge(row) for row in prediction_rows]        # rows of an evaluation set of shown works, with completion
    correction_scorecard(judged)["detection"]               # {"k": 83, "n": 108, "rate": ..., "low": ..., "high": ...}

============  ==========================================================================================================
outcome       of an item, decided by its verdict alone
============  ==========================================================================================================
repaired      wrong work, called wrong, its first wrong line named, the right answer given
localised     the same with another answer
detected      wrong work, called wrong, another line named
assured       wrong work, called right: false assurance
accepted      right work, called right
alarmed       right work, called wrong: a false alarm
unparseable   no verdict in the form of ``seeding.correction.forms``; counted by itself, and never as a success
============  ==========================================================================================================

Rates have Wilson's 95 % interval. ``always right`` has detection 0, balanced accuracy 1/2, informedness 0 and, with as
many right works as wrong ones, d' 0.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

from tunixlib.checking.answers import same_answer
from tunixlib.evaluation.intervals import proportion, wilson
from tunixlib.seeding.correction.forms import Check, FormError, Shown, Verdict, parse_check, parse_prompt, parse_verdict

OUTCOMES = ("repaired", "localised", "detected", "assured", "accepted", "alarmed", "unparseable")
_FOUND = ("repaired", "localised", "detected")
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Judged:
    """One item with what a completion says of it. ``answer_right`` is None without a verdict."""

    id: str
    kind: str
    shown: Shown
    expected: Verdict
    check: Check
    outcome: str
    answer_right: bool | None

    @property
    def shows_wrong_answer(self) -> bool:
        """Is the answer that the work comes to another one than the right one?"""
        return not same_answer(self.shown.answer, self.expected.answer)

    @property
    def rightly(self) -> bool:
        """Is wrong work called wrong, or right work right, whatever line and answer are given?"""
        return self.outcome in (*_FOUND, "accepted")


def judge(row: Mapping[str, Any]) -> Judged:
    """Hold one prediction row (id, prompt, expected_answer, section, completion) against the true verdict.

    Raises FormError when the row shows no work, or its expected answer is no verdict: then it belongs to another set.
    """
    expected = parse_verdict(row["expected_answer"])
    if expected is None:
        raise FormError(
            f"item {row['id']}: found the expected answer {row['expected_answer']!r}, expected a verdict such as "
            "'line 2 is wrong: 17'; score the predictions of an evaluation set of shown works"
        )
    check = parse_check(row["completion"])
    right = same_answer(check.verdict.answer, expected.answer) if check.verdict else None
    outcome = _outcome(check.verdict, expected, right)
    return Judged(row["id"], row["section"], parse_prompt(row["prompt"]), expected, check, outcome, right)


def _outcome(given: Verdict | None, expected: Verdict, answer_right: bool | None) -> str:
    if given is None:
        return "unparseable"
    if not expected.wrong:
        return "alarmed" if given.wrong else "accepted"
    if not given.wrong:
        return "assured"
    return "detected" if given.line != expected.line else "repaired" if answer_right else "localised"


def correction_scorecard(items: Sequence[Judged]) -> dict[str, Any]:
    """Rates over the items of one checkpoint; each with k, n and interval.

    ``detection``, ``localisation``, ``repair`` and ``false_assurance`` are of the wrong works, ``false_alarms`` and
    ``acceptance`` of the right ones, ``unparseable`` of all. For d' a right work that is not accepted is a false alarm,
    an unparseable one too: silence is no correct rejection. ``repair`` needs error, line and answer; ``answer_repair``
    is the share of works with a wrong answer that were given the right one, whatever else was said. ``by_kind`` repeats
    the rates by kind of error, the false alarms on the clean twins of that kind. Raises ValueError without items.
    """
    if not items:
        raise ValueError("found no items, expected at least one shown work; evaluate the checkpoint first")
    kinds = sorted({item.kind for item in items})
    return {
        "n": len(items),
        "outcomes": {name: sum(item.outcome == name for item in items) for name in OUTCOMES},
        **_rates(items),
        "by_kind": {kind: _rates([item for item in items if item.kind == kind]) for kind in kinds},
    }


def _rates(items: Sequence[Judged]) -> dict[str, Any]:
    wrong = Counter(item.outcome for item in items if item.expected.wrong)
    clean = Counter(item.outcome for item in items if not item.expected.wrong)
    n_wrong, n_clean = wrong.total(), clean.total()
    mended = [bool(item.answer_right) for item in items if item.expected.wrong and item.shows_wrong_answer]
    detected = sum(wrong[name] for name in _FOUND)
    return {
        "detection": proportion(detected, n_wrong),
        "localisation": proportion(wrong["repaired"] + wrong["localised"], n_wrong),
        "repair": proportion(wrong["repaired"], n_wrong),
        "answer_repair": proportion(sum(mended), len(mended)),
        "false_assurance": proportion(wrong["assured"], n_wrong),
        "false_alarms": proportion(clean["alarmed"], n_clean),
        "acceptance": proportion(clean["accepted"], n_clean),
        "unparseable": proportion(wrong["unparseable"] + clean["unparseable"], n_wrong + n_clean),
        "balanced_accuracy": balanced_accuracy(detected, n_wrong, clean["accepted"], n_clean),
        "d_prime": d_prime(detected, n_wrong, n_clean - clean["accepted"], n_clean),
    }


def balanced_accuracy(
    detected: float, wrong: float, accepted: float, clean: float, level: float = 0.95
) -> dict[str, float]:
    """The mean of detection and acceptance, with ``informedness`` = twice that less one: 0 for any constant verdict.

    ``{"value", "low", "high", "informedness"}``, empty without both kinds of work. The interval joins the Wilson
    intervals of the two rates (MOVER: G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008, 1693-1702) as if they
    were independent; twins share a question, so it is an approximation.
    """
    if not wrong or not clean:
        return {}
    rates = (detected / wrong, accepted / clean)
    bounds = (wilson(detected, wrong, level), wilson(accepted, clean, level))
    value = sum(rates) / 2
    below = sqrt(sum((rate - low) ** 2 for rate, (low, _) in zip(rates, bounds, strict=True))) / 2
    above = sqrt(sum((high - rate) ** 2 for rate, (_, high) in zip(rates, bounds, strict=True))) / 2
    found = {"value": value, "low": value - below, "high": value + above, "informedness": 2 * value - 1}
    return {name: round(number, 6) for name, number in found.items()}


def d_prime(detected: float, wrong: float, alarmed: float, clean: float, level: float = 0.95) -> dict[str, float]:
    """Sensitivity z(detection) - z(false alarms), with the log-linear correction and an interval.

    ``{"value", "low", "high"}``, empty without both kinds of work. Half a case is added to each count and one to each n
    (M. J. Hautus, Behavior Research Methods 27, 1995, 46-51), so 0 and 1 stay finite. The variance is that of V.
    Gourevitch and E. Galanter, Psychometrika 32, 1967, 25-33, at the corrected rates.
    """
    if not wrong or not clean:
        return {}
    value = variance = 0.0
    for sign, k, n in ((1, detected, wrong), (-1, alarmed, clean)):
        rate = (k + 0.5) / (n + 1)
        z = _NORMAL.inv_cdf(rate)
        value += sign * z
        variance += rate * (1 - rate) / (n * _NORMAL.pdf(z) ** 2)
    half = _NORMAL.inv_cdf((1 + level) / 2) * sqrt(variance)
    return {"value": round(value, 6), "low": round(value - half, 6), "high": round(value + half, 6)}


def judge_rows(rows: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """All rows judged, in order. Raises FormError for one of another evaluation set."""
    return [judge(row) for row in rows]
