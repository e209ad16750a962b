"""The measures of form of one checkpoint, each with n and a 95 % interval, and where a canned template is ahead of it.

    found = summarise(rows)                      # prediction rows of one checkpoint
    found["verification"]                        # {"k": 30, "n": 120, "rate": 0.25, "low": 0.18, "high": 0.33}
    found["steps"]                               # {"n": 120, "mean": 3.4, "low": 3.2, "high": 3.6}
    wins(summarise(canned_rows(rows)), found)    # ["formula first", "check step", ...]

A measure on which a template that reads no question is ahead says nothing about answers: so accuracy comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import stdev
from typing import Literal

from tunixlib.evaluation.intervals import proportion
from tunixlib.evaluation.trace_metrics import Row, trace_metrics


@dataclass(frozen=True)
class Measure:
    """A measure of form: its key, its row in tables, what it is made of, and which way it is praised.

    ``kind``: "rate" (completions that have it, of ``of``), "share" (mean of shares), "count" (mean of numbers).
    """

    key: str
    title: str
    kind: Literal["rate", "share", "count"]
    praised: Literal["high", "low", ""]
    sentence: str


MEASURES = (
    Measure("well_formed", "exact text form", "rate", "high", "completions have exactly the text form and end there"),
    Measure("all_true", "all steps true", "rate", "high", "completions hold a checkable step and no false one"),
    Measure("steps", "steps per trace", "count", "high", "steps per completion"),
    Measure(
        "formula_first", "formula first", "rate", "high", "completions state an equation or formula in their first step"
    ),
    Measure("decomposition", "two computed steps", "rate", "high", "completions hold two different computed steps"),
    Measure("verification", "check step", "rate", "high", "completions hold a check step"),
    Measure(
        "false_verification", "false check", "rate", "low",
        "completions with a check step hold one that is false or confirms an earlier false step",
    ),
    Measure(
        "empty_verification", "empty check", "rate", "low",
        "completions with a check step hold one that states nothing checkable",
    ),
    Measure("setup_language", "setup language", "rate", "high", "completions open a step with words of planning"),
    Measure(
        "topic_drift", "topic drift", "share", "low",
        "share of the words and numbers of a step that neither the prompt nor an earlier step holds",
    ),
    Measure("repetition", "repetition", "share", "low", "share of runs of four words that occurred before in the text"),
    Measure("stops", "stops by itself", "rate", "high", "completions end by themselves before the token limit"),
    Measure("tokens", "tokens", "count", "", "tokens per completion"),
)  # fmt: skip


def mean(values: Iterable[float], shares: bool = False) -> dict[str, float]:
    """``{"n", "mean", "low", "high"}``: mean with Student's 95 % interval, rounded to 6 decimals.

    The interval of ``shares`` stays between 0 and 1. Without variation, and so for one value, there is none; without
    values there is no mean: ``{"n": 2, "mean": 3}``, ``{"n": 0}``.
    """
    from scipy.stats import t  # most of a second to import

    found = list(values)
    if not found:
        return {"n": 0}
    middle = sum(found) / len(found)
    if min(found) == max(found):
        return {"n": len(found), "mean": round(middle, 6)}
    reach = float(t.ppf(0.975, len(found) - 1)) * stdev(found) / sqrt(len(found))
    low, high = middle - reach, middle + reach
    if shares:
        low, high = max(low, 0.0), min(high, 1.0)
    return {
        "n": len(found),
        "mean": round(middle, 6),
        "low": round(low, 6),
        "high": round(high, 6),
    }


def summarise(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Measure -> its proportion or mean over the completions of one checkpoint, each with n and a 95 % interval.

    ``accuracy``, the strict one, stands first. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("found no prediction rows, expected at least one; evaluate the checkpoint first")
    each = [trace_metrics(row) for row in rows]
    found = {"accuracy": proportion(sum(row["correct"] for row in rows), len(rows))}
    for measure in MEASURES:
        values = [metrics[measure.key] for metrics in each if metrics[measure.key] is not None]
        found[measure.key] = _rate(values) if measure.kind == "rate" else mean(values, measure.kind == "share")
    return found


def _rate(values: list[bool]) -> dict[str, float]:
    return proportion(sum(values), len(values))


def wins(canned: Mapping[str, Mapping[str, float]], checkpoint: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Titles of the measures where ``canned`` is strictly better than ``checkpoint``, by the way each is praised."""
    found = []
    for measure in MEASURES:
        a, b = (_value(summary[measure.key]) for summary in (canned, checkpoint))
        if a is None or b is None or not measure.praised:
            continue
        if a > b if measure.praised == "high" else a < b:
            found.append(measure.title)
    return found


def _value(found: Mapping[str, float]) -> float | None:
    return found.get("rate", found.get("mean"))
