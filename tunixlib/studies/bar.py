"""The bar of a study: what is compared, by what measure, how small an effect still matters; written before the runs.

    bar = read_bar(Path("notebooks/profiles/studies/order-135m.yaml"))
    bar.smallest_effect, bar.seeds                     # 0.05, (1, 2, 3)

A condition is one way to train: an arm, and whatever notebook parameters it sets, such as DATASET. Conditions that set
the same parameters come out of one run for each seed, since a run trains several arms.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from tunixlib.analysis.gate import excuses
from tunixlib.running.profiles import ProfileError, parse_yaml
from tunixlib.stages import ARMS, CORRECTION_ARMS, checkpoint_name

# With two seeds the test finds differences that are not there; tests/analysis/test_crossed.py measures how often.
LEAST_SEEDS = 3
# Parameters that the bar's own fields decide.
DECIDED = ("RUN_ID", "RUNS_ROOT", "SEED", "ARMS", "CORRECTION_ARMS", "CHECKPOINTS", "EVAL_SETS", "EVAL_ITEMS")
# The measure of verdicts on shown works; on evaluation sets that show none, ``correct`` takes its place.
JUDGED = "judged"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Share = Annotated[float, Field(gt=0, lt=1)]
# YAML knows lists only; strict models of tuples take tuples only.
Rows = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)


class BarError(ValueError):
    """A study's profile cannot be used. The message names file, field, what was found and what was expected."""


def _enough_seeds(count: int) -> int:
    if count < LEAST_SEEDS:
        raise ValueError(
            f"found {count}, expected {LEAST_SEEDS} or more: with fewer the interval is too narrow where seeds differ "
            "by more than their items explain"
        )
    return count


def _all_seeds(seeds: tuple[int, ...]) -> tuple[int, ...]:
    _enough_seeds(len(seeds))
    return seeds


def _some_items(count: int) -> int:
    if count < 0 or count == 1:
        raise ValueError(f"found {count}, expected 0 for all, or 2 or more: one item has no variation between items")
    return count


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(_Part):
    """One way to train: the arm, the parameters it sets, and how many of the first seeds it takes (None: all)."""

    name: Name
    arm: str = "curriculum"
    set: dict[str, Any] = {}
    seeds: Annotated[int, AfterValidator(_enough_seeds)] | None = None

    @property
    def checkpoint(self) -> str:
        """The name of its last checkpoint in predictions."""
        return checkpoint_name(self.arm)

    @field_validator("arm")
    @classmethod
    def _known(cls, arm: str) -> str:
        if arm not in (known := (*ARMS, *CORRECTION_ARMS)):
            raise ValueError(f"arm {arm!r} is unknown, expected one of {', '.join(known)}")
        return arm


class Comparison(_Part):
    """The claim that condition ``a`` answers more items correctly than condition ``b``."""

    a: Name
    b: Name


class Pilot(_Part):
    """What the runs are expected to look like, from earlier ones: see ``power.minimum_detectable_effect``."""

    discordant_share: Share
    item_share: Annotated[float, Field(ge=0, le=1)]
    seed_sd: Annotated[float, Field(ge=0, lt=1)]


class Aim(_Part):
    """What a condition is to reach on shown works: this share of the wrong ones called wrong, or more, and this share
    of the right ones not accepted, or less: called wrong, or given no verdict."""

    detection: Share
    false_alarms: Share


class Bar(_Part):
    """A study's profile. Shares are fractions of 1: a ``smallest_effect`` of 0.05 is five percentage points."""

    study: Name
    question: Annotated[str, Field(min_length=10)]
    base: Name  # the profile that every run starts from, one of notebooks/profiles: a file elsewhere is in no commit
    set: dict[str, Any] = {}  # parameters of every run
    seeds: Annotated[tuple[int, ...], Rows, AfterValidator(_all_seeds)]
    conditions: Annotated[tuple[Condition, ...], Rows, Field(min_length=2)]
    comparisons: Annotated[tuple[Comparison, ...], Rows, Field(min_length=1)]  # the first is the primary one
    eval_sets: Annotated[tuple[str, ...], Rows, Field(min_length=1)]  # the first is the primary one
    items: Annotated[int, AfterValidator(_some_items)]  # the first items of each, 0 for all
    treatment: Annotated[tuple[str, ...], Rows] = ("order",)  # what the conditions may differ in, see ``gate``
    measure: Literal["correct", "lenient_correct", "judged"] = "correct"
    smallest_effect: Share
    alpha: Share = 0.05
    pilot: Pilot | None = None
    aim: Aim | None = None

    @model_validator(mode="after")
    def _agree(self) -> "Bar":
        names = [condition.name for condition in self.conditions]
        if len(set(names)) < len(names) or len(set(self.seeds)) < len(self.seeds):
            raise ValueError("found a condition or a seed twice, expected each once")
        for one in self.comparisons:
            if one.a == one.b or one.a not in names or one.b not in names:
                raise ValueError(f"found a comparison of {one.a} with {one.b}, expected two of {', '.join(names)}")
        for parameters in (self.set, *(condition.set for condition in self.conditions)):
            if wrong := [name for name in parameters if name in DECIDED or not name.isupper()]:
                raise ValueError(
                    f"found {', '.join(wrong)} under set, expected notebook parameters that no field names"
                )
        excuses(self.treatment)
        if any((condition.seeds or 0) > len(self.seeds) for condition in self.conditions):
            raise ValueError(f"found a condition with more seeds than the {len(self.seeds)} of the study")
        if self.aim and not self.corrects:
            raise ValueError(f"found an aim and no condition of arm {', '.join(CORRECTION_ARMS)}, expected one of them")
        return self

    def condition(self, name: str) -> Condition:
        """The condition with this name."""
        return next(condition for condition in self.conditions if condition.name == name)

    @property
    def corrects(self) -> bool:
        """Whether a condition is an arm of self-correction."""
        return any(condition.arm in CORRECTION_ARMS for condition in self.conditions)

    @property
    def family(self) -> int:
        """How many comparisons are planned, and share alpha: each on every evaluation set."""
        return len(self.comparisons) * len(self.eval_sets)

    def seeds_of(self, *names: str) -> tuple[int, ...]:
        """The seeds that all these conditions are trained with."""
        return self.seeds[: min(self.condition(name).seeds or len(self.seeds) for name in names)]


def read_bar(path: Path) -> Bar:
    """The bar in a YAML file. Raises BarError with every field that is not as it should be."""
    if not path.is_file():
        raise BarError(f"study profile {path.name}: found no such file, expected one as in notebooks/profiles/studies")
    return parse_bar(path.read_bytes(), path.name)


def parse_bar(content: bytes, name: str) -> Bar:
    """The bar in the bytes of a YAML file; ``name`` is for messages."""
    try:
        found = parse_yaml(content)
    except ProfileError as error:
        raise BarError(f"{name}: {error}; correct it") from None
    try:
        return Bar.model_validate(found)
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, f['loc'])) or 'the profile'}: {f['msg']}" for f in error.errors()]
        raise BarError(f"{name}: nothing was started, because of\n  " + "\n  ".join(faults)) from None
