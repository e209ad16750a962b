"""Checks of what a run says about itself: the chain of stages, and the manifest against the files it sums up.

01_seed writes data -> 02_train reads these very bytes and writes training/flat -> ... -> 07_submission
"""

import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.runs import MANIFEST, STAGES

PROVENANCE = "provenance.json"


def check_provenance(evidence: Evidence) -> Iterator[Problem]:
    """Every stage read and wrote what lies there now, in the order of the corridor, with parameters that agree."""
    names = [stage["stage"] for stage in evidence.json(PROVENANCE)["stages"]]
    order = [stage.name for stage in STAGES if stage.name in names]
    if names != order or names[-1:] != ["07_submission"]:
        yield Problem(PROVENANCE, f"stages {', '.join(names)}", "each stage once, in order, 07_submission the last")
    yield from _chain(evidence)
    yield from _agreement(evidence)
    yield from _manifest_facts(evidence)
    yield from _command(evidence.manifest)
    yield from _times(evidence)
    if not evidence.manifest["notes"]:  # made in one session
        yield from _one_machine(evidence)


def _chain(evidence: Evidence) -> Iterator[Problem]:
    written: dict[str, str] = {}
    for stage in STAGES:
        if stage.name in evidence.stages:
            entry = evidence.stages[stage.name]
            yield from _differences(entry["inputs"], evidence.below(*stage.reads), f"read by {stage.name}")
            yield from _differences(entry["outputs"], evidence.below(*stage.writes), f"written by {stage.name}")
            for name in sorted(entry["inputs"].keys() - written.keys()):
                yield Problem(name, f"that {stage.name} read it", "an earlier stage that wrote it")
            written |= entry["outputs"]
    for name in sorted(evidence.hashes.keys() - written.keys()):
        if name != PROVENANCE and not name.startswith("notebooks/"):
            yield Problem(name, "a file that no stage wrote", "no such file", "move it out of the run")


def _differences(recorded: Mapping[str, str], there: Mapping[str, str], how: str) -> Iterator[Problem]:
    for name in sorted(recorded.keys() | there.keys()):
        if recorded.get(name) != there.get(name):
            found, expected = (f"{sha[:16]}..." if sha else "nothing" for sha in (there.get(name), recorded.get(name)))
            yield Problem(name, f"sha256 {found}", f"{expected} as {PROVENANCE} says it was {how}")


def _agreement(evidence: Evidence) -> Iterator[Problem]:
    first: dict[str, tuple[str, Any]] = {}
    for name, entry in evidence.stages.items():
        for parameter, value in entry["parameters"].items():
            writer, known = first.setdefault(parameter, (name, value))
            if not same(known, value):
                found = f"{parameter} = {shorten(value)} in {name} and {shorten(known)} in {writer}"
                yield Problem(PROVENANCE, found, "one value", "make the run again with one set of parameters")


def _manifest_facts(evidence: Evidence) -> Iterator[Problem]:
    """Each fact of the manifest that stands elsewhere too, with the place where it comes from."""
    manifest, training, summary = evidence.manifest, evidence.parameters("02_train"), "eval_summary.json"
    model, dataset, data = manifest["model"], manifest["dataset"], "data/dataset.jsonl"
    chosen = {
        "/".join(name.split("/")[1:3]): evidence.json(name)["chosen"]
        for name in evidence.below("training")
        if name.endswith("/checkpoint.json")
    }
    facts = (
        ("run_id", manifest["run_id"], evidence.json(PROVENANCE)["run_id"], PROVENANCE),
        ("model_id", model["model_id"], training["MODEL"], PROVENANCE),
        ("weights_sha256", model["weights_sha256"], evidence.summary["base_weights_sha256"], summary),
        ("seed", manifest["seed"], training["SEED"], PROVENANCE),
        ("max_steps", manifest["max_steps"], training["MAX_STEPS"], PROVENANCE),
        ("dataset_key", dataset["dataset_key"], evidence.parameters("01_seed")["DATASET"], PROVENANCE),
        ("dataset sha256", dataset["sha256"], evidence.hashes.get(data), data),
        ("eval_sets", manifest["eval_sets"], evidence.summary["eval_sets"], summary),
        ("seconds", manifest["seconds"], {n: s["seconds"] for n, s in evidence.stages.items()}, PROVENANCE),
        ("environment/training", manifest["environment"]["training"], chosen, "the checkpoints' records"),
    )  # fmt: skip
    for name, found, expected, source in facts:
        if not same(found, expected):
            yield Problem(MANIFEST, f"{name} {shorten(found)}", f"{shorten(expected)} from {source}")


def _command(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    """A profile or a run id that the command names is the manifest's."""
    for option, key in (("profile", "profile"), ("run-id", "run_id")):
        value = option_of(manifest["command"], option)
        if value is not None and manifest[key] not in (value, Path(value).stem):
            yield Problem(MANIFEST, f"command {shorten(manifest['command'])}", f"--{option} {manifest[key]}")


def option_of(command: str, option: str) -> str | None:
    """The last value of an option in a recorded command, which is quoted as in a shell; ValueError where it is not."""
    words = shlex.split(command)
    pairs = zip(words, [*words[1:], ""], strict=True)
    values = [after if word == f"--{option}" else word.partition("=")[2] for word, after in pairs
              if word == f"--{option}" or word.startswith(f"--{option}=")]  # fmt: skip
    return values[-1] if values else None


def _times(evidence: Evidence) -> Iterator[Problem]:
    """The run was sealed after its notebooks had ended, and evaluated while 05_evaluate ran."""
    sealed, evaluated = (_time(text) for text in (evidence.manifest["timestamp"], evidence.summary["evaluated_at"]))
    for stage, entry in evidence.stages.items():
        if "notebook" not in entry:
            continue
        name = entry["notebook"]["executed"]
        papermill = evidence.json(name)["metadata"]["papermill"]
        ended = _time(papermill["end_time"])
        started = _time(papermill.get("start_time", papermill["end_time"]))
        if ended > sealed:
            found = f"timestamp {evidence.manifest['timestamp']}"
            yield Problem(MANIFEST, found, f"a time after {papermill['end_time']}, when {stage} ended")
        if stage == "05_evaluate" and not started <= evaluated <= ended:
            found = f"evaluated_at {evidence.summary['evaluated_at']}"
            yield Problem("eval_summary.json", found, f"a time at which {name} ran")


def _time(text: str) -> datetime:
    """A time of day in UTC to the second: papermill writes fractions, and in some versions no zone."""
    return datetime.fromisoformat(text).replace(tzinfo=None, microsecond=0)


def _one_machine(evidence: Evidence) -> Iterator[Problem]:
    """In one session everything is computed on one machine, so ``auto`` chose alike in training and evaluation."""
    summary, manifest = evidence.summary, evidence.manifest
    accelerator = manifest["environment"]["accelerator"]
    if (summary["device"] == "cpu") != (accelerator == "none"):
        yield Problem("eval_summary.json", f"device {summary['device']}", f"that of accelerator {accelerator!r}")
    wishes = evidence.parameters("05_evaluate")["EVAL_DTYPE"], evidence.parameters("02_train").get("PRECISION")
    for name, chosen in manifest["environment"]["training"].items():
        if chosen.get("engine") == "tunix":
            continue  # Tunix has devices and a precision of its own; completions are torch's in every run
        place = f"training/{name}/checkpoint/checkpoint.json"
        if chosen["device"] != summary["device"]:
            yield Problem(place, f"chosen/device {chosen['device']}", f"{summary['device']} as in eval_summary.json")
        if wishes == ("auto", "auto") and chosen["precision"] != summary["precision"]:
            found = f"chosen/precision {chosen['precision']}"
            yield Problem(place, found, f"{summary['precision']} as in eval_summary.json")
