"""Who may write into a run folder: one process at a time, and nobody once the run is locked as a submission.

    lock = hold(Path("submission_runs/my-cpu"))     # refused, naming the holder, while another process is at work
    ...
    lock.release()

Whether somebody holds a run is asked of the operating system, which frees the lock of a dead process (``flock`` on
POSIX, ``LockFileEx`` on Windows; network drives that pass them on, such as NFS and SMB, included). ``holder.json`` only
says who it is, so a stale one or a process id used again misleads nobody. Where a file system has no such locks,
filelock falls back to a marker file: it knows the dead of its own machine, those of another one it takes for living.
"""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tunixlib.artifacts import read_json, write_json
from tunixlib.atomic import not_writable

WORK = ".work"
# Beside the runs and committed with them: which of them are submissions. ``evidence.locks`` writes it.
LOCKED = "locked.json"
# In a folder in which something is built; held while its process lives.
SCRATCH_LOCK = ".held"
# Set by the pipeline for the kernels it starts: the run whose lock it holds.
HOLDER_VARIABLE = "TUNIXLIB_LOCK_HELD_FOR"

# The lock of a run, and the one that its stages take: a kernel outlives a killed pipeline by a moment. Who holds them.
LOCKS = {"lock": "holder.json", "stage.lock": "stage.holder.json"}
RUN_LOCK, STAGE_LOCK = LOCKS
# Seconds: longer than a look at a lock (``holder_of``) and than the writing of holder.json, on a busy machine too.
PATIENCE = 2.0
# Seconds: a kernel whose pipeline is dead sees it within one, and may be in the middle of a long call.
ORPHAN_PATIENCE = 60.0


class RunError(RuntimeError):
    """A run folder cannot be used as asked. The message says what was found, what was expected and what to do."""


class InUseError(RunError):
    """Another process is at work in a run folder; it will end, so that a later try may succeed."""


def hold(root: Path) -> FileLock:
    """Take a run's lock, or in a kernel of the pipeline, which holds that one, the lock of its stages.

    What killed writers left half written is removed. Raises InUseError naming the holder when another process is at
    work in the run, RunError when the run is locked as a submission; OSError when nothing can be written there.
    """
    refuse_if_locked(root)
    try:
        (root / WORK).mkdir(parents=True, exist_ok=True)
        if os.environ.get(HOLDER_VARIABLE) == str(root):
            return _take(root, STAGE_LOCK, ORPHAN_PATIENCE)
        lock = _take(root, RUN_LOCK, PATIENCE)
    except OSError as error:
        raise not_writable(error, root) from None
    try:
        refuse_if_locked(root)  # by whoever held it until now
        _take(root, STAGE_LOCK, ORPHAN_PATIENCE).release()
        sweep(root)
    except BaseException:
        lock.release()
        raise
    return lock


def _take(root: Path, name: str, patience: float) -> FileLock:
    lock = FileLock(root / WORK / name, is_singleton=True)
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise InUseError(_in_use(root, _read_holder(root, name))) from None
    holder = root / WORK / LOCKS[name]
    try:
        write_json(holder, _myself())
    except OSError:  # no room for it: room is what ``clean`` takes the lock for
        holder.unlink(missing_ok=True)
    return lock


def _myself() -> dict[str, Any]:
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv]
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"pid": os.getpid(), "host": socket.gethostname(), "command": " ".join(words), "since": since}


def _in_use(root: Path, who: dict[str, Any]) -> str:
    return (
        f"run {root.name!r} is in use by process {holder_words(who)}; wait for it, stop it (a notebook: restart its "
        "kernel), or choose another RUN_ID"
    )


def holder_words(who: dict[str, Any]) -> str:
    """``4711 on laptop (__main__.py run), since 2026-01-02T03:04:05Z``; ``?`` for what is not known."""
    pid, host, since = (who.get(name, "?") for name in ("pid", "host", "since"))
    return f"{pid} on {host} ({who.get('command', 'unknown')}), since {since}"


def holder_of(root: Path) -> dict[str, Any] | None:
    """Who is at work in a run now: pid, host, command, since, as far as known; None when nobody is."""
    for name in LOCKS:
        if not (root / WORK / name).is_file():
            continue
        with suppress(OSError):  # a folder that cannot be written has no writer
            lock = FileLock(root / WORK / name)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                return _read_holder(root, name)
            lock.release()
    return None


def _read_holder(root: Path, name: str) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = read_json(root / WORK / LOCKS[name])
        return found if isinstance(found, dict) else {}
    return {}


def sweep(root: Path) -> int:
    """Remove what killed writers left beside their targets, ``.NAME.*.part``; returns how many there were.

    Only for who holds the run: then nobody else is writing there, and whatever has such a name is dead.
    """
    found = list(root.rglob(".*.part"))
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """A new hidden folder beside ``target`` to build it in, removed at the end.

    What killed processes left of earlier tries at the same target is removed first; of a living one it is kept.
    """
    for path in dead_scratch(target.parent):
        if path.name.startswith(f".{target.name}."):
            shutil.rmtree(path, ignore_errors=True)
    made = tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    with made as scratch, FileLock(Path(scratch) / SCRATCH_LOCK):
        yield Path(scratch)


def dead_scratch(folder: Path) -> list[Path]:
    """The folders of ``scratch_folder`` in a folder whose process has ended without removing them, sorted."""
    return [path.parent for path in sorted(folder.glob(f".*.part/{SCRATCH_LOCK}")) if _is_free(path)]


def _is_free(path: Path) -> bool:
    with suppress(OSError, Timeout), FileLock(path, timeout=0):
        return True
    return False


def locked_runs(root: Path) -> dict[str, dict[str, str]]:
    """Run id -> its entry in the ``locked.json`` of a folder of runs. Raises RunError when that cannot be read."""
    path = root / LOCKED
    if not path.is_file():
        return {}
    try:
        runs = read_json(path)["runs"]
        return {name: {key: str(entry[key]) for key in entry} for name, entry in runs.items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise RunError(
            f"{path}: found content that cannot be read ({type(error).__name__}), expected the runs that are locked; "
            f"restore it: git checkout -- submission_runs/{LOCKED}"
        ) from None


def refuse_if_locked(root: Path) -> None:
    """Raise RunError when a run is locked as a submission, whatever is left of its folder."""
    entry = locked_runs(root.parent).get(root.name)
    if entry is not None:
        raise RunError(
            f"run {root.name!r} is locked as a submission since {entry.get('locked_at', '?')} and nothing is written "
            f"into it; choose another RUN_ID, or git checkout -- submission_runs/{root.name} to restore it. To "
            f"withdraw the submission, take its entry out of {LOCKED} and commit that"
        )
