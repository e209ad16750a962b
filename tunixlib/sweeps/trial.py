"""What a worker does: make one trial, or ask the winner again. Knows nothing of Ray, so that it can be tried alone.

    make_trial(task, print)      # ("sealed", ""), or ("failed", "02_train.ipynb, cell 3: ...")

A worker that dies is no failure: its trial is tried again, elsewhere if need be, and goes on from what the run folder
holds. What a run raises on purpose would come again, so it is the trial's result.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunixlib.artifacts import sha256_file, sha256_text
from tunixlib.atomic import not_writable
from tunixlib.holding import InUseError
from tunixlib.running.batch import EXPECTED, FAILED, SEALED, SKIPPED
from tunixlib.running.notebooks import KernelDiedError
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.profiles import Profile
from tunixlib.runs import ROOT_VARIABLE, Run
from tunixlib.seeding import datasets
from tunixlib.trees import PROJECT_ROOT, sources_sha256

Say = Callable[[str], None]
# Seconds until a trial that somebody else holds is tried again: the lock of a machine that died may outlive it.
WAIT_IN_USE = 30.0
# How a trial ended, and of a failed one why.
Ending = tuple[str, str]
# What decides how many threads a process of ours takes; a kernel inherits them.
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def code_sha256() -> str:
    """The sha256 over all that decides how a trial comes out, by commit: package, notebooks, manifests of data sets."""
    files = [*PROJECT_ROOT.glob("notebooks/*.ipynb"), *datasets.DATA_ROOT.glob("*/manifest.json")]
    lines = sorted(f"{sha256_file(path)}  {path.parent.name}/{path.name}\n" for path in files)
    return sha256_text(sources_sha256(".") + "".join(lines))


@dataclass(frozen=True)
class Task:
    """A trial as it travels to a worker. ``root`` is the folder of runs, ``code`` the hash of what the driver has."""

    run_id: str
    profile: Profile
    parameters: dict[str, Any]
    command: str
    root: str
    threads: int = 1
    code: str = field(default_factory=code_sha256)


def make_trial(task: Task, say: Say) -> Ending:
    """Make or continue the run of a trial and seal it; one that is sealed is left as it is.

    Raises KernelDiedError, and InUseError after a while when somebody else holds the run, so that it is tried again.
    """
    prepare_worker(task.root, task.threads)
    if fault := other_code(task.code):
        return FAILED, fault
    run = Run.open(task.run_id)
    if run.sealed:
        return SKIPPED, ""
    try:
        run_pipeline(task.profile, task.run_id, task.parameters, say, command=task.command, bundle=False)
    except KernelDiedError:
        raise
    except InUseError as error:
        say(f"{error}; tried again in {WAIT_IN_USE:.0f} s")
        time.sleep(WAIT_IN_USE)
        raise
    except EXPECTED as error:
        return FAILED, str(not_writable(error) if isinstance(error, OSError) else error)
    return SEALED, ""


def prepare_worker(root: str, threads: int) -> None:
    """Put runs where the driver looks for them, and take no more threads than the worker has processors."""
    os.environ[ROOT_VARIABLE] = root
    os.environ.update(dict.fromkeys(THREADS, str(threads)))


def other_code(expected: str) -> str:
    """Why this machine must not make a trial: what it would run is not what the driver has; empty when it is."""
    if code_sha256() == expected:
        return ""
    return (
        "found another tunixlib, notebook or data set on this machine than the driver has, expected the same; "
        "bring both to one commit and start the cluster's workers there again"
    )


@dataclass(frozen=True)
class Question:
    """The winner's checkpoint and the items it is asked again, with the settings of its own evaluation."""

    root: str
    run_id: str
    checkpoint: str
    eval_set: str
    items: int
    out: Path
    threads: int = 1
    code: str = field(default_factory=code_sha256)


def ask_again(question: Question) -> str:
    """Evaluate the winner; what is there is continued. Returns why it could not be done, or nothing."""
    from tunixlib.evaluation.generation import GenerationConfig
    from tunixlib.running.evaluating import evaluate_checkpoint
    from tunixlib.running.preparing import recorded_profile

    prepare_worker(question.root, question.threads)
    if fault := other_code(question.code):
        return fault
    run = Run.open(question.run_id)
    given = recorded_profile(run).parameters
    config = GenerationConfig(max_new_tokens=given["MAX_NEW_TOKENS"], batch_size=given["EVAL_BATCH"])
    place = (question.eval_set, question.out, config, question.items, given["EVAL_DTYPE"], question.checkpoint)
    try:
        evaluate_checkpoint(str(run.root), *place)
    except EXPECTED as error:
        return str(not_writable(error) if isinstance(error, OSError) else error)
    return ""
