"""Train the arms of self-correction of a run (``correction`` says what they are), each in one segment.

    write_arm_traces(run, "contrastive", shown, traces=500, replay=100, seed=42, density=0.2)
    rows, left_out = encode_arm(run, "contrastive", "smollm2", max_length=512)
    train_correction(run, "contrastive", "smollm2", {"contrastive": rows}, traces=500, replay=100, ...)

writes ``training/contrastive/{dataset.jsonl, lengths.json, stage_d/}``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tunixlib.artifacts import sha256_file, write_json
from tunixlib.modeling.checkpoints import CheckpointRecord, verified_checkpoint
from tunixlib.modeling.models import load_tokenizer
from tunixlib.modeling.tokenization import EncodedTrace, LeftOut, encode_traces
from tunixlib.runs import Run
from tunixlib.seeding.datasets import load_traces
from tunixlib.stages import CORRECTION_SEGMENT, FINAL, FINAL_ARM
from tunixlib.traces import ReasoningTrace, read_traces, write_traces
from tunixlib.training.arms import LENGTHS
from tunixlib.training.config import SFTConfig
from tunixlib.training.correction import DATASET, arm_traces, plan_correction
from tunixlib.training.engines import segment_trainer
from tunixlib.training.plan import check_room, plan_training
from tunixlib.training.run_arm import segment_batches

# Parameters of 03_curriculum that are settings of training, each by its own name in capitals.
SETTINGS = ("LEARNING_RATE", "MAX_STEPS", "SEED", "LORA_RANK", "LORA_CHECKPOINTS", "PRECISION", "COMPILE", "ENGINE")


def write_arm_traces(run: Run, arm: str, shown: Sequence[ReasoningTrace], **how: Any) -> list[ReasoningTrace]:
    """Write ``training/<arm>/dataset.jsonl``, the distinct traces of an arm (see ``arm_traces``), and return them."""
    found = arm_traces(arm, shown, list(read_traces(run.path("data", "stage_c.jsonl"))), **how)
    write_traces(run.path("training", arm, DATASET), found)
    return found


def encode_arm(
    run: Run, arm: str, model: str, max_length: int, mask_errors: bool = True
) -> tuple[dict[str, EncodedTrace], list[LeftOut]]:
    """The arm's traces as training rows by trace id, and those longer than ``max_length`` tokens.

    Wrong lines carry no loss unless ``mask_errors`` is off. The length of every trace goes on record.
    """
    rows, left_out = encode_traces(load_tokenizer(model), load_traces(run.path("training", arm, DATASET)), max_length)
    if not mask_errors:
        rows = {trace_id: replace(row, unsupervised=()) for trace_id, row in rows.items()}
    lengths = {trace_id: len(row.input_ids) for trace_id, row in rows.items()}
    write_json(run.path("training", arm, LENGTHS), lengths | {found.trace_id: found.tokens for found in left_out})
    return rows, left_out


def train_correction(
    run: Run, arm: str, model: str, arms: Mapping[str, Mapping[str, EncodedTrace]], *, traces: int, replay: int,
    seed: int, parameters: Mapping[str, Any],
) -> CheckpointRecord:  # fmt: skip
    """Train one arm and return its checkpoint's record; ``arms`` are the rows of all arms that are compared.

    ``parameters`` are those of 03_curriculum: the arms go on as the curriculum was trained. How to compute is chosen
    once for all of them, by the longest rows there are. Raises ModelError when the parent is not there or altered,
    TrainingError when memory does not suffice.
    """
    config = SFTConfig(**{name.lower(): parameters[name] for name in SETTINGS})
    traces_per_step = parameters["TRACES_PER_STEP"]
    every = {trace_id: row for rows in arms.values() for trace_id, row in rows.items()}
    plan = plan_training(model, every, traces_per_step, config)
    check_room(plan, config)
    stage_c = {trace.trace_id for trace in read_traces(run.path("data", "stage_c.jsonl"))}
    share = {"traces": traces, "replay": replay, "seed": seed}
    segments = {name: plan_correction(name, list(rows), stage_c, **share) for name, rows in arms.items()}
    sizes = (sum(len(arms[name][row].input_ids) for row in segment.rows) for name, segment in segments.items())
    parent, _ = verified_checkpoint(run.path("training", FINAL_ARM, FINAL, "checkpoint"))
    pad_id = load_tokenizer(model).pad_token_id or 0
    place = run.path("training", arm)
    return segment_trainer(config.engine)(
        parent, segment_batches(segments[arm], arms[arm], traces_per_step, seed, pad_id), config,
        place / CORRECTION_SEGMENT, arm=arm, stage=CORRECTION_SEGMENT, dataset_sha256=sha256_file(place / DATASET),
        arm_tokens=max(sizes), choice=plan.choice, states=run.resume_path("training", arm, CORRECTION_SEGMENT),
        model=model,
    )  # fmt: skip
