"""What a study of self-correction shows beside the difference of its arms: do they see the errors they are shown?

    found = correction_results(Path("submission_runs"), bar)      # {} for a bar without arms of self-correction
    found["eval-correction"]["contrastive"]["rates"]["detection"]     # {"k", "n", "rate", "low", "high", "effective"}
    found["eval-correction"]["contrastive"]["aim"]["finding"]         # "met", "missed" or "not shown"

Every condition of the bar is judged on every evaluation set that shows works, whatever the bar's measure. Rates over
all seeds have the interval of ``crossed_rate``: works come back with every seed, so that their answers must not be
counted as if they were independent. Those of one seed have Wilson's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.analysis.shown_works import shows_works
from tunixlib.evaluation.correction_scores import (
    Judged,
    balanced_accuracy,
    correction_scorecard,
    d_prime,
    judge_rows,
)
from tunixlib.studies.bar import Aim, Bar
from tunixlib.studies.results import answered_rows

MET, MISSED, NOT_SHOWN = "met", "missed", "not shown"
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
OF_A_KIND = ("detection", "localisation", "repair", "false_alarms")

# Seed -> the judged works, in the same order with every seed.
BySeed = Mapping[int, Sequence[Judged]]


def correction_results(root: Path, bar: Bar) -> dict[str, Any]:
    """Evaluation set that shows works -> condition -> ``by_seed``, ``rates``, ``by_kind`` and, with an aim, ``aim``.

    Nothing for a bar without arms of self-correction. ``rates`` hold d' and balanced accuracy, too, reckoned from as
    many independent works as ``effective`` says; ``by_seed`` the scorecards of ``correction_scores``.
    """
    found = {}
    for eval_set in bar.eval_sets if bar.corrects else ():
        rows = answered_rows(root, bar, eval_set)
        if shows_works(list(next(iter(rows.values())).values())):
            found[eval_set] = {c.name: _condition(bar, _judged(rows, c.name)) for c in bar.conditions}
    return found


def _judged(rows: Mapping[tuple[str, int], Mapping[str, Mapping[str, Any]]], condition: str) -> BySeed:
    return {seed: judge_rows(items.values()) for (name, seed), items in rows.items() if name == condition}


def _condition(bar: Bar, works: BySeed) -> dict[str, Any]:
    level = 1 - bar.alpha
    kinds = sorted({item.kind for item in next(iter(works.values()))})
    rates = pooled_rates(works, level)
    found = {
        "by_seed": [_of_seed(seed, items) for seed, items in works.items()],
        "rates": rates | _sensitivity(rates, level),
        "by_kind": {kind: pooled_rates(_of_kind(works, kind), level, OF_A_KIND) for kind in kinds},
    }
    return {**found, **({"aim": aim_reached(bar.aim, rates)} if bar.aim else {})}


def _of_seed(seed: int, items: Sequence[Judged]) -> dict[str, Any]:
    card = correction_scorecard(items)
    return {"seed": seed, **{name: value for name, value in card.items() if name != "by_kind"}}


def _of_kind(works: BySeed, kind: str) -> BySeed:
    return {seed: [item for item in items if item.kind == kind] for seed, items in works.items()}


def pooled_rates(works: BySeed, level: float, names: Sequence[str] = tuple(RATES)) -> dict[str, dict[str, float]]:
    """The rates over all seeds, each ``crossed_proportion`` of its works."""
    return {name: crossed_proportion(*_tables(works, *RATES[name]), level=level) for name in names}


def _tables(works: BySeed, wrong: bool | None, outcomes: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """Hits and cases, (seeds, works); the works that are no cases are left out where that is the same for all seeds."""
    kept = [[item for item in items if wrong in (None, item.expected.wrong)] for items in works.values()]
    return [[int(item.outcome in outcomes) for item in row] for row in kept], [[1] * len(row) for row in kept]


def _sensitivity(rates: Mapping[str, Mapping[str, float]], level: float) -> dict[str, Any]:
    """Balanced accuracy and d' of works that are worth as many as the rates' intervals say."""
    detected, accepted = rates["detection"], rates["acceptance"]
    if not detected["n"] or not accepted["n"]:
        return {"balanced_accuracy": {}, "d_prime": {}}
    wrong, clean = detected["effective"], accepted["effective"]
    hits, kept = wrong * detected["rate"], clean * accepted["rate"]
    return {
        "balanced_accuracy": balanced_accuracy(hits, wrong, kept, clean),
        "d_prime": d_prime(hits, wrong, clean - kept, clean, level),
    }


def aim_reached(aim: Aim, rates: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The aim with what was found of it: ``detection``, ``false_alarms`` and, of both, ``finding``.

    A rate has *met* its aim when its whole interval lies on the right side of it, ends included, and *missed* it when
    the whole interval lies on the wrong side; else it is *not shown*. Of both: met if both are, missed if one is.
    """
    sides: dict[str, Callable[[float], bool]] = {
        "detection": lambda rate: rate >= aim.detection,
        "false_alarms": lambda rate: rate <= aim.false_alarms,
    }
    found = {name: _side(rates[name], inside) for name, inside in sides.items()}
    both = set(found.values())
    return {**aim.model_dump(), "found": found, "finding": both.pop() if len(both) == 1 else _worse(both)}


def _side(rate: Mapping[str, float], inside: Callable[[float], bool]) -> str:
    if not rate["n"]:
        return NOT_SHOWN
    ends = {inside(rate["low"]), inside(rate["high"])}
    return NOT_SHOWN if len(ends) == 2 else MET if ends == {True} else MISSED


def _worse(found: set[str]) -> str:
    return MISSED if MISSED in found else NOT_SHOWN


def shown_sets(found: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """``(eval_set, condition, result)`` of every condition on every evaluation set of shown works."""
    for eval_set, conditions in found.items():
        for condition, result in conditions.items():
            yield eval_set, condition, result
