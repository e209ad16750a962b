"""Checks of one evaluation: its questions are those it names, apart from training as it says, shown works judged.

for problem in check_questions(folder, manifest):
    print(problem)        # evaluation_manifest.json: found 700 items of 500 rows, expected ...
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.claims import differences
from tunixlib.artifacts import read_json, read_jsonl, sha256_file
from tunixlib.evaluation.correction_report import correction_results
from tunixlib.evaluation.scoring import ITEM_FIELDS
from tunixlib.evidence.check_data import committed_items, committed_problems
from tunixlib.evidence.problems import Problem, shorten
from tunixlib.seeding import datasets
from tunixlib.seeding.gate import LeakError, check_disjoint
from tunixlib.traces import read_traces

MANIFEST, PREDICTIONS, CORRECTION = "evaluation_manifest.json", "predictions.jsonl", "correction.json"
AGAIN = "evaluate the checkpoint again into another folder"
NOT_SEEN = "what its base model has seen is unknown"


def evaluation_rows(folder: Path) -> list[dict[str, Any]]:
    """The prediction rows of an evaluation's folder."""
    return [row for _, row in read_jsonl(folder / PREDICTIONS)]


def check_questions(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """The questions are the first ones of the repository's evaluation set, where it is one of them, and no others."""
    entry, rows = manifest["eval_set"], evaluation_rows(folder)
    if entry["items"] > entry["rows"]:
        yield Problem(MANIFEST, f"{entry['items']} items of {entry['rows']} rows", "no more items than rows", AGAIN)
    yield from committed_problems(MANIFEST, entry["name"], entry["sha256"])
    items = committed_items(entry["name"], entry["sha256"])
    if items is None:
        return
    if entry["rows"] != len(items):
        yield Problem(MANIFEST, f"{entry['rows']} rows of {entry['name']}", f"its {len(items)}", AGAIN)
    if len(rows) > len(items):
        yield Problem(PREDICTIONS, f"{len(rows)} questions", f"at most the {len(items)} of {entry['name']}", AGAIN)
    for number, (row, item) in enumerate(zip(rows, items, strict=False), start=1):
        for name in (name for name in ITEM_FIELDS if row[name] != item[name]):
            expected = f"{shorten(item[name], 40)} as in {entry['name']}"
            yield Problem(PREDICTIONS, f"{name} {shorten(row[name], 40)} in line {number}", expected, AGAIN)


def gate_words(gate: Mapping[str, Any], items: int) -> str:
    """What a manifest's ``gate`` says, in words; ``unknown`` is not ``clean``."""
    if gate["status"] == "checked":
        return f"none of the {items} questions is among the {gate['prompts']} prompts it was trained on; {NOT_SEEN}"
    if wanted := gate.get("dataset_sha256"):
        return f"its dataset, sha256 {wanted[:16]}..., is not here, so no question could be held against it"
    return "what it was trained on is unknown, so no question could be held against it"


def dataset_with(sha256: str, places: Sequence[Path] = ()) -> Path | None:
    """The file of training data with this sha256: of ``places``, or else in ``data/``; None where none is here."""
    known = [*places, *sorted(datasets.DATA_ROOT.glob("*/dataset.jsonl"))]
    return next((path for path in known if path.is_file() and sha256_file(path) == sha256), None)


def check_gate(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """The words on training follow from the status; where the dataset is here, questions are held against it."""
    gate, rows = manifest["gate"], evaluation_rows(folder)
    words = gate_words({"prompts": 0, **gate}, manifest["eval_set"]["items"])
    if gate["words"] != words:
        yield Problem(MANIFEST, f"gate/words {shorten(gate['words'], 60)}", shorten(words, 160), AGAIN)
    sha256, checked = gate.get("dataset_sha256", ""), gate["status"] == "checked"
    if checked and not sha256:
        yield Problem(MANIFEST, "gate/status checked without dataset_sha256", "the sha256 of the dataset", AGAIN)
    dataset = dataset_with(sha256) if sha256 else None
    if dataset is None:
        return
    try:
        prompts = check_disjoint((row["prompt"] for row in rows), (trace.prompt for trace in read_traces(dataset)))
    except LeakError as error:
        yield Problem(PREDICTIONS, str(error), "questions that were not trained on", AGAIN)
        return
    if checked and gate.get("prompts", 0) != prompts:
        found = f"gate/prompts {gate.get('prompts', 0)}"
        yield Problem(MANIFEST, found, f"{prompts}, those of data/{dataset.parent.name}", AGAIN)


def check_correction(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """What is said of shown works is what the predictions give; other questions have no such file."""
    counted = correction_results(evaluation_rows(folder), manifest["checkpoint"]["name"], manifest["eval_set"]["name"])
    there = (folder / CORRECTION).is_file()
    if there != (counted is not None):
        found, expected = ("a file", "none: these are no shown works") if there else ("no such file", "it")
        yield Problem(CORRECTION, found, expected, AGAIN)
    elif counted is not None:
        for pointer, one, other in differences(read_json(folder / CORRECTION), counted, ""):
            yield Problem(CORRECTION, f"{pointer} {one}", f"{other} from {PREDICTIONS}", AGAIN)
