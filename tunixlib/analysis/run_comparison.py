"""Two checkpoints of sealed runs on the items that both answered: overall, per section, per family, item by item.

    a, b = open_side(new_run, None), open_side(old_run, None)      # the checkpoint that each run is judged by
    found = compare_sides(a, b, "eval-core")
    found.overall["difference"], found.overall["p_value"], found.worse, [change.id for change in found.changed]

One comparison is fixed beforehand, the one over all items, and decides alone whether ``a`` is worse. Sections and
families are looked at afterwards: their p-values are adjusted by Holm's method over all of them together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunixlib.analysis.arm_differences import Refusal
from tunixlib.analysis.comparisons import LENIENT, compare, measures_of, numeric_rows, pair_up, right
from tunixlib.analysis.consumed import prediction_name
from tunixlib.analysis.gate import excuses, refuse_unfair, shared_sets
from tunixlib.analysis.run_files import predictions_path, read_predictions, read_summary
from tunixlib.analysis.statistics import holm, paired_bootstrap
from tunixlib.artifacts import ArtifactError, read_json, sha256_file
from tunixlib.runs import MANIFEST, Run
from tunixlib.stages import FINAL_ARM, SEGMENTS

LEVEL = 0.05
GROUPS = ("section", "family")


@dataclass(frozen=True)
class Side:
    """A checkpoint of a run, by the name that its predictions have."""

    run: Run
    checkpoint: str

    @property
    def label(self) -> str:
        """``cpu-v1/stage_c``."""
        return f"{self.run.run_id}/{self.checkpoint}"


@dataclass(frozen=True)
class Change:
    """An item that one side got right and the other wrong: the answers before (baseline) and after."""

    id: str
    family: str
    prompt: str
    expected: str
    before: str
    after: str
    gained: bool


@dataclass(frozen=True)
class RunComparison:
    """What was found. Refused when ``refusals`` is not empty; then nothing was compared."""

    a: Side
    b: Side
    eval_set: str
    measures: tuple[str, str]
    counts: dict[str, int]  # items: common, changed, only_a, only_b
    refusals: list[Refusal]
    excused: list[Refusal]
    overall: dict[str, Any] = field(default_factory=dict)
    numeric: dict[str, Any] = field(default_factory=dict)  # against the base model: where the answer is a number
    groups: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)  # section or family -> name -> result
    changed: list[Change] = field(default_factory=list)

    @property
    def worse(self) -> bool:
        """Whether ``a`` is significantly worse: its interval below 0 and the exact p below 0.05."""
        return bool(self.overall) and verdict(self.overall, self.overall["p_value"]) == "worse"


def verdict(result: Mapping[str, Any], p_value: float) -> str:
    """``better`` or ``worse`` when the interval leaves out 0 and the p-value is below 0.05, else ``undecided``."""
    if p_value >= LEVEL or result["low"] <= 0 <= result["high"]:
        return "undecided"
    return "better" if result["low"] > 0 else "worse"


def open_side(run: Run, checkpoint: str | None) -> Side:
    """A checkpoint by its own or its arm's name; None means the one that the run is judged by.

    Raises ArtifactError when the run did not evaluate it.
    """
    known = read_summary(run).checkpoints
    judged = [name for name in known if name in SEGMENTS[FINAL_ARM]] or list(known)
    name = judged[-1] if checkpoint is None else checkpoint if checkpoint in known else prediction_name(run, checkpoint)
    if name not in known:
        raise ArtifactError(
            f"run {run.run_id!r}: found no predictions of {name!r}, expected one of {', '.join(known)}; name another, "
            "or evaluate it first"
        )
    return Side(run, name)


def choose_set(a: Side, b: Side, eval_set: str | None) -> str:
    """The evaluation set to compare on: the one named, else the first of ``a`` that both answered (ArtifactError)."""
    shared = shared_sets(a.run, a.checkpoint, b.run, b.checkpoint)
    wanted = [eval_set] if eval_set else [name for name in read_summary(a.run).eval_sets if name in shared]
    if not wanted or wanted[0] not in shared:
        raise ArtifactError(
            f"{a.label} and {b.label}: found {', '.join(shared) or 'no evaluation set'} answered by both, expected "
            f"{eval_set or 'one'}; evaluate both on the same set"
        )
    return wanted[0]


def compare_sides(
    a: Side, b: Side, eval_set: str, treatment: Iterable[str] = (), smallest_effect: float | None = None
) -> RunComparison:
    """``a`` against the baseline ``b`` on the items they share, unless the gate refuses.

    ``treatment`` states the differences in training that are meant; they are shown as ``excused``. Raises
    ArtifactError for files that are missing, ValueError for a treatment that is none.
    """
    excused = excuses(treatment)
    rows_a, rows_b, counts = pair_up(*(read_predictions(side.run, eval_set, side.checkpoint) for side in (a, b)))
    found = [*unsealed(a, eval_set), *unsealed(b, eval_set)]
    found += refuse_unfair(
        a.run, a.checkpoint, b.run, b.checkpoint, eval_sets=[eval_set], smallest_effect=smallest_effect
    )
    refusals = [refusal for refusal in dict.fromkeys(found) if refusal.kind not in excused]
    meant = [refusal for refusal in dict.fromkeys(found) if refusal.kind in excused]
    measures = measures_of(a.checkpoint, b.checkpoint)
    if refusals:
        return RunComparison(a, b, eval_set, measures, counts, refusals, meant)
    overall = {**compare(rows_a, rows_b, *measures), **_resampled(rows_a, rows_b, measures)}
    numeric = _numeric(rows_a, rows_b, measures)
    groups, changed = _groups(rows_a, rows_b, measures), list(_changes(rows_a, rows_b, measures))
    return RunComparison(a, b, eval_set, measures, counts, [], meant, overall, numeric, groups, changed)


def _numeric(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]], measures: tuple[str, str]
) -> dict[str, Any]:
    """Where one side is graded lenient, the comparison on the items that this can count on both sides."""
    if LENIENT not in measures or not numeric_rows(rows_a):
        return {}
    return compare(numeric_rows(rows_a), numeric_rows(rows_b), *measures)


def unsealed(side: Side, eval_set: str) -> Iterator[Refusal]:
    """Whether the run is not sealed, or its predictions are not the ones that were."""
    if not side.run.sealed:
        found = f"found no {MANIFEST} in {side.run.run_id}, expected a sealed run"
        yield Refusal("unsealed", f"{found}: its numbers may still change; finish it, or seal it")
        return
    path: Path = predictions_path(side.run, eval_set, side.checkpoint)
    expected = read_json(side.run.path(MANIFEST))["files"].get(side.run.relative(path))
    if sha256_file(path) != expected:
        found = f"found other bytes in {side.run.relative(path)} of {side.run.run_id}, expected those of its manifest"
        yield Refusal("changed", f"{found}; verify the run and restore the file")


def _resampled(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]], measures: tuple[str, str]
) -> dict[str, float]:
    """``bootstrap_low`` and ``bootstrap_high``, BCa over the items; nothing where all items differ by the same."""
    right_a, right_b = right(rows_a, rows_b, *measures)
    if len({x - y for x, y in zip(right_a, right_b, strict=True)}) == 1:
        return {}
    drawn = paired_bootstrap(right_a, right_b)
    return {"bootstrap_low": drawn["low"], "bootstrap_high": drawn["high"]}


def _groups(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]], measures: tuple[str, str]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Section and family -> name -> paired difference with ``p_holm``, adjusted over all of them together."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for group in GROUPS:
        for name in sorted({row[group] for row in rows_a}):
            pairs = [(x, y) for x, y in zip(rows_a, rows_b, strict=True) if x[group] == name]
            found[group, name] = compare([x for x, _ in pairs], [y for _, y in pairs], *measures)
    adjusted = holm([result["p_value"] for result in found.values()])
    results: dict[str, dict[str, dict[str, Any]]] = {group: {} for group in GROUPS}
    for ((group, name), result), p_holm in zip(found.items(), adjusted, strict=True):
        results[group][name] = {**result, "p_holm": float(f"{p_holm:.6g}")}
    return results


def _changes(
    rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]], measures: tuple[str, str]
) -> Iterator[Change]:
    """Items that changed sides, those that were lost first, in the order of the evaluation set."""
    pairs = [(x, y, bool(x[measures[0]])) for x, y in zip(rows_a, rows_b, strict=True)]
    for gained in (False, True):
        for x, y, now in pairs:
            if now is gained and bool(y[measures[1]]) is not gained:
                answers = y["final_answer"], x["final_answer"]
                yield Change(x["id"], x["family"], x["prompt"], x["expected_answer"], *answers, gained)
