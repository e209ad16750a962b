"""Checks of what training logged: rates that follow from the schedule, speeds from tokens and seconds, equal settings.

for problem in check_metrics(evidence):
    print(problem)        # training/flat/stage_2/metrics.jsonl: found learning_rate 0.1 in line 3, expected 6e-05 ...

Losses, gradient norms and seconds are measurements: nothing in the run gives them again. ``--recheck-loss`` gives the
loss of the first step of every segment whose parent's weights lie there.
"""

import math
from collections.abc import Iterator
from typing import Any

from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.training.config import SFTConfig, learning_rate_at

RETRAIN = "train the arm again"
RECORD = "checkpoint/checkpoint.json"


def check_metrics(evidence: Evidence) -> Iterator[Problem]:
    """The rows of every segment, and the settings that all segments of all arms share."""
    first: dict[str, Any] = {}
    for name in evidence.below("training"):
        if not name.endswith(f"/{RECORD}"):
            continue
        record, metrics = evidence.json(name), f"{name.removesuffix(RECORD)}metrics.jsonl"
        first = first or record["config"]
        if not same(record["config"], first):
            yield Problem(name, f"config {shorten(record['config'])}", "one config in all segments and arms", RETRAIN)
        yield from choice_problems(name, record)
        rows = evidence.rows(metrics)
        for number, row in enumerate(rows, start=1):
            for field, expected in row_faults(row, number, len(rows), record):
                yield Problem(metrics, f"{field} {row.get(field, 'missing')} in line {number}", expected, RETRAIN)


def row_faults(row: dict[str, Any], number: int, steps: int, record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """``(field, what was expected)`` for what a row of metrics contradicts."""
    rate = learning_rate_at(number, steps, SFTConfig(**record["config"]))
    if not math.isclose(row["learning_rate"], rate, rel_tol=1e-12):
        yield "learning_rate", f"{rate} as the schedule gives"
    if row["target_tokens"] >= row["tokens"]:
        yield "target_tokens", f"fewer than its {row['tokens']} tokens, since prompts carry no loss"
    # Seconds are rounded to 4 digits and the speed to 1; the speed was computed before rounding.
    slow, fast = row["tokens"] / (row["seconds"] + 6e-5), row["tokens"] / max(row["seconds"] - 6e-5, 1e-9)
    if not slow - 0.06 <= row["tokens_per_second"] <= fast + 0.06:
        yield "tokens_per_second", f"{row['tokens']} tokens in {row['seconds']} seconds"
    if row["grad_norm"] < 0 or row["loss"] < 0:
        yield ("grad_norm" if row["grad_norm"] < 0 else "loss"), "0 or more"
    half = record["chosen"]["precision"] == "float16"
    for field in ("loss_scale", "skipped"):
        if (field in row) != half:
            yield field, "it in float16 and nowhere else"
    if row.get("skipped") and row["grad_norm"]:
        yield "grad_norm", "0 in a step that was skipped"
    if math.frexp(row.get("loss_scale", 1.0))[0] != 0.5:
        yield "loss_scale", "a power of two"


def choice_problems(name: str, record: dict[str, Any]) -> Iterator[Problem]:
    """What was chosen on the machine is what was asked for by name."""
    config, chosen = record["config"], {"engine": "torch", **record["chosen"]}
    wishes = {
        "precision": config.get("precision", "auto"),
        "compile": {"on": True, "off": False}.get(config.get("compile", "auto"), "auto"),
        "processes": config.get("processes", 0) or "auto",
        "engine": config.get("engine", "torch"),
    }
    for field, wish in wishes.items():
        if wish != "auto" and not same(chosen.get(field, wish), wish):
            yield Problem(name, f"chosen/{field} {shorten(chosen[field])}", f"{shorten(wish)} as asked for", RETRAIN)
