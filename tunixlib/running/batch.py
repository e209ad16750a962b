"""Several runs one after the other: every profile with every seed, all checked before the first one starts.

    entries = plan_batch(["cpu", "my.yaml"], seeds=(1, 2, 3))
    print(plan_text(entries))                 # my-cpu-s1  cpu  1  new ...
    results = run_batch(entries)
    print(results_text(results))              # my-cpu-s1  sealed  stage_c on eval-core (120)  17.5 % [11.7, 25.3] ...

The run of a profile with a seed has the profile's run id and ``-s<seed>`` behind it. What is sealed is skipped, what
was interrupted continues; a run that fails costs its own result and no other.
"""

import json
import shlex
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tunixlib.analysis.beside import beside_run
from tunixlib.atomic import not_writable
from tunixlib.holding import holder_of, holder_words, refuse_if_locked
from tunixlib.modeling.models import ModelError
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.parameters import ITEMS, NO_TREATMENT, PLACES, declared_defaults, merge_declared, stage_notebooks
from tunixlib.running.pipeline import UNPUBLISHED, Say, run_pipeline
from tunixlib.running.preparing import Prepared, check_inputs, prepare, recorded_profile, without_folder
from tunixlib.running.profiles import Profile, load_profile
from tunixlib.running.runs_table import Headline, headline_of
from tunixlib.running.summary import shown
from tunixlib.runs import Run, RunError
from tunixlib.tables import percent, text_table
from tunixlib.training.config import TrainingError

NEW, PUBLISH, SKIP = "new", "build report and bundle", "sealed: skipped"
SEALED, SKIPPED, FAILED, STOPPED, NOT_STARTED = "sealed", "sealed before", "failed", "stopped", "not started"
# What a run raises on purpose; anything else is a defect of ours, whose traceback is shown.
EXPECTED = (ValueError, RunError, ModelError, NotebookError, TrainingError, OSError)
REASON_WIDTH = 160


class BatchError(ValueError):
    """A batch cannot be started. The message names every entry that is not as it should be, and why."""


@dataclass(frozen=True)
class Entry:
    """One run of a batch. ``todo`` is what starting it will do; ``set`` what it takes beside the profile's values."""

    source: str  # the profile as it was named
    ready: Prepared
    set: dict[str, Any] = field(default_factory=dict)
    todo: str = NEW

    @property
    def command(self) -> str:
        """The command that makes this run alone, which goes on record in it: no absolute path in it."""
        words = ["run", "--profile", without_folder(self.source), "--run-id", self.ready.run.run_id]
        given = {name: value for name, value in self.set.items() if name not in PLACES}
        words += [f"--set={name}={json.dumps(value)}" for name, value in given.items()]
        return f"python -m tunixlib {shlex.join(words)}"


@dataclass(frozen=True)
class Result:
    """How one run of a batch ended: its state, the minutes it took now, and for all but sealed ones why, in a line."""

    run: Run
    state: str
    minutes: float = 0.0
    reason: str = ""


def plan_batch(
    profiles: Sequence[str], run_id: str | None = None, seeds: Sequence[int] = (),
    overrides: Mapping[str, Any] | None = None,
) -> list[Entry]:  # fmt: skip
    """Every profile with every seed, checked and with nothing written. ``overrides`` are taken by all of them.

    Raises BatchError naming each entry that cannot start: an unknown parameter, a file that is no profile, a model or
    data set or a run to stand beside that is not there, two of the same run id, a run in use, a sealed one made with
    other values.
    """
    if seeds and "SEED" in (overrides or {}):
        raise BatchError("found SEED under --set and seeds, expected one of them; leave out --set SEED")
    if run_id and len(profiles) > 1:
        raise BatchError(f"found run id {run_id!r} for {len(profiles)} profiles, expected one each; set RUN_ID in them")
    by_notebook = merge_declared(stage_notebooks())
    entries: list[Entry] = []
    faults: list[str] = []
    for name in profiles:
        for seed in seeds or (None,):
            try:
                entry = _entry(load_profile(name), name, run_id, seed, dict(overrides or {}), by_notebook)
                _check_beside(entry, entries)
                entries.append(entry)
            except EXPECTED as error:
                faults.append(f"{name}: {error}")
    for folder, count in Counter(str(entry.ready.run.root).casefold() for entry in entries).items():
        if count > 1:
            names = [entry.source for entry in entries if str(entry.ready.run.root).casefold() == folder]
            faults.append(f"{' and '.join(names)}: found one run id for {count} entries, expected one each; set RUN_ID")
    if faults:
        listed = "\n  ".join(dict.fromkeys(fault.replace("\n", "\n  ") for fault in faults))
        raise BatchError(f"nothing was started, because of\n  {listed}")
    return entries


def _entry(
    profile: Profile, name: str, run_id: str | None, seed: int | None, overrides: dict[str, Any],
    by_notebook: dict[str, dict[str, str]],
) -> Entry:  # fmt: skip
    base = run_id or overrides.get("RUN_ID") or profile.parameters.get("RUN_ID")
    if seed is not None:
        overrides |= {"SEED": seed, **({"RUN_ID": f"{base}-s{seed}"} if isinstance(base, str) else {})}
    elif run_id:
        overrides["RUN_ID"] = run_id
    ready = prepare(profile, None, overrides, by_notebook)
    return Entry(name, ready, overrides, todo_of(ready))


def todo_of(ready: Prepared, defaults: Mapping[str, Any] | None = None) -> str:
    """What starting a run will do. Raises what starting it would raise.

    ``defaults`` is what ``declared_defaults`` gives, for who asks of many: reading the notebooks takes a second.
    """
    run = ready.run
    who = holder_of(run.root)
    if who is not None:
        raise RunError(f"run {run.run_id!r} is in use by process {holder_words(who)}; wait for it, or stop it")
    if run.sealed:
        if other := "; ".join(_made_otherwise(ready, defaults)):
            raise RunError(f"run {run.run_id!r} is sealed, but made with {other}; choose another run id")
        return PUBLISH if run.path(*UNPUBLISHED).is_file() else SKIP
    refuse_if_locked(run.root)
    check_inputs(ready.parameters)
    missing = [stage.name for stage in run.stages() if run.record(stage.name) is None]
    return f"continues at {missing[0] if missing else 'sealing'}" if run.root.is_dir() else NEW


def _check_beside(entry: Entry, before: Sequence[Entry]) -> None:
    """Raises RunError where the run to stand beside is neither sealed nor made before this one in the batch."""
    run, other = entry.ready.run, entry.ready.parameters.get("BESIDE_RUN")
    made = {one.ready.run.root for one in before}
    if other and entry.todo not in (PUBLISH, SKIP) and run.root.parent / other not in made:
        beside_run(run, other)


def _made_otherwise(ready: Prepared, defaults: Mapping[str, Any] | None) -> Iterable[str]:
    """Where a sealed run took other values than it would take now: skipping it would pass off one for the other."""
    given = recorded_profile(ready.run).parameters
    now = {**(defaults or declared_defaults(stage_notebooks())), **ready.parameters}
    for name in sorted(given.keys() & now.keys()):
        if now[name] != given[name]:
            yield f"{name} = {given[name]!r} in place of {now[name]!r}"


def plan_text(entries: Sequence[Entry]) -> str:
    """What a batch will do, one line a run."""
    rows = [
        (entry.ready.run.run_id, entry.ready.profile.name, entry.set.get("SEED", "the profile's"), entry.todo)
        for entry in entries
    ]
    return text_table(("run", "profile", "seed", "what will be done"), rows)


def run_batch(entries: Sequence[Entry], say: Say = print) -> list[Result]:
    """Make the runs in order. One that fails stops itself only; Ctrl-C stops the one at work and starts no other."""
    results: list[Result] = []
    for number, entry in enumerate(entries, start=1):
        run = entry.ready.run
        if any(result.state == STOPPED for result in results):
            results.append(Result(run, NOT_STARTED, reason="Ctrl-C came before; the same command starts it"))
        elif entry.todo == SKIP:
            results.append(Result(run, SKIPPED))
        else:
            say(f"\n[run {number}/{len(entries)}] {run.run_id}")
            results.append(_make(entry, say))
    return results


def _make(entry: Entry, say: Say) -> Result:
    started, run = time.monotonic(), entry.ready.run
    state, reason = SEALED, ""
    try:
        run_pipeline(entry.ready.profile, None, entry.set, say, command=entry.command)
    except KeyboardInterrupt:
        state, reason = STOPPED, "Ctrl-C; the same command continues it"
    except EXPECTED as error:
        state, reason = FAILED, str(not_writable(error) if isinstance(error, OSError) else error)
        say(f"error: {reason}")
    except Exception as error:  # noqa: BLE001  # the runs after this one are not to pay for a defect of ours
        traceback.print_exc()
        state, reason = FAILED, f"{type(error).__name__}: {error}; a defect, its traceback is above"
    return Result(run, state, (time.monotonic() - started) / 60, one_line(reason))


def one_line(reason: str) -> str:
    """A message on one line that a table can hold; all of it was said when it happened."""
    words = " ".join(reason.split())
    return words if len(words) <= REASON_WIDTH else words[: REASON_WIDTH - 3] + "..."


def results_text(results: Sequence[Result]) -> str:
    """The end of a batch: one line a run, then what to do next."""
    header = ("run", "state", "headline", "accuracy [95 %]", "minutes", "reason")
    lines = ["", text_table(header, map(_row, results)), ""]
    done = [result.run for result in results if result.run.sealed]
    if len(done) < len(results):
        lines.append("next       the same command again: it skips what is sealed and continues the rest")
    if is_one_design(done):
        folders = " ".join(shown(run.root) for run in done)
        lines.append(f"compare    python -m tunixlib study NAME {folders}")
    return "\n".join([*lines, "look       python -m tunixlib runs"])


def is_one_design(runs: Sequence[Run]) -> bool:
    """Whether sealed runs differ in the seed or in one parameter, so that they can be put together as a study."""
    given = [recorded_profile(run).parameters for run in runs]
    names = {name for parameters in given for name in parameters} - {*PLACES, *NO_TREATMENT}
    varied = {name for name in names if any(one.get(name) != given[0].get(name) for one in given)}
    return bool(varied) and len(varied - {"SEED"}) <= 1 and varied.isdisjoint(ITEMS)


def _row(result: Result) -> tuple[str, ...]:
    what, accuracy = "–", "–"
    if result.run.sealed:
        headline: Headline = headline_of(result.run)
        what = f"{headline.checkpoint} on {headline.eval_set} ({headline.accuracy['n']})"
        accuracy = percent(headline.accuracy, True)
    minutes = f"{result.minutes:.1f}" if result.minutes else "–"
    return result.run.run_id, result.state, what, accuracy, minutes, result.reason
