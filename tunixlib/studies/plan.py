"""The runs that a bar asks for, each with the parameters that it takes beside those of the base profile.

[run.run_id for run in planned_runs(bar)]          # ["order-135m-s1", "order-135m-s2", "order-135m-s3"]
run_of(bar, "flat", seed=2).parameters["SEED"]     # 2
"""

from typing import Any, NamedTuple

from tunixlib.analysis.run_files import BASE
from tunixlib.artifacts import canonical_json
from tunixlib.stages import ARMS, CORRECTION_ARMS, FINAL
from tunixlib.studies.bar import Bar, Condition


class PlannedRun(NamedTuple):
    """One run of a study: the conditions that come out of it and the parameters it takes beside the base profile's."""

    run_id: str
    seed: int
    conditions: tuple[str, ...]
    parameters: dict[str, Any]


def planned_runs(bar: Bar) -> list[PlannedRun]:
    """Every run of a study, seed by seed. The base model is evaluated once in a study, by its first run."""
    kinds = list(dict.fromkeys(canonical_json(condition.set) for condition in bar.conditions))
    planned: list[PlannedRun] = []
    for seed in bar.seeds:
        for kind in kinds:
            here = [c for c in bar.conditions if canonical_json(c.set) == kind and seed in bar.seeds_of(c.name)]
            if here:
                suffix = f"-{here[0].name}" if len(kinds) > 1 else ""
                names = tuple(condition.name for condition in here)
                parameters = _parameters(bar, seed, here, with_base=not planned)
                planned.append(PlannedRun(f"{bar.study}-s{seed}{suffix}", seed, names, parameters))
    return planned


def run_of(bar: Bar, condition: str, seed: int) -> PlannedRun:
    """The planned run that holds a condition with a seed."""
    return next(run for run in planned_runs(bar) if run.seed == seed and condition in run.conditions)


def _parameters(bar: Bar, seed: int, conditions: list[Condition], with_base: bool) -> dict[str, Any]:
    arms = {condition.arm for condition in conditions}
    checkpoints = {condition.checkpoint for condition in conditions} - {FINAL}
    return {
        **bar.set,
        **conditions[0].set,
        "SEED": seed,
        "ARMS": ["curriculum", *(arm for arm in ARMS[2:] if arm in arms)],
        "CORRECTION_ARMS": [arm for arm in CORRECTION_ARMS if arm in arms],  # empty: a profile may switch them on
        "CHECKPOINTS": [*([BASE] if with_base else []), *sorted(checkpoints), FINAL],
        "EVAL_SETS": list(bar.eval_sets),
        "EVAL_ITEMS": bar.items,
    }
