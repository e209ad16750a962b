"""`make bench`: ours beside its peers, alternating, several rounds; tables, pictures and every single reading.

    python tests/benchmarks/bench.py --rounds 3      # over an hour, alone on the machine
    python tests/benchmarks/bench.py --quick         # minutes: whether it works, no result

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
import time
from pathlib import Path
from typing import Any

from pictures import draw_growth, draw_main_job, draw_ratios
from rows import Growth, Row, main_job_seconds, planned_growth, planned_rows
from tables import results_text, speed

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evidence.environment import capture_commit, capture_environment
from tunixlib.seeding.datasets import write_dataset
from tunixlib.seeding.recipes import Recipe

SIDES = Path(__file__).with_name("sides.py")
RESULTS = Path(__file__).with_name("results")
LONGEST_S = 3600


def measure(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """One side, once, in a process of its own. Raises RuntimeError with the end of what it said when it fails."""
    command = [sys.executable, str(SIDES), name, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
    if done.returncode:
        raise RuntimeError(f"{name} failed with {done.returncode}:\n{done.stderr[-1500:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    return found | {"rate": found["units"] / found["seconds"]}


def say(text: str) -> None:
    """One line of progress, with the time of day: some rows take many minutes."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run_row(row: Row, rounds: int) -> dict[str, Any]:
    """All rounds of a row: every reading, the medians, and each ratio round by round."""
    readings: dict[str, list[dict[str, Any]]] = {label: [] for label in row.sides}
    for number in range(1, rounds + 1):
        for label, (name, more) in row.sides.items():
            found = measure(name, {**row.options, **more})
            readings[label].append(found)
            say(f"{row.name}, round {number} of {rounds}: {label} {speed(found['rate'], row.unit)}")
    checks = {label: found[0]["check"] for label, found in readings.items()}
    for reading in (reading for found in readings.values() for reading in found):
        del reading["check"]
    return {
        "name": row.name, "unit": row.unit, "rounds": rounds, "readings": readings,
        "options": {name: value for name, value in row.options.items() if name not in PLACES},
        "median": {label: statistics.median(r["rate"] for r in found) for label, found in readings.items()},
        "peak_mb": {label: max(r["peak_mb"] for r in found) for label, found in readings.items()},
        "ratios": [
            {"of": a, "to": b, "target": target, "agreement": agreement(checks[a], checks[b]),
             "values": [x["rate"] / y["rate"] for x, y in zip(readings[a], readings[b], strict=True)]}
            for a, b, target in row.ratios
        ],
    }  # fmt: skip


PLACES = ("checkpoint", "file")


def agreement(ours: Any, theirs: Any) -> str:
    """How far two sides did the same: losses by their largest relative difference, texts by how many are equal."""
    if not ours or not theirs:
        return ""
    if isinstance(ours, list):
        pairs = list(zip(ours, theirs, strict=False))  # a side may stop after the first steps
        return f"{len(pairs)} losses within {100 * max(abs(a - b) / b for a, b in pairs):.2f} %"
    if not isinstance(ours, dict):
        return "" if ours == theirs else f"{ours} here, {theirs} there"
    both = ours.keys() & theirs.keys()
    return f"{sum(ours[place] == theirs[place] for place in both)} of {len(both)} texts equal"


def run_growth(growth: Growth) -> dict[str, Any]:
    """One reading of each size: seconds and peak memory."""
    points = []
    for size in growth.sizes:
        found = measure(growth.side, {**growth.options, growth.variable: size})
        points.append({"size": size, "seconds": found["seconds"], "peak_mb": found["peak_mb"]})
        say(f"{growth.name}, {size:,} {growth.variable}: {found['seconds']:,.4g} s, {found['peak_mb']:,.0f} MB")
    return {"name": growth.name, "variable": growth.variable, "points": points}


def stop_by_itself(place: Path, quick: bool) -> str:
    """Train SmolLM2 on the 550 traces, so that it stops by itself: what generation is measured on. Its folder."""
    if quick:
        from tunixlib.modeling.models import model_folder

        return str(model_folder("tiny"))
    from training_sides import train, training_rows

    say("training the model that generation is measured on")
    train(*training_rows({"model": "smollm2", "rows": 8, "steps": 69}), place, 10**6)
    return str(place / "checkpoint")


def traces_to_validate(place: Path, count: int, times: int) -> None:
    """A data set whose file is then written ``times`` over: to read, a million traces need not all be different."""
    say(f"making {count:,} traces to validate, {times} times the same")
    write_dataset(Recipe("my-validated", count), place)
    lines = (place / "dataset.jsonl").read_bytes()
    with open(place / "dataset.jsonl", "wb") as file:
        for _ in range(times):
            file.write(lines)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--only", nargs="*", default=[], help="rows by the beginning of their names; others are kept")
    parser.add_argument("--checkpoint", default="", help="a model that stops by itself; default: one is trained")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not a result")
    return parser.parse_args()


def measure_all(chosen: argparse.Namespace, place: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """``(rows, growth)``, those that ``--only`` names."""

    def wanted(item: Row | Growth) -> bool:
        return not chosen.only or any(item.name.startswith(begin) for begin in chosen.only)

    traces = place / "data"
    rows = [row for row in planned_rows(chosen.quick, traces / "dataset.jsonl") if wanted(row)]
    growth = [item for item in planned_growth(chosen.quick, traces / "dataset.jsonl") if wanted(item)]
    if any("file" in item.options for item in [*rows, *growth]):
        traces_to_validate(traces, 5_000 if chosen.quick else 50_000, 1 if chosen.quick else 20)
    if any("checkpoint" in row.options for row in rows):
        checkpoint = chosen.checkpoint or stop_by_itself(place / "stops", chosen.quick)
        for row in rows:
            row.options.update({"checkpoint": checkpoint} if "checkpoint" in row.options else {})
    return [run_row(row, chosen.rounds) for row in rows], [run_growth(item) for item in growth]


def main() -> None:
    """Measure, then write results.json, results.md and the pictures."""
    chosen = arguments()
    environment, commit = capture_environment(), capture_commit()
    with tempfile.TemporaryDirectory(prefix="bench.") as place:
        rows, growth = measure_all(chosen, Path(place))
    path = chosen.out / "results.json"
    if chosen.only and path.is_file():  # what was not asked for stays as it was
        rows, growth = (_merged(read_json(path)[key], new) for key, new in (("rows", rows), ("growth", growth)))
    about = {"quick": chosen.quick, **commit, "environment": environment}
    results = {"bench_version": "1.0", **about, "rows": rows, "growth": growth, "main_job": main_job_seconds()}
    write_json(path, results)
    text = results_text(results)
    write_text(chosen.out / "results.md", text)
    draw_ratios(rows, chosen.out / "ratios.png")
    draw_growth(growth, chosen.out / "growth.png")
    draw_main_job(results["main_job"], chosen.out / "main_job.png")
    print(f"\n{text}\nwritten: {chosen.out}/results.json, results.md, ratios.png, growth.png, main_job.png")


def _merged(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {item["name"]: item for item in new}
    return [found.pop(item["name"], item) for item in old] + list(found.values())


if __name__ == "__main__":
    main()
