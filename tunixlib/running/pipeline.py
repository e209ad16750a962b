"""The notebooks, strictly, in order: one command from a profile to a sealed run.

    run_pipeline("smoke", run_id="smoke-v1")

Unknown or mistyped parameters stop it before anything starts. A finished stage whose notebook, code, parameters and
inputs are unchanged is skipped; after an interruption the same command continues. A sealed run is refused.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tunixlib.analysis.beside import beside_run
from tunixlib.artifacts import read_json, sha256_file, write_json, write_text
from tunixlib.evidence.environment import capture_commit
from tunixlib.evidence.sealing import begin_session
from tunixlib.holding import hold
from tunixlib.modeling.checkpoints import verified_checkpoint
from tunixlib.modeling.models import (
    ModelError,
)
from tunixlib.progress import PROGRESS_VARIABLE
from tunixlib.running.bars import Watcher, shown_progress
from tunixlib.running.dependencies import source_sha256, stage_key
from tunixlib.running.notebooks import execute
from tunixlib.running.parameters import stage_notebooks
from tunixlib.running.preparing import check_inputs, command_line, prepare
from tunixlib.running.profiles import Profile
from tunixlib.runs import HOLDER_VARIABLE, ROOT_VARIABLE, WORK, Run, RunError
from tunixlib.stages import STAGES, stage_named
from tunixlib.trees import hash_tree, remove

Say = Callable[[str], None]

# There while a run is sealed, or about to be, and its report and bundle are not built.
UNPUBLISHED = (WORK, "unpublished")


def run_pipeline(
    profile_name: str | Profile, run_id: str | None = None, overrides: Mapping[str, Any] | None = None,
    say: Say = print, *, command: str | None = None, watcher: Watcher | None = None, bundle: bool = True,
) -> Run:  # fmt: skip
    """Run every notebook of a profile in fresh kernels, seal the run and (unless ``bundle`` is off) publish it.

    A ``Profile`` that is no file's, such as what a sealed run recorded, is taken as it is. ``command`` goes on record
    instead of the command line. Raises ProfileError, RunError or NotebookError; whatever had finished by then stays
    and is not done again.
    """
    from tunixlib.evidence import verify
    from tunixlib.submission.bundle import publish

    ready = prepare(profile_name, run_id, overrides)
    run, parameters = ready.run, ready.parameters
    unpublished = run.path(*UNPUBLISHED)
    if not (bundle and unpublished.is_file()):
        run.refuse_if_sealed()
        check_inputs(parameters)
        if other := parameters.get("BESIDE_RUN"):
            beside_run(run, other)
    lock = hold(run.root)
    try:
        if run.sealed:
            _finish_publishing(run, unpublished, say)
            return run
        notebooks = _switched_on(run, parameters)
        say(f"run {run.run_id} with profile {ready.profile.name}: {len(notebooks)} notebooks into {run.root}")
        begin_session(run, {"profile": ready.profile.name, "command": command or command_line(), **capture_commit()})
        with _kernel_environment(run):
            for number, notebook in enumerate(notebooks, start=1):
                mine = {k: v for k, v in parameters.items() if k in ready.by_notebook[notebook.stem]}
                _run_stage(run, notebook, mine, f"[{number}/{len(notebooks)}] {notebook.stem}", say, watcher)
        if bundle:
            write_text(unpublished, "sealed or about to be; report and bundle are still to be built\n")
        verify.seal_verified(run)
        if bundle:
            publish(run)
            unpublished.unlink()
        say("sealed; report and bundle built" if bundle else "sealed")
    finally:
        lock.release()
    return run


def _finish_publishing(run: Run, unpublished: Path, say: Say) -> None:
    """Report and bundle of a run that was sealed by a try which ended before they were built."""
    from tunixlib.submission.bundle import publish

    if not unpublished.is_file():
        run.refuse_if_sealed()
    publish(run)
    unpublished.unlink()
    say(f"run {run.run_id} was sealed before; its report and bundle are built now")


def _switched_on(run: Run, parameters: Mapping[str, Any]) -> list[Path]:
    """The notebooks of the corridor but for those that are switched off; what an earlier try made of these is removed.

    A switch is empty where a notebook declares it.
    """
    off = [stage for stage in STAGES if stage.switch and not parameters.get(stage.switch)]
    for stage in off:
        run.switch_off(stage)
    return [path for path in stage_notebooks() if path.stem not in {stage.name for stage in off}]


def _run_stage(
    run: Run, notebook: Path, parameters: Mapping[str, Any], label: str, say: Say, watcher: Watcher | None
) -> None:
    target, note = run.path("notebooks", notebook.name), run.path(WORK, "pipeline", f"{notebook.stem}.json")
    key = stage_key(run, notebook, parameters)
    if _is_done(run, notebook.stem, key, target, note):
        say(f"{label}: unchanged, skipped")
        return
    note.unlink(missing_ok=True)
    started = time.time()
    if watcher:
        watcher.began(run, notebook.stem, parameters)
    with shown_progress(run, label, watcher):
        execute(notebook, target, parameters, failed=run.path(WORK, f"failed-{notebook.name}"))
    if stage_key(run, notebook, parameters) != key:
        remove(target)
        raise RunError(
            f"{notebook.name}: code, notebook, inputs or packages changed while it ran, and nobody can tell what it "
            "used; leave them alone and repeat the command"
        )
    done = {"executed_sha256": sha256_file(target), "source_sha256": source_sha256(notebook)}
    write_json(note, {"key": key, **done, **capture_commit()})
    run.forget_states(stage_named(notebook.stem))
    say(f"{label}: done in {time.time() - started:.0f} s")
    if watcher:
        watcher.ended(run, notebook.stem)


def _is_done(run: Run, name: str, key: str, target: Path, note: Path) -> bool:
    record = run.record(name)
    if not (record and note.is_file() and target.is_file()):
        return False
    known = read_json(note)
    if known["key"] != key or known["executed_sha256"] != sha256_file(target):
        return False
    if hash_tree(run.root, stage_named(name).writes) != record["outputs"]:
        return False
    # Evidence can outlive weights: a stage whose weights were cleaned away or damaged is done again.
    try:
        for path in record["outputs"]:
            if path.endswith("checkpoint.json"):
                verified_checkpoint(run.path(path).parent)
    except ModelError:
        return False
    return True


@contextmanager
def _kernel_environment(run: Run) -> Iterator[None]:
    """What kernels inherit: who holds the lock, where runs lie, where to report progress, UTF-8 everywhere."""
    values = {
        HOLDER_VARIABLE: str(run.root),
        ROOT_VARIABLE: str(run.root.parent),
        PROGRESS_VARIABLE: str(run.path(WORK, "progress.json")),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore:IProgress not found",  # tqdm wishes for widgets, and names a path of this machine
        "TOKENIZERS_PARALLELISM": "false",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
