"""Verify a study: the bar was committed before the runs, the runs are what the bar asked for, every number follows.

    report = verify_study(Path("submission_runs/order-135m"))
    print(report.headline)      # study order-135m: 5 files, 6 checks, no problem found in 9.41 s

Needs the git history, since a bar proves something only when it lies in the commit that the runs name.
"""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tunixlib.analysis.claims import differences
from tunixlib.artifacts import pretty_json, read_json, sha256_bytes, sha256_file
from tunixlib.runs import PROJECT_ROOT
from tunixlib.studies.bar import Bar, parse_bar, planned_runs
from tunixlib.studies.document import BAR, STUDY, study_document, study_texts
from tunixlib.studies.results import study_runs
from tunixlib.submission.environment import MAKING, git, same_code
from tunixlib.submission.leaks import leaks_in
from tunixlib.submission.problems import Problem, Report, shorten
from tunixlib.submission.verify import BROKEN_CONTENT, verify_run

AGAIN = "restore the study's folder and its runs, or run the study again under another name"
CHECKS = 6  # bytes, bar, runs, results, code, and each run on its own


class StudyReport(Report):
    """A report whose headline says ``study``."""

    @property
    def headline(self) -> str:
        """``study order-135m: 5 files, 6 checks, no problem found in 9.41 s``."""
        return super().headline.replace("run ", "study ", 1)


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study and not a run."""
    return (folder / STUDY).is_file()


def verify_study(folder: Path, repository: Path = PROJECT_ROOT, with_runs: bool = True) -> StudyReport:
    """Check a study against its bar, its runs beside it and the repository. Never raises: what is wrong is a problem.

    ``with_runs`` verifies every run on its own, too, which takes most of the time.
    """
    started, folder = time.perf_counter(), folder.resolve()
    problems: list[Problem] = []
    try:
        found = read_json(folder / STUDY)
        problems += _bytes(folder, found)
        content = (folder / BAR).read_bytes()
        bar = parse_bar(content, BAR)
        problems += _bar(folder, bar, content, found, repository)
        problems += _runs(folder.parent, bar)
        problems += _results(folder, bar, content, found, repository)
        problems += _code(found["runs"], bar, repository)
        for run in planned_runs(bar) if with_runs else ():
            report = verify_run(folder.parent / run.run_id)
            problems += [Problem(f"{run.run_id}/{p.file}", p.found, p.expected, p.remedy) for p in report.problems]
    except BROKEN_CONTENT as error:
        what = f"content with which the checks cannot go on ({type(error).__name__}: {shorten(str(error), 160)})"
        problems.append(Problem(STUDY, what, "the files of a whole study", AGAIN))
    files = sum(path.is_file() for path in folder.rglob("*"))
    return StudyReport(folder.name, files, CHECKS, time.perf_counter() - started, list(dict.fromkeys(problems)))


def bar_record(file: str, content: bytes, runs: Sequence[dict[str, Any]], repository: Path) -> dict[str, Any]:
    """The bar as ``study.json`` names it; ``committed`` when every run's commit holds these bytes and its tree was
    clean. ``runs`` are those of ``study_runs``."""
    held = all(not run["dirty"] and committed_bytes(run["commit"], file, repository) == content for run in runs)
    return {"file": file, "sha256": sha256_bytes(content), "commit": runs[0]["commit"], "committed": held}


def committed_bytes(commit: str, file: str, repository: Path) -> bytes | None:
    """The bytes of a file in a commit; None when the commit is not there or does not hold it."""
    done = git(repository, "cat-file", "blob", f"{commit}:{file}")
    return done.stdout if done and done.returncode == 0 else None


def _bytes(folder: Path, found: dict[str, Any]) -> Iterator[Problem]:
    """The files are those that study.json names, with their sha256; nothing in them leaks."""
    if (folder / STUDY).read_bytes().decode("utf-8") != pretty_json(found):
        yield Problem(STUDY, "bytes that are not canonical", "sorted keys and one form of spaces", AGAIN)
    there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    named = {**found["files"], STUDY: sha256_file(folder / STUDY)}
    for name in sorted(there.keys() | named.keys()):
        if name not in there or name not in named:
            what = (
                ("no such file", "it, since study.json names it") if name in named else ("a file", "none of this name")
            )
            yield Problem(name, *what, AGAIN)
        elif sha256_file(there[name]) != named[name]:
            yield Problem(name, "another sha256", f"{str(named[name])[:16]}... as study.json says", AGAIN)
        elif not name.endswith(".png"):
            text = there[name].read_text(encoding="utf-8")
            yield from leaks_in(name, text, text)


def _bar(folder: Path, bar: Bar, content: bytes, found: dict[str, Any], repository: Path) -> Iterator[Problem]:
    """The bar is this study's, and its bytes are in the commit of every run, whose tree was clean."""
    if not bar.study == found["study"] == folder.name:
        names = f"study {bar.study!r} in the bar, {found['study']!r} in {STUDY}"
        yield Problem(STUDY, names, f"{folder.name!r} in both, as the folder is named", "rename the folder back")
    for run in study_runs(folder.parent, bar):
        if run["dirty"]:
            what = f"that {run['run_id']} was made with changes that no commit holds"
            yield Problem(BAR, what, "a clean tree", "commit first, then run the study under another name")
        if committed_bytes(run["commit"], found["bar"]["file"], repository) != content:
            what = f"that commit {run['commit'][:12]} of {run['run_id']} does not hold these bytes, or is not here"
            remedy = "fetch the whole history; if it is there, the bar was not written before the run"
            yield Problem(BAR, what, f"them as {found['bar']['file']}", remedy)


def _runs(root: Path, bar: Bar) -> Iterator[Problem]:
    """Every run took the parameters that the bar gives it, from the profile that the bar names."""
    for planned in planned_runs(bar):
        for sentence in parameter_faults(root / planned.run_id, bar.base, planned.parameters):
            yield Problem(planned.run_id, sentence, "what the bar asks for", AGAIN)


def parameter_faults(run: Path, profile: str, parameters: dict[str, Any]) -> Iterator[str]:
    """Where a sealed run was made from another profile or with other parameters than these."""
    if (found := read_json(run / "run_manifest.json")["profile"]) != profile:
        yield f"profile {found!r} in place of {profile!r}"
    stages = read_json(run / "provenance.json")["stages"]
    given = {name: value for stage in stages for name, value in stage["parameters"].items()}
    for name, value in parameters.items():
        if given.get(name, ...) != value:
            yield f"{name} = {shorten(given.get(name, 'nothing'), 60)} in place of {shorten(value, 60)}"


def _results(folder: Path, bar: Bar, content: bytes, found: dict[str, Any], repository: Path) -> Iterator[Problem]:
    """Manifests, comparisons and claims computed again; the analysis says what the claims say.

    The picture's bytes depend on the version of matplotlib, so only its sha256 is compared, by ``_bytes``.
    """
    record = bar_record(found["bar"]["file"], content, study_runs(folder.parent, bar), repository)
    files = study_texts(folder.parent, bar, content, record)
    expected = study_document(folder.parent, bar, record, files)
    for pointer, one, other in differences({**found, "files": {}}, {**expected, "files": {}}, ""):
        yield Problem(STUDY, f"{pointer} {one}", f"{other} from the bar and the runs", AGAIN)
    claims, again = read_json(folder / "claims.json"), json.loads(files["claims.json"])
    for pointer, one, other in differences(claims, again, ""):
        yield Problem("claims.json", f"{pointer} {one}", f"{other} from the predictions", AGAIN)
    if (folder / "analysis.md").read_bytes() != files["analysis.md"]:
        yield Problem("analysis.md", "other words", "the text that the claims give", AGAIN)


def _code(runs: Sequence[dict[str, Any]], bar: Bar, repository: Path) -> Iterator[Problem]:
    """All runs were made with the same code, data and profile, whatever else their commits changed."""
    for run in runs[1:]:
        if not same_code(runs[0]["commit"], run["commit"], bar.base, repository):
            what = f"that {run['run_id']} was made at {run['commit'][:12]}, {runs[0]['run_id']} at another commit"
            yield Problem(STUDY, what, f"commits with the same {', '.join(MAKING[5:7])} and notebooks", AGAIN)
