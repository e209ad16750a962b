"""Another run set beside this one: the same batches, another engine or machine. Do losses and answers carry over?

    set_beside(run, "smoke-v1")                 # writes beside.json: what this run's claims need of the other one
    beside = read_beside(run)                   # None where no run was set beside
    beside.segments["flat/stage_1"].apart       # |difference of the losses| per step, in nats per target token

``beside.json`` holds the other run's losses, which of its answers were right and the hashes of its texts, and the
sha256 of its manifest: the claims can be computed again from this run alone. Segments are compared only where
both took the same rows in the same order, with the same settings, from the same base model, and so did all segments
before them; completions only where they were made alike. What differs is said instead.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tunixlib.analysis.run_files import (
    BASE,
    decoding,
    read_metrics,
    read_predictions,
    read_summary,
)
from tunixlib.artifacts import ArtifactError, read_json, sha256_file, sha256_text, write_json
from tunixlib.runs import MANIFEST, Run, RunError
from tunixlib.stages import BASIC_ARMS, CORRECTION_ARMS, FINAL_ARM, SEGMENTS
from tunixlib.trees import remove

BESIDE, BESIDE_VERSION = "beside.json", "1.0"
# Of a segment's config: what chooses how to compute and not what.
HOW = ("engine", "compile", "micro_batch", "precision", "processes")
ARMS = (*BASIC_ARMS, *CORRECTION_ARMS)
FIRST = "flat/stage_1"
# What is read of the other run, below its folder.
READ = ("data/dataset.jsonl", "training/", "predictions/", "eval_summary.json")


@dataclass(frozen=True)
class Segment:
    """A segment that both runs trained: losses in nats per target token, step by step; ``differs`` says why not."""

    losses: tuple[float, ...]
    others: tuple[float, ...]
    differs: str

    @property
    def apart(self) -> list[float]:
        """|loss - other loss| at each step; empty where the segments cannot be compared."""
        return [] if self.differs else [abs(a - b) for a, b in zip(self.losses, self.others, strict=True)]


@dataclass(frozen=True)
class Beside:
    """``beside.json`` and this run's side of it: engines by name, precisions, segments, answers."""

    document: dict[str, Any]
    engine: str
    precision: str
    segments: dict[str, Segment]  # "flat/stage_1" -> what both trained

    @property
    def run_id(self) -> str:
        """The other run's name."""
        return str(self.document["run_id"])


def set_beside(run: Run, other_id: str) -> str:
    """Write ``beside.json`` from a sealed run that lies beside this one; without a name remove it. Says what was done.

    Raises RunError when there is no such sealed run, or it is this one.
    """
    if not other_id:
        remove(run.path(BESIDE))
        return "No run is set beside this one (BESIDE_RUN)."
    document = beside_document(run, beside_run(run, other_id))
    write_json(run.path(BESIDE), document)
    return f"Beside this run: {other_id}, trained by {document['engine']} in {document['precision']}."


def beside_run(run: Run, other_id: str) -> Run:
    """The sealed run of that name in the same folder. Raises RunError when there is none."""
    other = Run(run.root.parent / other_id)
    if other.root == run.root or not other.sealed:
        found = "this run itself" if other.root == run.root else f"no sealed run in {other.root}"
        raise RunError(
            f"BESIDE_RUN {other_id!r}: found {found}, expected another one; make it first, or leave it empty"
        )
    return other


def beside_document(run: Run, other: Run) -> dict[str, Any]:
    """What this run's claims need of the other: every segment and evaluation set that both have.

    Raises RunError where a file of the other run is not the one that was sealed.
    """
    _refuse_unsealed(other)
    summary, theirs = read_summary(run), read_summary(other)
    shared = [(e, c) for e, c in summary.places if (e, c) in theirs.places and c != BASE]
    ours = _losses(run)
    segments = {name: losses for name, losses in _losses(other).items() if name in ours}
    first = next(iter(segments), FIRST)
    return {
        "beside_version": BESIDE_VERSION,
        "run_id": other.run_id,
        "manifest_sha256": sha256_file(other.path(MANIFEST)),
        "engine": _engine(other, first),
        "precision": _record(other, first)["chosen"]["precision"],
        "decoding": decoding(other),
        "segments": {
            name: {"losses": list(losses), "rows_sha256": _rows_sha256(other, name), "settings": _settings(other, name)}
            for name, losses in segments.items()
        },
        "answers": {
            eval_set: {name: _answers(other, eval_set, name) for e, name in shared if e == eval_set}
            for eval_set in dict.fromkeys(e for e, _ in shared)
        },
    }


def _refuse_unsealed(other: Run) -> None:
    manifest = read_json(other.path(MANIFEST))["files"]
    for name in (name for name in manifest if name.startswith(READ)):
        if not other.path(name).is_file() or sha256_file(other.path(name)) != manifest[name]:
            raise RunError(
                f"BESIDE_RUN {other.run_id!r}: found {name} missing or with other bytes than its manifest names, "
                "expected the run as it was sealed; restore it"
            )


def _answers(run: Run, eval_set: str, checkpoint: str) -> dict[str, dict[str, Any]]:
    """Item -> whether the answer is right, and the hash of question and completion."""
    return {
        row["id"]: {"right": row["correct"], "text": sha256_text(f"{row['prompt']}\n{row['completion']}")[:16]}
        for row in read_predictions(run, eval_set, checkpoint)
    }


def read_beside(run: Run) -> Beside | None:
    """The run that was set beside this one, or None. Raises ArtifactError when ``beside.json`` is of another form."""
    if not run.path(BESIDE).is_file():
        return None
    document = read_json(run.path(BESIDE))
    if not isinstance(document, dict) or document.get("beside_version") != BESIDE_VERSION:
        raise ArtifactError(f"{run.path(BESIDE)}: expected beside_version {BESIDE_VERSION!r}; run 06_analysis again")
    ours, kept = _losses(run), document["segments"]
    first = next((name for name in ours if name in kept), FIRST)
    beside = Beside(document, _engine(run, first), _record(run, first)["chosen"]["precision"], {})
    for name, losses in ours.items():
        if name in kept:
            differs = [*_differences(run, name, kept[name]), *_inherited(beside, name, kept[name])]
            beside.segments[name] = Segment(losses, tuple(kept[name]["losses"]), "; ".join(differs))
    return beside


def _inherited(beside: Beside, name: str, theirs: Mapping[str, Any]) -> Iterator[str]:
    """What makes a segment's beginning another one: the segments before it, and adapters that are drawn otherwise."""
    arm = name.split("/")[0]
    parents = [f"{FINAL_ARM}/{segment}" for segment in SEGMENTS[FINAL_ARM] if arm in CORRECTION_ARMS]
    before = (found for found in beside.segments if found.split("/")[0] == arm or found in parents)
    if any(beside.segments[found].differs for found in before):
        yield "it starts from other weights, as said of a segment before it"
    if theirs["settings"].get("lora_rank") and beside.engine != beside.document["engine"]:
        yield "the engines draw adapters by other generators"


def answered_beside(run: Run, beside: Beside) -> Iterator[tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """``(eval_set, checkpoint, here, there)``: ``right`` and ``text`` of the items that both answered, in our order."""
    for eval_set, name in read_summary(run).places:
        there = beside.document["answers"].get(eval_set, {}).get(name)
        if there is not None:
            here = {item: found for item, found in _answers(run, eval_set, name).items() if item in there}
            yield eval_set, name, list(here.values()), [there[item] for item in here]


def decoded_otherwise(run: Run, beside: Beside) -> str:
    """In what the two runs let their checkpoints answer differently; nothing where it was alike."""
    ours, theirs = decoding(run), beside.document["decoding"]
    names = sorted(name for name in ours.keys() & theirs.keys() if ours[name] != theirs[name])
    return ", ".join(f"{name} {ours[name]} here and {theirs[name]} there" for name in names)


def _losses(run: Run) -> dict[str, tuple[float, ...]]:
    """Segment -> its losses, in the order of training."""
    return {
        f"{arm}/{segment}": tuple(row["loss"] for row in rows)
        for arm, segments in read_metrics(run, ARMS).items()
        for segment, rows in segments.items()
    }


def _record(run: Run, segment: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(run.path("training", segment, "checkpoint", "checkpoint.json"))
    return found


def _engine(run: Run, segment: str) -> str:
    """Runs older than the second engine do not say which they had."""
    return str(_record(run, segment)["config"].get("engine", "torch"))


def _rows_sha256(run: Run, segment: str) -> dict[str, str]:
    """Which traces, in which batches; an arm of self-correction has rows of its own beside those of ``data``."""
    own = run.path("training", segment.split("/")[0], "dataset.jsonl")
    data = own if own.is_file() else run.path("data", "dataset.jsonl")
    return {"traces": sha256_file(data), "order": sha256_file(run.path("training", segment, "order.jsonl"))}


def _settings(run: Run, segment: str) -> dict[str, Any]:
    """What was trained from what: the settings, and the base model under the arm's first segment."""
    record = _record(run, segment)
    settings = {name: value for name, value in record["config"].items() if name not in HOW}
    return {**settings, "base_weights_sha256": read_summary(run).document["base_weights_sha256"]}


def _differences(run: Run, segment: str, theirs: Mapping[str, Any]) -> Iterator[str]:
    if _rows_sha256(run, segment) != theirs["rows_sha256"]:
        yield "other rows, or in another order"
    ours = _settings(run, segment)
    names = sorted(name for name in ours.keys() & theirs["settings"].keys() if ours[name] != theirs["settings"][name])
    if names:
        yield f"other settings: {', '.join(names)}"
