"""What 01_seed shows of a dataset: its breadth, its truth, and that making it again gives the same bytes."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, sha256_file
from tunixlib.checking.steps import check_steps
from tunixlib.seeding import datasets
from tunixlib.seeding.datasets import dataset_file, stage_of, write_dataset
from tunixlib.seeding.recipes import DEFAULT_TRACES, Recipe, SeedingError
from tunixlib.tables import markdown_table
from tunixlib.traces import ReasoningTrace


def breadth_table(traces: Sequence[ReasoningTrace]) -> str:
    """Traces, families and steps by category, as Markdown."""
    by_category: dict[str, list[ReasoningTrace]] = defaultdict(list)
    for trace in traces:
        by_category[trace.meta.get("category", "unknown")].append(trace)
    rows = []
    for category, found in sorted(by_category.items()):
        families = len({trace.meta.get("family") for trace in found})
        steps = [len(trace.steps) for trace in found]
        rows.append((category, len(found), families, f"{min(steps)}–{max(steps)}"))
    rows.append(("all", len(traces), len({t.meta.get("family") for t in traces}), ""))
    return markdown_table(("category", "traces", "families", "steps"), rows)


def truth_table(traces: Sequence[ReasoningTrace]) -> str:
    """True, false and unchecked steps by stage, as Markdown. Raises SeedingError when a step of ours is false."""
    counts: dict[str, Counter[str]] = {stage: Counter() for stage in "abc"}
    for trace in traces:
        truth = check_steps([step.content for step in trace.steps], trace.prompt)
        counts[stage_of(trace)].update(step.verdict for step in truth.steps)
        if truth.false and trace.meta.get("dataset_key") in DEFAULT_TRACES:
            raise SeedingError(f"trace {trace.trace_id}: step {truth.first_false} is false; report it, it is a defect")
    rows = [(f"stage {stage.upper()}", c["true"], c["unchecked"], c["false"]) for stage, c in counts.items()]
    return markdown_table(("steps of", "true", "unchecked", "false"), rows)


def remake(dataset: str) -> str:
    """Make one of our datasets again and compare the bytes; of an ingested one say where it came from.

    Raises SeedingError when the bytes differ.
    """
    if dataset not in DEFAULT_TRACES:
        manifest = datasets.DATA_ROOT / dataset / "manifest.json"
        if manifest.is_file() and (came := read_json(manifest).get("ingest")):
            return _came_from(came)
        return f"{dataset} is not one of ours: nothing to compare it with"
    expected = sha256_file(dataset_file(dataset))
    with tempfile.TemporaryDirectory() as scratch:
        found = write_dataset(Recipe(dataset, DEFAULT_TRACES[dataset]), Path(scratch))["sha256"]
    if found != expected:
        raise SeedingError(
            f"dataset {dataset!r}: made again it has sha256 {found[:16]}..., committed is {expected[:16]}...; "
            "the families have changed since: make it again with `python -m tunixlib seed`, or restore the code"
        )
    return f"made again: the same {DEFAULT_TRACES[dataset]} traces, sha256 {found[:16]}..."


def _came_from(came: Mapping[str, Any]) -> str:
    reasons = ", ".join(f"{name} {count}" for name, count in sorted(came["rejected"].items()))
    return (
        f"ingested from {came['source']}, sha256 {came['source_sha256'][:16]}...: {came['read']} read, "
        f"{came['kept']} kept, {came['read'] - came['kept']} rejected" + (f" ({reasons})" if reasons else "")
    )
