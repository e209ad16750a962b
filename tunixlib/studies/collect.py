"""Sealed runs put together as a study: by the bar that was committed before them, else as an exploratory one.

    collect_study("my-rates", [Path("submission_runs/my-cpu-s1"), Path("submission_runs/my-cpu-s2")])
    # submission_runs/my-rates/study.json, claims.json, analysis.md

No run is made, continued or changed. With the bar notebooks/profiles/studies/NAME.yaml in the commits of the runs, the
study is the one that ``run_study`` would have written.
"""

from collections.abc import Sequence
from pathlib import Path

from tunixlib.artifacts import read_json, write_bytes, write_json
from tunixlib.evidence.verify import verify_run
from tunixlib.running.pipeline import Say
from tunixlib.running.summary import shown
from tunixlib.runs import MANIFEST, Run, RunError
from tunixlib.studies.bar import Bar, read_bar
from tunixlib.studies.design import Design, DesignError, design_of
from tunixlib.studies.document import STUDY
from tunixlib.studies.exploratory import EXPLORATORY, exploratory_document, exploratory_texts, is_whole
from tunixlib.studies.folder import held_folder, refuse_taken
from tunixlib.studies.history import bar_record
from tunixlib.studies.parameters import parameter_faults, uneven_faults
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.results import study_runs
from tunixlib.studies.run_study import STUDIES, study_words, write_study
from tunixlib.studies.without_bar import REASONS, reason_of
from tunixlib.trees import PROJECT_ROOT


def collect_study(name: str, folders: Sequence[Path], say: Say = print, studies: Path = STUDIES) -> Path:
    """Write the study's folder beside its runs and return it.

    Raises RunError for folders that are no sealed runs that verify, and DesignError for runs that cannot be put
    together. Nothing is written then.
    """
    runs = _sealed(folders)
    folder = runs[0].root.parent / Run.open(name).run_id
    refuse_taken(folder)
    path = studies / f"{name}.yaml"
    if path.is_file() and _is_theirs(bar := read_bar(path), path, runs):
        _check_planned(bar, runs)
        say(f"study {name}: {len(runs)} runs under {path.name}, which their commits hold")
        with held_folder(folder):
            return write_study(folder, bar, path.relative_to(PROJECT_ROOT).as_posix(), path.read_bytes())
    reason = reason_of(runs, PROJECT_ROOT)
    design = design_of(name, runs)
    say(f"study {name}: exploratory: {REASONS[reason]}; {design.varies} varies between {len(runs)} runs")
    with held_folder(folder):
        return write_exploratory(folder, design, reason)


def _sealed(folders: Sequence[Path]) -> list[Run]:
    runs = [Run(folder.resolve()) for folder in folders]
    faults = [f"{run.run_id}: found no {MANIFEST}, expected a sealed run" for run in runs if not run.sealed]
    if len({run.root for run in runs}) < len(runs):
        faults.append("found a run twice, expected each once")
    if len({run.root.parent for run in runs}) > 1:
        faults.append("found runs of several folders, expected them side by side")
    if len(runs) < 2:
        faults.append("found one run, expected two or more: a run compares its own arms in its analysis.md")
    for run in [] if faults else runs:
        faults += [f"{run.run_id}/{problem}" for problem in verify_run(run.root).problems[:3]]
    if faults:
        raise RunError("nothing was written, because of\n  " + "\n  ".join(faults))
    return runs


def _is_theirs(bar: Bar, path: Path, runs: Sequence[Run]) -> bool:
    """Whether these runs were made under a bar of this name. Raises DesignError for other runs than it plans."""
    if not path.is_relative_to(PROJECT_ROOT) or bar.study != path.stem:
        return False
    planned, given = {run.run_id for run in planned_runs(bar)}, {run.run_id for run in runs}
    file = path.relative_to(PROJECT_ROOT).as_posix()
    if planned == given:
        root = runs[0].root.parent
        record = bar_record(file, path.read_bytes(), study_runs(root, bar), "HEAD", PROJECT_ROOT)
        return bool(record["committed"])
    raise DesignError(
        f"{file} is the bar of this name, and found the runs {', '.join(sorted(given))}, expected "
        f"{', '.join(sorted(planned))}; name those, or give the study another name"
    )


def _check_planned(bar: Bar, runs: Sequence[Run]) -> None:
    """Raise DesignError with every parameter in which a run is not what the bar asks for."""
    root = runs[0].root.parent
    faults = [
        f"{planned.run_id}: {sentence}"
        for planned in planned_runs(bar)
        for sentence in parameter_faults(root / planned.run_id, bar, planned, PROJECT_ROOT)
    ]
    faults += [f"{run_id}: {sentence}" for run_id, sentence in uneven_faults(root, bar)]
    if faults:
        raise DesignError("the runs are not what the bar asks for:\n  " + "\n  ".join(faults))


def write_exploratory(folder: Path, design: Design, reason: str) -> Path:
    """Write claims and analysis, then ``study.json``, whose presence means the study is whole."""
    files = exploratory_texts(design, reason)
    for name, data in files.items():
        write_bytes(folder / name, data)
    write_json(folder / STUDY, exploratory_document(design, reason, files))
    return folder


def collection_words(folder: Path) -> str:
    """The end of putting runs together: what was found, where it is, and how to check it."""
    if EXPLORATORY not in read_json(folder / STUDY):
        return study_words(folder)
    reason = REASONS[read_json(folder / STUDY)[EXPLORATORY]]
    claims = read_json(folder / "claims.json")["claims"]
    whole = [claim["text"] for claim in claims if is_whole(claim["id"])]
    said = whole or [claim["text"] for claim in claims if "-vs-" in claim["id"]]
    place = shown(folder)
    ends = [f"study      {place}", f"next       read {place}/analysis.md, or: python -m tunixlib verify {place}"]
    return "\n".join(["", *said, "", f"No verdict: {reason}.", *ends])
