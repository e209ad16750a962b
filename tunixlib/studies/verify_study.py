"""Verify a study: the bar was committed before the runs, the runs are what the bar asked for, every number follows.

    report = verify_study(Path("submission_runs/order-135m"))
    print(report.headline)      # study order-135m: 5 files, 8 checks, no problem found in 9.41 s

Needs the git history, since a bar proves something only when it lies in the commits that the runs name.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import pretty_json, read_json, sha256_file
from tunixlib.evidence.environment import same_code
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.problems import Problem, Report, shorten
from tunixlib.evidence.verify import BROKEN_CONTENT
from tunixlib.studies.bar import Bar, parse_bar
from tunixlib.studies.document import BAR, STUDY, study_document, study_texts
from tunixlib.studies.exploratory import EXPLORATORY
from tunixlib.studies.figure import figure_faults, figure_names
from tunixlib.studies.history import bar_record, committed_bytes, rules_at, rules_record
from tunixlib.studies.parameters import parameter_faults, uneven_faults
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.results import study_runs
from tunixlib.studies.verify_exploratory import (
    AGAIN,
    Written,
    exploratory_follows,
    exploratory_runs,
    run_problems,
    told_again,
)
from tunixlib.trees import PROJECT_ROOT


class StudyReport(Report):
    """A report whose headline says ``study``."""

    @property
    def headline(self) -> str:
        """``study order-135m: 5 files, 8 checks, no problem found in 9.41 s``."""
        return super().headline.replace("run ", "study ", 1)


@dataclass(frozen=True)
class Study(Written):
    """What the checks read: the folder, its ``study.json`` and bar, and the repository."""

    content: bytes
    bar: Bar

    @property
    def root(self) -> Path:
        """The folder of all runs."""
        return self.folder.parent

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The runs beside the study."""
        return study_runs(self.root, self.bar)


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study and not a run."""
    return (folder / STUDY).is_file()


def verify_study(folder: Path, repository: Path = PROJECT_ROOT, with_runs: bool = True) -> StudyReport:
    """Check a study against its bar, its runs beside it and the repository. Never raises: what is wrong is a problem.

    ``with_runs`` verifies every run on its own, too, which takes most of the time.
    """
    started, folder = time.perf_counter(), folder.resolve()
    problems: list[Problem] = []
    count = len(CHECKS) + with_runs
    try:
        found = read_json(folder / STUDY)
        if EXPLORATORY in found:
            without_bar = [_bytes, exploratory_follows, *([exploratory_runs] if with_runs else [])]
            count = len(without_bar)
            problems += [fault for check in without_bar for fault in check(Written(folder, repository, found))]
        else:
            content = (folder / BAR).read_bytes()
            study = Study(folder, repository, found, content, parse_bar(content, BAR))
            problems += [fault for check in (*CHECKS, *([_each_run] if with_runs else [])) for fault in check(study)]
    except BROKEN_CONTENT as error:
        what = f"content with which the checks cannot go on ({type(error).__name__}: {shorten(str(error), 160)})"
        problems.append(Problem(STUDY, what, "the files of a whole study", AGAIN))
    files = sum(path.is_file() for path in folder.rglob("*"))
    return StudyReport(folder.name, files, count, time.perf_counter() - started, list(dict.fromkeys(problems)))


def _bytes(study: Written) -> Iterator[Problem]:
    """The files are those that study.json names, with their sha256; nothing in them leaks."""
    folder, found = study.folder, study.found
    if (folder / STUDY).read_bytes().decode("utf-8") != pretty_json(found):
        yield Problem(STUDY, "bytes that are not canonical", "sorted keys and one form of spaces", AGAIN)
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    named = {**found["files"], STUDY: sha256_file(folder / STUDY)}
    for name in sorted(there.keys() | named.keys()):
        if name not in there:
            yield Problem(name, "no such file", "it, since study.json names it", AGAIN)
        elif name not in named:
            yield Problem(name, "a file", "none of this name", AGAIN)
        elif sha256_file(there[name]) != named[name]:
            yield Problem(name, "another sha256", f"{str(named[name])[:16]}... as study.json says", AGAIN)
        elif not name.endswith(".png"):
            text = there[name].read_text(encoding="utf-8")
            yield from leaks_in(name, text, text)


def _bar(study: Study) -> Iterator[Problem]:
    """The bar is this study's, and its bytes are in the commit of every session of every run, from a clean tree."""
    names = [study.bar.study, study.found["study"]]
    if names != [study.folder.name] * 2:
        found = f"study {names[0]!r} in the bar, {names[1]!r} in {STUDY}"
        yield Problem(STUDY, found, f"{study.folder.name!r} in both, as the folder is named", "rename the folder back")
    file = study.found["bar"]["file"]
    for run in study.runs:
        if run["dirty"]:
            what = f"that {run['run_id']} was made with changes that no commit holds"
            yield Problem(BAR, what, "a clean tree", "commit first, then run the study under another name")
        for commit in run["commits"]:
            if committed_bytes(commit, file, study.repository) != study.content:
                what = f"that commit {commit[:12]} of {run['run_id']} does not hold these bytes, or is not here"
                remedy = "fetch the whole history; if it is there, the bar was not written before the run"
                yield Problem(BAR, what, f"them as {file}", remedy)


def _parameters(study: Study) -> Iterator[Problem]:
    """Every run took the parameters that bar, profile and notebooks give it, and the same as the others."""
    for planned in planned_runs(study.bar):
        for sentence in parameter_faults(study.root / planned.run_id, study.bar, planned, study.repository):
            yield Problem(planned.run_id, sentence, "what the bar asks for", AGAIN)
    for run_id, sentence in uneven_faults(study.root, study.bar):
        yield Problem(run_id, sentence, "the same in all runs, but for what the bar varies", AGAIN)


def _rules(study: Study) -> Iterator[Problem]:
    """The code that wrote the study is in the commit that it names; the rest of the record is compared below."""
    rules = study.found["rules"]
    if rules_at(rules["commit"], study.repository) != rules["sha256"]:
        what = (
            f"rules of sha256 {rules['sha256'][:16]}..., not those of commit {rules['commit'][:12]}, or it is not here"
        )
        remedy = "fetch the whole history; if it is there, write the study again from a clean tree"
        yield Problem(STUDY, what, "the code of tunixlib/analysis and tunixlib/studies in that commit", remedy)


def _results(study: Study) -> Iterator[Problem]:
    """Record, manifests, comparisons and claims computed again; the analysis says what the claims say."""
    found, rules = study.found, study.found["rules"]
    record = {
        "bar": bar_record(found["bar"]["file"], study.content, study.runs, rules["commit"], study.repository),
        "rules": rules_record(rules["commit"], rules["sha256"], study.runs, study.repository),
    }
    files = study_texts(study.root, study.bar, study.content, record)
    expected = study_document(study.root, study.bar, record, files)
    yield from told_again(study, expected, files, "from the bar, the runs and their commits")


def _figure(study: Study) -> Iterator[Problem]:
    """The figures were drawn from the claims, and show what drawing them again shows where that can be told."""
    claims = read_json(study.folder / "claims.json")["claims"]
    for name in figure_names(study.bar, claims):
        for sentence in figure_faults((study.folder / "figures" / name).read_bytes(), study.bar, claims, name):
            yield Problem(f"figures/{name}", sentence, "the figure that the claims give", AGAIN)


def _code(study: Study) -> Iterator[Problem]:
    """All sessions of all runs were made with the same code, data and profile, whatever else their commits changed."""
    first = study.runs[0]["commits"][0]
    for run in study.runs:
        for commit in run["commits"]:
            if not same_code(first, commit, study.bar.base, study.repository):
                what = f"that {run['run_id']} was made at {commit[:12]}, {study.runs[0]['run_id']} at {first[:12]}"
                expected = "commits with the same code of training and evaluation, data and notebooks"
                yield Problem(STUDY, what, expected, AGAIN)


def _each_run(study: Study) -> Iterator[Problem]:
    """Every run verifies on its own."""
    for run in planned_runs(study.bar):
        yield from run_problems(study.root / run.run_id)


CHECKS: tuple[Callable[[Study], Iterator[Problem]], ...] = (
    _bytes, _bar, _parameters, _rules, _results, _figure, _code,
)  # fmt: skip
