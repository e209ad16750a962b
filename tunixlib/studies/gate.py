"""The gate of a study: every pair of runs that a comparison rests on must be a fair one.

refusals(Path("submission_runs"), bar, bar.comparisons[0], "eval-core")     # [] or sentences with the reasons
expected_resolution(bar, items=120, seeds=3)                                # {"value": 0.088, ...}
"""

from pathlib import Path
from typing import Any

from tunixlib.analysis.gate import refuse_unfair
from tunixlib.analysis.power import minimum_detectable_effect
from tunixlib.runs import Run
from tunixlib.studies.bar import Bar, Comparison
from tunixlib.studies.plan import run_of


def refusals(root: Path, bar: Bar, one: Comparison, eval_set: str) -> list[str]:
    """Why the two conditions cannot be compared on an evaluation set, each reason once, for whichever seed has it."""
    found: list[str] = []
    for seed in bar.seeds_of(one.a, one.b):
        sides: list[Any] = []
        for name in (one.a, one.b):
            sides += [Run(root / run_of(bar, name, seed).run_id), bar.condition(name).arm]
        reasons = refuse_unfair(*sides, treatment=bar.treatment, eval_sets=[eval_set])
        found += [f"seed {seed}, {reason}" for reason in reasons]
    return found


def expected_resolution(bar: Bar, items: int, seeds: int) -> dict[str, Any] | None:
    """The true difference that so many items and seeds show four times in five, by the bar's pilot; None without one.

    At a level of alpha divided by the number of planned comparisons, which the smallest p-value must pass. Where not
    even the largest difference would show, ``value`` is left out.
    """
    if bar.pilot is None:
        return None
    assumed = bar.pilot.model_dump()
    level = round(bar.alpha / bar.family, 6)
    found: dict[str, Any] = {"items": items, "seeds": seeds, "family": bar.family, "level": level, **assumed}
    try:
        found["value"] = round(minimum_detectable_effect(items, seeds, level=level, **assumed), 6)
    except ValueError:  # the items and seeds show no difference at all
        return found
    return found
