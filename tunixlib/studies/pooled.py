"""How a condition of a study judges shown works over all its seeds: rates, d' and balanced accuracy with intervals.

    works = judged_works(answered_rows(root, bar, "eval-correction"), "contrastive")      # seed -> judged works
    pooled_rates(works, level=0.95)["detection"]     # {"k", "n", "rate", "low", "high", "effective"}

Rates over all seeds have the interval of ``crossed_rate``: works come back with every seed, so that their answers must
not be counted as if they were independent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.evaluation.correction_scores import Judged, balanced_accuracy, d_prime, judge_rows

CALLED_WRONG = ("repaired", "localised", "detected")

# Rate -> of which works it is (wrong ones, right ones, or None for all), and the outcomes that count.
RATES: dict[str, tuple[bool | None, tuple[str, ...]]] = {
    "detection": (True, CALLED_WRONG),
    "localisation": (True, CALLED_WRONG[:2]),
    "repair": (True, CALLED_WRONG[:1]),
    "false_assurance": (True, ("assured",)),
    "false_alarms": (False, ("alarmed",)),
    "acceptance": (False, ("accepted",)),
    "unparseable": (None, ("unparseable",)),
}

# Seed -> the judged works, in the same order with every seed.
BySeed = Mapping[int, Sequence[Judged]]


def judged_works(rows: Mapping[tuple[str, int], Mapping[str, Mapping[str, Any]]], condition: str) -> BySeed:
    """The works of one condition, from the rows of all. Raises FormError for rows that show no works."""
    return {seed: judge_rows(items.values()) for (name, seed), items in rows.items() if name == condition}


def pooled_rates(works: BySeed, level: float, names: Sequence[str] = tuple(RATES)) -> dict[str, dict[str, float]]:
    """The rates over all seeds, each ``crossed_proportion`` of its works."""
    return {name: crossed_proportion(*_tables(works, *RATES[name]), level=level) for name in names}


def _tables(works: BySeed, wrong: bool | None, outcomes: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """Hits and cases, (seeds, works); the works that are no cases are left out where that is the same for all seeds."""
    kept = [[item for item in items if wrong in (None, item.expected.wrong)] for items in works.values()]
    return [[int(item.outcome in outcomes) for item in row] for row in kept], [[1] * len(row) for row in kept]


def pooled_sensitivity(rates: Mapping[str, Mapping[str, float]], level: float) -> dict[str, dict[str, float]]:
    """``balanced_accuracy`` and ``d_prime`` over all seeds, both empty without both kinds of work.

    The values are those of all answers, as they were counted; only how far the intervals reach is reckoned from as many
    independent works as ``effective`` says, since the correction of d' depends on the number of works.
    """
    detected, accepted = rates["detection"], rates["acceptance"]
    if not detected["n"] or not accepted["n"]:
        return {"balanced_accuracy": {}, "d_prime": {}}
    counted = (detected["k"], detected["n"], accepted["k"], accepted["n"])
    wrong, clean = detected["effective"], accepted["effective"]
    worth = (wrong * detected["rate"], wrong, clean * accepted["rate"], clean)
    return {
        "balanced_accuracy": _centred(balanced_accuracy(*counted, level), balanced_accuracy(*worth, level)),
        "d_prime": _centred(_d_prime(*counted, level), _d_prime(*worth, level)),
    }


def _d_prime(detected: float, wrong: float, accepted: float, clean: float, level: float) -> dict[str, float]:
    return d_prime(detected, wrong, clean - accepted, clean, level)


def _centred(counted: Mapping[str, float], worth: Mapping[str, float]) -> dict[str, float]:
    """What was counted, with an interval that reaches as far to either side as that of fewer, independent works."""
    low, high = (round(counted["value"] + worth[end] - worth["value"], 6) for end in ("low", "high"))
    return {**counted, "low": low, "high": high}
