"""Checks of training: the consumed rows follow from data and parameters, the checkpoints form a chain.

for problem in check_training(evidence):
    print(problem)        # training/flat/stage_2/order.jsonl: found 39 steps, expected 40 steps of 8 traces ...

Lengths in tokens are not on record, so a plan is compared by windows of ``arms.WINDOW`` batches, inside which rows are
ordered by length, and a trace may be missing only where it could have been longer than ``MAX_LENGTH``.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tunixlib.modeling.models import weights_sha256
from tunixlib.runs import STAGES as NOTEBOOK_STAGES
from tunixlib.submission.evidence import Evidence
from tunixlib.submission.problems import Problem, shorten
from tunixlib.traces import ReasoningTrace, render_completion
from tunixlib.training.arms import STAGES, WINDOW, Segment, plan_arm

# No tokenizer makes more tokens than bytes; the chat template and the end token add fewer than this.
TEMPLATE_TOKENS = 128

SEGMENT_FILES = ("checkpoint/checkpoint.json", "metrics.jsonl", "order.jsonl")
RETRAIN = "train the arm again"


def check_training(evidence: Evidence) -> Iterator[Problem]:
    """Orders, metrics and checkpoints of every arm, and equal work in all of them."""
    tokens: dict[str, tuple[int, int]] = {}
    for arm in sorted({name.split("/")[1] for name in evidence.below("training")}):
        writer = next(stage.name for stage in NOTEBOOK_STAGES if f"training/{arm}" in stage.writes)
        parameters = evidence.parameters(writer)
        yield from _orders(evidence, arm, parameters)
        yield from _chain(evidence, arm, parameters)
        rows = [row for s in _segments(evidence, arm) for row in evidence.rows(f"training/{arm}/{s}/metrics.jsonl")]
        tokens[arm] = sum(row["tokens"] for row in rows), sum(row["target_tokens"] for row in rows)
        limited = bool(parameters["MAX_STEPS"])
        if not limited and tokens[arm] != next(iter(tokens.values())):
            found = f"{tokens[arm]} tokens and supervised tokens, {next(iter(tokens.items()))} in the other arm"
            yield Problem(f"training/{arm}", found, "equal numbers, since both consume the same rows", RETRAIN)


def _segments(evidence: Evidence, arm: str) -> list[str]:
    return sorted({name.split("/")[2] for name in evidence.below(f"training/{arm}")})


def _orders(evidence: Evidence, arm: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    names = _segments(evidence, arm)
    rows = {name: evidence.rows(f"training/{arm}/{name}/order.jsonl") for name in names}
    traces = {stage: evidence.traces(f"stage_{stage}.jsonl") for stage in STAGES}
    consumed = {trace_id for found in rows.values() for row in found for trace_id in row["trace_ids"]}
    limit, max_steps = parameters["MAX_LENGTH"], parameters["MAX_STEPS"]
    may_miss = {t.trace_id for found in traces.values() for t in found if not _fits(t, limit)}
    if max_steps and may_miss:
        return  # which traces were left out shows in whole epochs only
    stages = {}
    for stage, found in traces.items():
        ids = [trace.trace_id for trace in found]
        stages[stage] = [i for i in ids if max_steps or i in consumed]
        for gone in set(ids) - set(stages[stage]) - may_miss:
            missed = f"no step with trace {gone}, which cannot be longer than {limit} tokens"
            yield Problem(f"training/{arm}", missed, "every trace that is not too long", RETRAIN)
    plan = plan_arm(arm, stages, parameters["EPOCHS"], parameters["SEED"])
    if sorted(segment.name for segment in plan) != names:
        expected = ", ".join(sorted(segment.name for segment in plan))
        yield Problem(f"training/{arm}", f"segments {', '.join(names)}", expected, RETRAIN)
    for segment in plan:
        found_steps = [row["trace_ids"] for row in rows.get(segment.name, [])]
        file = f"training/{arm}/{segment.name}/order.jsonl"
        yield from _order(file, found_steps, segment, parameters["TRACES_PER_STEP"], max_steps)


def _fits(trace: ReasoningTrace, limit: int) -> bool:
    """Whether a trace is certainly not longer than ``limit`` tokens."""
    return len(f"{trace.prompt}{render_completion(trace)}".encode()) + TEMPLATE_TOKENS <= limit


def _order(file: str, steps: Sequence[list[str]], segment: Segment, size: int, max_steps: int) -> Iterator[Problem]:
    batches = -(-len(segment.rows) // size)
    planned = min(batches, max_steps) if max_steps else batches
    if len(steps) != planned:
        yield Problem(
            file, f"{len(steps)} steps", f"{planned} steps of {size} traces for {len(segment.rows)} rows", RETRAIN
        )
    for start in range(0, min(planned, len(steps)), WINDOW):
        taken = steps[start : start + WINDOW]
        rows = Counter(segment.rows[start * size : (start + WINDOW) * size])
        found = Counter(trace_id for ids in taken for trace_id in ids)
        whole = start + len(taken) == batches or len(taken) == WINDOW
        wrong = (found - rows) or (whole and rows - found)
        if wrong:
            place = f"steps {start + 1} to {start + len(taken)} whose rows differ by trace {next(iter(wrong))}"
            yield Problem(file, place, "the rows that data, SEED and EPOCHS give", RETRAIN)
        uneven = [len(ids) for ids in taken if len(ids) != size]
        if not wrong and len(uneven) > 1:
            yield Problem(file, f"steps of {shorten(uneven)} traces", f"{size} in all but one", RETRAIN)


def _chain(evidence: Evidence, arm: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    """Each checkpoint names its parent, its data, its settings and its steps, and its weights if they are there."""
    parent = evidence.manifest["model"]["weights_sha256"]
    names = ("learning_rate", "max_steps", "seed", "precision", "compile")
    for segment in _segments(evidence, arm):  # in both arms the order of names is the order of training
        folder = f"training/{arm}/{segment}"
        missing = [name for name in SEGMENT_FILES if f"{folder}/{name}" not in evidence.hashes]
        strange = evidence.below(folder).keys() - {f"{folder}/{name}" for name in SEGMENT_FILES}
        for name in [*missing, *strange]:
            yield Problem(folder, name, f"exactly {', '.join(SEGMENT_FILES)}", RETRAIN)
        file = f"{folder}/checkpoint/checkpoint.json"
        record = evidence.json(file)
        metrics, order = evidence.rows(f"{folder}/metrics.jsonl"), evidence.rows(f"{folder}/order.jsonl")
        yield from _step_numbers(f"{folder}/metrics.jsonl", metrics)
        yield from _step_numbers(f"{folder}/order.jsonl", order)
        expected = {
            "parent_sha256": parent,
            "dataset_sha256": evidence.hashes["data/dataset.jsonl"],
            "arm": arm,
            "stage": segment,
            "steps": len(metrics),
            **{f"config/{name}": parameters[name.upper()] for name in names},
        }
        found = {**record, **{f"config/{name}": record["config"].get(name) for name in names}}
        for name, value in expected.items():
            if found[name] != value:
                yield Problem(file, f"{name} {shorten(found[name], 24)}", f"{shorten(value, 24)}", RETRAIN)
        if len(order) != len(metrics):
            yield Problem(
                f"{folder}/metrics.jsonl", f"{len(metrics)} steps", f"{len(order)} as in order.jsonl", RETRAIN
            )
        yield from _weights(evidence, folder, record["weights_sha256"])
        parent = record["weights_sha256"]


def _step_numbers(file: str, rows: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    for expected, row in enumerate(rows, start=1):
        if row["step"] != expected:
            yield Problem(file, f"step {row['step']} in line {expected}", f"step {expected}", RETRAIN)
            return


def _weights(evidence: Evidence, folder: str, expected: str) -> Iterator[Problem]:
    place = evidence.root / folder / "checkpoint"
    if any(place.glob("*.safetensors")):
        found = weights_sha256(place)
        if found != expected:
            yield Problem(
                f"{folder}/checkpoint", f"weights with sha256 {found[:16]}...", f"{expected[:16]}...", RETRAIN
            )
