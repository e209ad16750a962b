"""Who follows a session's stages: keeps the ledger, says the projection, saves evidence after every stage.

    watch = SessionWatch(Ledger(limit_s), parameters, working)
    run_pipeline("cpu", watcher=watch)

Stages run in the unpacked project; what is to be kept is copied to the working folder as soon as a stage is finished,
so that a session that ends by force loses one stage and no more. Weights stay behind, but for the last checkpoint's.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.artifacts import read_json, sha256_file, write_bytes, write_json
from tunixlib.evidence.sealing import evidence_files
from tunixlib.running.sessions.ledger import LEAST_UNITS, TRAINING_SHARE, Ledger, Work
from tunixlib.runs import MANIFEST, WORK, Run, RunError
from tunixlib.seeding.datasets import DATA_ROOT, STAGES
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS, CORRECTION_ARMS, SEGMENTS

LEDGER = "ledger.json"
SAY_EVERY_S = 900.0
TRAINING = ("02_train", "03_curriculum", "04_self_correction")


@dataclass
class SessionWatch:
    """A watcher for ``run_pipeline``; ``parameters`` are those of all notebooks, defaults included."""

    ledger: Ledger
    parameters: Mapping[str, Any]
    working: Path
    say: Callable[[str], None] = print
    fewer: dict[str, Any] | None = None  # the parameters with which a session that takes too long begins again
    _said: float = -SAY_EVERY_S
    _stage: str = ""
    _run: Run | None = None

    def began(self, run: Run, stage: str, parameters: Mapping[str, Any]) -> None:
        """Refuse to begin what cannot end in time (RunError)."""
        self._stage, self._run, self._said = stage, run, -SAY_EVERY_S
        reason = self.ledger.begin(stage, plan_work(run, self.parameters))
        self.write()
        if reason:
            raise RunError(self.explain(reason))

    def observe(self, state: Mapping[str, Any]) -> str | None:
        """Ask the ledger; say its projection every quarter of an hour, and why it stops.

        While the first segment is trained, a session that would take too long is ended to begin again with fewer
        epochs: every arm takes the same rows as the others, only less often.
        """
        if reason := self._fewer_epochs(state):
            return reason
        reason = self.ledger.observe(state)
        found = self.ledger.projection(self._stage)
        due = self._stage not in found.unknown and self.ledger.now - self._said >= SAY_EVERY_S
        if reason or due:
            self._said = self.ledger.now
            self.say(self.explain(reason) if reason else f"ledger: {found}")
            self.write()
        return self.explain(reason) if reason else None

    def _fewer_epochs(self, state: Mapping[str, Any]) -> str | None:
        """Why training begins again, once; None where it fits, or fits with no number of epochs."""
        if self._stage != TRAINING[0] or self.fewer or self.ledger.stopped:
            return None
        self.ledger.note(state)
        if self._run is None or not self.ledger.too_long([name for name in TRAINING if name in self.ledger.plan]):
            return None
        for epochs in fewer_epochs(self.parameters["EPOCHS"]):
            plan = plan_work(self._run, {**self.parameters, "EPOCHS": epochs})
            if self.ledger.would_fit([count for name in TRAINING if name in plan for count in plan[name].pieces]):
                self.fewer = {"EPOCHS": epochs}
                reason = (
                    f"training with EPOCHS {self.parameters['EPOCHS']} would take more than "
                    f"{100 * TRAINING_SHARE:.0f} % of the usable time; it begins again with EPOCHS {epochs}"
                )
                self.say(f"ledger: {reason}")
                return reason
        return None

    def begin_again(self) -> dict[str, Any]:
        """Take the fewer epochs from now on, and return them as parameters."""
        fewer = dict(self.fewer or {})
        self.parameters = {**self.parameters, **fewer}
        return fewer

    def ended(self, run: Run, stage: str) -> None:
        """Close the stage's entry and save its evidence. What ended by itself does not begin again."""
        if self.parameters.get("EPOCHS") != (self.fewer or {}).get("EPOCHS"):
            self.fewer = None
        self.ledger.end(stage)
        self.write()
        keep_evidence(run, self.working)

    def write(self) -> None:
        """Write the ledger beside the evidence, not into it: it is about the session, not about the run."""
        write_json(self.working / LEDGER, {**self.ledger.record(), "begun_again_with": self.fewer or {}})

    def explain(self, reason: str) -> str:
        """A stop as a person reads it."""
        return (
            f"stopped early, since {reason}; what has finished is kept. "
            "Lower EPOCHS, MAX_STEPS or EVAL_ITEMS in the profile, or raise SESSION_HOURS where the site allows it"
        )


def fewer_epochs(epochs: Sequence[int]) -> Iterator[list[int]]:
    """The numbers of epochs of the stages with one less, time after time, of the most frequent stage; last all ones."""
    found = list(epochs)
    while max(found) > 1:
        most = len(found) - 1 - found[::-1].index(max(found))
        found[most] -= 1
        yield list(found)


def plan_work(run: Run, parameters: Mapping[str, Any]) -> dict[str, Work]:
    """The units of training and evaluation as far as they are known: steps need the run's data, which 01 writes."""
    plan: dict[str, Work] = {}
    stats = run.path("data", "split_stats.json")
    if stats.is_file():
        split = read_json(stats)["stages"]
        per_step, most = parameters["TRACES_PER_STEP"], parameters["MAX_STEPS"]
        rows = [split[s]["traces"] * n for s, n in zip(STAGES, parameters["EPOCHS"], strict=True)]
        steps = [-(-count // per_step) for count in rows]
        segments = tuple(min(found, most) if most else found for found in steps)
        plan["02_train"] = Work(segments)
        plan["03_curriculum"] = Work(segments * len(parameters["ARMS"]), like="02_train")
    if arms := parameters["CORRECTION_ARMS"]:
        steps = -(-parameters["CORRECTION_TRACES"] // parameters["TRACES_PER_STEP"])
        most = parameters["MAX_STEPS"]
        plan["04_self_correction"] = Work((min(steps, most) if most else steps,) * len(arms), like="02_train")
    counts = [read_json(DATA_ROOT / name / "manifest.json")["count"] for name in parameters["EVAL_SETS"]]
    most = parameters["EVAL_ITEMS"]
    items = [min(count, most) if most else count for count in counts]
    # Completions end in waves: a quarter of a checkpoint's items, but not of the base model's, tells the pace.
    least = max(LEAST_UNITS, sum(items) // 4)
    arms = [*BASIC_ARMS, *parameters["ARMS"], *parameters["CORRECTION_ARMS"]]
    asked = parameters["CHECKPOINTS"] or ["base", *(name for name, (arm, _) in CHECKPOINTS.items() if arm in arms)]
    apart = len(items) if "base" in asked else 0
    # An arm that learned to check work looks at its own of one set again: at most at as many as the first holds.
    again = items[:1] * sum(name in CORRECTION_ARMS for name in asked)
    plan["05_evaluate"] = Work((*tuple(items) * len(asked), *again), least=least, apart=apart)
    return plan


def kept_run(run: Run, working: Path) -> Run:
    """The same run where it is kept: ``<working>/submission_runs/<run_id>``."""
    return Run(working / "submission_runs" / run.run_id)


def keep_evidence(run: Run, working: Path) -> None:
    """Make the kept copy hold the run's evidence and nothing else of it; the manifest last."""
    kept = kept_run(run, working)
    if kept.root.resolve() == run.root.resolve() or not run.root.is_dir():
        return
    names = [*evidence_files(run.root), *([MANIFEST] if run.sealed else [])]
    for old in evidence_files(kept.root) if kept.root.is_dir() else []:
        if old not in names:
            kept.path(old).unlink()
    for name in names:
        target = kept.path(name)
        if not target.is_file() or sha256_file(target) != sha256_file(run.path(name)):
            write_bytes(target, run.path(name).read_bytes())
    for failed in sorted(run.path(WORK).glob("failed-*.ipynb")):
        shutil.copyfile(failed, working / failed.name)


def last_checkpoint(run: Run) -> str:
    """The checkpoint that was trained last, as a path in the run; nothing when there is none."""
    places = [f"training/{arm}/{segment}/checkpoint" for arm in BASIC_ARMS for segment in SEGMENTS[arm]]
    return next((place for place in reversed(places) if run.path(place, "checkpoint.json").is_file()), "")


def keep_weights(run: Run, working: Path, place: str) -> Path:
    """Copy a checkpoint's weights and tokenizer into the kept run; returns the folder."""
    target = kept_run(run, working).path(place)
    if target.resolve() != run.path(place).resolve():
        shutil.copytree(run.path(place), target, dirs_exist_ok=True)
    return target
