"""Locking a run as a submission: from then on it is read and never written, and ``verify`` tells when it changed.

    lock_run(Run.open("cpu-v1"))    # {"manifest_sha256": "51aa...", "digest": "...", "commit": "...", "locked_at": ...}

A sealed run is never written, so the mark lies beside the runs, in ``submission_runs/locked.json``, which is committed
with them. It holds the sha256 of the manifest, which holds that of every file: a run that somebody made again under
the same name is another one, however well its own hashes agree. Who rewrites the mark, too, is answered by git alone:
``git log -p submission_runs/locked.json`` shows what was locked when.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from tunixlib.artifacts import read_json, sha256_file, write_json
from tunixlib.evidence.environment import capture_commit
from tunixlib.evidence.problems import Problem
from tunixlib.holding import LOCKED, hold, locked_runs
from tunixlib.runs import MANIFEST, Run, RunError

LOCK_VERSION = "1.0"
# Problems that a refusal shows.
SHOWN = 3


def lock_run(run: Run) -> dict[str, str]:
    """Mark a sealed run that verifies as a submission and return its mark; again, the mark that it has.

    Raises RunError when the run is not sealed, does not verify, is not the one that was locked, or somebody is at work
    in it.
    """
    mark = locked_runs(run.root.parent).get(run.run_id)
    if mark is not None:
        _refuse_problems(run)
        return mark
    if not run.sealed:
        raise RunError(
            f"run {run.run_id!r}: found no {MANIFEST}, expected a sealed run; only what is finished can be locked"
        )
    held = hold(run.root)  # nobody is publishing or cleaning it meanwhile
    try:
        _refuse_problems(run)
        return _add_mark(run)
    finally:
        held.release()


def _refuse_problems(run: Run) -> None:
    from tunixlib.evidence.verify import verify_run  # which itself asks for lock_problems

    problems = list(dict.fromkeys([*lock_problems(run.root), *verify_run(run.root).problems]))
    if problems:
        shown = "\n  ".join(str(problem) for problem in problems[:SHOWN])
        raise RunError(
            f"run {run.run_id!r} does not verify, so it cannot be locked; found {len(problems)} problems, first:\n"
            f"  {shown}"
        )


def _add_mark(run: Run) -> dict[str, str]:
    mark = {
        "manifest_sha256": sha256_file(run.path(MANIFEST)),
        "digest": str(read_json(run.path(MANIFEST))["digest"]),
        "commit": str(capture_commit()["commit"]),
        "locked_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    root = run.root.parent
    with FileLock(root / f".{LOCKED}.lock.part"):  # for two runs locked at once; git ignores this name
        marks = {**locked_runs(root), run.run_id: mark}
        write_json(root / LOCKED, {"lock_version": LOCK_VERSION, "runs": marks})
    return mark


def lock_problems(root: Path) -> Iterator[Problem]:
    """What is wrong with a run that was locked: it is gone, or it is not the one that was locked. Part of verify."""
    root = root.resolve()
    try:
        mark = locked_runs(root.parent).get(root.name)
    except RunError:
        remedy = f"restore it: git checkout -- submission_runs/{LOCKED}"
        yield Problem(f"../{LOCKED}", "content that cannot be read", "the runs that are locked, as JSON", remedy)
        return
    if mark is None:
        return
    locked = f"as {LOCKED} says since {mark.get('locked_at', '?')}"
    remedy = f"this run is a submission; restore it: git checkout -- submission_runs/{root.name}"
    expected = mark.get("manifest_sha256", "")
    path = root / MANIFEST
    if not path.is_file():
        yield Problem(MANIFEST, "no such file", f"the one with sha256 {expected[:16]}... {locked}", remedy)
    elif (found := sha256_file(path)) != expected:
        yield Problem(MANIFEST, f"sha256 {found[:16]}...", f"{expected[:16]}... {locked}", remedy)


def lock_words(run: Run, mark: dict[str, str]) -> str:
    """The end of ``lock``: what is locked, and that only a commit makes it known."""
    return "\n".join(
        [
            f"{run.run_id} is locked since {mark['locked_at']}: manifest sha256 {mark['manifest_sha256']}",
            f"next       git add submission_runs/{LOCKED} submission_runs/{run.run_id} && git commit",
            "           only a commit shows others what was locked when; later experiments take another RUN_ID",
        ]
    )
