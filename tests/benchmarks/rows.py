"""What is measured: rows of sides with the ratios that are taken, and sizes by which something grows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.trees import PROJECT_ROOT

Side = tuple[str, dict[str, Any]]
TRAINING_PROFILE, GENERATION_PROFILE = "profile of training", "profile of generation"
VALIDATION_PROFILE = "profile of validation"
FULL, HALF = {"precision": "float32"}, {"precision": "bfloat16"}
MAIN_JOB = PROJECT_ROOT / "submission_runs" / "cpu-v1"


@dataclass(frozen=True)
class Row:
    """Sides by label, measured in turn: each is a side of ``sides.py`` with options beside those of the row."""

    name: str
    unit: str  # what is counted per second
    sides: dict[str, Side]
    ratios: tuple[tuple[str, str, float | None], ...] = ()  # (of, to, what is aimed at)
    options: dict[str, Any] = field(default_factory=dict)
    once: tuple[str, ...] = ()  # labels that take too long for more than the first round


@dataclass(frozen=True)
class Growth:
    """One side at several sizes of one option."""

    name: str
    side: str
    variable: str
    sizes: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)


def planned_rows(quick: bool, traces: Path) -> list[Row]:
    """All rows; ``traces`` is the file that validation reads."""
    return [*_training(quick), *_generation(quick), *_data(quick, traces), *_programs()]


def _training(quick: bool) -> list[Row]:
    """TRL compiled and as it comes are measured on the first steps only: the ratios are of those steps, too."""
    some = 8 if quick else 16
    ours, trl = ("training/ours", {}), ("training/trl", {})
    sides: dict[str, Side] = {"ours": ours, "TRL": trl}
    more: dict[str, Side] = {
        "TRL compiled": ("training/trl-compiled", {"stop_after": some}),
        "TRL default": ("training/trl-default", {"stop_after": some}),
    }
    steps, few = {"rows": 8, "steps": 8 if quick else 69}, {"rows": 8, "steps": 8 if quick else 20}
    return [
        Row("matrix peak", "operations", {"bfloat16": ("peak/matrix", HALF), "float32": ("peak/matrix", FULL)}),
        Row("training SmolLM2-135M", "tokens", {**sides, **more},
            (("ours", "TRL", 2.2), ("ours", "TRL compiled", 2.2), ("ours", "TRL default", None)),
            {"model": "smollm2", **steps}, once=("TRL compiled",)),
        Row("training SmolLM2-135M, LoRA 16", "tokens", sides, (("ours", "TRL", None),),
            {"model": "smollm2", **few, "lora": 16}),
        Row(TRAINING_PROFILE, "tokens", {"ours": ("profile/training", {})}, (),
            {"model": "tiny" if quick else "smollm2", **steps}),
        Row("training tiny", "tokens", sides, (("ours", "TRL", None),), {"model": "tiny", **steps}),
    ]  # fmt: skip


def _generation(quick: bool) -> list[Row]:
    single = {"every": 2 if quick else 10}
    options = {"checkpoint": "", "tokens": 128, "items": 8 if quick else 200}
    compared = Row(
        "generation", "tokens",
        {"ours, float32": ("generation/ours", FULL), "batched, float32": ("generation/batched", FULL),
         "one by one, float32": ("generation/one-by-one", {**FULL, **single}),
         "ours, bfloat16": ("generation/ours", HALF), "batched, bfloat16": ("generation/batched", HALF),
         "one by one, bfloat16": ("generation/one-by-one", {**HALF, **single})},
        (("ours, float32", "batched, float32", 1.5), ("ours, float32", "one by one, float32", 15),
         ("ours, bfloat16", "one by one, float32", 25), ("ours, bfloat16", "one by one, bfloat16", None),
         ("ours, bfloat16", "batched, bfloat16", None)),
        options,
    )  # fmt: skip
    profiled: dict[str, Side] = {"float32": ("profile/generation", FULL), "bfloat16": ("profile/generation", HALF)}
    return [compared, Row(GENERATION_PROFILE, "tokens", profiled, (), {**options})]


def _data(quick: bool, traces: Path) -> list[Row]:
    reading = {"file": str(traces), "traces": 5_000 if quick else 100_000}
    return [
        Row("seeding 550", "traces", {"ours": ("data/seed", {"traces": 550})}),
        Row("validation", "traces",
            {"ours": ("data/validate", {}), "json.loads alone": ("data/json-alone", {})},
            (("ours", "json.loads alone", None),), reading),
        Row(VALIDATION_PROFILE, "traces", {"ours": ("profile/validation", {})}, (), {**reading}),
    ]  # fmt: skip


def _programs() -> list[Row]:
    def row(name: str, *words: str, leaves: str = "") -> Row:
        return Row(name, "runs", {"ours": ("program/run", {"words": list(words), "leaves": leaves})})

    return [
        row("bare Python", "-c", "pass"),
        row("import tunixlib", "-c", "import tunixlib"),
        row("python -m tunixlib --help", "-m", "tunixlib", "--help"),
        row("verify cpu-v1", "-m", "tunixlib", "verify", "submission_runs/cpu-v1"),
        row("smoke pipeline", "-m", "tunixlib", "run", "--profile", "smoke", "--run-id", "bench-smoke", "--set",
            "RUNS_ROOT={out}", leaves="dist/bench-smoke"),
    ]  # fmt: skip


def planned_growth(quick: bool, traces: Path) -> list[Growth]:
    """Traces, tokens of a row, checkpoints: what a run has more of when it grows."""
    sizes = (550, 2_000, 5_000) if quick else (550, 10_000, 100_000, 1_000_000)
    tokens = (128, 256) if quick else (128, 256, 512, 1024, 2048, 4096)
    few = {"model": "tiny" if quick else "smollm2"}
    return [
        Growth("validation", "data/validate", "traces", sizes, {"file": str(traces)}),
        Growth("training step", "growth/sequence", "tokens", tokens, few),
        Growth("evaluation", "growth/checkpoints", "checkpoints", (1, 2, 4, 8), {**few, "items": 8, "tokens": 16}),
        Growth("seeding", "data/seed", "traces", sizes),
    ]


def main_job_seconds() -> dict[str, Any]:
    """Where the seconds of the committed main job went, from its own evidence: part -> seconds."""
    manifest = read_json(MAIN_JOB / "run_manifest.json")
    by_stage = dict(manifest["seconds"])
    segments = [[row["seconds"] for _, row in read_jsonl(path)] for path in MAIN_JOB.glob("training/*/*/metrics.jsonl")]
    # What a first step takes beyond the longest later one is compiling, not training.
    compiling = sum(max(0.0, rows[0] - max(rows[1:])) for rows in segments)
    steps = sum(map(sum, segments)) - compiling
    training = by_stage.pop("02_train") + by_stage.pop("03_curriculum")
    total = training + sum(by_stage.values())
    parts = {"training steps": steps, "first steps: compiling": compiling}
    parts |= {"02_train and 03_curriculum: the rest": training - steps - compiling, **by_stage}
    return {"run": MAIN_JOB.name, "cpu": manifest["environment"]["cpu"], "total": total, "parts": parts}
