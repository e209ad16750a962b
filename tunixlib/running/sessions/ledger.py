"""The ledger of a session's time: what each stage took, what is left at this pace, and when to stop early.

    ledger = Ledger(limit_s=12 * 3600, reserve_s=RESERVE_S)
    ledger.begin("02_train", {"02_train": Work((109, 48, 256)), "03_curriculum": Work((109, 48, 256), "02_train")})
    reason = ledger.observe({"label": "flat/stage_1", "done": 16, "total": 109, "note": ""})    # None, or why to stop

A session that is over its limit is killed and may lose everything; one that stops early keeps every finished stage.
Nothing here reads a file or a real clock, so that every rule can be tested.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# Hours of one Kaggle session, by accelerator (the site's limits).
SESSION_HOURS = {"tpu": 9.0, "gpu": 12.0, "cpu": 12.0}
# Kept back for analysis, sealing, report and bundle, and for the site to save the output.
RESERVE_S = 1200.0
# A pace is believed after two windows of batches: inside a window of 8 they are sorted by length, so fewer may all be
# short or all be long. The first unit never counts: it holds compilation and the first touch of every weight.
LEAST_UNITS = 16
# ... and after a minute, so that a hiccup of a fast stage is not taken for its pace.
LEAST_S = 60.0
# Training may take this share of the usable time: how long completions take is not known while a model is trained.
TRAINING_SHARE = 0.7


@dataclass(frozen=True)
class Work:
    """What a stage will do: the units of its pieces in order (steps of segments, items of checkpoints)."""

    pieces: tuple[int, ...]
    like: str = ""  # an earlier stage whose pace this one has until it has its own
    least: int = LEAST_UNITS  # units after which its pace is believed
    apart: int = 0  # first pieces whose pace does not count: the base model writes on where trained ones stop


@dataclass
class Entry:
    """One stage as the ledger knows it; times in seconds of the session."""

    stage: str
    work: Work
    began: float
    ended: float = 0.0
    label: str = ""
    piece: int = -1
    before: int = 0  # units of the pieces that are finished
    total: int = 0  # units of the present piece
    done: int = 0
    startup: float = 0.0  # seconds before the first unit: loading, compiling; each later piece is charged with it
    first: float = 0.0  # when the first unit that counts was seen
    first_done: int = 0  # units done by then
    last: float = 0.0  # when the last unit was seen

    @property
    def units(self) -> int:
        """Units done in all pieces."""
        return self.before + self.done

    @property
    def pace(self) -> float:
        """Seconds for one unit, the first left out; 0 while unknown."""
        counted = self.units - self.first_done
        return (self.last - self.first) / counted if counted > 0 and self.piece >= self.work.apart else 0.0

    @property
    def believed(self) -> bool:
        """Whether enough was seen to project from the pace."""
        enough = self.units - self.first_done >= self.work.least and self.last - self.first >= LEAST_S
        return enough and self.piece >= self.work.apart

    def note(self, state: Mapping[str, Any], now: float) -> None:
        """Take in what the stage reports: ``{label, done, total}``. A new label is the next piece."""
        if state["label"] != self.label:
            if not self.label:
                self.startup = now - self.began
            self.before, self.done, self.piece = self.before + self.total, 0, self.piece + 1
            self.label, self.total = state["label"], state["total"]
            if self.piece in (0, self.work.apart):
                self.first, self.first_done = now, self.before + state["done"]
        if state["done"] != self.done:
            self.done, self.last = state["done"], now


@dataclass(frozen=True)
class Projection:
    """Seconds: left of the present stage, of later stages by name; when the session would end, and when it must."""

    stage: str
    left: float
    later: dict[str, float]
    unknown: tuple[str, ...]
    ends: float
    usable: float

    @property
    def fits(self) -> bool:
        """Whether all that is known ends in time."""
        return self.ends <= self.usable

    def __str__(self) -> str:
        parts = [f"{self.stage} {hours(self.left)} more", *(f"{name} {hours(s)}" for name, s in self.later.items())]
        parts += [f"{name} not known yet" for name in self.unknown]
        return f"{', '.join(parts)}: ends at {hours(self.ends)} of {hours(self.usable)} usable"


def hours(seconds: float) -> str:
    """``5 s``, ``12 min``, ``3 h 05 min``."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


@dataclass
class Ledger:
    """The time of one session. ``clock`` gives seconds; ``started`` is its reading when the session began."""

    limit_s: float
    reserve_s: float = RESERVE_S
    clock: Callable[[], float] = time.monotonic
    started: float | None = None  # None: now
    plan: dict[str, Work] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    stopped: str = ""

    def __post_init__(self) -> None:
        if not self.limit_s > self.reserve_s:
            raise ValueError(
                f"a session of {hours(self.limit_s)} is no longer than the {hours(self.reserve_s)} kept back for "
                "sealing; raise SESSION_HOURS, or 0 for the limit of the accelerator"
            )
        self._start = self.clock() if self.started is None else self.started

    @property
    def now(self) -> float:
        """Seconds since the session began."""
        return self.clock() - self._start

    @property
    def usable(self) -> float:
        """The session's seconds less the reserve."""
        return self.limit_s - self.reserve_s

    def begin(self, stage: str, plan: Mapping[str, Work]) -> str | None:
        """A stage begins; ``plan`` says what it and later stages will do. A reason when there is no time for it."""
        self.plan = dict(plan)
        self.entries[stage] = Entry(stage, self.plan.get(stage, Work(())), self.now)
        return self._reason(self.projection(stage))

    def observe(self, state: Mapping[str, Any]) -> str | None:
        """Note the progress of the present stage; why it must stop now, said once, or None."""
        return self._reason(self.projection(self.note(state).stage))

    def note(self, state: Mapping[str, Any]) -> Entry:
        """Note the progress of the present stage, and return its entry."""
        entry = next(reversed(self.entries.values()))
        entry.note(state, self.now)
        return entry

    def end(self, stage: str) -> None:
        """A stage is finished."""
        self.entries[stage].ended = self.now

    def projection(self, stage: str) -> Projection:
        """What is left, from the paces that can be believed; other stages are named as unknown."""
        entry = self.entries[stage]
        later = [name for name in self.plan if name > stage]
        known = {name: found for name in later if (found := self._whole(name)) is not None}
        left = self._left(entry)
        unknown = [name for name in [stage, *later] if name not in known and (name != stage or left is None)]
        ends = self.now + (left or 0.0) + sum(known.values())
        return Projection(stage, left or 0.0, known, tuple(n for n in unknown if self.plan.get(n)), ends, self.usable)

    def too_long(self, stages: Sequence[str]) -> bool:
        """Whether these stages, the present one in its first piece, are known to take more than ``TRAINING_SHARE``."""
        present = next(reversed(self.entries.values()))
        if present.piece != 0 or not present.believed:
            return False
        later = [found for name in stages if name != present.stage if (found := self._whole(name)) is not None]
        return self.now + (self._left(present) or 0.0) + sum(later) > TRAINING_SHARE * self.usable

    def would_fit(self, pieces: Sequence[int]) -> bool:
        """Whether pieces begun now, at the present stage's pace, keep to ``TRAINING_SHARE``."""
        present = next(reversed(self.entries.values()))
        takes = present.pace * sum(pieces) + present.startup * len(pieces)
        return self.now + takes <= TRAINING_SHARE * self.usable

    def _pace(self, name: str) -> tuple[float, float] | None:
        """Pace and startup to expect of a stage: the slower of its own and of the one it is like."""
        like = self.plan[name].like if name in self.plan else ""
        entries = [self.entries[n] for n in (name, like) if n in self.entries and self.entries[n].believed]
        return (max(e.pace for e in entries), max(e.startup for e in entries)) if entries else None

    def _whole(self, name: str) -> float | None:
        expected, pieces = self._pace(name), self.plan[name].pieces
        return expected and expected[0] * sum(pieces) + expected[1] * len(pieces)

    def _left(self, entry: Entry) -> float | None:
        expected, pieces = self._pace(entry.stage), entry.work.pieces[max(entry.piece, 0) + 1 :]
        if expected is None:
            return None
        present = entry.total - entry.done if entry.label else sum(entry.work.pieces[:1])
        return expected[0] * (present + sum(pieces)) + expected[1] * (len(pieces) + (not entry.label))

    def _reason(self, found: Projection) -> str | None:
        if self.stopped or found.fits:
            return None
        if self.now > self.usable:
            self.stopped = f"the session's time is used up ({hours(self.now)} of {hours(self.usable)} usable)"
        else:
            self.stopped = f"the rest does not fit into the session ({found})"
        return self.stopped

    def record(self) -> dict[str, Any]:
        """The ledger as a document: limits, each stage's seconds, units and pace, and why it stopped (or "")."""
        stages = [
            {"stage": e.stage, "finished": bool(e.ended), "seconds": round((e.ended or self.now) - e.began, 1),
             "units": e.units, "seconds_per_unit": round(e.pace, 4)}
            for e in self.entries.values()
        ]  # fmt: skip
        return {
            "limit_s": self.limit_s, "reserve_s": self.reserve_s, "spent_s": round(self.now, 1),
            "stages": stages, "stopped": self.stopped,
        }  # fmt: skip
