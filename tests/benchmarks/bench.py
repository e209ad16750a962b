"""`make bench`: ours beside its peers, alternating, several rounds; a table, a picture and every single reading.

    python tests/benchmarks/bench.py --rounds 3      # hours; --quick: minutes, whether it works and no result

Each side of a row runs in a process of its own (``sides.py``), ours and the peers in turn, so that a machine that grows
slower slows all of them. A ratio is taken within a round; its median and range are shown. Nothing here is a test: what
a machine measures says nothing of another one, so no figure can fail a check.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunixlib.artifacts import write_json, write_text
from tunixlib.evidence.environment import capture_commit, capture_environment
from tunixlib.seeding.datasets import write_dataset
from tunixlib.seeding.recipes import Recipe
from tunixlib.tables import markdown_table

SIDES = Path(__file__).with_name("sides.py")
RESULTS = Path(__file__).with_name("results")
LONGEST_S = 3600


@dataclass(frozen=True)
class Row:
    """What is compared: the sides in turn, ours first, with the options that all of them get."""

    name: str
    sides: tuple[str, ...]
    unit: str  # what is counted per second
    options: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)  # peer -> the ratio that is aimed at


def rows(quick: bool, checkpoint: str, validated: Path) -> list[Row]:
    """The rows; ``checkpoint`` is a model that stops by itself, ``validated`` a file of traces."""
    training = {"rows": 8, "steps": 8 if quick else 69, "arm_tokens": 0 if quick else 10**6}
    writing = {"checkpoint": checkpoint, "tokens": 128, "items": 8 if quick else 200}
    trl = ("training/ours", "training/trl-best", "training/trl-default")
    alone = {**writing, "items": 4 if quick else 24}
    return [
        Row("matrix peak", ("peak/matrix",), "operations"),
        Row("training SmolLM2-135M", trl, "tokens", {"model": "smollm2", **training}, {"training/trl-best": 2.2}),
        Row("training tiny", trl[:2], "tokens", {"model": "tiny", **training}),
        Row("LoRA SmolLM2-135M", trl[:2], "tokens", {"model": "smollm2", **training, "lora": 16}),
        Row("generation float32", ("generation/ours", "generation/batched"), "completions",
            {**writing, "precision": "float32"}, {"generation/batched": 1.5}),
        Row("generation float32, few", ("generation/ours", "generation/one-by-one"), "completions",
            {**alone, "precision": "float32"}),
        Row("generation bfloat16", ("generation/ours", "generation/batched"), "completions",
            {**writing, "precision": "bfloat16"}),
        Row("seeding 550", ("data/seed",), "traces", {"traces": 550}),
        Row("seeding 50,000", ("data/seed",), "traces", {"traces": 5_000 if quick else 50_000}),
        Row("validation", ("data/validate",), "traces", {"file": str(validated)}, ),
    ]  # fmt: skip


def measure(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """One side, once, in a process of its own. Raises RuntimeError with the end of what it said when it fails."""
    command = [sys.executable, str(SIDES), name, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    if done.returncode:
        raise RuntimeError(f"{name} failed with {done.returncode}:\n{done.stderr[-1500:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    return found | {"rate": found["units"] / found["seconds"]}


def run_row(row: Row, rounds: int) -> dict[str, Any]:
    """All rounds of a row: every reading, the medians, and the ratios of ours to each peer, round by round."""
    readings: dict[str, list[dict[str, Any]]] = {name: [] for name in row.sides}
    for number in range(1, rounds + 1):
        for name in row.sides:
            found = measure(name, row.options)
            readings[name].append(found)
            print(f"{row.name}, round {number} of {rounds}: {name} {found['rate']:,.1f} {row.unit}/s", flush=True)
    ours = row.sides[0]
    ratios = {
        peer: [a["rate"] / b["rate"] for a, b in zip(readings[ours], readings[peer], strict=True)]
        for peer in row.sides[1:]
    }
    checks = {name: found[0].pop("check") for name, found in readings.items()}
    for found in readings.values():
        for reading in found:
            reading.pop("check", None)
    return {
        "name": row.name, "unit": row.unit, "options": {k: v for k, v in row.options.items() if k in SHOWN},
        "median": {name: statistics.median(r["rate"] for r in found) for name, found in readings.items()},
        "peak_mb": {name: max(r["peak_mb"] for r in found) for name, found in readings.items()},
        "ratios": {peer: sorted(found) for peer, found in ratios.items()},
        "agreement": {peer: agreement(checks[ours], checks[peer]) for peer in row.sides[1:]},
        "targets": row.targets, "readings": readings,
    }  # fmt: skip


SHOWN = ("model", "rows", "steps", "lora", "tokens", "items", "precision", "traces")


def agreement(ours: Any, theirs: Any) -> str:
    """How far two sides did the same: losses by their largest relative difference, texts by how many are equal."""
    if not ours or len(ours) != len(theirs):
        return "not comparable"
    if isinstance(ours[0], float):
        return f"losses within {100 * max(abs(a - b) / b for a, b in zip(ours, theirs, strict=True)):.2f} %"
    return f"{sum(a == b for a, b in zip(ours, theirs, strict=True))} of {len(ours)} texts equal"


def table(results: list[dict[str, Any]]) -> str:
    """The rows as Markdown: ours, each peer, the ratio with its range, the target and what agreed."""
    lines: list[tuple[str, ...]] = []
    for row in results:
        ours, *peers = row["median"]
        rate = f"{row['median'][ours]:,.4g} {row['unit']}/s"
        if not peers:
            lines.append((row["name"], rate, "–", "–", "–", "–", "–"))
        for peer in peers:
            found = row["ratios"][peer]
            ratio = f"{statistics.median(found):.2f} [{found[0]:.2f}, {found[-1]:.2f}]"
            target = f"{row['targets'][peer]:g}" if peer in row["targets"] else "–"
            there = f"{row['median'][peer]:,.4g}"
            lines.append((row["name"], rate, peer.split("/")[1], there, ratio, target, row["agreement"][peer]))
    return markdown_table(("what", "ours", "peer", "peer's", "ratio [range]", "aimed at", "agreement"), lines)


def share_of_peak(results: list[dict[str, Any]]) -> str:
    """Training's share of the matrix peak, by six operations for each parameter and token."""
    by_name = {row["name"]: row for row in results}
    if not {"matrix peak", "training SmolLM2-135M"} <= by_name.keys():
        return ""
    parameters, peak = 134.5e6, by_name["matrix peak"]["median"]["peak/matrix"]
    done = 6 * parameters * by_name["training SmolLM2-135M"]["median"]["training/ours"]
    return (
        f"Training SmolLM2-135M uses {100 * done / peak:.0f} % of the {peak / 1e9:,.0f} GFLOP/s that bfloat16 products "
        "reach here (6 operations for each of 134.5 M parameters and token; 70 % is aimed at)."
    )


def picture(results: list[dict[str, Any]], path: Path) -> None:
    """Ratios of ours to each peer, with their ranges; a tick where one was aimed at."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bars = [(row, peer) for row in results for peer in row["ratios"]]
    figure = Figure(figsize=(8, 0.6 + 0.42 * len(bars)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for place, (row, peer) in enumerate(bars):
        found = row["ratios"][peer]
        middle = statistics.median(found)
        axes.barh(place, middle, color="#0072B2", height=0.6)
        axes.plot([found[0], found[-1]], [place, place], color="black", linewidth=1.5)
        if peer in row["targets"]:
            axes.plot([row["targets"][peer]] * 2, [place - 0.4, place + 0.4], color="#D55E00", linewidth=2)
    axes.axvline(1, color="#777777", linewidth=1)
    axes.set_yticks(
        range(len(bars)), [f"{row['name']}\nagainst {peer.split('/')[1]}" for row, peer in bars], fontsize=8
    )
    axes.invert_yaxis()
    axes.set(xlabel="times as fast as the peer: median, range of the rounds; orange: aimed at")
    figure.savefig(path)


def stop_by_itself(place: Path, quick: bool) -> str:
    """Train SmolLM2 a little, so that it stops by itself: what generation is measured on. Its folder."""
    if quick:
        from tunixlib.modeling.models import model_folder

        return str(model_folder("tiny"))
    from sides import training_rows

    from tunixlib.training.sft import train_segment

    parent, batches, config = training_rows({"model": "smollm2", "rows": 8, "steps": 69})
    train_segment(parent, batches, config, place, arm="flat", stage="stage_1", dataset_sha256="0" * 64)
    return str(place / "checkpoint")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--only", nargs="*", default=[], help="rows by the beginning of their names")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not a result")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench.") as place:
        validated = Path(place) / "data"
        write_dataset(Recipe("my-validated", 5_000 if chosen.quick else 50_000), validated)
        planned = rows(chosen.quick, "", validated / "dataset.jsonl")
        planned = [row for row in planned if not chosen.only or any(row.name.startswith(o) for o in chosen.only)]
        if any(row.name.startswith("generation") for row in planned):
            checkpoint = stop_by_itself(Path(place) / "stops", chosen.quick)
            for row in planned:
                row.options.update({"checkpoint": checkpoint} if "checkpoint" in row.options else {})
        results = [run_row(row, chosen.rounds) for row in planned]
    environment = capture_environment()
    about = {"quick": chosen.quick, "rounds": chosen.rounds, **capture_commit(), "environment": environment}
    write_json(chosen.out / "results.json", {"bench_version": "1.0", **about, "rows": results})
    cores = f"{environment['cpu']}, {environment['cpus']} cores ({environment.get('instructions', '')})"
    text = f"# Speed beside peers\n\n{cores}; {chosen.rounds} rounds.\n\n{table(results)}\n\n{share_of_peak(results)}\n"
    write_text(chosen.out / "results.md", text)
    picture(results, chosen.out / "results.png")
    print(f"\n{text}\nwritten: {chosen.out}/results.json, results.md, results.png")


if __name__ == "__main__":
    main()
