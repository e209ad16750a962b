"""Verify the folder of one evaluation offline: every file hashed, every completion graded, every rate counted again.

    report = verify_evaluation(Path("my-evaluation"))
    print(report.headline)      # evaluation my-evaluation: 3 files, 7 checks, no problem found in 0.12 s

What this cannot tell is whether the checkpoint wrote these completions: for that, evaluate it again.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tunixlib.analysis.claims import differences
from tunixlib.artifacts import canonical_json, pretty_json, read_json, sha256_file
from tunixlib.evaluation.scoring import rescore, scorecard
from tunixlib.evidence.check_evaluation import (
    AGAIN,
    MANIFEST,
    PREDICTIONS,
    check_correction,
    check_gate,
    check_questions,
)
from tunixlib.evidence.check_evaluation import evaluation_rows as _rows
from tunixlib.evidence.check_files import form_problems
from tunixlib.evidence.problems import Problem, Report, shorten
from tunixlib.evidence.schemas import Commit, Count, Prediction, Seconds, Sha256, Timestamp
from tunixlib.evidence.verify import BROKEN_CONTENT
from tunixlib.runs import is_evidence

SCORECARD = "scorecard.json"
FILES = (PREDICTIONS, SCORECARD)
EVALUATION_VERSION: Literal["1.0"] = "1.0"

Positive = Annotated[int, Field(ge=1)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CheckpointName(_Form):
    """What answered: its name, the sha256 of its weights and of what lies beside them."""

    name: str
    weights_sha256: Sha256
    files: dict[str, Sha256]


class EvalFile(_Form):
    """What was asked: the first ``items`` of the ``rows`` in a file."""

    name: Annotated[str, Field(min_length=1)]
    sha256: Sha256
    items: Positive
    rows: Positive


class Settings(_Form):
    """How it was answered, greedily."""

    max_new_tokens: Positive
    batch_size: Positive
    max_cached_tokens: Positive
    precision: Literal["float32", "bfloat16", "float16"]
    device: str
    processes: Positive = 1  # that shared the questions, where it was asked for


class Trained(_Form):
    """Whether the questions were held against what the checkpoint was trained on; ``unknown`` is not ``clean``."""

    status: Literal["checked", "unknown"]
    words: str
    prompts: Count = 0
    dataset_sha256: str = ""


class Request(_Form):
    """What is asked of an evaluation: which checkpoint, which questions, how."""

    checkpoint: CheckpointName
    eval_set: EvalFile
    settings: Settings
    gate: Trained


class EvaluationManifest(Request):
    """``evaluation_manifest.json``, written last: its presence means that the evaluation is complete."""

    evaluation_version: Literal["1.0"]
    files: dict[str, Sha256]
    environment: dict[str, Any]
    commit: Commit
    dirty: bool
    started_at: Timestamp
    finished_at: Timestamp
    seconds: Seconds


class EvaluationReport(Report):
    """A report whose headline says ``evaluation``."""

    @property
    def headline(self) -> str:
        """``evaluation mine: 3 files, 7 checks, no problem found in 0.12 s``."""
        return super().headline.replace("run ", "evaluation ", 1)


def is_evaluation(folder: Path) -> bool:
    """Whether a folder holds one finished evaluation."""
    return (folder / MANIFEST).is_file()


def verify_evaluation(folder: Path) -> EvaluationReport:
    """Check the folder of an evaluation against itself. Never raises: what is wrong is a problem."""
    started, folder = time.perf_counter(), folder.resolve()
    problems: list[Problem] = []
    try:
        manifest = read_json(folder / MANIFEST)
        problems += form_problems(MANIFEST, EvaluationManifest, manifest)
        for check in CHECKS if not problems else ():
            problems += check(folder, manifest)
    except BROKEN_CONTENT as error:
        what = f"content with which the checks cannot go on ({type(error).__name__}: {shorten(str(error), 160)})"
        problems.append(Problem(MANIFEST, what, "the files of a whole evaluation", AGAIN))
    seconds = time.perf_counter() - started
    return EvaluationReport(folder.name, len(_there(folder)), len(CHECKS) + 1, seconds, list(dict.fromkeys(problems)))


def _there(folder: Path) -> list[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if is_evidence(path))


def _bytes(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """The files are those that the manifest names, with their sha256, and canonical."""
    for name in sorted({*_there(folder), *FILES} - {MANIFEST}):
        path, expected = folder / name, manifest["files"].get(name)
        if expected is None or not path.is_file():
            found, wanted = ("no such file", "it") if not path.is_file() else ("a file", "none of this name")
            yield Problem(name, found, wanted, AGAIN)
        elif sha256_file(path) != expected:
            yield Problem(name, "another sha256", f"{expected[:16]}... as {MANIFEST} says", AGAIN)
    if (folder / MANIFEST).read_bytes().decode("utf-8") != pretty_json(manifest):
        yield Problem(MANIFEST, "bytes that are not canonical", "sorted keys and one form of spaces", AGAIN)
    if (folder / PREDICTIONS).read_bytes() != b"".join(f"{canonical_json(row)}\n".encode() for row in _rows(folder)):
        yield Problem(PREDICTIONS, "bytes that are not canonical", "sorted keys and one form of spaces", AGAIN)


def _predictions(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """Every row has its form, its true grade, and a length that its end allows; ids and prompts are distinct."""
    rows, limit = _rows(folder), manifest["settings"]["max_new_tokens"]
    for number, row in enumerate(rows, start=1):
        faults = list(form_problems(PREDICTIONS, Prediction, row, f"line {number}, "))
        yield from faults
        if not faults and (row["tokens"] > limit or (row["finish_reason"] == "length" and row["tokens"] != limit)):
            found = f"{row['tokens']} tokens ended by {row['finish_reason']} in line {number}"
            yield Problem(PREDICTIONS, found, f"a length that max_new_tokens = {limit} allows", AGAIN)
    yield from (Problem(PREDICTIONS, sentence, "the grade of its completion", AGAIN) for sentence in rescore(rows))
    asked = manifest["eval_set"]["items"]
    for field in ("id", "prompt"):
        distinct = len({row[field] for row in rows})
        if not len(rows) == distinct == asked:
            yield Problem(
                PREDICTIONS, f"{len(rows)} rows of {distinct} {field}s", f"{asked}, as {MANIFEST} says", AGAIN
            )


def _scorecard(folder: Path, manifest: dict[str, Any]) -> Iterator[Problem]:
    """The scorecard is what the predictions give."""
    found = read_json(folder / SCORECARD)
    counted = scorecard(_rows(folder), manifest["checkpoint"]["name"], manifest["eval_set"]["name"])
    for pointer, one, other in differences(found, counted, ""):
        yield Problem(SCORECARD, f"{pointer} {one}", f"{other} from {PREDICTIONS}", AGAIN)


CHECKS: tuple[Callable[[Path, dict[str, Any]], Iterator[Problem]], ...] = (
    _bytes, _predictions, check_questions, check_gate, _scorecard, check_correction,
)  # fmt: skip
