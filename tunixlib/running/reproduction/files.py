"""Two executions of one run compared file by file: which bytes are equal, what else holds, what differs.

    for found in compare_files(original, again, same_class=True):
        print(found.file, found.verdict)        # training/flat/stage_1/metrics.jsonl same but for times

Most files must have the same bytes. Some hold times, the run's name, or hashes of such files: those are compared
without them. Where the machine is of another class, weights and what follows from them may differ: there every metric
of the new predictions must lie in the original's own 95 % interval.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, read_json, read_jsonl, sha256_file
from tunixlib.evaluation.scoring import ITEM_FIELDS
from tunixlib.evaluation.second_pass import SECOND_PASS, second_pass_scorecard
from tunixlib.evidence.check_data import first_difference
from tunixlib.evidence.notebook_check import INJECTED, assignments, is_injected, source_of
from tunixlib.evidence.sealing import evidence_files
from tunixlib.running.reproduction.metrics import MetricHeld, loss_holds, outside
from tunixlib.runs import MANIFEST, Run

SAME, TIMES, WITHIN = "same bytes", "same but for times", "within its interval"
FOLLOWS, DIFFERS = "follows from the others", "differs"
VERDICTS = (SAME, TIMES, WITHIN, FOLLOWS, DIFFERS)

CLOCK_OF_STEP = ("seconds", "tokens_per_second")
# What another machine may put into a checkpoint's record: its weights, and how it computed them.
OF_THE_MACHINE = ("weights_sha256", "parent_sha256", "chosen")
# Of the manifest: what was asked for and of what. The rest says when, where, by which commit.
ASKED = ("run_version", "model", "dataset", "eval_sets", "seed", "max_steps")


@dataclass(frozen=True)
class FileHeld:
    """One file of both runs: the verdict, and in words why it is not ``same bytes`` (may be empty)."""

    file: str
    verdict: str
    why: str = ""


def compare_files(original: Run, again: Run, same_class: bool, metrics: list[MetricHeld]) -> list[FileHeld]:
    """Every file of both runs with its verdict, sorted by name; ``metrics`` are those of ``compare_metrics``.

    Both runs are expected to be sealed and verified. Weights are compared by the sha256 in ``checkpoint.json``.
    """
    mine, yours = ({*evidence_files(run.root), MANIFEST} for run in (original, again))
    found = []
    for name in sorted(mine | yours):
        if name not in mine or name not in yours:
            found.append(FileHeld(name, DIFFERS, f"only in {original.run_id if name in mine else again.run_id}"))
        else:
            found.append(_compare(name, original, again, same_class, metrics))
    return found


def _compare(name: str, original: Run, again: Run, same_class: bool, metrics: list[MetricHeld]) -> FileHeld:
    if sha256_file(original.path(name)) == sha256_file(again.path(name)):
        return FileHeld(name, SAME)
    form, what = timeless_form(name)
    read = form or (_document if name.endswith(".json") else None)
    why = _difference(read(original, name), read(again, name)) if read else ""
    if form and not why:
        return FileHeld(name, TIMES, what)
    if not same_class:
        return _elsewhere(name, original, again, metrics, why or "other bytes")
    return FileHeld(name, DIFFERS, why or "other bytes")


def _difference(one: Any, other: Any) -> str:
    """Where two documents differ first, in words; nothing when they are equal, ``1`` and ``1.0`` not being so."""
    if canonical_json(one) == canonical_json(other):
        return ""
    if isinstance(one, list) and isinstance(other, list):
        pairs = enumerate(zip(one, other, strict=False), start=1)
        found = next(((n, a, b) for n, (a, b) in pairs if canonical_json(a) != canonical_json(b)), None)
        if found is None:
            return f"{len(other)} lines in place of {len(one)}"
        return f"line {found[0]}: {first_difference(found[2], found[1])}"
    return first_difference(other, one)


Form = Callable[[Run, str], Any]


def timeless_form(name: str) -> tuple[Form | None, str]:
    """How to read a file without what no two executions share, and what that is; ``(None, "")``: compare its bytes."""
    base = Path(name).name
    if base == "metrics.jsonl":
        return _steps, "but for seconds and tokens per second"
    if name.startswith("notebooks/"):
        return _notebook, "cells and parameters; its outputs hold times"
    forms: dict[str, tuple[Form, str]] = {
        "eval_summary.json": (_summary, "but for evaluated_at"),
        "claims.json": (_claims, "but for hashes of files that hold times"),
        "analysis.md": (_analysis, "but for the run's name"),
        "provenance.json": (_provenance, "stages, parameters, notebooks, files; it holds seconds and hashes"),
        MANIFEST: (_manifest, "model, data, seed, files; it holds times, the machine and hashes"),
    }
    return forms.get(name, (None, ""))


def _document(run: Run, name: str) -> Any:
    return read_json(run.path(name))


def _steps(run: Run, name: str) -> Any:
    return [{k: v for k, v in row.items() if k not in CLOCK_OF_STEP} for _, row in read_jsonl(run.path(name))]


def _summary(run: Run, name: str) -> Any:
    return {key: value for key, value in read_json(run.path(name)).items() if key != "evaluated_at"}


def _claims(run: Run, name: str) -> Any:
    return _unhashed(read_json(run.path(name)))


def _unhashed(value: Any) -> Any:
    """A document whose references to files name them and leave out their sha256: the files themselves are compared."""
    if isinstance(value, dict):
        return {k: _unhashed(v) for k, v in value.items() if not (k == "sha256" and "file" in value)}
    return [_unhashed(item) for item in value] if isinstance(value, list) else value


def _analysis(run: Run, name: str) -> Any:
    text = run.path(name).read_text(encoding="utf-8")
    for before in ("# Analysis of run `", "submission_runs/"):
        text = text.replace(f"{before}{run.run_id}", f"{before}RUN_ID")
    return text.split("\n")


def _notebook(run: Run, name: str) -> Any:
    cells = read_json(run.path(name))["cells"]
    tagged = [cell for cell in cells if {"parameters", INJECTED} & set(cell["metadata"].get("tags", []))]
    given = {key: value for cell in tagged for key, value in assignments(source_of(cell)).items()}
    sources = [[cell["cell_type"], source_of(cell)] for cell in cells if not is_injected(cell)]
    kept = {k: v for k, v in given.items() if k not in ("RUN_ID", "RUNS_ROOT")}
    return {"parameters": kept, "cells": {f"cell {n:02}": source for n, source in enumerate(sources)}}


def _provenance(run: Run, name: str) -> Any:
    return {
        stage["stage"]: {
            "parameters": stage["parameters"],
            "source_sha256": stage.get("notebook", {}).get("source_sha256", "run by hand"),
            "inputs": sorted(stage["inputs"]),
            "outputs": sorted(stage["outputs"]),
        }
        for stage in read_json(run.path(name))["stages"]
    }


def _manifest(run: Run, name: str) -> Any:
    found = read_json(run.path(name))
    return {**{key: found[key] for key in ASKED}, "files": sorted(found["files"])}


def _elsewhere(name: str, original: Run, again: Run, metrics: list[MetricHeld], why: str) -> FileHeld:
    """What must hold of a file whose bytes differ on a machine of another class."""
    base, parts = Path(name).name, name.split("/")
    if base == "checkpoint.json":
        one, other = ({k: v for k, v in read_json(run.path(name)).items() if k not in OF_THE_MACHINE}
                      for run in (original, again))  # fmt: skip
        rest = _difference(one, other)
        return FileHeld(name, DIFFERS, rest) if rest else FileHeld(name, FOLLOWS, "weights of another machine")
    if base == "metrics.jsonl":
        return _losses(name, *([row for _, row in read_jsonl(run.path(name))] for run in (original, again)))
    if parts[0] == "predictions":
        return _predictions(name, original, again, outside(metrics, parts[1], base.removesuffix(".jsonl")))
    if parts[0] == SECOND_PASS:
        return _second_pass(name, original, again)
    if name == "eval_summary.json":
        lost = outside(metrics)
        return FileHeld(name, DIFFERS, "; ".join(lost)) if lost else FileHeld(name, WITHIN)
    if name in ("claims.json", "analysis.md") or parts[0] == "figures":
        return FileHeld(name, FOLLOWS, "computed from the predictions and losses above")
    return FileHeld(name, DIFFERS, why)


def _losses(name: str, one: list[Mapping[str, Any]], other: list[Mapping[str, Any]]) -> FileHeld:
    fixed = ("step", "tokens", "target_tokens", "learning_rate")
    steps = [[{key: row[key] for key in fixed} for row in rows] for rows in (one, other)]
    if why := _difference(*steps):
        return FileHeld(name, DIFFERS, why)
    before, after = one[-1]["loss"], other[-1]["loss"]
    words = f"final loss {before:.4f}, then {after:.4f}"
    return FileHeld(name, WITHIN if loss_holds(before, after) else DIFFERS, words)


def _predictions(name: str, original: Run, again: Run, lost: list[str]) -> FileHeld:
    one, other = ([row for _, row in read_jsonl(run.path(name))] for run in (original, again))
    asked = [[{key: row.get(key) for key in ITEM_FIELDS} for row in rows] for rows in (one, other)]
    if why := _difference(*asked):
        return FileHeld(name, DIFFERS, why)
    changed = sum(a["completion"] != b["completion"] for a, b in zip(one, other, strict=True))
    words = f"{changed} of {len(one)} completions are others"
    return FileHeld(name, DIFFERS, "; ".join([words, *lost])) if lost else FileHeld(name, WITHIN, words)


def _second_pass(name: str, original: Run, again: Run) -> FileHeld:
    """The same questions, and the share of right answers after the second pass within the original's interval."""
    one, other = ([row for _, row in read_jsonl(run.path(name))] for run in (original, again))
    asked = [
        [{key: row[key] for key in ("id", "question", "expected_answer")} for row in rows] for rows in (one, other)
    ]
    if why := _difference(*asked):
        return FileHeld(name, DIFFERS, why)
    before, after = (second_pass_scorecard(rows)["after"] for rows in (one, other))
    words = f"{before['k']} of {before['n']} right after the second pass, then {after['k']}"
    return FileHeld(name, WITHIN if before["low"] <= after["rate"] <= before["high"] else DIFFERS, words)
