"""Train one arm of a run: its three segments one after the other, each from the checkpoint before it.

    rows, left_out = encode_run(run, "flat", "smollm2", max_length=512)
    records = train_arm(run, "flat", "smollm2", rows, epochs=(2, 2, 2), traces_per_step=8, seed=42, config=SFTConfig())

writes ``training/flat/lengths.json``, ``training/flat/stage_1/{metrics.jsonl, order.jsonl, checkpoint/}`` and so on.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, sha256_file, write_json
from tunixlib.modeling.checkpoints import CheckpointRecord, verified_checkpoint
from tunixlib.modeling.models import load_tokenizer, model_folder
from tunixlib.modeling.tokenization import Batch, EncodedTrace, LeftOut, encode_traces, make_batch
from tunixlib.runs import Run
from tunixlib.seeding.datasets import STAGES, load_traces
from tunixlib.stages import ARMS, writer_of
from tunixlib.traces import read_traces
from tunixlib.training.arms import LENGTHS, Segment, order_batches, plan_arm
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.engines import segment_trainer
from tunixlib.training.plan import check_room, plan_training

# The notebook that trains the arm to which the others are twins.
FLAT_WRITER = writer_of(f"training/{ARMS[0]}").name


def encode_run(run: Run, arm: str, model: str, max_length: int) -> tuple[dict[str, EncodedTrace], list[LeftOut]]:
    """The run's traces as training rows by trace id, and those left out as longer than ``max_length`` tokens.

    The length of every trace goes on record, so that anyone can make the arm's batches again without a tokenizer.
    """
    traces = load_traces(run.path("data", "dataset.jsonl"))
    rows, left_out = encode_traces(load_tokenizer(model), traces, max_length)
    lengths = {trace_id: len(row.input_ids) for trace_id, row in rows.items()}
    lengths |= {found.trace_id: found.tokens for found in left_out}
    write_json(run.path("training", arm, LENGTHS), lengths)
    return rows, left_out


def plan_run(run: Run, arm: str, rows: Mapping[str, EncodedTrace], epochs: Sequence[int], seed: int) -> list[Segment]:
    """The arm's segments over the run's stages; traces that were left out as too long are in none of them."""
    stages = {}
    for stage in STAGES:
        ids = [trace.trace_id for trace in read_traces(run.path("data", f"stage_{stage}.jsonl"))]
        stages[stage] = [trace_id for trace_id in ids if trace_id in rows]
    return plan_arm(arm, stages, epochs, seed)


def segment_batches(
    segment: Segment, rows: Mapping[str, EncodedTrace], traces_per_step: int, seed: int, pad_id: int
) -> list[Batch]:
    """The fixed batches of a segment, the same for every engine."""
    lengths = {trace_id: len(row.input_ids) for trace_id, row in rows.items()}
    ordered = order_batches(segment.rows, lengths, traces_per_step, seed)
    return [make_batch([rows[trace_id] for trace_id in ids], pad_id) for ids in ordered]


def train_arm(
    run: Run, arm: str, model: str, rows: Mapping[str, EncodedTrace], *, epochs: Sequence[int], traces_per_step: int,
    seed: int, config: SFTConfig,
) -> list[CheckpointRecord]:  # fmt: skip
    """Train all segments of an arm and return their checkpoint records.

    Each segment starts from the checkpoint before it, whose weights must have the recorded hash (ModelError). How to
    compute is chosen once, from the rows that all arms share. Raises TrainingError when memory does not suffice, or
    for an arm that would be no fair twin of ``flat``.
    """
    given = {name.upper(): value for name, value in config.model_dump().items()}
    _refuse_unlike_flat(
        run, arm, rows, {**given, "EPOCHS": list(epochs), "TRACES_PER_STEP": traces_per_step, "SEED": seed}
    )
    train_segment = segment_trainer(config.engine)
    plan = plan_training(model, rows, traces_per_step, config)
    check_room(plan, config)
    choice = plan.choice
    segments = plan_run(run, arm, rows, epochs, seed)
    dataset_sha256 = sha256_file(run.path("data", "dataset.jsonl"))
    arm_tokens = sum(len(rows[trace_id].input_ids) for segment in segments for trace_id in segment.rows)
    parent: Path = model_folder(model)
    pad_id = load_tokenizer(model).pad_token_id or 0
    records = []
    for segment in segments:
        out = run.path("training", arm, segment.name)
        batches = segment_batches(segment, rows, traces_per_step, seed, pad_id)
        records.append(train_segment(
            parent, batches, config, out, arm=arm, stage=segment.name, dataset_sha256=dataset_sha256,
            arm_tokens=arm_tokens, choice=choice, states=run.resume_path("training", arm, segment.name), model=model,
        ))  # fmt: skip
        parent, _ = verified_checkpoint(out / "checkpoint")
    return records


def _refuse_unlike_flat(run: Run, arm: str, rows: Mapping[str, EncodedTrace], given: Mapping[str, Any]) -> None:
    """By hand each notebook has values of its own: those that differ from 02_train's are refused before any training.

    ``reports.fairness`` holds the arms against each other again when they are trained, by what they consumed.
    """
    record = run.record(FLAT_WRITER)
    if arm == ARMS[0] or record is None:
        return
    flat = record["parameters"]
    names = sorted(name for name in given.keys() & flat.keys() if given[name] != flat[name])
    differs = [f"{name} {given[name]!r} in place of {flat[name]!r}" for name in names]
    lengths = read_json(run.path("training", ARMS[0], LENGTHS))
    kept = {trace_id for trace_id, tokens in lengths.items() if tokens <= flat["MAX_LENGTH"]}
    if kept != rows.keys():
        differs.append(f"a MAX_LENGTH that keeps {len(rows)} rows in place of {len(kept)}")
    if differs:
        raise TrainingError(
            f"arm {arm}: found {', '.join(differs)}, expected the values of {FLAT_WRITER}: with others the two are no "
            f"fair pair. Nothing was trained; set them alike, or run {FLAT_WRITER}.ipynb again with the new ones"
        )
