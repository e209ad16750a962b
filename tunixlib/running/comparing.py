"""``python -m tunixlib compare``: two sealed runs, or two checkpoints of one, and an exit code that CI can act upon.

text, code = compare_runs(Path("submission_runs/new"), Path("submission_runs/cpu-v1"))

Exit codes: 0 not significantly worse, 1 significantly worse, 2 nothing was compared (refused, or files missing).
"""

from collections.abc import Iterable
from pathlib import Path

from tunixlib.analysis.run_comparison import RunComparison, choose_set, compare_sides, open_side
from tunixlib.analysis.run_comparison_text import comparison_text
from tunixlib.runs import Run, RunError

FINE, WORSE, REFUSED = 0, 1, 2


def compare_runs(
    folder: Path, baseline: Path | None = None, checkpoint: str | None = None, baseline_checkpoint: str | None = None,
    eval_set: str | None = None, treatment: Iterable[str] = (), smallest_effect: float | None = None,
) -> tuple[str, int]:  # fmt: skip
    """The comparison as text, and the exit code. Without ``baseline`` both checkpoints are of one run.

    A baseline's checkpoint that is not named is the one of the same name when two runs are compared, or the one that
    the run is judged by. Whatever prevents a comparison is the text, with exit code 2.
    """
    try:
        found = _compare(folder, baseline, checkpoint, baseline_checkpoint, eval_set, treatment, smallest_effect)
    except (ValueError, RunError, OSError) as error:
        return f"error: {error}", REFUSED
    return comparison_text(found), REFUSED if found.refusals else WORSE if found.worse else FINE


def _compare(
    folder: Path, baseline: Path | None, checkpoint: str | None, baseline_checkpoint: str | None,
    eval_set: str | None, treatment: Iterable[str], smallest_effect: float | None,
) -> RunComparison:  # fmt: skip
    a = open_side(_run(folder), checkpoint)
    same_name = checkpoint if baseline else None
    b = open_side(_run(baseline) if baseline else a.run, baseline_checkpoint or same_name)
    return compare_sides(a, b, choose_set(a, b, eval_set), treatment, smallest_effect)


def _run(folder: Path) -> Run:
    if not folder.is_dir():
        raise RunError(f"{folder}: found no such folder, expected a run such as submission_runs/cpu-v1; name another")
    return Run(folder.resolve())
