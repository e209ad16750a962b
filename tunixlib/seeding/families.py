"""What a family of problems is: one kind of question, its phrasings, its finite space of parameters, its own check.

    FAMILY = Family(
        name="addition",
        category="synthetic",
        phrasings=("What is {a} + {b}?", "Add {a} and {b}."),
        levels=(Level("easy", {"a": range(12, 100), "b": range(12, 100)}, steps=2),),
        build=build,     # build(phrasing, a=17, b=28) -> Problem
        solve=solve,     # solve("Add 17 and 28.") -> "45", from the prompt alone
    )

A level's *core* is one choice from each axis; a *cell* is a core in one phrasing. One tenth of the cores, the same for
every seed and dataset, is kept for evaluation, so no question of an evaluation set is trained on in another phrasing.
Names and things are axes too: the same numbers may meet in training under another name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod
from typing import Any, Literal, NamedTuple

from tunixlib.seeding.permutation import Permutation

Category = Literal["reasoning", "synthetic", "golden_style", "edge_case"]
Difficulty = Literal["easy", "medium", "hard"]

# Every tenth core is for evaluation only.
EVAL_SHARE = 10


class Problem(NamedTuple):
    """One question with worked steps as ``(type, content)`` pairs and its final answer."""

    prompt: str
    steps: list[tuple[str, str]]
    answer: str


@dataclass(frozen=True)
class Level:
    """One difficulty: named axes of parameter values, and how many steps its traces have."""

    difficulty: Difficulty
    axes: Mapping[str, Sequence[Any]]
    steps: int

    @property
    def cores(self) -> int:
        """The number of parameter choices."""
        return prod(len(axis) for axis in self.axes.values())

    def choose(self, core: int) -> dict[str, Any]:
        """The parameters of one core: its digits in the mixed radix of the axes."""
        chosen = {}
        for name, axis in self.axes.items():
            core, digit = divmod(core, len(axis))
            chosen[name] = axis[digit]
        return chosen


@dataclass(frozen=True)
class Family:
    """One kind of question. ``build(phrasing, **parameters)`` makes it, ``solve(prompt)`` answers it independently."""

    name: str
    category: Category
    phrasings: tuple[str, ...]
    levels: tuple[Level, ...]
    build: Callable[..., Problem] = field(repr=False)
    solve: Callable[[str], str] = field(repr=False)

    def eval_cores(self, level: int) -> int:
        """How many cores of a level are kept for evaluation: a tenth, at least one."""
        return max(1, self.levels[level].cores // EVAL_SHARE)

    def training_cells(self, level: int) -> int:
        """How many distinct training traces a level can give."""
        return (self.levels[level].cores - self.eval_cores(level)) * len(self.phrasings)

    def training_problem(self, level: int, index: int, key: str) -> Problem:
        """The training problem at ``index`` of the order that ``key`` (dataset and seed) gives. Raises IndexError."""
        order = _order(self.training_cells(level), f"{key}/{self.name}/{level}")
        core, phrasing = divmod(order(index), len(self.phrasings))
        return self._at(level, self.eval_cores(level) + core, phrasing)

    def evaluation_problem(self, level: int, index: int) -> Problem:
        """The evaluation problem at ``index`` < ``eval_cores(level)``, in one phrasing; the same for every seed."""
        if not 0 <= index < self.eval_cores(level):
            raise IndexError(
                f"family {self.name}, level {level}: {self.eval_cores(level)} evaluation cores, no {index}"
            )
        return self._at(level, index, _order(1 << 30, f"phrasing/{self.name}/{level}")(index) % len(self.phrasings))

    def _at(self, level: int, position: int, phrasing: int) -> Problem:
        split = _order(self.levels[level].cores, f"split/{self.name}/{level}")
        return self.build(self.phrasings[phrasing], **self.levels[level].choose(split(position)))

    def walk(self, key: str, count: int) -> Iterator[tuple[Level, Problem]]:
        """The first ``count`` training problems of every level, for tests and reading by eye."""
        for number, level in enumerate(self.levels):
            for index in range(min(count, self.training_cells(number))):
                yield level, self.training_problem(number, index, key)


@lru_cache(maxsize=4096)
def _order(n: int, key: str) -> Permutation:
    return Permutation(n, key)
