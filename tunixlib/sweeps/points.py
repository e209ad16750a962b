"""The trials of a sweep: the product of a grid or the points of a search, each with every seed.

    list(configurations(sweep))     # [{"LEARNING_RATE": 0.0001, "LORA_RANK": 0}, ...]
    trials_of(sweep)                # [Trial("my-sweep-1f3a9c02-s1", {"LEARNING_RATE": 0.0001, "LORA_RANK": 0}, 1), ...]

A search draws its points from a scrambled Halton sequence (J. H. Halton, Numerische Mathematik 2, 1960, 84-90): spread
more evenly than random ones, and the first ten of twenty are those of ten. One that was drawn before is left out.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.sweeps.spec import Range, Sweep, SweepError, written_number

# Significant digits of what a search draws: enough to vary, few enough to read and to type again.
DIGITS = 4
# How often as many points as wished for are drawn, until so many of them are different.
ROUNDS = 100
Values = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """One run of a sweep: the values of its configuration, and its seed (None: the profile's)."""

    run_id: str
    values: Values
    seed: int | None = None

    @property
    def varied(self) -> Values:
        """What it takes beside what all trials take."""
        return {**self.values, **({} if self.seed is None else {"SEED": self.seed})}


def configurations(sweep: Sweep) -> Iterator[Values]:
    """The values of every configuration: the product of a grid, the points of a search, or one without any."""
    if sweep.search:
        yield from _points(sweep)
        return
    for row in itertools.product(*(map(written_number, values) for values in sweep.grid.values())):
        yield dict(zip(sweep.grid, row, strict=True))


def _points(sweep: Sweep) -> Iterator[Values]:
    from scipy.stats.qmc import Halton

    assert sweep.trials is not None
    names = sorted(sweep.search)  # the order of lines in a file changes no point
    sequence = Halton(len(names), scramble=True, rng=sweep.search_seed or 0)
    found: dict[str, Values] = {}
    for _ in range(ROUNDS):
        for row in sequence.random(sweep.trials):
            point = {
                name: drawn_value(sweep.search[name], float(share)) for name, share in zip(names, row, strict=True)
            }
            found.setdefault(canonical_json(point), point)
        if len(found) >= sweep.trials:
            yield from itertools.islice(found.values(), sweep.trials)
            return
    raise SweepError(
        f"trials: found {len(found)} different points in {ROUNDS * sweep.trials} draws, expected {sweep.trials}; lower "
        "trials, or widen a range"
    )


def drawn_value(given: Range, share: float) -> Any:
    """The value of a range at a share of its way, 0 <= share < 1."""
    if given.choice is not None:
        return written_number(given.choice[int(share * len(given.choice))])
    if given.integers is not None:
        low, high = given.integers
        return low + int(share * (high - low + 1))
    if given.log_uniform is not None:
        first, last = map(math.log, given.log_uniform)
        return float(f"{math.exp(first + share * (last - first)):.{DIGITS}g}")
    assert given.uniform is not None
    start, end = given.uniform
    return float(f"{start + share * (end - start):.{DIGITS}g}")


def trials_of(sweep: Sweep) -> list[Trial]:
    """Every configuration with every seed, in the order of the file. Raises SweepError for one that comes twice."""
    found = []
    for values in configurations(sweep):
        found += _seeded(sweep, values, sweep.seeds) or [Trial(_name(sweep, values), values)]
    if len({trial.run_id for trial in found}) < len(found):
        raise SweepError("found the same configuration twice, expected different ones; take one out, or widen a range")
    return found


def fresh_trials(sweep: Sweep, values: Values) -> list[Trial]:
    """A configuration with every seed of ``report``: what is trained again when it wins, and takes no part in that."""
    return _seeded(sweep, values, sweep.report.seeds)


def _seeded(sweep: Sweep, values: Values, seeds: Sequence[int]) -> list[Trial]:
    return [Trial(f"{_name(sweep, values)}-s{seed}", values, seed) for seed in seeds]


def _name(sweep: Sweep, values: Values) -> str:
    return f"{sweep.run_id}-{sha256_text(canonical_json(values))[:8]}"


def trial_parameters(sweep: Sweep, trial: Trial) -> dict[str, Any]:
    """What a trial takes beside the profile's values: it is asked the choosing items and no others."""
    chosen = {"EVAL_SETS": [sweep.choose.eval_set], "EVAL_ITEMS": sweep.choose.items}
    return {**{name: written_number(value) for name, value in sweep.set.items()}, **chosen, **trial.varied}
