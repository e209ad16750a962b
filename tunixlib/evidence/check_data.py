"""Checks of a run's data: valid traces, exact stages, true counts, nothing trained on that is asked afterwards.

for problem in check_data(evidence):
    print(problem)        # data/stage_b.jsonl: found 63 traces, expected the 64 traces of stage b ...
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, read_json, sha256_file
from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.runs import MANIFEST
from tunixlib.seeding import datasets
from tunixlib.seeding.datasets import split_stages
from tunixlib.seeding.gate import LeakError, check_disjoint
from tunixlib.traces import BadLine
from tunixlib.training.correction import PAIRED

FILES = ("dataset.jsonl", "split_stats.json", "stage_a.jsonl", "stage_b.jsonl", "stage_c.jsonl")


def check_data(evidence: Evidence) -> Iterator[Problem]:
    """The dataset is the committed one, its traces are valid, and the three stages are exactly its parts."""
    for name in sorted(evidence.below("data").keys() - {f"data/{name}" for name in FILES}):
        yield Problem(name, "a file that no stage reads", f"only {', '.join(FILES)}", "move it out of the run")
    yield from _validity(evidence)
    key, sha = evidence.manifest["dataset"]["dataset_key"], evidence.hashes.get("data/dataset.jsonl", "")
    yield from committed_problems(MANIFEST, key, sha)
    stages, stats = split_stages(evidence.dataset)
    for stage, expected in stages.items():
        name = f"stage_{stage}.jsonl"
        found = [trace.trace_id for trace in evidence.traces(name)]
        if found != [trace.trace_id for trace in expected]:
            counted = f"the {len(expected)} traces of stage {stage}, in the dataset's order"
            yield Problem(f"data/{name}", f"{len(found)} traces that are not these", counted, "run 01_seed again")
    found_stats, stats = evidence.json("data/split_stats.json"), {**stats, "dataset_key": key, "sha256": sha}
    if not same(found_stats, stats):
        place = first_difference(found_stats, stats)
        yield Problem("data/split_stats.json", place, "the counts of the dataset", "run 01_seed again")
    yield from _gate(evidence)


def _validity(evidence: Evidence) -> Iterator[Problem]:
    for name in ("dataset.jsonl", "stage_a.jsonl", "stage_b.jsonl", "stage_c.jsonl"):
        bad: list[BadLine] = []
        evidence.traces(name, bad)
        for line in bad:
            yield Problem(f"data/{name}", f"line {line.line}, field {line.field}: {line.reason}", "a valid trace")
    for prompt, count in Counter(trace.prompt for trace in evidence.dataset).items():
        if count > 1:
            yield Problem("data/dataset.jsonl", f"prompt {shorten(prompt, 60)} {count} times", "distinct prompts")


def committed_problems(file: str, key: str, sha: str) -> Iterator[Problem]:
    """Whether ``data/<key>`` of the repository, where it is there, is what the run says it used."""
    folder = datasets.DATA_ROOT / key
    if not (folder / "manifest.json").is_file():
        return  # the report's headline says so
    mend = f"restore it: git checkout -- data/{key}; of the run's own files this says nothing"
    try:
        expected = str(read_json(folder / "manifest.json")["sha256"])
    except (ValueError, LookupError, TypeError):
        yield Problem(f"the repository's data/{key}/manifest.json", "content that cannot be read", "a sha256", mend)
        return
    there = {path.name: sha256_file(path) for path in _data_files(key)}
    if sha not in {expected, *there.values()}:
        remedy = "check out the commit that the manifest names, or make the run again"
        yield Problem(file, f"{key} with sha256 {sha[:16]}...", f"{expected[:16]}... of data/{key}", remedy)
    for name, found in there.items():
        if found != expected:
            wanted = f"{expected[:16]}... as the manifest beside it says"
            yield Problem(f"the repository's data/{key}/{name}", f"sha256 {found[:16]}...", wanted, mend)


def absent_data(evidence: Evidence) -> list[str]:
    """The data that the run used and the repository does not hold: with that the run is not compared."""
    keys = [evidence.manifest["dataset"]["dataset_key"], *evidence.manifest["eval_sets"]]
    correction = evidence.stages.get("04_self_correction", {}).get("parameters", {})
    if PAIRED in correction.get("CORRECTION_ARMS", []):
        keys.append(correction["CORRECTION_DATASET"])
    return [key for key in keys if not _data_files(key)]


def _data_files(key: str) -> list[Path]:
    return [path for name in ("dataset.jsonl", "eval.jsonl") if (path := datasets.DATA_ROOT / key / name).is_file()]


def committed_items(key: str, sha: str) -> list[dict[str, Any]] | None:
    """The rows of an evaluation set of the repository when they are those with this sha256, else None."""
    path: Path = datasets.DATA_ROOT / key / "eval.jsonl"
    if not path.is_file() or sha256_file(path) != sha:
        return None
    from tunixlib.seeding.evalsets import read_eval_set

    return read_eval_set(path)


def first_difference(found: Any, expected: Any, place: str = "") -> str:
    """Where two documents differ first, in words: ``/stages/a/traces 34 in place of 33``."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(found.keys() | expected.keys()):
            if key not in found or key not in expected or canonical_json(found[key]) != canonical_json(expected[key]):
                return first_difference(found.get(key, "nothing"), expected.get(key, "nothing"), f"{place}/{key}")
    return f"{place or '/'} {shorten(found, 40)} in place of {shorten(expected, 40)}"


def _gate(evidence: Evidence) -> Iterator[Problem]:
    trained = [trace.prompt for trace in evidence.dataset]
    for name in evidence.below("predictions"):
        try:
            check_disjoint((row["prompt"] for row in evidence.rows(name)), trained)
        except LeakError as error:
            yield Problem(
                name, str(error), "questions that were not trained on", "remove it from one side and run again"
            )
