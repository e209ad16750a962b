"""What tests of accidents share: how often to try, a small sealed run, processes to kill, and a disk that fills up.

``TUNIXLIB_FAULTS=10`` tries ten times as much.
"""

import builtins
import errno
import io
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_run import ENVIRONMENT, commit_data, make_traces, write_stage

from tunixlib.evidence import sealing
from tunixlib.runs import HOLDER_VARIABLE, Run
from tunixlib.seeding import datasets
from tunixlib.trees import PROJECT_ROOT

FAULTS = int(os.environ.get("TUNIXLIB_FAULTS", "1"))


def make_run(place):
    """The run ``place/runs/demo``, its data in ``place/data``, and as it was unsealed in ``place/unsealed/demo``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "DATA_ROOT", place / "data")
        patch.setattr(sealing, "capture_environment", lambda: dict(ENVIRONMENT))
        traces, run = make_traces(), Run(place / "runs" / "demo")
        commit_data(place / "data", traces)
        patch.setenv(HOLDER_VARIABLE, str(run.root))
        session = {"profile": "smoke", "command": "python -m tunixlib run", "commit": "c" * 40, "dirty": False}
        sealing.begin_session(run, session)
        for stage in run.stages():
            write_stage(run, stage.name, traces, place / "data")
        shutil.copytree(place / "runs", place / "unsealed")
        sealing.seal(run)
    return run


def unmeasured():
    """The environment without coverage: it slows what is to be killed, and writes a file where none may be written."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_CORE_"))}


def started(code, *arguments, **variables):
    """A process that runs some Python and has printed its first line by now."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT,
        env={**unmeasured(), **variables},
    )  # fmt: skip
    assert process.stdout.readline().strip() == "ready"
    return process


def kill(process):
    """SIGKILL: nothing in the process gets a chance to clean up."""
    process.kill()
    process.wait()
    process.stdout.close()


class FullDisk:
    """Counts what takes room on a disk and refuses it from one moment on: new files and folders, and flushes.

    Of renames, which may need room for a name, only the one at that moment fails.
    """

    def __init__(self, full_at=None, number=errno.ENOSPC):
        self.count, self.full_at, self.number = 0, full_at, number

    def watch(self, function, concerns=lambda *a, **k: True, once=False):
        def watched(*arguments, **options):
            if concerns(*arguments, **options):
                self.count += 1
                full = self.full_at is not None and self.count >= self.full_at
                if full and not (once and self.count > self.full_at):
                    raise OSError(self.number, os.strerror(self.number), str(arguments[0]))
            return function(*arguments, **options)

        return watched


@contextmanager
def full_disk(full_at=None, number=errno.ENOSPC):
    """A disk on which everything from the ``full_at``-th write on fails; without a number one that only counts."""
    disk = FullDisk(full_at, number)
    with pytest.MonkeyPatch.context() as patch:
        opening = disk.watch(builtins.open, lambda path, mode="r", *a, **k: any(letter in mode for letter in "wxa+"))
        creating = disk.watch(os.open, lambda path, flags, *a, **k: bool(flags & os.O_CREAT))
        patch.setattr(os, "open", creating)
        for place in (builtins, io):
            patch.setattr(place, "open", opening)
        for name in ("mkdir", "fsync", "rename", "replace"):
            patch.setattr(os, name, disk.watch(getattr(os, name), once=name.startswith("re")))
        yield disk


def snapshot(root):
    """Relative path -> bytes of every file, working state aside."""
    files = (path for path in Path(root).rglob("*") if path.is_file() and ".work" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}
