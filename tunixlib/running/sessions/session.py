"""One session on a machine that is lent for hours, such as a Kaggle kernel: prepare, run, show what came out.

    session = prepare_session("auto", hours=0.0)     # names all that is missing before any work starts
    outcome = run_session(session, "kaggle-v1")      # the very same notebooks, through the same pipeline
    outcome.results(), outcome.closing()

Evidence is kept in ``<working>/submission_runs/<run_id>``, report and bundle in ``<working>/dist``, the time in
``<working>/ledger.json``. ``<working>`` is ``/kaggle/working`` there, and ``dist/working`` in a clone.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, write_json
from tunixlib.evidence.environment import PACKED_COMMIT, capture_commit
from tunixlib.running.notebooks import NotebookError
from tunixlib.running.parameters import declared_defaults, stage_notebooks
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.profiles import load_profile
from tunixlib.running.sessions.attached import input_root
from tunixlib.running.sessions.inputs import Inputs, resolve_inputs
from tunixlib.running.sessions.ledger import RESERVE_S, SESSION_HOURS, Ledger, hours
from tunixlib.running.sessions.machine import choose_profile, detect_accelerator
from tunixlib.running.sessions.outcome import Outcome
from tunixlib.running.sessions.watch import SessionWatch, keep_evidence, keep_weights, kept_run, last_checkpoint
from tunixlib.runs import WORK, Run, RunError
from tunixlib.tables import markdown_table
from tunixlib.trees import PROJECT_ROOT

# For tests and for machines other than Kaggle's.
WORKING_VARIABLE = "TUNIXLIB_WORKING_ROOT"
KAGGLE_WORKING = Path("/kaggle/working")

# Below a run: the parameters with which its session began again.
BEGUN_AGAIN = (WORK, "begun_again.json")

Say = Callable[[str], None]


class SessionError(RunError):
    """A session cannot start. The message lists everything that is missing, one line each."""


@dataclass(frozen=True)
class Session:
    """What a session will do and with what."""

    accelerator: str
    accelerator_sign: str
    profile: str
    parameters: dict[str, Any]  # of all notebooks, defaults included
    inputs: Inputs
    limit_s: float
    working: Path
    started: float  # reading of time.monotonic

    def ledger(self) -> Ledger:
        """A ledger of the time since the session was prepared. Raises ValueError for a session that has no length."""
        return Ledger(self.limit_s, min(RESERVE_S, self.limit_s / 10), started=self.started)

    def table(self) -> str:
        """The choices, as Markdown."""
        commit = capture_commit()
        rows = [
            ("accelerator", f"{self.accelerator} ({self.accelerator_sign})"),
            ("profile", self.profile),
            *self.inputs.shown,
            ("session", f"{hours(self.limit_s)} at most"),
            ("package", f"commit {commit['commit'][:12]}{', changed since' if commit['dirty'] else ''}"),
            ("output", self.working),
        ]
        return markdown_table(("what", "found"), rows)


def working_root() -> Path:
    """Where output goes: ``$TUNIXLIB_WORKING_ROOT``, ``/kaggle/working``, ``dist/working`` in a clone, or here."""
    if given := os.environ.get(WORKING_VARIABLE):
        return Path(given)
    if KAGGLE_WORKING.is_dir():
        return KAGGLE_WORKING
    return Path.cwd() if (PROJECT_ROOT / PACKED_COMMIT).is_file() else PROJECT_ROOT / "dist" / "working"


def prepare_session(profile: str = "auto", session_hours: float = 0.0) -> Session:
    """Choose the profile and find its inputs. Raises SessionError naming all that is missing, before work starts."""
    started, working = time.monotonic(), working_root()
    accelerator, sign = detect_accelerator()
    working.mkdir(parents=True, exist_ok=True)
    try:
        name = choose_profile(profile, accelerator)
        chosen = load_profile(name)
    except ValueError as error:
        raise SessionError(f"the session was not started:\n  {error}") from None
    parameters = {**declared_defaults(stage_notebooks()), **chosen.parameters}
    inputs = resolve_inputs(parameters, input_root(), working)
    if "cannot use" in sign and name != "smoke":
        inputs.missing.append(f"accelerator: found {sign}; choose the image for GPUs")
    if inputs.missing:
        raise SessionError("the session was not started, because of what is missing:\n  " + "\n  ".join(inputs.missing))
    limit = 3600 * (session_hours or SESSION_HOURS[accelerator])
    known = {**parameters, **inputs.parameters}
    session = Session(accelerator, sign, name, known, inputs, limit, working, started)
    session.ledger()  # a limit that is too short is an error now, not after the first stage
    return session


def run_session(session: Session, run_id: str, say: Say = print) -> Outcome:
    """Run the notebooks, seal and publish; evidence is kept whatever happens.

    A session that its ledger ended early returns normally and says so in the outcome. Raises RunError and
    NotebookError as ``run_pipeline`` does.
    """
    run = Run.open(run_id)
    kept_run(run, session.working).refuse_if_sealed()
    watch = SessionWatch(session.ledger(), session.parameters, session.working, say)
    command = f"notebooks/kaggle.ipynb with PROFILE={session.profile} RUN_ID={run_id}"
    with _imports(session):
        try:
            _run(session, run, say, command, watch)
        except (RunError, NotebookError):
            if not watch.ledger.stopped:
                raise
        finally:
            keep_evidence(run, session.working)
            watch.write()
        if run.sealed:
            _publish(run, session.working, say)
    return _outcome(run, session, watch)


def _run(session: Session, run: Run, say: Say, command: str, watch: SessionWatch) -> None:
    """The pipeline, and once more with fewer epochs where the ledger says that training takes too long.

    With which, a note in the run keeps, so that a session which is killed and repeated goes on with them.
    """
    options: dict[str, Any] = {"command": command, "watcher": watch, "bundle": False}
    note = run.path(*BEGUN_AGAIN)
    if note.is_file():
        watch.fewer = read_json(note)
    try:
        run_pipeline(session.profile, run.run_id, {**session.inputs.parameters, **watch.begin_again()}, say, **options)
    except (RunError, NotebookError):
        if not watch.fewer or note.is_file() or watch.ledger.stopped:
            raise
        write_json(note, watch.fewer)
        run_pipeline(session.profile, run.run_id, {**session.inputs.parameters, **watch.begin_again()}, say, **options)


def _publish(run: Run, working: Path, say: Say) -> None:
    """Report and bundle into the working folder. A sealed run is complete without them, so a failure is only said."""
    from tunixlib.submission import bundle

    before, bundle.DIST = bundle.DIST, working / "dist"
    try:
        bundle.publish(run)
        say("report and bundle built")
    except (ValueError, RuntimeError, OSError, ImportError) as error:
        say(f"the run is sealed, but its bundle was not built here ({error}); build it after import-kaggle")
    finally:
        bundle.DIST = before


def _outcome(run: Run, session: Session, watch: SessionWatch) -> Outcome:
    last, model = last_checkpoint(run), session.working / "dist" / run.run_id / "model"
    weights: Path | None = None
    if any(model.glob("*.safetensors")):
        weights = model
    elif last:
        weights = keep_weights(run, session.working, last)
    stopped = watch.explain(watch.ledger.stopped) if watch.ledger.stopped else ""
    return Outcome(kept_run(run, session.working), stopped, last, weights, session.working)


@contextmanager
def _imports(session: Session) -> Iterator[None]:
    """Let kernels import this very package, and both sides the attached ones; an installed copy comes later."""
    extra = [str(session.inputs.packages)] if session.inputs.packages else []
    before, path = os.environ.get("PYTHONPATH"), list(sys.path)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT_ROOT), *extra, *([before] if before else [])])
    sys.path += extra
    try:
        yield
    finally:
        sys.path[:] = path
        if before is None:
            os.environ.pop("PYTHONPATH")
        else:
            os.environ["PYTHONPATH"] = before
