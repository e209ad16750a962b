"""Verify a study without a bar: no bar names its runs, and every number and word of it follows from them.

list(exploratory_follows(Written(folder, PROJECT_ROOT, read_json(folder / STUDY))))      # []
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.claims import differences
from tunixlib.artifacts import read_json
from tunixlib.evidence.problems import Problem, shorten
from tunixlib.evidence.verify import verify_run
from tunixlib.runs import Run
from tunixlib.studies.design import design_of
from tunixlib.studies.document import STUDY
from tunixlib.studies.exploratory import EXPLORATORY, exploratory_document, exploratory_texts
from tunixlib.studies.without_bar import NO_BAR, REASONS, naming_bars

AGAIN = "restore the study's folder and its runs, or run the study again under another name"


@dataclass(frozen=True)
class Written:
    """The folder of any study, with or without a bar, the repository, and ``study.json``."""

    folder: Path
    repository: Path
    found: dict[str, Any]


def exploratory_follows(study: Written) -> Iterator[Problem]:
    """Without a bar: what varies, every claim and every word follow from the runs that study.json names."""
    folder, found = study.folder, study.found
    if found[EXPLORATORY] not in REASONS:
        what = f"the reason {shorten(found[EXPLORATORY], 60)} for having no bar"
        yield Problem(STUDY, what, f"one of {', '.join(REASONS)}", AGAIN)
        return
    runs = [Run(folder.parent / run["run_id"]) for run in found["runs"]]
    yield from _no_bar(study, runs)
    design = design_of(folder.name, runs)
    files = exploratory_texts(design, found[EXPLORATORY])
    expected = exploratory_document(design, found[EXPLORATORY], files)
    yield from told_again(study, expected, files, "from the runs")


def told_again(
    study: Written, expected: Mapping[str, Any], files: Mapping[str, bytes], source: str
) -> Iterator[Problem]:
    """Record, claims and analysis of a study of either kind against those that were made again from ``source``."""
    for pointer, one, other in differences({**study.found, "files": {}}, {**expected, "files": {}}, ""):
        yield Problem(STUDY, f"{pointer} {one}", f"{other} {source}", AGAIN)
    claims, again = read_json(study.folder / "claims.json"), json.loads(files["claims.json"])
    for pointer, one, other in differences(claims, again, ""):
        yield Problem("claims.json", f"{pointer} {one}", f"{other} from the predictions", AGAIN)
    if (study.folder / "analysis.md").read_bytes() != files["analysis.md"]:
        yield Problem("analysis.md", "other words", "the text that the claims give", AGAIN)


def _no_bar(study: Written, runs: Sequence[Run]) -> Iterator[Problem]:
    """The commits of the runs hold no bar that names one of them."""
    bars, known = naming_bars(runs, study.repository)
    for bar in bars:
        yield Problem(STUDY, bar.words, "no bar for runs of an exploratory study", f"verify study {bar.study} instead")
    if study.found[EXPLORATORY] == NO_BAR and not known:
        what = "runs whose commits git does not know here"
        yield Problem(STUDY, what, "them, to see that they hold no bar", "fetch the whole history")


def exploratory_runs(study: Written) -> Iterator[Problem]:
    """Every run verifies on its own."""
    for run in study.found["runs"]:
        yield from run_problems(study.folder.parent / run["run_id"])


def run_problems(folder: Path) -> Iterator[Problem]:
    """What is wrong with a run, each file under the run's name."""
    for p in verify_run(folder).problems:
        yield Problem(f"{folder.name}/{p.file}", p.found, p.expected, p.remedy)
