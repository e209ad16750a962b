"""The configurations of a sweep in order, each with the interval of its score, from predictions alone.

    rows = rank(plan.sweep, plan.trials, plan.folder.parent)
    rows[0].values, rows[0].score["rate"]       # {"LEARNING_RATE": 0.0002}, 0.45

A score is a share of the choosing items over all seeds of a configuration; the interval is that of ``crossed_rate``: of
one seed Wilson's over items, of several over items and seeds. A configuration is ranked when all its trials are sealed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.crossed_rate import crossed_proportion
from tunixlib.analysis.run_files import read_predictions
from tunixlib.artifacts import canonical_json
from tunixlib.runs import Run
from tunixlib.sweeps.points import Trial, Values
from tunixlib.sweeps.spec import METRICS, Sweep, SweepError


@dataclass(frozen=True)
class Ranked:
    """A configuration with its trials and its score, a proportion with ``low``, ``high`` and ``effective``."""

    values: Values
    trials: tuple[Trial, ...]
    score: dict[str, float]


def by_configuration(trials: Iterable[Trial]) -> list[tuple[Trial, ...]]:
    """The trials of each configuration, both in the order of the plan."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(canonical_json(trial.values), []).append(trial)
    return [tuple(group) for group in found.values()]


def rank(sweep: Sweep, trials: Sequence[Trial], root: Path) -> list[Ranked]:
    """The configurations whose trials in ``root`` are all sealed, best first; equal scores keep the plan's order.

    Raises SweepError when two trials answered other items, ArtifactError when predictions cannot be read.
    """
    rows: list[Ranked] = []
    items: dict[str, tuple[str, ...]] = {}
    for group in by_configuration(trials):
        runs = [Run(root / trial.run_id) for trial in group]
        if all(run.sealed for run in runs):
            answers = [
                hits(read_predictions(run, sweep.choose.eval_set, sweep.choose.checkpoint), sweep) for run in runs
            ]
            items |= {run.run_id: tuple(found) for run, found in zip(runs, answers, strict=True)}
            rows.append(Ranked(group[0].values, group, crossed_proportion([list(a.values()) for a in answers])))
    if len(set(items.values())) > 1:
        first = next(iter(items))
        other = next(name for name, ids in items.items() if ids != items[first])
        raise SweepError(
            f"trial {other!r}: found other items of {sweep.choose.eval_set} than {first!r} answered, expected those; "
            "move its folder away and repeat the command: it is made again"
        )
    sign = -1 if sweep.choose.mode == "max" else 1
    return sorted(rows, key=lambda row: sign * row.score["rate"])


def hits(rows: Sequence[Mapping[str, Any]], sweep: Sweep) -> dict[str, int]:
    """Item -> whether the metric counts its prediction."""
    field = METRICS[sweep.choose.metric]
    ended = field == "eos"
    return {row["id"]: int(row["finish_reason"] == "eos" if ended else bool(row[field])) for row in rows}
