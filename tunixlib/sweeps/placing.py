"""Trials placed on Ray, and tried again where a worker dies. Of Ray nothing else is used.

    endings = run_trials(tasks, shares, storage, make_trial, watch)      # run id -> ("sealed", "")

What is finished and what is to be continued is read from the run folders, never from Ray's state.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tunixlib.running.batch import EXPECTED, FAILED
from tunixlib.sweeps.cluster import Shares
from tunixlib.sweeps.trial import Ending, Question, Say, Task

# How often a trial is tried again after its worker died.
RETRIES = 3

Make = Callable[[Task, Say], Ending]


class Watch(Protocol):
    """Who follows the trials, in the driver."""

    def said(self, run_id: str, words: str) -> None:
        """A trial says how far it is."""

    def ended(self, run_id: str, ending: Ending) -> None:
        """A trial has ended."""


def run_trials(
    tasks: Sequence[Task], shares: Shares, storage: Path, make: Make, watch: Watch
) -> dict[str, Ending]:  # fmt: skip
    """Make all trials on the cluster of the block; run id -> how it ended. ``storage``: where Ray keeps its state.

    A trial whose worker dies is tried again ``RETRIES`` times. KeyboardInterrupt passes, and so does what the watch
    raises on purpose.
    """
    from ray import tune
    from ray.tune.logger import JsonLoggerCallback

    def trainable(config: Mapping[str, int]) -> None:
        task = tasks[config["number"]]
        state, reason = make(task, lambda words: tune.report({"said": words}))
        tune.report({"said": "", "state": state, "reason": reason})

    book = _Book([task.run_id for task in tasks], watch)
    tuner = tune.Tuner(
        tune.with_resources(trainable, {name.lower(): count for name, count in shares.resources.items() if count}),
        param_space={"number": tune.grid_search(list(range(len(tasks))))},
        tune_config=tune.TuneConfig(max_concurrent_trials=shares.at_once or None),
        run_config=tune.RunConfig(
            name="trials", storage_path=str(storage), verbose=0, callbacks=[_callback(book), JsonLoggerCallback()],
            failure_config=tune.FailureConfig(max_failures=RETRIES),
        ),
    )  # fmt: skip
    try:
        tuner.fit()
    finally:
        if book.raised:
            raise book.raised[0] from None
    return book.endings


@dataclass(frozen=True)
class _Book:
    """What the driver knows of the trials, each by its number."""

    run_ids: Sequence[str]
    watch: Watch
    endings: dict[str, Ending] = field(default_factory=dict)
    raised: list[Exception] = field(default_factory=list)

    def say(self, trial: Any, words: str) -> None:
        self.watch.said(self.run_ids[trial.config["number"]], words)

    def end(self, trial: Any, ending: Ending) -> None:
        run_id = self.run_ids[trial.config["number"]]
        self.endings[run_id] = ending
        try:
            self.watch.ended(run_id, ending)
        except EXPECTED as error:
            self.raised.append(error)  # raised here, it would be the trial's failure to Ray


def _callback(book: _Book) -> Any:
    """The book as Ray's callback. Ray writes callbacks down to resume with them; of this one nothing is needed."""
    from ray import tune

    class Follow(tune.Callback):
        def __reduce__(self) -> tuple[type, tuple[()]]:
            return tune.Callback, ()

        def on_step_end(self, iteration: int, trials: Any, **info: Any) -> None:
            if book.raised:
                raise book.raised[0]

        def on_trial_result(self, iteration: int, trials: Any, trial: Any, result: Any, **info: Any) -> None:
            if result.get("said"):
                book.say(trial, result["said"])

        def on_trial_recover(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
            book.say(trial, "its worker died; it is tried again, and goes on")

        def on_trial_complete(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
            book.end(trial, (trial.last_result["state"], trial.last_result["reason"]))

        def on_trial_error(self, iteration: int, trials: Any, trial: Any, **info: Any) -> None:
            book.end(trial, (FAILED, f"{_why(str(trial.get_error()))} ({RETRIES + 1} tries)"))

    return Follow()


def _why(text: str) -> str:
    """What Ray says of an error, of several tries even, in one line: the last that names one."""
    named = re.findall(r"^[\w.()]*Error: (.+)$", text, re.MULTILINE)
    return named[-1].strip() if named else "its worker died"


def run_questions(
    questions: Sequence[Question], shares: Shares, ask: Callable[[Question], str], say: Say
) -> dict[str, str]:  # fmt: skip
    """Ask the winner's checkpoints again, side by side where there is room; run id -> why it failed, or nothing."""
    import ray

    options = {"num_cpus": shares.cpus, "num_gpus": shares.gpus or 0, "max_retries": RETRIES}
    remote = ray.remote(**options)(ask)
    left, most = list(questions), shares.at_once or len(questions)
    waiting: dict[Any, str] = {}
    found: dict[str, str] = {}
    while left or waiting:
        begun, left = left[: most - len(waiting)], left[most - len(waiting) :]
        waiting |= {remote.remote(question): question.run_id for question in begun}
        done, _ = ray.wait(list(waiting), num_returns=1)
        run_id = waiting.pop(done[0])
        try:
            found[run_id] = ray.get(done[0])
        except ray.exceptions.RayError as error:
            found[run_id] = _why(f"{type(error).__name__}: {error}")
        say(f"{run_id}: {found[run_id] or 'asked'}")
    return found
