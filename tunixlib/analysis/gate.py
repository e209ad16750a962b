"""The gate before a comparison: it is refused, with reasons, when its result could not mean what it would be read as.

    reasons = refuse_unfair(run, "curriculum", run, "flat")                        # [] for fair twins
    reasons = refuse_unfair(big, "flat", small, "flat", treatment=("data",))       # the rows are what is studied
    reasons[0].kind, reasons[0].reason

Two checkpoints must have consumed the same rows equally often, the same tokens, in as many steps of the same schedule,
from the same base model with the same settings, unless that difference is the stated treatment. No treatment excuses an
evaluated item that was trained on, identical predictions, or too few items for the effect that one wants to see. The
seed may differ, and so may what changes no more than rounding: device, threads, processes, compilation.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.arm_differences import DATA, TRAINING, Refusal, decoding_differences, training_differences
from tunixlib.analysis.comparisons import measures_of, pair_up, right
from tunixlib.analysis.consumed import prediction_name, read_consumed
from tunixlib.analysis.run_files import predictions_path, read_predictions
from tunixlib.analysis.statistics import minimum_detectable_difference
from tunixlib.artifacts import read_jsonl
from tunixlib.runs import Run
from tunixlib.seeding.gate import asked_in, normal_prompt, parts_of

# What may be stated as the treatment -> the differences that it excuses. The order of rows needs no excuse.
TREATMENTS: dict[str, tuple[str, ...]] = {
    "order": (), **{kind: (kind,) for kind in (*TRAINING, "decoding")}, "data": DATA, "training": TRAINING,
}  # fmt: skip


def refuse_unfair(
    run_a: Run, arm_a: str, run_b: Run, arm_b: str, *, treatment: Iterable[str] = (),
    eval_sets: Iterable[str] | None = None, smallest_effect: float | None = None,
) -> list[Refusal]:  # fmt: skip
    """Every reason to refuse the comparison of two arms or checkpoints; none when it is fair.

    ``eval_sets``: those to compare on, by default all that both answered; ``smallest_effect``: the difference of rates
    that must be resolvable, such as 0.05. Raises ValueError for a treatment that is none, ArtifactError for files that
    are missing.
    """
    excused = excuses(treatment)
    found = list(training_differences(read_consumed(run_a, arm_a), read_consumed(run_b, arm_b)))
    found += decoding_differences(run_a, run_b)
    name_a, name_b = prediction_name(run_a, arm_a), prediction_name(run_b, arm_b)
    for eval_set in shared_sets(run_a, name_a, run_b, name_b) if eval_sets is None else eval_sets:
        rows_a, rows_b, _ = pair_up(
            read_predictions(run_a, eval_set, name_a), read_predictions(run_b, eval_set, name_b)
        )
        for run in dict.fromkeys((run_a, run_b)):
            found += leaks(run, eval_set, rows_a)
        found += same_answers(eval_set, rows_a, rows_b)
        if smallest_effect is not None:
            found += unresolved(eval_set, *right(rows_a, rows_b, *measures_of(name_a, name_b)), smallest_effect)
    return [refusal for refusal in found if refusal.kind not in excused]


def excuses(treatment: Iterable[str]) -> set[str]:
    """The kinds of difference that a stated treatment excuses. Raises ValueError for a name that is no treatment."""
    found: set[str] = set()
    for name in treatment:
        if name not in TREATMENTS:
            raise ValueError(f"found treatment {name!r}, expected one of {', '.join(TREATMENTS)}; state what differs")
        found.update(TREATMENTS[name])
    return found


def shared_sets(run_a: Run, name_a: str, run_b: Run, name_b: str) -> list[str]:
    """The evaluation sets on which both checkpoints left predictions, by name."""
    return [
        folder.name
        for folder in sorted(run_a.path("predictions").glob("*"))
        if predictions_path(run_a, folder.name, name_a).is_file()
        and predictions_path(run_b, folder.name, name_b).is_file()
    ]


def leaks(run: Run, eval_set: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
    """Whether a question of evaluation stands in the run's training data, as ``seeding.gate`` looks for it: in its
    dataset, and in what arms of self-correction have of their own."""
    files = [run.path("data", "dataset.jsonl"), *sorted(run.path("training").glob("*/dataset.jsonl"))]
    prompts = (row["prompt"] for file in files for _, row in read_jsonl(file))
    trained = {normal_prompt(part) for prompt in prompts for part in parts_of(prompt)}
    seen = [row["id"] for row in rows if any(normal_prompt(text) in trained for text in asked_in(row["prompt"]))]
    if seen:
        found = f"found {len(seen)} of {len(rows)} items of {eval_set} in the training data of {run.run_id}"
        remedy = "remove them from one side: a question that was trained on measures memory"
        yield Refusal("leak", f"{found}, such as {seen[0]}, expected none; {remedy}")


def same_answers(
    eval_set: str, rows_a: Sequence[Mapping[str, Any]], rows_b: Sequence[Mapping[str, Any]]
) -> Iterator[Refusal]:
    """Whether there is anything to compare: items in common, and at least one completion that differs."""
    if not rows_a:
        found = f"found no item of {eval_set} that both answered, expected some with the same id, prompt and answer"
        yield Refusal("items", f"{found}; evaluate both on the same evaluation set")
    elif all(x["completion"] == y["completion"] for x, y in zip(rows_a, rows_b, strict=True)):
        found = f"found identical predictions on all {len(rows_a)} items of {eval_set}, expected two checkpoints"
        yield Refusal("identical", f"{found}; name another checkpoint, or look for a copied file")


def unresolved(eval_set: str, right_a: Sequence[bool], right_b: Sequence[bool], effect: float) -> Iterator[Refusal]:
    """Whether these items would show a true difference of ``effect`` four times in five.

    Checkpoints that differ by an effect disagree on at least that share of items; where they were seen to disagree on
    more, that counts. Raises ValueError unless 0 < effect < 1.
    """
    if not 0 < effect < 1:
        raise ValueError(f"found smallest effect {effect}, expected a share between 0 and 1 such as 0.05; correct it")
    if not right_a:
        return
    n, differing = len(right_a), sum(x != y for x, y in zip(right_a, right_b, strict=True))
    try:
        shown = minimum_detectable_difference(n, min(max(differing / n, effect), 1 - 1e-9))
        enough, what = shown <= effect, f"resolve {100 * shown:.1f} points"
    except ValueError:  # not even if all of them fell on one side
        enough, what = False, "resolve no difference at all"
    if not enough:
        found = f"found {n} items of {eval_set}, {differing} of them answered differently, which {what}"
        yield Refusal("resolution", f"{found}, expected {100 * effect:.1f} points; evaluate more items")
