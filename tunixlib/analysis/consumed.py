"""What a checkpoint was trained on, from its run folder alone: rows, tokens, steps and schedule up to it.

    found = read_consumed(run, "stage_b")
    found.counts["1a24cf029164e093"], found.steps, found.tokens    # in stages A and B

The name of an arm means its last checkpoint; ``stage_b`` is the curriculum's, as in predictions; ``reverse/stage_1`` is
a segment of any arm. An arm of self-correction goes on from the curriculum's last checkpoint: the curriculum's segments
come before its own. The base model consumed nothing.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tunixlib.analysis.run_files import BASE
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl
from tunixlib.runs import Run
from tunixlib.stages import CORRECTION_ARMS, FINAL, FINAL_ARM
from tunixlib.training.arms import LENGTHS
from tunixlib.training.config import SFTConfig

# What leaves the result as it is up to rounding and chance, and the wishes that the choices on record answer.
NOT_SETTINGS = {
    "seed", "max_steps", "micro_batch", "processes", "threads", "rows_at_once", "recompute", "device", "compile",
    "precision_reason",
}  # fmt: skip


@dataclass(frozen=True)
class SegmentRecord:
    """One segment: the traces of each step in order, tokens, learning rate of each step, updates made, settings."""

    name: str
    trace_ids: tuple[str, ...]
    tokens: int
    target_tokens: int
    learning_rates: tuple[float, ...]
    updates: int  # steps but those skipped because the gradient overflowed
    settings: dict[str, Any]
    parent_sha256: str


@dataclass(frozen=True)
class Consumed:
    """The segments that led to a checkpoint, in the order of training."""

    label: str
    segments: tuple[SegmentRecord, ...]
    base_sha256: str

    @cached_property
    def counts(self) -> Counter[str]:
        """Trace id -> how often it was trained on."""
        return Counter(trace_id for segment in self.segments for trace_id in segment.trace_ids)

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens, and tokens of completions, without padding."""
        return sum(s.tokens for s in self.segments), sum(s.target_tokens for s in self.segments)

    @property
    def steps(self) -> int:
        """Optimizer steps that changed the weights."""
        return sum(segment.updates for segment in self.segments)

    @property
    def schedule(self) -> list[tuple[float, ...]]:
        """The learning rates of each segment, one a step."""
        return [segment.learning_rates for segment in self.segments]

    @property
    def settings(self) -> dict[str, Any]:
        """Setting -> value, or the values of its segments where they are not all the same."""
        found: dict[str, list[Any]] = {}
        for segment in self.segments:
            for name, value in segment.settings.items():
                values = found.setdefault(name, [])
                values += [value] if value not in values else []
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def place_of(run: Run, name: str) -> tuple[str, str]:
    """``(arm, segment)`` of an arm's or a checkpoint's name. Raises ArtifactError for one that was not trained."""
    arms = sorted(path.name for path in run.path("training").glob("*") if path.is_dir())
    arm, _, segment = name.partition("/") if "/" in name else (name, "", "") if name in arms else (FINAL_ARM, "", name)
    segments = segments_of(run, arm)
    if not segments or (segment and segment not in segments):
        known = [BASE, *arms, *segments_of(run, FINAL_ARM)]
        raise ArtifactError(
            f"run {run.run_id!r}: found no training of {name!r}, expected one of {', '.join(known)}; name another, or "
            "train it first"
        )
    return arm, segment or segments[-1]


def segments_of(run: Run, arm: str) -> list[str]:
    """The names of an arm's segments; in every arm their order by name is the order of training."""
    return sorted(path.parent.name for path in run.path("training", arm).glob("*/order.jsonl"))


def prediction_name(run: Run, name: str) -> str:
    """The name that a checkpoint's predictions have: that of its arm, in the curriculum that of its segment."""
    if name == BASE:
        return name
    arm, segment = place_of(run, name)
    return segment if arm == FINAL_ARM else arm if segment == segments_of(run, arm)[-1] else f"{arm}/{segment}"


def read_consumed(run: Run, name: str) -> Consumed:
    """What the checkpoint ``name`` of a run consumed. Raises ArtifactError when it or one of its files is missing."""
    label = f"{run.run_id}/{name}"
    if name == BASE:
        return Consumed(label, (), read_json(run.path("eval_summary.json"))["base_weights_sha256"])
    arm, last = place_of(run, name)
    names = segments_of(run, arm)
    own = tuple(_read_segment(run, arm, segment) for segment in names[: names.index(last) + 1])
    segments = (*(_led_to(run, own[0]) if arm in CORRECTION_ARMS else ()), *own)
    return Consumed(label, segments, segments[0].parent_sha256)


def _led_to(run: Run, begun: SegmentRecord) -> tuple[SegmentRecord, ...]:
    """The curriculum's segments, of whose last weights a segment says that it went on from them."""
    segments = read_consumed(run, FINAL).segments
    weights = read_json(run.path("training", FINAL_ARM, FINAL, "checkpoint", "checkpoint.json"))["weights_sha256"]
    if begun.parent_sha256 != weights:
        raise ArtifactError(
            f"run {run.run_id!r}: found {begun.name} of a self-correction arm begun from weights of sha256 "
            f"{begun.parent_sha256[:16]}..., expected {weights[:16]}..., those of {FINAL}; train the arm again"
        )
    return segments


def _read_segment(run: Run, arm: str, name: str) -> SegmentRecord:
    folder, lengths = run.path("training", arm, name), read_json(run.path("training", arm, LENGTHS))
    record = read_json(folder / "checkpoint" / "checkpoint.json")
    metrics = [row for _, row in read_jsonl(folder / "metrics.jsonl")]
    ids = tuple(trace_id for _, step in read_jsonl(folder / "order.jsonl") for trace_id in step["trace_ids"])
    unknown = [trace_id for trace_id in ids if trace_id not in lengths]
    if unknown:
        raise ArtifactError(
            f"{folder / 'order.jsonl'}: found trace {unknown[0]}, expected only traces of {LENGTHS}; restore the "
            "files, or train the arm again"
        )
    defaults = {field: info.default for field, info in SFTConfig.model_fields.items()}  # what older runs do not name
    settings = {**defaults, **record["config"], **record["chosen"]}
    return SegmentRecord(
        name, ids, sum(lengths[trace_id] for trace_id in ids), sum(row["target_tokens"] for row in metrics),
        tuple(float(f"{row['learning_rate']:.9g}") for row in metrics),
        sum(not row.get("skipped", False) for row in metrics),
        {key: value for key, value in settings.items() if key not in NOT_SETTINGS}, record["parent_sha256"],
    )  # fmt: skip
