"""Pairs of a true work and its twin with one error, drawn evenly from families and kinds of error.

    pairs = Pairs("self-correction-v1/42", training_sides())
    for pair in pairs.draw(500): ...       # kinds take turns, families take turns, questions are distinct
    pairs.looked_at                        # why other problems were left out, counted

A pair has one question, so both twins stand on the same side of every split. Training questions come from the cells
that any training set may use; evaluation questions from the cores that none can (``families``), of the trained
families and of the unseen ones, and are in no other evaluation set.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from tunixlib.seeding.correction.injections import inject
from tunixlib.seeding.correction.twins import KINDS, Twin
from tunixlib.seeding.correction.works import UnfitError, Work, read_work
from tunixlib.seeding.families import Family, Problem
from tunixlib.seeding.gate import normal_prompt
from tunixlib.seeding.permutation import Permutation
from tunixlib.seeding.recipes import SeedingError, Source
from tunixlib.seeding.tasks import trained_families, unseen_families

# A family that fails so often without a success is not asked again for a kind of error, nor a level for any.
PATIENCE = 6


@dataclass(frozen=True)
class Pair:
    """A work, its twin, and where they come from. ``twin`` is None for a work that is shown without one."""

    family: str
    difficulty: str
    work: Work
    twin: Twin | None

    @property
    def kind(self) -> str:
        """The kind of error, ``none`` without one."""
        return self.twin.kind if self.twin else "none"


@dataclass
class Side:
    """One family's problems for one side of the split, in the order of a key; easy levels come more often."""

    family: Family
    problem: Callable[[int, int, str], Problem]
    cells: Callable[[int], int]
    next: int = 0
    fruit: Counter[object] = field(default_factory=Counter)
    failures: Counter[object] = field(default_factory=Counter)

    def barren(self, what: object) -> bool:
        """Has this level or kind of error failed again and again, and never succeeded?"""
        return self.failures[what] >= PATIENCE and not self.fruit[what]

    def problems(self, key: str) -> Iterator[tuple[int, Problem]]:
        """The problems that were not taken before, with their level; ends when one is used up or all are barren."""
        levels = range(len(self.family.levels))
        source = Source(self.family, tuple(levels))
        room = source.room(self.cells)
        while self.next < room and not all(map(self.barren, levels)):
            level, nth = source.turn(self.next)
            self.next += 1
            if not self.barren(level):
                yield level, self.problem(level, nth, key)


def training_sides() -> list[Side]:
    """The training side of every trained family."""
    return [Side(family, family.training_problem, family.training_cells) for family in trained_families()]


def evaluation_sides() -> list[Side]:
    """The evaluation side of every family, unseen ones included."""
    return [Side(f, _evaluation(f), f.eval_cores) for f in (*trained_families(), *unseen_families())]


def _evaluation(family: Family) -> Callable[[int, int, str], Problem]:
    def problem(level: int, nth: int, key: str) -> Problem:
        order = Permutation(family.eval_cores(level), f"{key}/{family.name}/{level}")
        return family.evaluation_problem(level, order(nth))

    return problem


class Pairs:
    """Draws pairs; ``avoid`` are questions that must not be used. ``looked_at`` counts every problem, by what came."""

    def __init__(self, key: str, sides: list[Side], avoid: Collection[str] = ()) -> None:
        order = Permutation(len(sides), f"{key}/families")
        self.key = key
        self.sides = [sides[order(i)] for i in range(len(sides))]
        self.seen = {normal_prompt(prompt) for prompt in avoid}
        self.looked_at: Counter[str] = Counter()
        self._turns = {kind: number * len(sides) // len(KINDS) for number, kind in enumerate(KINDS)}
        self._turns["none"] = 0

    def draw(self, count: int) -> Iterator[Pair]:
        """``count`` pairs, the kinds of error in turn. Raises SeedingError when the families have no more."""
        return (self._next(KINDS[i % len(KINDS)]) for i in range(count))

    def draw_clean(self, count: int) -> Iterator[Pair]:
        """``count`` true works without a twin, from questions that no pair has."""
        return (self._next("none") for _ in range(count))

    def _next(self, kind: str) -> Pair:
        for _ in self.sides:
            side = self.sides[self._turns[kind] % len(self.sides)]
            self._turns[kind] += 1
            if pair := self._from(side, kind):
                return pair
        raise SeedingError(f"no family has another question for the kind of error {kind!r}; ask for fewer")

    def _from(self, side: Side, kind: str) -> Pair | None:
        """The next pair that a family gives; the family's next problems are looked at, a few at a time."""
        if side.barren(kind):
            return None
        for tried, (level, problem) in enumerate(side.problems(self.key), start=1):
            pair = self._pair(side, level, problem, kind)
            if pair or tried == PATIENCE or side.barren(kind):
                return pair
        return None

    def _pair(self, side: Side, level: int, problem: Problem, kind: str) -> Pair | None:
        normal = normal_prompt(problem.prompt)
        if normal in self.seen:
            self.looked_at["a question that is used elsewhere"] += 1
            return None
        try:
            work = read_work(problem)
        except UnfitError as error:
            self.looked_at[str(error)] += 1
            side.failures.update((level, kind))
            return None
        side.fruit[level] += 1
        twin = None if kind == "none" else inject(work, kind, f"{self.key}/{problem.prompt}")
        if twin is None and kind != "none":
            self.looked_at["no provable place for the kind of error"] += 1
            side.failures[kind] += 1
            return None
        if side.family.solve(problem.prompt) != work.answer:
            raise SeedingError(
                f"family {side.family.name}: the check does not find the answer {work.answer!r}; mend it"
            )
        side.fruit[kind] += 1
        self.seen.add(normal)
        self.looked_at["taken"] += 1
        return Pair(side.family.name, side.family.levels[level].difficulty, work, twin)
