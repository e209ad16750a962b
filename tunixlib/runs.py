"""A run folder: where things lie, what is finished, who is at work in it.

    run = Run.open("interactive")
    stage = run.start("02_train", globals())   # refused when 01_seed has not run
    ...                                        # write below run.path("training", "flat")
    stage.finish()                             # hashes what was read and what was written

A run is *sealed* once ``run_manifest.json`` lies in it; a sealed run is never written again.
"""

import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from tunixlib.artifacts import ArtifactError, read_json, write_json
from tunixlib.holding import HOLDER_VARIABLE, WORK, RunError, hold, refuse_if_locked
from tunixlib.stages import STAGES, Stage, stage_named, writer_of
from tunixlib.trees import PROJECT_ROOT, hash_tree, remove

MANIFEST = "run_manifest.json"

# Set by a test or a replay to keep runs elsewhere than the notebook's parameter says.
ROOT_VARIABLE = "TUNIXLIB_RUNS_ROOT"

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# The committed run whose times the notebooks quote.
REFERENCE_RUN = "cpu-v1"


def how_long(name: str) -> None:
    """Print how long a stage took in the committed reference run, from its manifest."""
    manifest = PROJECT_ROOT / "submission_runs" / REFERENCE_RUN / MANIFEST
    if manifest.is_file():
        found = read_json(manifest)
        accelerator = found["environment"]["accelerator"]
        where = f"{found['environment']['cpus']} cores, {'no GPU' if accelerator == 'none' else accelerator}"
        print(f"In the committed run {REFERENCE_RUN} this took {found['seconds'][name]:.0f} s on {where}.")


def runs_root(value: str = "submission_runs") -> Path:
    """The folder that holds run folders; a relative one lies in the project, wherever the notebook was started."""
    return PROJECT_ROOT / (os.environ.get(ROOT_VARIABLE) or value)


@dataclass(frozen=True)
class Run:
    """One run's folder."""

    root: Path

    @classmethod
    def open(cls, run_id: str, root: str = "submission_runs") -> "Run":
        """The run with this id, new or continued. Raises RunError for an id that cannot be a folder name."""
        if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
            raise RunError(f"run id {run_id!r}: expected 1-64 letters, digits, '.', '_', '-', a letter or digit first")
        return cls(runs_root(root) / run_id)

    @property
    def run_id(self) -> str:
        """The name of the folder."""
        return self.root.name

    @property
    def sealed(self) -> bool:
        """Whether the manifest, which is written last, is there."""
        return (self.root / MANIFEST).is_file()

    def path(self, *parts: str) -> Path:
        """A path inside the run."""
        return self.root.joinpath(*parts)

    def relative(self, path: Path) -> str:
        """A path inside the run as evidence names it: POSIX, relative to the run folder."""
        return path.relative_to(self.root).as_posix()

    def start(self, name: str, names: Mapping[str, Any]) -> "StageRun":
        """Begin a stage: check that its inputs are there, take the lock, clear what an earlier try left.

        ``names`` are the notebook's ``globals()``: what is written in capitals is a parameter and goes on record.
        Raises RunError when the run is sealed, an input is missing (naming the notebook to run first) or another
        process is at work in the run.
        """
        stage = stage_named(name)
        self.refuse_if_sealed()
        for needed in stage.reads:
            writer = writer_of(needed)
            if self.record(writer.name) is None and (not writer.switch or self.path(needed).exists()):
                raise RunError(
                    f"run {self.run_id!r}: {name} reads {needed}, which {writer.name} has not finished writing; "
                    f"run {writer.name}.ipynb first"
                )
        lock = hold(self.root)
        self.refuse_if_sealed()  # by whoever held the lock until now
        self._forget(name)
        mine = {k: v for k, v in names.items() if k.isupper() and k not in ("RUN_ID", "RUNS_ROOT") and _is_plain(v)}
        inputs = hash_tree(self.root, stage.reads)
        spent = self._continue_or_clear(stage, {"parameters": mine, "inputs": inputs})
        return StageRun(self, stage, mine, time.time() - spent, inputs, lock)

    def _continue_or_clear(self, stage: Stage, depends: dict[str, Any]) -> float:
        """Leave what an interrupted try with the same parameters and inputs has done, or remove it.

        Returns the seconds of work that are left standing: from the start of a try to the last thing that it kept.
        """
        begun, now = self.resume_path(f"{stage.name}.json"), time.time()
        kept = [self.resume_path(written) for written in stage.writes]
        earlier = _read_begun(begun) if stage.resumes else {}
        seconds = 0.0
        if {name: earlier.get(name) for name in depends} == depends:
            files = (path for place in kept for path in place.rglob("*"))
            last = max((path.stat().st_mtime for path in files), default=earlier["started"])
            seconds = earlier["seconds"] + max(0.0, last - earlier["started"])
        else:
            for place in [*kept, *map(self.path, stage.writes)]:
                remove(place)
        if stage.resumes:
            write_json(begun, {**depends, "started": now, "seconds": seconds})
        return seconds

    def resume_path(self, *parts: str) -> Path:
        """Where a stage at work keeps what it needs to continue after a kill; gone when the stage is finished."""
        return self.path(WORK, "resume", *parts)

    def stages(self) -> list[Stage]:
        """The stages that this run needs: all but those that are switched off, of which it holds nothing."""
        return [stage for stage in STAGES if not stage.switch or self._holds(stage)]

    def _holds(self, stage: Stage) -> bool:
        return self.record(stage.name) is not None or any(self.path(written).exists() for written in stage.writes)

    def switch_off(self, stage: Stage) -> None:
        """Remove what an earlier try of a stage made that is now switched off."""
        if self._holds(stage):
            self._forget(stage.name)
            for written in stage.writes:
                remove(self.path(written))
        self.forget_states(stage)

    def forget_states(self, stage: Stage) -> None:
        """Remove what a stage kept to continue after a kill: it is finished, and another try begins anew."""
        for place in (f"{stage.name}.json", *stage.writes):
            remove(self.resume_path(place))

    def _forget(self, name: str) -> None:
        """Remove what says that a stage was done: its record and executed copy, and by hand also whose run it is."""
        old = [
            self.record_path(name),
            self.path(WORK, "pipeline", f"{name}.json"),
            self.path("notebooks", f"{name}.ipynb"),
        ]
        if os.environ.get(HOLDER_VARIABLE) != str(self.root):
            old.append(self.path(WORK, "run.json"))
        for path in old:
            path.unlink(missing_ok=True)

    def refuse_if_sealed(self) -> None:
        """Raise RunError when the run is sealed, or locked as a submission whatever is left of its folder."""
        refuse_if_locked(self.root)
        if self.sealed:
            raise RunError(
                f"run {self.run_id!r} is sealed ({MANIFEST} is there) and is never written again; "
                "choose another RUN_ID, or delete the folder if you do not need it. "
                f"Its report and bundle: python -m tunixlib bundle submission_runs/{self.run_id}"
            )

    def record_path(self, name: str) -> Path:
        """Where a finished stage is recorded until the run is sealed."""
        return self.path(WORK, "stages", f"{name}.json")

    def record(self, name: str) -> dict[str, Any] | None:
        """The record of a finished stage, or None."""
        path = self.record_path(name)
        return read_json(path) if path.is_file() else None


@dataclass(frozen=True)
class StageRun:
    """A stage at work. ``finish`` records what it read and wrote."""

    run: Run
    stage: Stage
    parameters: dict[str, Any]
    started: float
    inputs: dict[str, str]
    lock: FileLock

    def finish(self) -> dict[str, Any]:
        """Write the stage's record, give the lock back and return the record."""
        record = {
            "stage": self.stage.name,
            "parameters": self.parameters,
            "inputs": self.inputs,
            "outputs": hash_tree(self.run.root, self.stage.writes),
            "seconds": round(time.time() - self.started, 3),
        }
        write_json(self.run.record_path(self.stage.name), record)
        if os.environ.get(HOLDER_VARIABLE) != str(self.run.root):  # the pipeline does so when it has noted the stage
            self.run.forget_states(self.stage)
        self.lock.release(force=True)  # a start cell that ran twice holds it twice
        return record


def _read_begun(path: Path) -> dict[str, Any]:
    """What an earlier try noted when it began; nothing when there was none, or when it cannot be read."""
    with suppress(ArtifactError):
        found = read_json(path)
        if isinstance(found, dict) and all(isinstance(found.get(name), int | float) for name in ("started", "seconds")):
            return found
    return {}


def _is_plain(value: Any) -> bool:
    """Whether a notebook's capitalised name can be a parameter: text, a number, or a list of them."""
    return isinstance(value, str | int | float | bool) or (isinstance(value, list) and all(map(_is_plain, value)))
