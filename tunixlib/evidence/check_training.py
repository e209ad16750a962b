"""Checks of training: the consumed rows follow from data and parameters, the checkpoints form a chain.

for problem in check_training(evidence):
    print(problem)        # training/flat/stage_2/order.jsonl: found 39 batches, another at step 7, expected ...

The plan is made again from ``data/``, the recorded lengths and the parameters, and compared batch by batch.
"""

from collections.abc import Iterator
from typing import Any

from tunixlib.evidence.check_correction import CORRECTION, check_correction
from tunixlib.evidence.check_metrics import check_metrics
from tunixlib.evidence.check_segments import RETRAIN, chain_problems, order_problems, segments_of
from tunixlib.evidence.problems import Problem
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.seeding.datasets import STAGES
from tunixlib.stages import CORRECTION_ARMS, writer_of
from tunixlib.training.arms import LENGTHS, plan_arm

# More rows than this are not planned: a forged EPOCHS must not keep the reader busy for hours.
MOST_ROWS = 20_000_000


def check_training(evidence: Evidence) -> Iterator[Problem]:
    """Orders, metrics and checkpoints of every arm, and equal work in all of them."""
    tokens: dict[str, tuple[int, int]] = {}
    yield from _arms(evidence)
    for arm in [name for name in _arm_names(evidence) if name not in CORRECTION_ARMS]:
        parameters = evidence.parameters(writer_of(f"training/{arm}").name)
        yield from _orders(evidence, arm, parameters)
        base, data = evidence.manifest["model"]["weights_sha256"], evidence.hashes["data/dataset.jsonl"]
        yield from chain_problems(evidence, arm, parameters, base, data)
        rows = [row for s in segments_of(evidence, arm) for row in evidence.rows(f"training/{arm}/{s}/metrics.jsonl")]
        tokens[arm] = sum(row["tokens"] for row in rows), sum(row["target_tokens"] for row in rows)
        limited = bool(parameters["MAX_STEPS"])
        if not limited and tokens[arm] != next(iter(tokens.values())):
            found = f"{tokens[arm]} tokens and supervised tokens, {next(iter(tokens.items()))} in the other arm"
            yield Problem(f"training/{arm}", found, "equal numbers, since both consume the same rows", RETRAIN)
    yield from check_correction(evidence)
    yield from check_metrics(evidence)


def _arm_names(evidence: Evidence) -> list[str]:
    return sorted({name.split("/")[1] for name in evidence.below("training")})


def _arms(evidence: Evidence) -> Iterator[Problem]:
    """The arms are those that were asked for, and all count a trace's tokens alike."""
    corrected = evidence.parameters(CORRECTION)["CORRECTION_ARMS"] if CORRECTION in evidence.stages else []
    asked = sorted(["flat", *evidence.parameters("03_curriculum").get("ARMS", ["curriculum"]), *corrected])
    if _arm_names(evidence) != asked:
        found = f"arms {', '.join(_arm_names(evidence))}"
        yield Problem("training", found, f"{', '.join(asked)}, as ARMS and CORRECTION_ARMS say", "train the arms again")
    lengths = {arm: evidence.hashes.get(f"training/{arm}/{LENGTHS}") for arm in _arm_names(evidence)}
    for arm, sha in lengths.items():
        if arm not in CORRECTION_ARMS and sha != lengths.get("flat"):
            yield Problem(f"training/{arm}/{LENGTHS}", "other lengths", "those of the flat arm", RETRAIN)


def _orders(evidence: Evidence, arm: str, parameters: dict[str, Any]) -> Iterator[Problem]:
    """What was consumed is exactly what data, lengths, SEED and EPOCHS give, batch by batch."""
    file, limit = f"training/{arm}/{LENGTHS}", parameters["MAX_LENGTH"]
    lengths: dict[str, int] = evidence.json(file)
    ids = {stage: [t.trace_id for t in evidence.traces(f"stage_{stage}.jsonl")] for stage in STAGES}
    if set(lengths) != {trace_id for found in ids.values() for trace_id in found}:
        yield Problem(file, f"lengths of {len(lengths)} traces", "one of every trace in data/", RETRAIN)
        return
    kept = {stage: [i for i in found if lengths[i] <= limit] for stage, found in ids.items()}
    if (rows := sum(e * len(kept[s]) for e, s in zip(parameters["EPOCHS"], STAGES, strict=False))) > MOST_ROWS:
        yield Problem(file, f"EPOCHS that make {rows} rows", f"at most {MOST_ROWS}", RETRAIN)
        return
    plan = plan_arm(arm, kept, parameters["EPOCHS"], parameters["SEED"])
    yield from order_problems(evidence, arm, plan, lengths, parameters)
