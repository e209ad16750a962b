"""Bring the output of a Kaggle kernel back: find its sealed runs, verify them, lay them beside the others.

    import_output(Path("downloads/output"))      # [Run(submission_runs/kaggle-v1)]

The folder is what ``kaggle kernels output`` wrote, or a zip of it. All runs are checked before any is copied; a run
that is not sealed, does not verify, or differs from one of the same name here is refused, and then nothing is copied.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tunixlib.artifacts import sha256_file
from tunixlib.evidence.verify import verify_run
from tunixlib.holding import locked_runs, scratch_folder
from tunixlib.runs import MANIFEST, Run, RunError, runs_root
from tunixlib.submission.unpacking import unpack
from tunixlib.trees import is_evidence

# Problems of one run that are shown.
SHOWN = 5


def import_output(folder: Path) -> list[Run]:
    """Copy the sealed runs of a kernel's output into ``submission_runs``; returns them, those already here included.

    Raises RunError naming what was found instead: no run, one that is not sealed or does not verify, or another run
    of the same name here.
    """
    with ExitStack() as stack:
        roots = [_opened(folder, stack)]
        found = list(_runs(roots[0])) or [run for path in _zips(roots[0]) for run in _runs(_opened(path, stack))]
        chosen = _distinct(found, folder)
        for run in chosen:
            _check(run)
        return [_copy(run) for run in chosen]


def _opened(path: Path, stack: ExitStack) -> Path:
    """A folder as it is, a zip unpacked for as long as the import takes."""
    if path.is_dir():
        return path
    if not zipfile.is_zipfile(path):
        what = "a file that is no zip" if path.is_file() else "no such folder"
        raise RunError(f"{path}: found {what}, expected the output folder of a kernel, or a zip of it")
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tunixlib-import-")))
    unpack(path, place)
    return place


def _zips(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.zip") if zipfile.is_zipfile(path))


def _runs(root: Path) -> Iterator[Run]:
    """Run folders: sealed ones, and unsealed ones that lie in a ``submission_runs`` folder."""
    if (root / MANIFEST).is_file():
        yield Run(root)
    for path in sorted(root.rglob("*")):
        if path.is_dir() and ((path / MANIFEST).is_file() or (path.parent.name == "submission_runs" and _holds(path))):
            yield Run(path)


def _holds(path: Path) -> bool:
    """Whether a folder of ``submission_runs`` is a run at all: its data is what every run has first."""
    return not path.name.startswith(".") and (path / "data").is_dir()


def _distinct(found: list[Run], folder: Path) -> list[Run]:
    """Each run once: an output holds the same run as evidence and inside its bundle."""
    if not found:
        raise RunError(
            f"{folder}: found no run, expected submission_runs/<RUN_ID>/{MANIFEST}; name the folder that "
            "`kaggle kernels output` wrote, or look into the kernel's log for why it left none"
        )
    chosen: dict[str, Run] = {}
    for run in found:
        other = chosen.setdefault(run.run_id, run)
        if not _same(run, other):
            raise RunError(f"{folder}: found two different runs named {run.run_id!r}, expected one; move one away")
    return list(chosen.values())


def _check(run: Run) -> None:
    if not run.sealed:
        raise RunError(
            f"run {run.run_id!r} is not sealed: the session ended before its last notebook. It cannot be imported; "
            "read ledger.json and the failed notebook beside it, then push the kernel again with less work or more time"
        )
    Run.open(run.run_id)  # a folder of an archive can have any name
    report = verify_run(run.root)
    if report.problems:
        shown = "\n  ".join(str(problem) for problem in report.problems[:SHOWN])
        raise RunError(
            f"run {run.run_id!r} does not verify, {len(report.problems)} problems:\n  {shown}\n"
            "download the output again; if the problems stay, the kernel ran another version of data or code: "
            "check out its commit, or push and run the kernel again"
        )
    here = Run(runs_root() / run.run_id)
    mark = locked_runs(here.root.parent).get(run.run_id)
    if mark and mark["manifest_sha256"] != sha256_file(run.path(MANIFEST)):
        raise RunError(
            f"run {run.run_id!r} is locked as a submission and this is another run of that name; push the kernel with "
            "another RUN_ID"
        )
    if here.root.exists() and not _same(run, here):
        raise RunError(
            f"run {run.run_id!r} is here already with other content ({here.root}); nothing is overwritten: "
            "rename that folder's run by making it anew, or push the kernel with another RUN_ID"
        )


def _same(one: Run, other: Run) -> bool:
    """Whether two run folders hold the same evidence: equal manifests, and the other one verifies against its own."""
    if one.root == other.root:
        return True
    if not (one.sealed and other.sealed):
        return False
    return sha256_file(one.path(MANIFEST)) == sha256_file(other.path(MANIFEST)) and not verify_run(other.root).problems


def _copy(run: Run) -> Run:
    """Evidence and whatever weights lie with it, copied beside its place and renamed."""
    here = Run(runs_root() / run.run_id)
    if not here.root.exists():
        here.root.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(here.root) as scratch:
            made = scratch / run.run_id
            for path in sorted(path for path in run.root.rglob("*") if path.is_file() and not path.is_symlink()):
                relative = path.relative_to(run.root)
                if is_evidence(relative) or "checkpoint" in relative.parts[:-1]:
                    (made / relative).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, made / relative)
            made.rename(here.root)
    return here


def closing_words(runs: list[Run]) -> str:
    """What was imported and what to do next."""
    lines = []
    for run in runs:
        folder = f"submission_runs/{run.run_id}"
        lines += [
            f"{run.run_id}: verified and in {folder}",
            f"  look:    {folder}/analysis.md",
            f"  verify:  python -m tunixlib verify {folder}",
            f"  bundle:  python -m tunixlib bundle {folder}",
            f"  lock:    python -m tunixlib lock {folder}, then name it in submission_runs/README.md and commit",
        ]
    return "\n".join(lines)
