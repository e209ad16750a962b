"""What a study of self-correction shows beside the difference of its arms: do they see the errors they are shown?

    found = correction_results(Path("submission_runs"), bar)      # {} for a bar without arms of self-correction
    found["eval-correction"]["contrastive"]["rates"]["detection"]     # {"k", "n", "rate", "low", "high", "effective"}
    found["eval-correction"]["contrastive"]["aim"]["finding"]         # "met", "missed" or "not shown"

Every condition of the bar is judged on every evaluation set that shows works, whatever the bar's measure. Rates over
all seeds are those of ``pooled``; those of one seed have Wilson's interval.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.shown_works import shows_works
from tunixlib.evaluation.correction_scores import Judged, correction_scorecard
from tunixlib.studies.bar import Aim, Bar
from tunixlib.studies.pooled import BySeed, judged_works, pooled_rates, pooled_sensitivity
from tunixlib.studies.results import answered_rows

MET, MISSED, NOT_SHOWN = "met", "missed", "not shown"
OF_A_KIND = ("detection", "localisation", "repair", "false_alarms", "acceptance")


def correction_results(root: Path, bar: Bar) -> dict[str, Any]:
    """Evaluation set that shows works -> condition -> ``by_seed``, ``rates``, ``by_kind`` and, with an aim, ``aim``.

    Nothing for a bar without arms of self-correction. ``rates`` hold d' and balanced accuracy, too (``pooled``);
    ``by_seed`` the scorecards of ``correction_scores``.
    """
    found = {}
    for eval_set in bar.eval_sets if bar.corrects else ():
        rows = answered_rows(root, bar, eval_set)
        if shows_works(list(next(iter(rows.values())).values())):
            found[eval_set] = {c.name: _condition(bar, judged_works(rows, c.name)) for c in bar.conditions}
    return found


def _condition(bar: Bar, works: BySeed) -> dict[str, Any]:
    level = 1 - bar.alpha
    kinds = sorted({item.kind for item in next(iter(works.values()))})
    rates = pooled_rates(works, level)
    found = {
        "by_seed": [_of_seed(seed, items) for seed, items in works.items()],
        "rates": rates | pooled_sensitivity(rates, level),
        "by_kind": {kind: pooled_rates(_of_kind(works, kind), level, OF_A_KIND) for kind in kinds},
    }
    return {**found, **({"aim": aim_reached(bar.aim, rates)} if bar.aim else {})}


def _of_seed(seed: int, items: Sequence[Judged]) -> dict[str, Any]:
    card = correction_scorecard(items)
    return {"seed": seed, **{name: value for name, value in card.items() if name != "by_kind"}}


def _of_kind(works: BySeed, kind: str) -> BySeed:
    return {seed: [item for item in items if item.kind == kind] for seed, items in works.items()}


def aim_reached(aim: Aim, rates: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The aim with what was found of it: ``detection``, ``acceptance`` and, of both, ``finding``.

    A right work without a verdict counts as a false alarm, as it does for d': all that are not accepted do, so that
    silence on right works is no discernment.

    A rate has *met* its aim when its whole interval lies on the right side of it, ends included, and *missed* it when
    the whole interval lies on the wrong side; else it is *not shown*. Of both: met if both are, missed if one is.
    """
    sides: dict[str, Callable[[float], bool]] = {
        "detection": lambda rate: rate >= aim.detection,
        "acceptance": lambda rate: rate >= round(1 - aim.false_alarms, 6),  # as the rates are rounded
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
