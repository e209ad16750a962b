"""Verify a sweep offline: its trials are those of its file, the ranking follows from them, the winner from the ranking.

    report = verify_sweep(Path("submission_runs/my-sweep"))
    print(report.headline)      # sweep my-sweep: 7 files, 5 checks, no problem found in 2.41 s

Neither Ray nor weights are needed. What this cannot tell is whether somebody asked the winner's items before choosing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.claims import differences
from tunixlib.artifacts import pretty_json, read_json, sha256_file
from tunixlib.evidence.check_evaluation import MANIFEST
from tunixlib.evidence.leaks import leaks_in
from tunixlib.evidence.problems import Problem, Report, shorten
from tunixlib.evidence.verify import BROKEN_CONTENT
from tunixlib.evidence.verify_evaluation import verify_evaluation
from tunixlib.running.preparing import recorded_profile
from tunixlib.running.profiles import Profile
from tunixlib.running.runs_table import SWEEP, SWEEP_FILE
from tunixlib.runs import Run
from tunixlib.studies.verify_exploratory import run_problems
from tunixlib.sweeps.document import sweep_document, sweep_texts
from tunixlib.sweeps.found import EVALUATIONS, Found
from tunixlib.sweeps.points import fresh_trials, trial_parameters, trials_of
from tunixlib.sweeps.ranking import by_configuration
from tunixlib.sweeps.report import again_words
from tunixlib.sweeps.spec import parse_sweep
from tunixlib.trees import is_evidence

AGAIN = "restore the sweep's folder and its runs, or repeat the sweep"


@dataclass(frozen=True)
class SweepReport(Report):
    """A report whose headline says ``sweep``, and of one without a problem whether its winner was trained again."""

    again: str = ""

    @property
    def headline(self) -> str:
        """``sweep my-sweep: 7 files, 5 checks, no problem found in 2.41 s``."""
        again = f"; the winner was {self.again}" if self.again and not self.problems else ""
        return super().headline.replace("run ", "sweep ", 1) + again


@dataclass(frozen=True)
class Written:
    """What the checks read: ``sweep.json``, and the sweep as its file and its trials give it."""

    document: dict[str, Any]
    found: Found


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds a whole sweep."""
    return (folder / SWEEP).is_file()


def verify_sweep(folder: Path) -> SweepReport:
    """Check a sweep against its trials beside it. Never raises: what is wrong is a problem."""
    started, folder = time.perf_counter(), folder.resolve()
    problems: list[Problem] = []
    again = ""
    try:
        document, content = read_json(folder / SWEEP), (folder / SWEEP_FILE).read_bytes()
        sweep = parse_sweep(content, SWEEP_FILE)
        profile = Profile(document["profile"]["name"], document["profile"]["parameters"])
        entries = [*document["trials"], *document.get("trained_again", [])]
        failed = {entry["run_id"]: entry["failed"] for entry in entries if "failed" in entry}
        written = Written(document, Found(folder, sweep, content, profile, trials_of(sweep), failed))
        for problem in (problem for check in CHECKS for problem in check(written)):
            problems.append(problem)  # one by one: what was found before a check broke off stays found
        again = again_words(sweep) if document["winner"]["score_on_other_items"] else ""
    except BROKEN_CONTENT as error:
        what = f"content with which the checks cannot go on ({type(error).__name__}: {shorten(str(error), 160)})"
        problems.append(Problem(SWEEP, what, "the files of a whole sweep", AGAIN))
    seconds = time.perf_counter() - started
    size = (len(_there(folder)), len(CHECKS))
    return SweepReport(folder.name, *size, seconds, list(dict.fromkeys(problems)), again=again)


def _there(folder: Path) -> list[str]:
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in files if is_evidence(path))


def _bytes(written: Written) -> Iterator[Problem]:
    """The files are those that sweep.json names, with their sha256; nothing in them leaks."""
    folder, document = written.found.folder, written.document
    if (folder / SWEEP).read_bytes().decode("utf-8") != pretty_json(document):
        yield Problem(SWEEP, "bytes that are not canonical", "sorted keys and one form of spaces", AGAIN)
    own = [name for name in _there(folder) if not name.startswith(f"{EVALUATIONS}/") and name != SWEEP]
    for name in sorted({*own, *document["files"]}):
        if name not in own or name not in document["files"]:
            there, wanted = ("a file", "none of this name") if name in own else ("no such file", "it")
            yield Problem(name, there, wanted, AGAIN)
        elif sha256_file(folder / name) != document["files"][name]:
            yield Problem(name, "another sha256", f"{document['files'][name][:16]}... as {SWEEP} says", AGAIN)
    for name in (SWEEP, *own):
        text = (folder / name).read_text(encoding="utf-8")
        yield from leaks_in(name, text, text)


def _trials(written: Written) -> Iterator[Problem]:
    """Every sealed run, a trial or trained again, verifies on its own and took the values that the sweep gives it."""
    found = written.found
    for trial in found.made:
        yield from run_problems(found.run(trial).root)
        asked = {**found.profile.parameters, **trial_parameters(found.sweep, trial)}
        given = recorded_profile(found.run(trial)).parameters
        for name in sorted((asked.keys() & given.keys()) | trial.varied.keys()):
            if given.get(name) != asked[name]:  # of a notebook that is switched off a run records nothing
                yield Problem(trial.run_id, f"{name} = {given.get(name)!r}", f"{asked[name]!r} of the sweep", AGAIN)


def _again(written: Written) -> Iterator[Problem]:
    """What was trained again differs from the trials of its configuration in SEED alone, and by one that chose none;
    whoever answered the reporting items is of the sweep."""
    found, known = written.found, {trial.run_id for trial in written.found.trials}
    for group in by_configuration(found.trials) if found.sweep.report.seeds else ():
        again = fresh_trials(found.sweep, group[0].values)
        known |= {trial.run_id for trial in again}
        chose = [recorded_profile(found.run(trial)).parameters for trial in group if found.run(trial).sealed]
        for trial in (trial for trial in again if chose and found.run(trial).sealed):
            given = recorded_profile(found.run(trial)).parameters
            if given.get("SEED") in (one.get("SEED") for one in chose):
                what = f"SEED = {given.get('SEED')!r}, with which a trial was made that chose it"
                yield Problem(trial.run_id, what, "one that chose nothing", AGAIN)
            for name in sorted((given.keys() | chose[0].keys()) - {"SEED"}):
                if given.get(name) != chose[0].get(name):
                    expected = f"{chose[0].get(name)!r} of {group[0].run_id}, which it is to repeat"
                    yield Problem(trial.run_id, f"{name} = {given.get(name)!r}", expected, AGAIN)
    for trial in found.judged if not found.missing else ():
        if trial.run_id not in found.evaluated:
            yield Problem(f"{EVALUATIONS}/{trial.run_id}", "no answers", "those that the winner is reported by", AGAIN)
    for run_id in sorted(found.evaluated.keys() - known):
        what = f"answers of {run_id}"
        yield Problem(
            f"{EVALUATIONS}/{run_id}", what, f"those of its trials, or of seeds in report of {SWEEP_FILE}", AGAIN
        )


def _evaluations(written: Written) -> Iterator[Problem]:
    """What the winner answered verifies on its own, is of its weights and asked what the sweep reports on."""
    found, report = written.found, written.found.sweep.report
    for run_id, path in found.evaluated.items():
        place = path.parent.relative_to(found.folder).as_posix()
        for p in verify_evaluation(path.parent).problems:
            yield Problem(f"{place}/{p.file}", p.found, p.expected, p.remedy)
        manifest = read_json(path)
        asked, rows = manifest["eval_set"], manifest["eval_set"]["rows"]
        if (asked["name"], asked["items"]) != (report.eval_set, report.items or rows):
            expected = f"{report.items or rows} of {report.eval_set}"
            yield Problem(f"{place}/{MANIFEST}", f"{asked['items']} items of {asked['name']}", expected, AGAIN)
        if manifest["checkpoint"]["weights_sha256"] != found.weights(run_id):
            yield Problem(f"{place}/{MANIFEST}", "other weights", f"those of {run_id}", AGAIN)
        for name, wanted in _settings(Run(found.folder.parent / run_id)).items():
            if (value := manifest["settings"][name]) != wanted:
                yield Problem(f"{place}/{MANIFEST}", f"{name} {value!r}", f"{wanted!r} as in {run_id}", AGAIN)


def _settings(run: Run) -> dict[str, Any]:
    """With what a trial was asked, and its winner is asked again."""
    given = recorded_profile(run).parameters
    precision = read_json(run.path("eval_summary.json"))["precision"]
    return {"max_new_tokens": given["MAX_NEW_TOKENS"], "batch_size": given["EVAL_BATCH"], "precision": precision}


def _follows(written: Written) -> Iterator[Problem]:
    """Trials, ranking, winner and every word follow from the runs, the evaluations and the sweep's file."""
    found = written.found
    if found.folder.name != found.sweep.run_id:
        expected = f"{found.sweep.run_id!r}, which {SWEEP_FILE} names"
        yield Problem(SWEEP, f"folder {found.folder.name!r}", expected, "rename it back")
    files = sweep_texts(found)
    for pointer, one, other in differences(written.document, sweep_document(found, files), ""):
        yield Problem(SWEEP, f"{pointer} {one}", f"{other} from the trials", AGAIN)
    for name, content in files.items():
        if (found.folder / name).read_bytes() != content:
            yield Problem(name, "other content", "what the trials give", AGAIN)


CHECKS: tuple[Callable[[Written], Iterator[Problem]], ...] = (_bytes, _trials, _again, _evaluations, _follows)
