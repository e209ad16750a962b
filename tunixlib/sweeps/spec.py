"""SWEEP.yaml: what a sweep tries, by what it chooses, and on which other items the winner is asked again.

    profile: smoke                # every trial starts from it
    run_id: my-sweep              # submission_runs/my-sweep; its trials are runs beside it
    grid: {LEARNING_RATE: [1e-4, 2e-4], LORA_RANK: [0, 16]}      # or search: and trials:, or seeds: alone
    seeds: [1, 2, 3]
    choose: {eval_set: eval-dev, metric: accuracy, mode: max}
    report: {eval_set: eval-core, seeds: [101, 102, 103]}       # trained again with seeds that did not choose it

Everything is strict: an unknown key, another type, an empty list stop the sweep before anything starts.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tunixlib.running.parameters import ITEMS, PLACES
from tunixlib.running.profiles import MAX_BYTES, ProfileError, parse_assignment, parse_yaml
from tunixlib.stages import BASIC_ARMS, CHECKPOINTS, FINAL

# The sweep says these itself: as run_id, seeds, choose.
DECIDED = (*PLACES, *ITEMS, "SEED")
# Metric -> of which field of a prediction it is the share.
METRICS = {
    "accuracy": "correct", "lenient_accuracy": "lenient_correct", "format_rate": "well_formed", "eos_rate": "eos",
}  # fmt: skip
MOST_TRIALS = 10_000
# The checkpoints that every run has.
EVERYWHERE = [name for name, (arm, _) in CHECKPOINTS.items() if arm in BASIC_ARMS]


class SweepError(ValueError):
    """A sweep cannot be made as asked. The message names the key, what was found and what was expected."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def written_number(value: Any) -> Any:
    """``"1e-4"``, which YAML takes for text, as the number it is; anything else as it was."""
    is_number = isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", value)
    return parse_assignment(f"x={value}")[1] if is_number else value


Number = Annotated[float, BeforeValidator(written_number)]
Bounds = Annotated[list[Number], Field(min_length=2, max_length=2)]


class Range(_Part):
    """The values of one parameter in a search, exactly one of the four; bounds belong to it, integers are whole."""

    uniform: Bounds | None = None
    log_uniform: Bounds | None = None
    integers: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    choice: Annotated[list[Any], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "Range":
        given = {name: value for name, value in self if value is not None}
        if len(given) != 1:
            kinds = ", ".join(type(self).model_fields)
            raise ValueError(f"found {len(given)} of {kinds}, expected exactly one")
        for low, high in (bounds for name, bounds in given.items() if name != "choice"):
            if not low < high or (self.log_uniform and low <= 0):
                above = " above 0" if self.log_uniform else ""
                raise ValueError(f"found bounds {low} and {high}, expected the lower one first{above}")
        return self


class Choose(_Part):
    """By what the best is chosen: a rate of one checkpoint on the first ``items`` (0: all) of a set."""

    eval_set: str = "eval-dev"
    items: Annotated[int, Field(ge=0)] = 0
    metric: str = "accuracy"
    mode: Literal["max", "min"] = "max"
    checkpoint: str = FINAL

    @model_validator(mode="after")
    def _known(self) -> "Choose":
        for name, value, known in (("metric", self.metric, METRICS), ("checkpoint", self.checkpoint, EVERYWHERE)):
            if value not in known:
                raise ValueError(f"found {name} {value!r}, expected one of {', '.join(known)}")
        return self


def _distinct(values: list[Any]) -> list[Any]:
    if len({repr(value) for value in values}) < len(values):
        raise ValueError(f"found a value twice in {values}, expected each once")
    return values


Distinct = AfterValidator(_distinct)
Seeds = Annotated[list[Annotated[int, Field(ge=0, lt=2**63)]], Distinct]


class Report(_Part):
    """On which items the winner, and only it, is asked again: the first ``items`` (0: all) of another set.

    With ``seeds`` its values are trained again, once with each, and those runs are asked in place of the ones that won.
    """

    eval_set: str = "eval-core"
    items: Annotated[int, Field(ge=0)] = 0
    seeds: Seeds = []

    @property
    def record(self) -> dict[str, Any]:
        """As ``sweep.json`` has it: a sweep that trains nothing again names no seeds."""
        return self.model_dump(exclude=None if self.seeds else {"seeds"})


class Sweep(_Part):
    """A sweep as SWEEP.yaml has it. ``profile`` is a name or a path as ``load_profile`` takes it."""

    profile: str
    run_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    set: dict[str, Any] = {}
    grid: dict[str, Annotated[list[Any], Field(min_length=1), Distinct]] = {}
    search: dict[str, Range] = {}
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] | None = None
    search_seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    seeds: Seeds = []
    choose: Choose = Choose()
    report: Report = Report()

    @model_validator(mode="after")
    def _agree(self) -> "Sweep":
        if (self.grid and self.search) or not (self.grid or self.search or self.seeds):
            raise ValueError("expected a grid, or a search with trials, or seeds alone; found none or both")
        if bool(self.search) != (self.trials is not None) or (self.search_seed is not None and not self.search):
            raise ValueError("found search, trials or search_seed without the others, expected search with trials")
        if self.report.eval_set == self.choose.eval_set:
            raise ValueError(
                f"found {self.choose.eval_set} under choose and report, expected two sets: the items that chose the "
                "winner cannot judge it"
            )
        if shared := [seed for seed in self.report.seeds if seed in self.seeds]:
            raise ValueError(
                f"report, seeds: found {', '.join(map(str, shared))}, also under seeds, expected seeds that choose "
                "nothing: the winner's luck with those that chose it would stay in its report; take others"
            )
        for place in ("set", "grid", "search"):
            if wrong := [name for name in getattr(self, place) if name in DECIDED]:
                raise ValueError(f"{place}: found {', '.join(wrong)}, which run_id, seeds and choose decide; leave out")
        if twice := sorted(self.set.keys() & (self.grid.keys() | self.search.keys())):
            raise ValueError(f"found {', '.join(twice)} under set and again in what varies, expected one of them")
        return self

    @property
    def varied(self) -> list[str]:
        """The parameters that differ between configurations, in the order of the file."""
        return [*self.grid, *self.search]

    @property
    def lasting(self) -> dict[str, Any]:
        """What no later version of the file may change, since trials were ranked by it. Of seeds only more may come."""
        kept = self.model_dump(include={"profile", "run_id", "set", "choose", "report"})
        del kept["report"]["seeds"]
        return kept


def read_sweep(path: Path) -> tuple[Sweep, bytes]:
    """A sweep and the bytes of its file. Raises SweepError naming the file and every key that is not as it should."""
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError):
        raise SweepError(f"{path}: found no such file, expected a YAML file with profile, run_id and grid") from None
    return parse_sweep(content, path.name), content


def parse_sweep(content: bytes, name: str) -> Sweep:
    """The sweep in the bytes of a YAML file; ``name`` is for messages. Raises SweepError."""
    try:
        return Sweep.model_validate(parse_yaml(content))
    except ProfileError as error:
        raise SweepError(f"{name}: {error}; correct it") from None
    except ValidationError as error:
        faults = [f"{', '.join(map(str, f['loc'])) or 'the file'}: {f['msg']}" for f in error.errors()]
        raise SweepError(f"{name}: nothing was started, because of\n  " + "\n  ".join(faults)) from None
