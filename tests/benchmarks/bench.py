"""`make bench`: ours beside its peers, alternating, several rounds; tables, pictures and every single reading.

    python tests/benchmarks/bench.py --rounds 3      # over an hour, alone on the machine
    python tests/benchmarks/bench.py --quick         # minutes: whether it works, no result

Each side of a row runs in a process of its own (``sides.py``), ours and the peers in turn, so that a machine that grows
slower slows all of them. A ratio is taken within a round; its median and range are shown. Nothing here is a test: what
a machine measures says nothing of another one, so no figure can fail a check.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from subprocess import PIPE
from typing import Any

from pictures import draw_growth, draw_main_job, draw_ratios
from rows import Growth, Row, main_job_seconds, planned_growth, planned_rows
from sides import WARM_UP
from tables import results_text, speed

from tunixlib.artifacts import read_json, write_json, write_text
from tunixlib.evidence.environment import capture_commit, capture_environment, git
from tunixlib.seeding.datasets import write_dataset
from tunixlib.seeding.recipes import Recipe
from tunixlib.trees import PROJECT_ROOT

SIDES = Path(__file__).with_name("sides.py")
RESULTS = Path(__file__).with_name("results")
LONGEST_S = 3600
LONG_S = 10  # of growth, what takes longer is measured once


def measure(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """One side, once, in a process of its own. Raises RuntimeError with the end of what it said when it fails."""
    command = [sys.executable, str(SIDES), name, json.dumps(options)]
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True) as process:
        try:
            told, errors = process.communicate(timeout=LONGEST_S)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # with what it started
            raise
    if process.returncode:
        raise RuntimeError(f"{name} failed with {process.returncode}:\n{errors[-1500:]}")
    found: dict[str, Any] = json.loads(told.strip().rsplit("\n", 1)[-1])
    return found | {"rate": found["units"] / found["seconds"]}


def say(text: str) -> None:
    """One line of progress, with the time of day: some rows take many minutes."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def run_row(row: Row, rounds: int) -> dict[str, Any]:
    """All rounds of a row: every reading, the medians, and each ratio round by round."""
    readings: dict[str, list[dict[str, Any]]] = {label: [] for label in row.sides}
    for number in range(1, rounds + 1):
        for label, (name, more) in row.sides.items():
            if number > 1 and label in row.once:
                continue
            found = measure(name, {**row.options, **more})
            readings[label].append(found)
            say(f"{row.name}, round {number} of {rounds}: {label} {speed(found['rate'], row.unit)}")
    ratios = [
        {"of": a, "to": b, "target": target, "agreement": agreement(readings[a][0]["check"], readings[b][0]["check"]),
         **compared([*zip(readings[a], readings[b], strict=False)])}
        for a, b, target in row.ratios
    ]  # fmt: skip
    for reading in (reading for found in readings.values() for reading in found):
        if isinstance(check := reading.pop("check"), list):
            reading["losses"] = check
    return {
        "name": row.name, "unit": row.unit, "rounds": rounds, "readings": readings, "ratios": ratios,
        "options": {name: value for name, value in row.options.items() if name not in PLACES}, **summary(readings),
    }  # fmt: skip


def compared(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Ratios of the speeds, round by round; of training over the steps that both did, without and with the first."""
    if "took" not in pairs[0][0]:
        return {"values": [ours["rate"] / theirs["rate"] for ours, theirs in pairs]}

    def over(reading: dict[str, Any], steps: slice) -> float:
        return float(sum(reading["work"][steps]) / sum(reading["took"][steps]))

    both = min(len(reading["took"]) for reading in pairs[0])
    later, whole = slice(WARM_UP, both), slice(0, both)
    return {
        "steps": both, "values": [over(ours, later) / over(theirs, later) for ours, theirs in pairs],
        "with_first_steps": [over(ours, whole) / over(theirs, whole) for ours, theirs in pairs],
    }  # fmt: skip


def joined(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A row with rounds that were added later: what agrees is told of the last ones. SystemExit for other work."""
    alike = ("name", "unit", "options")
    if any(before[name] != after[name] for name in alike) or [*before["readings"]] != [*after["readings"]]:
        raise SystemExit(f"{after['name']}: the rounds that there are did other work; measure it without --more")
    readings = {label: [*before["readings"][label], *found] for label, found in after["readings"].items()}
    ratios = [
        {**new, **{name: [*old[name], *new[name]] for name in ("values", "with_first_steps") if name in new}}
        for old, new in zip(before["ratios"], after["ratios"], strict=True)
    ]
    return {
        **after, "rounds": before["rounds"] + after["rounds"], "readings": readings, "ratios": ratios,
        "commits": sorted({*before["commits"], *after["commits"]}), **summary(readings),
    }  # fmt: skip


def summary(readings: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Median rate and most memory of each side."""
    return {
        "median": {label: statistics.median(r["rate"] for r in found) for label, found in readings.items()},
        "peak_mb": {label: max(r["peak_mb"] for r in found) for label, found in readings.items()},
    }


PLACES = ("checkpoint", "file")


def agreement(ours: Any, theirs: Any) -> str:
    """How far two sides did the same: losses by their means and the worst single one, texts by how many are equal."""
    if not ours or not theirs:
        return ""
    if isinstance(ours, list):
        pairs = list(zip(ours, theirs, strict=False))  # a side may stop after the first steps
        means = [statistics.fmean(side) for side in zip(*pairs, strict=True)]
        apart = (abs(means[0] - means[1]) / means[1], max(abs(a - b) / b for a, b in pairs))
        return f"{len(pairs)} losses: means within {100 * apart[0]:.2f} %, each within {100 * apart[1]:.2f} %"
    if not isinstance(ours, dict):
        return "" if ours == theirs else f"{ours} here, {theirs} there"
    both = ours.keys() & theirs.keys()
    return f"{sum(ours[place] == theirs[place] for place in both)} of {len(both)} texts equal"


def run_growth(growth: Growth, rounds: int) -> dict[str, Any]:
    """Readings of each size, one where it takes long: median seconds, most memory."""
    points = []
    for size in growth.sizes:
        found = [measure(growth.side, {**growth.options, growth.variable: size})]
        found += [measure(growth.side, {**growth.options, growth.variable: size})
                  for _ in range(1, rounds if found[0]["seconds"] < LONG_S else 1)]  # fmt: skip
        seconds = sorted(reading["seconds"] for reading in found)
        peak_mb = max(reading["peak_mb"] for reading in found)
        points.append({"size": size, "seconds": statistics.median(seconds), "peak_mb": peak_mb, "all_seconds": seconds})
        say(f"{growth.name}, {size:,} {growth.variable}: {points[-1]['seconds']:,.4g} s, {peak_mb:,.0f} MB")
    return {"name": growth.name, "variable": growth.variable, "points": points}


def stop_by_itself(place: Path, quick: bool) -> str:
    """Train SmolLM2 on the 550 traces, so that it stops by itself: what generation is measured on. Its folder."""
    if quick:
        from tunixlib.modeling.models import model_folder

        return str(model_folder("tiny"))
    from training_sides import train, training_rows

    say("training the model that generation is measured on")
    train(*training_rows({"model": "smollm2", "rows": 8, "steps": 69}), place)
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
    parser.add_argument("--more", action="store_true", help="add the rounds to those that rows have, of the same work")
    parser.add_argument("--checkpoint", default="", help="a model that stops by itself; default: one is trained")
    parser.add_argument("--quick", action="store_true", help="small sizes: whether it works, not a result")
    return parser.parse_args()


def planned(chosen: argparse.Namespace, place: Path) -> list[Row | Growth]:
    """What ``--only`` names, with the files that it reads made."""
    traces = place / "data"
    file = traces / "dataset.jsonl"
    found = [
        item
        for item in [*planned_rows(chosen.quick, file), *planned_growth(chosen.quick, file)]
        if not chosen.only or any(item.name.startswith(begin) for begin in chosen.only)
    ]
    if any("file" in item.options for item in found):
        traces_to_validate(traces, 5_000 if chosen.quick else 50_000, 1 if chosen.quick else 20)
    if any("checkpoint" in item.options for item in found):
        checkpoint = chosen.checkpoint or stop_by_itself(place / "stops", chosen.quick)
        for item in found:
            item.options.update({"checkpoint": checkpoint} if "checkpoint" in item.options else {})
    return found


def main() -> None:
    """Measure; results.json, results.md and the pictures are written again after every row."""
    chosen = arguments()
    # The results that are being written are no change of what is measured.
    status = git(PROJECT_ROOT, "status", "--porcelain", "--", ".", f":(exclude){RESULTS.relative_to(PROJECT_ROOT)}")
    dirty = bool(status and status.stdout.strip())
    about = {"quick": chosen.quick, **capture_commit(), "environment": capture_environment()}
    path = chosen.out / "results.json"
    results = {"bench_version": "1.1", "quick": chosen.quick, "environment": about["environment"], "rows": [],
               "growth": [], "main_job": main_job_seconds()}  # fmt: skip
    if (chosen.only or chosen.more) and path.is_file():  # what was not asked for stays as it was
        results = read_json(path)
        if any(results[name] != about[name] for name in ("quick", "environment")):
            raise SystemExit(f"{path} was measured with other sizes or elsewhere: choose another --out, or measure all")
    with tempfile.TemporaryDirectory(prefix="bench.") as place:
        for item in planned(chosen, Path(place)):
            kind = "rows" if isinstance(item, Row) else "growth"
            found = run_row(item, chosen.rounds) if isinstance(item, Row) else run_growth(item, chosen.rounds)
            found["commits"] = [f"{about['commit'][:8]}{' (changed)' if dirty else ''}"]
            before = next((old for old in results[kind] if old["name"] == item.name), None)
            if chosen.more and before and kind == "rows":
                found = joined(before, found)
            results[kind] = [found if old is before else old for old in results[kind]] + ([] if before else [found])
            write_results(results, chosen.out)
    print(f"\n{results_text(results)}\nwritten: {chosen.out}/results.json, results.md and pictures")


def write_results(results: dict[str, Any], out: Path) -> None:
    """All readings, the page and its pictures."""
    write_json(out / "results.json", results)
    write_text(out / "results.md", results_text(results))
    draw_ratios(results["rows"], out / "ratios.png")
    draw_growth(results["growth"], out / "growth.png")
    draw_main_job(results["main_job"], out / "main_job.png")


if __name__ == "__main__":
    main()
