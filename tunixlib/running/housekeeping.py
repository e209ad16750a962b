"""Cleaning sealed runs: weights, tokenizers and working state go, the evidence stays and verifies as before.

    clean_run(Run.open("my-cpu"), dry_run=True)     # Cleaned("my-cpu", weights=1_630_000_000, work=0, linked=...)

Only sealed runs are cleaned: what an unsealed one keeps is what its command continues from. A locked one is a
submission, whose weights are needed. Before and after, the run is verified.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tunixlib.artifacts import write_text
from tunixlib.evidence.verify import verify_run
from tunixlib.holding import LOCKS, WORK, dead_scratch, hold, locked_runs, refuse_if_locked
from tunixlib.modeling.models import cache_folder
from tunixlib.runs import Run, RunError, runs_root
from tunixlib.submission import bundle
from tunixlib.trees import remove

# What stays of a run's working state, a few kilobytes: the locks, and the records from which it was sealed.
KEPT_WORK = {*LOCKS, *LOCKS.values(), "run.json", "stages", "pipeline"}
# There from the first deletion to the last: some weights of a checkpoint may then be gone and others not.
CLEANING = "cleaning"
LOST = "a model folder in the bundle, questions to a checkpoint, another evaluation, `verify --recheck-loss`"


@dataclass(frozen=True)
class Cleaned:
    """Bytes of weights and tokenizers and of working state; ``linked``: bytes that stay, as ``dist/`` holds them."""

    run_id: str
    weights: int
    work: int
    linked: int

    @property
    def freed(self) -> int:
        """Bytes that the disk has back."""
        return self.weights + self.work - self.linked


def clean_run(run: Run, dry_run: bool = False) -> Cleaned:
    """Delete weights, tokenizers and working state of a sealed run, keep its evidence; ``dry_run`` only counts.

    Raises RunError when the run is not sealed, locked, in use, or does not verify: then the weights may be all that
    is left to mend it with.
    """
    refuse_if_locked(run.root)
    if not run.sealed:
        raise RunError(
            f"run {run.run_id!r} is not sealed: what it keeps is needed to continue it; finish it, or delete its "
            "folder if you do not need it"
        )
    if dry_run:
        return _count(run)
    held = hold(run.root)
    try:
        mark = run.path(WORK, CLEANING)
        if not mark.is_file():  # an earlier cleaning that was killed had verified the run
            _verified(run, "and nothing was deleted")
            write_text(mark, "")
        found = _count(run)
        drop_weights(run)
        for path in _work(run):
            if path != mark:
                remove(path)
        mark.unlink()
        _verified(run, "after cleaning")
    finally:
        held.release()
    return found


def drop_weights(run: Run) -> int:
    """Delete weights and tokenizers of a sealed run's checkpoints, keep their records; returns their bytes.

    Raises RunError for a run that is not sealed, or that is locked.
    """
    refuse_if_locked(run.root)
    if not run.sealed:
        raise RunError(f"run {run.run_id!r} is not sealed: its weights are still needed")
    size = 0
    for path in _weights(run):
        size += path.stat().st_size
        path.unlink()
    return size


def clean_runs(runs: Iterable[Run], dry_run: bool = False) -> tuple[list[Cleaned], list[str]]:
    """Clean one run after the other: what was found in each, and why others were refused."""
    done, refused = [], []
    for run in runs:
        try:
            done.append(clean_run(run, dry_run))
        except RunError as error:
            refused.append(str(error))
    return done, refused


def clean_leftovers(dry_run: bool = False) -> str:
    """Remove what killed processes left half built beside runs, publications and converted models; says what, or "".

    A folder whose process is alive stays.
    """
    places = (runs_root(), bundle.DIST, cache_folder())
    found = {path: _size(_files([path])) for place in places for path in dead_scratch(place)}
    if not dry_run:
        for path in found:
            remove(path)
    verb = "would remove" if dry_run else "removed"
    lines = [f"{verb} {path}: {_megabytes(size)}, its process ended half-way" for path, size in found.items()]
    return "\n".join(lines)


def clean_words(done: Sequence[Cleaned], dry_run: bool) -> str:
    """What was freed, run by run, and what can no longer be done."""
    if not done:
        return "no run was cleaned"
    lines = [f"{one.run_id}: {_size_words(one)}" for one in done]
    total = _megabytes(sum(one.freed for one in done))
    if dry_run:
        return "\n".join([*lines, f"would free {total}; nothing was deleted"])
    lines.append(f"freed {total}; the evidence verifies as before")
    return "\n".join([*lines, f"not possible any more without training again: {LOST}"])


def _size_words(one: Cleaned) -> str:
    words = f"{_megabytes(one.weights)} of checkpoints, {_megabytes(one.work)} of working state"
    return f"{words}; {_megabytes(one.linked)} stay, linked from dist/{one.run_id}/" if one.linked else words


def cleanable(root: Path) -> Iterator[Run]:
    """The sealed runs of a folder that are not locked, by name."""
    locked = locked_runs(root)
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if not path.name.startswith(".") and path.name not in locked and Run(path).sealed:
            yield Run(path)


def _verified(run: Run, when: str) -> None:
    problems = verify_run(run.root).problems
    if problems:
        raise RunError(
            f"run {run.run_id!r} does not verify {when}; found {len(problems)} problems, first: {problems[0]}"
        )


def _count(run: Run) -> Cleaned:
    weights, work = list(_files(_weights(run))), list(_files(_work(run)))
    linked = sum(path.stat().st_size for path in weights if path.stat().st_nlink > 1)
    return Cleaned(run.run_id, _size(weights), _size(work), linked)


def _weights(run: Run) -> list[Path]:
    """What lies in checkpoints beside their records: weights first, so that what a kill leaves is no checkpoint."""
    found = (path for path in run.root.glob("training/*/*/checkpoint/*") if path.name != "checkpoint.json")
    return sorted((path for path in found if path.is_file()), key=lambda path: (path.suffix != ".safetensors", path))


def _work(run: Run) -> list[Path]:
    work = run.path(WORK)
    return sorted(path for path in work.iterdir() if path.name not in KEPT_WORK) if work.is_dir() else []


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from (found for found in ([path] if path.is_file() else path.rglob("*")) if found.is_file())


def _size(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
