"""The folder that a study is written into: its own and nobody else's, held while it is written.

with held_folder(Path("submission_runs/order-135m")) as folder:
    ...
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tunixlib.holding import LOCKS, WORK, hold, refuse_if_locked
from tunixlib.runs import MANIFEST, RunError
from tunixlib.studies.document import BAR, STUDY
from tunixlib.trees import remove

ANALYSIS = "analysis.md"
# What a study that was interrupted while it was written leaves: all but study.json, which is written last.
KEPT = {*LOCKS, *LOCKS.values()}
OWN = (BAR, "claims.json", ANALYSIS, "figures", WORK)


def refuse_taken(folder: Path) -> None:
    """Raise RunError unless a study can be written into a folder: none, an empty one, or this study's, unfinished."""
    refuse_if_locked(folder)
    name = folder.name
    for there in (STUDY, MANIFEST):
        if (folder / there).is_file():
            raise RunError(f"{name!r} is finished ({there} is there); give the new study another name")
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{name!r}: found a file of this name, expected none; give the new study another name")
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    foreign = [found for found in names if found not in OWN and not found.endswith(".part")]
    if ANALYSIS in names and not _is_analysis_of(folder):
        foreign.append(ANALYSIS)
    if foreign:
        raise RunError(
            f"{name!r}: found a folder with {', '.join(foreign[:3])}, expected none, or this study unfinished; give "
            "the new study another name, or move the folder away"
        )


def _is_analysis_of(folder: Path) -> bool:
    with suppress(OSError):
        return (folder / ANALYSIS).read_bytes().startswith(f"# Study `{folder.name}`\n".encode())
    return False


@contextmanager
def held_folder(folder: Path, refuse: Callable[[Path], None] = refuse_taken) -> Iterator[Path]:
    """A folder that a study can be written into, held against other processes until the end of the block.

    ``refuse`` raises RunError for a folder that holds something else.
    """
    refuse(folder)
    lock = hold(folder)
    try:
        refuse(folder)  # whoever held it until now may have finished
        yield folder
    finally:
        for path in (folder / WORK).iterdir():  # while it is held: the next one's working state is not ours to remove
            if path.name not in KEPT:
                remove(path)
        lock.release()
        shutil.rmtree(folder / WORK, ignore_errors=True)  # a finished study has no trace of its lock
        with suppress(OSError):
            folder.rmdir()  # where nothing was written
