"""Where two checkpoints differ in training or in how they were asked, each a reason to refuse comparing them.

for refusal in training_differences(read_consumed(run, "flat"), read_consumed(run, "stage_b")):
    print(refusal)         # steps: found 139 optimizer steps in cpu-v1/flat and 53 in cpu-v1/stage_b, expected ...
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tunixlib.analysis.consumed import Consumed
from tunixlib.analysis.run_files import decoding
from tunixlib.runs import Run

DATA = ("rows", "counts", "tokens", "steps", "schedule")
TRAINING = ("model", *DATA, "settings")


@dataclass(frozen=True)
class Refusal:
    """A reason not to compare. ``kind`` is what a treatment would have to name; some kinds are never excused."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


def training_differences(a: Consumed, b: Consumed) -> Iterator[Refusal]:
    """Where two checkpoints were trained on other rows, other amounts, another schedule, with other settings."""

    def differ(kind: str, said: Callable[[Consumed], str], expected: str) -> Iterator[Refusal]:
        if said(a) != said(b):
            found = f"found {said(a)} in {a.label} and {said(b)} in {b.label}"
            yield Refusal(kind, f"{found}, expected {expected}; {_remedy(kind)}")

    yield from differ("model", lambda side: f"a base model of sha256 {side.base_sha256[:16]}...", "the same weights")
    only_a, only_b = a.counts.keys() - b.counts.keys(), b.counts.keys() - a.counts.keys()
    if only_a or only_b:
        found = f"found {len(only_a)} traces only in {a.label} and {len(only_b)} only in {b.label}"
        example = min(only_a | only_b)
        yield Refusal("rows", f"{found}, such as {example}, expected the same rows; {_remedy('rows')}")
    yield from differ("counts", lambda side: f"{side.counts.total():,} rows with repeats", "as many")
    repeated = {i for i in a.counts.keys() & b.counts.keys() if a.counts[i] != b.counts[i]}
    if repeated and a.counts.total() == b.counts.total():
        found = f"found {len(repeated)} traces repeated more often on one side, such as {min(repeated)}"
        yield Refusal("counts", f"{found}, expected each equally often; {_remedy('counts')}")
    yield from differ("tokens", _tokens, "as many")
    yield from differ("steps", lambda side: f"{side.steps:,} optimizer steps", "as many")
    if a.schedule != b.schedule:
        yield Refusal("schedule", f"{_other_schedule(a, b)}; {_remedy('schedule')}")
    if a.segments and b.segments:
        yield from _other_settings(a, b)


def _tokens(side: Consumed) -> str:
    every, targets = side.tokens
    return f"{every:,} tokens, {targets:,} of them supervised,"


def _remedy(kind: str) -> str:
    wider = ("data", "training") if kind in DATA else ("training",)
    return f"train both alike, or state the treatment ({', '.join((kind, *wider))})"


def _other_schedule(a: Consumed, b: Consumed) -> str:
    lengths = [[len(rates) for rates in side.schedule] for side in (a, b)]
    if lengths[0] != lengths[1]:
        found = f"found segments of {lengths[0]} steps in {a.label} and {lengths[1]} in {b.label}"
        return f"{found}, expected the same lengths"
    pairs = [pair for rates in zip(a.schedule, b.schedule, strict=True) for pair in zip(*rates, strict=True)]
    step, (one, other) = next((i, pair) for i, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    found = f"found learning rate {one} in {a.label} and {other} in {b.label} at step {step}"
    return f"{found}, expected the same rates"


def _other_settings(a: Consumed, b: Consumed) -> Iterator[Refusal]:
    for name in sorted(a.settings.keys() & b.settings.keys()):
        if a.settings[name] != b.settings[name]:
            found = f"found {name} {a.settings[name]} in {a.label} and {b.settings[name]} in {b.label}"
            yield Refusal("settings", f"{found}, expected the same; {_remedy('settings')}")


def decoding_differences(run_a: Run, run_b: Run) -> Iterator[Refusal]:
    """Whether two runs let their checkpoints answer in the same precision and length."""
    ways = [decoding(run) for run in (run_a, run_b)]
    for name in sorted(ways[0].keys() & ways[1].keys()):
        if ways[0][name] != ways[1][name]:
            found = f"found {name} {ways[0][name]} in {run_a.run_id} and {ways[1][name]} in {run_b.run_id}"
            remedy = "evaluate both alike, or state the treatment (decoding)"
            yield Refusal("decoding", f"{found}, expected the same; {remedy}")
