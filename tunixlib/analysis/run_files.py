"""A run folder as the analysis reads it: the summary, predictions, training metrics, and where each number lies.

summary = read_summary(run)
summary.eval_sets, summary.checkpoints        # ('eval-core',), ('base', 'flat', 'stage_a', 'stage_b', 'stage_c')
rows = read_predictions(run, "eval-core", "base")
read_metrics(run)["flat"]                     # {"stage_1": [{"step": 1, "loss": ..., "tokens": ...}, ...], ...}
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tunixlib.artifacts import ArtifactError, read_json, read_jsonl
from tunixlib.evaluation.scoring import GRADE_FIELDS, ITEM_FIELDS
from tunixlib.runs import Run
from tunixlib.stages import BASIC_ARMS, SEGMENTS, writer_of

BASE = "base"

# The proportions of a scorecard that become claims.
MEASURES = (
    "accuracy",
    "lenient_accuracy",
    "format_rate",
    "eos_rate",
    "step_truth",
    "step_coverage",
    "all_steps_true",
    "right_answer_false_work",
)
CARD_FIELDS = ("checkpoint", "eval_set", "n", "mean_completion_tokens", "by_section", *MEASURES)
PREDICTION_FIELDS = (*ITEM_FIELDS, "completion", "finish_reason", "tokens", *GRADE_FIELDS)
METRIC_FIELDS = ("step", "loss", "tokens", "target_tokens")


@dataclass(frozen=True)
class Summary:
    """``eval_summary.json``: checkpoints in their order, scorecards, and evaluation sets in the order of evaluation."""

    document: dict[str, Any]

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Names of the checkpoints, the base model first."""
        return tuple(self.document["checkpoints"])

    @property
    def scorecards(self) -> list[dict[str, Any]]:
        """All scorecards, in the order of the file."""
        return list(self.document["scorecards"])

    @cached_property
    def eval_sets(self) -> tuple[str, ...]:
        """Names of the evaluation sets; the first one carries the run's primary score."""
        return tuple(dict.fromkeys(card["eval_set"] for card in self.scorecards))

    @cached_property
    def places(self) -> dict[tuple[str, str], int]:
        """``(eval_set, checkpoint)`` -> index of the scorecard."""
        return {(card["eval_set"], card["checkpoint"]): i for i, card in enumerate(self.scorecards)}

    def cards(self, eval_set: str) -> list[dict[str, Any]]:
        """The scorecards of one evaluation set, in the order of the checkpoints."""
        found = [self.places.get((eval_set, name)) for name in self.checkpoints]
        return [self.scorecards[index] for index in found if index is not None]


def read_summary(run: Run) -> Summary:
    """The run's ``eval_summary.json``. Raises ArtifactError when it is missing or lacks what the analysis needs."""
    path = run.path("eval_summary.json")
    document = read_json(path)
    for key in ("checkpoints", "scorecards"):
        if not isinstance(document, dict) or not isinstance(document.get(key), list):
            raise ArtifactError(f"{path}: found no list {key!r}, expected one; run 05_evaluate.ipynb again")
    for index, card in enumerate(document["scorecards"]):
        require(card, CARD_FIELDS, f"{path}, scorecard {index}", "05_evaluate")
        for measure in MEASURES:
            where = f"{path}, scorecard {index}, {measure}"
            require(card[measure], ("k", "n"), where, "05_evaluate")
            require(card[measure], ("rate", "low", "high") if card[measure]["n"] else (), where, "05_evaluate")
    return Summary(document)


def require(row: Any, fields: Sequence[str], where: str, stage: str) -> None:
    """Raise ArtifactError, naming the place and the notebook to run again, unless a row has all fields."""
    missing = [name for name in fields if not isinstance(row, dict) or name not in row]
    if missing:
        raise ArtifactError(f"{where}: found no {', '.join(missing)}, expected them; run {stage}.ipynb again")


def _read_rows(path: Path, fields: Sequence[str], stage: str) -> list[dict[str, Any]]:
    rows = []
    for number, row in read_jsonl(path):
        require(row, fields, f"{path}, line {number}", stage)
        rows.append(row)
    return rows


def predictions_path(run: Run, eval_set: str, checkpoint: str) -> Path:
    """Where the predictions of a checkpoint on an evaluation set lie."""
    return run.path("predictions", eval_set, f"{checkpoint}.jsonl")


def read_predictions(run: Run, eval_set: str, checkpoint: str) -> list[dict[str, Any]]:
    """The predictions of a checkpoint, in the order of the evaluation set. Raises ArtifactError when there are none."""
    return _read_rows(predictions_path(run, eval_set, checkpoint), PREDICTION_FIELDS, "05_evaluate")


def metrics_paths(run: Run, arm: str) -> list[Path]:
    """The metrics files of an arm's segments that exist, in the order of training."""
    paths = [run.path("training", arm, segment, "metrics.jsonl") for segment in SEGMENTS[arm]]
    return [path for path in paths if path.is_file()]


def read_metrics(run: Run, arms: Collection[str] = BASIC_ARMS) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Arm -> segment -> one row per optimizer step, for those of the arms and segments that were trained."""
    found = {}
    for arm in arms:
        writer = writer_of(f"training/{arm}").name
        segments = {path.parent.name: _read_rows(path, METRIC_FIELDS, writer) for path in metrics_paths(run, arm)}
        if any(segments.values()):
            found[arm] = segments
    return found


def decoding(run: Run) -> dict[str, Any]:
    """How a run's completions were made: precision, and the most tokens."""
    record = run.record("05_evaluate")
    path = run.path("provenance.json")
    stages = [record] if record else read_json(path)["stages"] if path.is_file() else []
    found = {"precision": read_summary(run).document.get("precision")}
    for stage in stages:
        found["MAX_NEW_TOKENS"] = stage["parameters"].get("MAX_NEW_TOKENS", found.get("MAX_NEW_TOKENS"))
    return {name: value for name, value in found.items() if value is not None}
