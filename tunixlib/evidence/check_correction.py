"""Checks of the arms of 04_self_correction: their traces, what was consumed of them, and where they started from.

for problem in check_correction(evidence):
    print(problem)        # training/contrastive/dataset.jsonl: found 498 traces, another in line 7, expected ...

An arm's traces follow from the run's own data or, where ``data/`` of the repository holds them, from the dataset of
shown works; works without errors and retries are made again from seed and density. Labels, marks and verdicts of shown
works agree, whether the dataset is here or not. No arm was trained on a question of evaluation.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tunixlib.evidence.check_segments import RETRAIN, SEGMENT_FILES, chain_problems, order_problems, segments_of
from tunixlib.evidence.problems import Problem
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.seeding import datasets
from tunixlib.seeding.gate import LeakError, check_disjoint
from tunixlib.stages import CORRECTION_SEGMENT, FINAL, FINAL_ARM
from tunixlib.traces import BadLine, ReasoningTrace, read_traces
from tunixlib.training.arms import LENGTHS
from tunixlib.training.correction import DATASET, PAIRED, arm_traces, correction_arms, plan_correction
from tunixlib.training.shown_pairs import label_fault, pair_faults, shown_work

CORRECTION = "04_self_correction"
COMPUTED = ("precision", "device", "compile", "attention")  # of what an arm's checkpoint says under ``chosen``


def check_correction(evidence: Evidence) -> Iterator[Problem]:
    """Everything about the arms that go on from the curriculum's last checkpoint; nothing for a run without them."""
    if CORRECTION not in evidence.stages:
        return
    parameters = _parameters(evidence)
    parent = evidence.json(f"training/{FINAL_ARM}/{FINAL}/{SEGMENT_FILES[0]}")["weights_sha256"]
    shown = _shown(parameters)
    for arm in correction_arms(parameters["CORRECTION_ARMS"]):
        file, bad = f"training/{arm}/{DATASET}", list[BadLine]()
        traces = evidence.arm_traces(arm, bad)
        for line in bad:
            yield Problem(file, f"line {line.line}, field {line.field}: {line.reason}", "a valid trace", RETRAIN)
        yield from _traces(evidence, arm, traces, shown)
        yield from _labels(evidence, arm, traces)
        yield from _gate(evidence, file, traces)
        yield from _orders(evidence, arm, traces)
        yield from chain_problems(evidence, arm, parameters, parent, evidence.hashes[file])
    steps = {arm: len(evidence.rows(f"training/{arm}/{s}/order.jsonl"))
             for arm in parameters["CORRECTION_ARMS"] for s in segments_of(evidence, arm)}  # fmt: skip
    if len(set(steps.values())) > 1:
        yield Problem("training", f"steps {steps}", "as many in every arm of self-correction", RETRAIN)
    yield from _computed(evidence, parameters["CORRECTION_ARMS"])


def _parameters(evidence: Evidence) -> dict[str, Any]:
    """What the arms were trained with: how to train is what 03_curriculum took."""
    return {**evidence.parameters("03_curriculum"), **evidence.parameters(CORRECTION)}


def _shown(parameters: dict[str, Any]) -> list[ReasoningTrace] | None:
    """The dataset of shown works, or None where the repository does not have it."""
    path = datasets.DATA_ROOT / parameters["CORRECTION_DATASET"] / DATASET
    return list(read_traces(path)) if path.is_file() else None


def _share(parameters: dict[str, Any]) -> dict[str, int]:
    names = {"traces": "CORRECTION_TRACES", "replay": "REPLAY_TRACES", "seed": "SEED"}
    return {name: parameters[parameter] for name, parameter in names.items()}


def _traces(
    evidence: Evidence, arm: str, traces: Sequence[ReasoningTrace], shown: list[ReasoningTrace] | None
) -> Iterator[Problem]:
    """An arm's traces are those that its sources give, in their order."""
    if shown is None and arm == PAIRED:
        return  # the report's headline says so
    parameters = _parameters(evidence)
    expected = arm_traces(
        arm, shown or [], evidence.traces("stage_c.jsonl"), **_share(parameters), density=parameters["RETRY_DENSITY"]
    )  # fmt: skip
    ids, wanted = [t.trace_id for t in traces], [t.trace_id for t in expected]
    if ids != wanted:
        line = next((i for i, (x, y) in enumerate(zip(ids, wanted, strict=False), 1) if x != y), len(ids))
        found = f"{len(ids)} traces, another in line {line}"
        yield Problem(f"training/{arm}/{DATASET}", found, f"the {len(wanted)} that its sources give", RETRAIN)


def _labels(evidence: Evidence, arm: str, traces: Sequence[ReasoningTrace]) -> Iterator[Problem]:
    """Shown works are labelled as their own marks say, and those of contrastive are pairs."""
    share = _share(_parameters(evidence))
    own = [] if arm == "control" else traces[: share["traces"] - share["replay"]]
    if arm == PAIRED:
        faults = pair_faults(own)
    else:
        labels = ((row, label_fault(trace)) for row, trace in enumerate(own, start=1) if shown_work(trace))
        faults = ((row, fault) for row, fault in labels if fault)
    for row, fault in faults:
        yield Problem(f"training/{arm}/{DATASET}", f"in line {row} {fault.found}", fault.expected, RETRAIN)


def _computed(evidence: Evidence, arms: Sequence[str]) -> Iterator[Problem]:
    """Arms that are compared were computed alike: other arithmetic would be a difference beside their rows."""
    chosen = {arm: evidence.json(f"training/{arm}/{CORRECTION_SEGMENT}/{SEGMENT_FILES[0]}")["chosen"] for arm in arms}
    for name in COMPUTED:
        found = {arm: choice.get(name) for arm, choice in chosen.items()}
        if len({str(value) for value in found.values()}) > 1:
            yield Problem("training", f"{name} {found}", "the same in every arm of self-correction", RETRAIN)


def _gate(evidence: Evidence, file: str, traces: Sequence[ReasoningTrace]) -> Iterator[Problem]:
    asked = [row["prompt"] for name in evidence.eval_sets for row in evidence.predictions(name, FINAL)]
    try:
        check_disjoint(asked, (trace.prompt for trace in traces))
    except LeakError as error:
        yield Problem(file, str(error), "no question of evaluation", RETRAIN)


def _orders(evidence: Evidence, arm: str, traces: Sequence[ReasoningTrace]) -> Iterator[Problem]:
    """What was consumed is exactly what traces, lengths and SEED give, batch by batch."""
    parameters, file = _parameters(evidence), f"training/{arm}/{LENGTHS}"
    lengths: dict[str, int] = evidence.json(file)
    if set(lengths) != {trace.trace_id for trace in traces}:
        yield Problem(file, f"lengths of {len(lengths)} traces", f"one of every trace in {DATASET}", RETRAIN)
        return
    kept = [trace.trace_id for trace in traces if lengths[trace.trace_id] <= parameters["MAX_LENGTH"]]
    stage_c = {trace.trace_id for trace in evidence.traces("stage_c.jsonl")}
    plan = [plan_correction(arm, kept, stage_c, **_share(parameters))]
    yield from order_problems(evidence, arm, plan, lengths, parameters)
