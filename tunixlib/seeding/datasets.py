"""Datasets on disk: writing, reading and describing them, and the split into stages A, B and C.

    write_dataset(Recipe("dev-reasoning-v2", 550), Path("data/dev-reasoning-v2"))   # dataset.jsonl + manifest.json
    stages, stats = split_stages(read_traces(path))

A folder ``data/<dataset_key>/`` holds ``dataset.jsonl`` or ``eval.jsonl`` and a ``manifest.json`` with its hash.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, sha256_file, write_json, write_jsonl
from tunixlib.seeding.evalsets import EVAL_SETS, make_eval_set
from tunixlib.seeding.gate import Gate
from tunixlib.seeding.recipes import Recipe, SeedingError, make_traces
from tunixlib.traces import ReasoningTrace, read_traces, write_traces
from tunixlib.trees import PROJECT_ROOT

DATA_ROOT = PROJECT_ROOT / "data"
STAGES = ("a", "b", "c")


def stage_of(trace: ReasoningTrace) -> str:
    """The curriculum stage of a trace: ``meta.stage`` where its owner set one, its category, or its number of steps.

    A: synthetic and golden style, or fewer than 3 steps. B: exactly 3 steps. C: 4 or more, and all edge cases.
    """
    if trace.meta.get("stage") in STAGES:
        return str(trace.meta["stage"])
    category = trace.meta.get("category")
    if category == "edge_case":
        return "c"
    if category in ("synthetic", "golden_style") or len(trace.steps) < 3:
        return "a"
    return "b" if len(trace.steps) == 3 else "c"


def split_stages(traces: Iterable[ReasoningTrace]) -> tuple[dict[str, list[ReasoningTrace]], dict[str, Any]]:
    """The traces of each stage in their order, and counts that add up to the input."""
    stages: dict[str, list[ReasoningTrace]] = {stage: [] for stage in STAGES}
    for trace in traces:
        stages[stage_of(trace)].append(trace)
    stats = {
        stage: {"traces": len(found), "steps": histogram(str(len(trace.steps)) for trace in found)}
        for stage, found in stages.items()
    }
    return stages, {"total": sum(len(found) for found in stages.values()), "stages": stats}


def write_run_data(folder: Path, dataset_key: str, traces: Sequence[ReasoningTrace]) -> dict[str, Any]:
    """Write a run's ``data/``: the dataset, ``stage_a|b|c.jsonl`` and ``split_stats.json``; returns the statistics."""
    write_traces(folder / "dataset.jsonl", traces)
    stages, stats = split_stages(traces)
    for stage, found in stages.items():
        write_traces(folder / f"stage_{stage}.jsonl", found)
    stats |= {"dataset_key": dataset_key, "sha256": sha256_file(folder / "dataset.jsonl")}
    write_json(folder / "split_stats.json", stats)
    return stats


class Counts:
    """Counts a stream of traces as it passes, so that a million of them need no memory."""

    def __init__(self) -> None:
        self.total = 0
        self.by: dict[str, Counter[str]] = {name: Counter() for name in ("category", "difficulty", "family", "steps")}

    def see(self, trace: ReasoningTrace) -> None:
        """Count one trace."""
        self.total += 1
        for name in ("category", "difficulty", "family"):
            self.by[name][str(trace.meta.get(name, "unknown"))] += 1
        self.by["steps"][str(len(trace.steps))] += 1

    def add(self, total: int, by: Mapping[str, Mapping[str, int]]) -> None:
        """Add the counts of another stream."""
        self.total += total
        for name, found in by.items():
            self.by[name].update(found)

    def watch(self, traces: Iterable[ReasoningTrace]) -> Iterator[ReasoningTrace]:
        """Count a stream as it passes."""
        for trace in traces:
            self.see(trace)
            yield trace


def write_dataset(recipe: Recipe, folder: Path) -> dict[str, Any]:
    """Write ``folder/{dataset.jsonl, manifest.json}`` in constant memory and return the manifest.

    Every step was checked, every answer recomputed (``Source.trace``), and no prompt is one of an evaluation set of
    ours (LeakError). Raises SeedingError when the folder holds another dataset.
    """
    refuse_other(folder, {"dataset_key": recipe.key, "seed": recipe.seed, "count": recipe.traces})
    path, counts = folder / "dataset.jsonl", Counts()
    write_traces(path, counts.watch(watched_traces(recipe)))
    manifest = manifest_of(recipe, counts, path)
    write_json(folder / "manifest.json", manifest)
    return manifest


def watched_traces(recipe: Recipe, start: int = 0, stop: int | None = None) -> Iterator[ReasoningTrace]:
    """The traces of a recipe at some positions, held against the questions of our evaluation sets (LeakError)."""
    return Gate(_our_questions()).watch(make_traces(recipe, start, stop))


def manifest_of(recipe: Recipe, counts: Counts, path: Path) -> dict[str, Any]:
    """The manifest of a dataset of problems that lies whole in ``path``."""
    return {
        "manifest_version": "1.0",
        "kind": "training",
        "dataset_key": recipe.key,
        "seed": recipe.seed,
        "count": counts.total,
        "sha256": sha256_file(path),
        **{name: dict(found) for name, found in counts.by.items()},
    }


@cache
def _our_questions() -> tuple[str, ...]:
    return tuple(row["prompt"] for name in EVAL_SETS for row in make_eval_set(name))


def refuse_other(folder: Path, expected: Mapping[str, Any]) -> None:
    """Raise SeedingError when a folder's manifest says something else in a field of ``expected``."""
    path = folder / "manifest.json"
    if path.is_file():
        found = read_json(path)
        if any(found.get(name) != value for name, value in expected.items()):
            raise SeedingError(
                f"{folder}: found dataset {found.get('dataset_key')!r} of {found.get('count')} rows, seed "
                f"{found.get('seed')}, expected an empty folder or the same dataset; choose another --out"
            )


def write_eval_set(name: str, folder: Path) -> dict[str, Any]:
    """Write ``folder/{eval.jsonl, manifest.json}`` for one of our evaluation sets and return the manifest."""
    return write_eval_rows(name, make_eval_set(name), folder)


def write_eval_rows(
    name: str, rows: Sequence[dict[str, Any]], folder: Path, more: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Write the rows of an evaluation set and their manifest, in which ``more`` is said, too; returns the manifest."""
    write_jsonl(folder / "eval.jsonl", rows)
    manifest = {
        "manifest_version": "1.0",
        "kind": "evaluation",
        "dataset_key": name,
        "count": len(rows),
        "sha256": sha256_file(folder / "eval.jsonl"),
        **{name: histogram(row[name] for row in rows) for name in ("section", "category", "difficulty", "family")},
        **(more or {}),
    }
    write_json(folder / "manifest.json", manifest)
    return manifest


def histogram(values: Iterable[str]) -> dict[str, int]:
    """How often each value occurs, sorted by value."""
    return dict(sorted(Counter(values).items()))


def dataset_file(key: str, root: Path = DATA_ROOT) -> Path:
    """``data/<key>/dataset.jsonl`` or ``eval.jsonl``, its hash checked against the manifest.

    Raises SeedingError when the folder is missing or the file is not the one the manifest describes.
    """
    folder = root / key
    for name in ("dataset.jsonl", "eval.jsonl"):
        if (folder / name).is_file():
            expected, found = read_json(folder / "manifest.json")["sha256"], sha256_file(folder / name)
            if found != expected:
                raise SeedingError(
                    f"{folder / name}: found sha256 {found[:16]}..., expected {expected[:16]}... from manifest.json; "
                    f"restore the file, or make it again: python -m tunixlib seed --dataset {key} --out data/{key} "
                    "(your own: with --traces and --seed of the manifest, or by `ingest`)"
                )
            return folder / name
    have = ", ".join(sorted(path.parent.name for path in root.glob("*/manifest.json"))) or "none"
    raise SeedingError(
        f"dataset {key!r}: found no folder {folder.name} in data/ (there: {have}); "
        f"make it: python -m tunixlib seed --dataset {key} --out data/{key}, or `ingest` your own traces"
    )


def load_traces(path: Path) -> list[ReasoningTrace]:
    """All traces of a file, their prompts distinct. Raises SeedingError for a prompt that stands twice."""
    traces = list(read_traces(path))
    for prompt, count in Counter(trace.prompt for trace in traces).most_common(1):
        if count > 1:
            raise SeedingError(f"{path}: prompt {prompt[:60]!r} stands {count} times, expected distinct prompts")
    return traces
