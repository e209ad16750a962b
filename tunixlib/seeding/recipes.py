"""Recipes: training datasets of any size with the same proportions, distinct prompts and the same bytes every time.

    recipe = Recipe("dev-reasoning-v2", traces=550, seed=42)
    for trace in make_traces(recipe):   # a stream, in constant memory
        ...

Every position of a dataset is computed by itself, from the recipe and the position alone, so shards can be made
anywhere in any order. Families share a group evenly; one whose space is used up leaves its share to the others, and
a level whose space is used up leaves its turns to the family's others.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from tunixlib.seeding.audit import faults
from tunixlib.seeding.families import Category, Family
from tunixlib.seeding.permutation import Permutation
from tunixlib.seeding.tasks import trained_families
from tunixlib.traces import ReasoningTrace


class SeedingError(ValueError):
    """A dataset cannot be made as asked. The message says what was found, what was expected and what to do."""


@dataclass(frozen=True)
class Group:
    """A share of every dataset: a category, and for reasoning the number of steps that decides the stage."""

    name: str
    category: Category
    least_steps: int
    most_steps: int
    share: int  # of 550 traces


GROUPS = (
    Group("reasoning, 3 steps", "reasoning", 3, 3, 64),
    Group("reasoning, 4 or more", "reasoning", 4, 1_000, 321),
    Group("synthetic", "synthetic", 2, 2, 110),
    Group("golden_style", "golden_style", 2, 2, 35),
    Group("edge_case", "edge_case", 1, 1_000, 20),
)

# How often a level of each difficulty takes its turn. A model of 135 M parameters learns from numbers it can handle.
TURNS = {"easy": 3, "medium": 2, "hard": 1}

# A family is learned from a dozen worked examples, not from five: a dataset below this size keeps to CORE.
ALL_FAMILIES_FROM = 2_000  # traces

CORE_NAMES = """
addition_chain age_problem arithmetic_sequence average_of_numbers change_from_payment coins_and_bills
compare_more_less day_of_week decimals_arithmetic elapsed_time fraction_addition geography_facts
groups_and_left_over logic_ordering missing_number mixed_operations multiplication_two_digit percent_of_number
powers_and_roots primes_and_factors rectangle_area_perimeter science_everyday shopping_total speed_distance_time
three_step_word_problem two_step_word_problem unit_length unit_time

addition answer_with_just_the_number compare_numbers division_exact even_or_odd fraction_of_number
halves_and_doubles multiplication place_value remainder_of_division rounding simple_logic string_concat_or_repeat
subtraction uppercase_or_lowercase

transform_dates transform_extract_field transform_join_with_hyphen transform_swap_words

edge_division_by_zero edge_empty_input edge_huge_numbers edge_identity edge_irrelevant_details
edge_just_the_number edge_missing_information edge_odd_punctuation edge_other_scripts edge_repeated_question
"""
CORE = frozenset(CORE_NAMES.split())

# Golden is the easy set: the easiest level of every family in a group.
GOLDEN = "golden-v2"
DEFAULT_TRACES = {"dev-reasoning-v2": 550, GOLDEN: 100}


@dataclass(frozen=True)
class Source:
    """What one family gives to one group: its levels with the right number of steps."""

    family: Family
    levels: tuple[int, ...]
    taken: Mapping[int, int] = field(default_factory=dict)  # level -> how many of its problems came before

    @cached_property
    def pattern(self) -> tuple[int, ...]:
        """The levels in the order in which they take turns: easy ones three times as often as hard ones."""
        places = []
        for number in self.levels:
            weight = TURNS[self.family.levels[number].difficulty]
            places += [((turn + 0.5) / weight, number) for turn in range(weight)]
        return tuple(number for _, number in sorted(places))

    def turn(self, index: int) -> tuple[int, int]:
        """The level of trace number ``index``, and how many traces of that level come before it."""
        rounds, place = divmod(index, len(self.pattern))
        level = self.pattern[place]
        before = self.taken.get(level, 0) + rounds * self.pattern.count(level)
        return level, before + self.pattern[:place].count(level)

    def rounds(self, level: int, cells: Callable[[int], int]) -> int:
        """How many rounds of turns a level can take part in when it has ``cells(level)`` problems."""
        return (cells(level) - self.taken.get(level, 0)) // self.pattern.count(level)

    def room(self, cells: Callable[[int], int]) -> int:
        """How many turns can be taken until the first level is used up."""
        return len(self.pattern) * min(self.rounds(level, cells) for level in self.levels)

    def phases(self) -> Iterator[tuple["Source", int]]:
        """Itself with its room of training problems, then what its other levels have left, until all are used up."""
        phase, cells = self, self.family.training_cells
        while phase.levels:
            room = phase.room(cells)
            yield phase, room
            rounds = room // len(phase.pattern)
            taken = {n: phase.taken.get(n, 0) + rounds * phase.pattern.count(n) for n in phase.levels}
            left = tuple(n for n in phase.levels if phase.rounds(n, cells) > rounds)
            phase = Source(self.family, left, taken)

    def trace(self, index: int, key: str, meta: dict[str, Any]) -> ReasoningTrace:
        """Its trace number ``index`` under the recipe's key. Raises SeedingError when the audit finds a fault."""
        number, nth = self.turn(index)
        problem = self.family.training_problem(number, nth, key)
        if found := faults(self.family, self.family.levels[number], problem):
            raise SeedingError(
                f"family {self.family.name}, level {number}, trace {nth}: {'; '.join(found)}; mend its file"
            )
        own = {
            "category": self.family.category,
            "family": self.family.name,
            "difficulty": self.family.levels[number].difficulty,
        }
        return ReasoningTrace.build(problem.prompt, problem.steps, problem.answer, {**own, **meta})


def sources(group: Group, easiest_only: bool = False, core_only: bool = True) -> list[Source]:
    """The families of a group with the levels that fit it, in the order of their names."""
    found = []
    for family in trained_families():
        if core_only and family.name not in CORE:
            continue
        levels = tuple(
            number
            for number, level in enumerate(family.levels)
            if family.category == group.category and group.least_steps <= level.steps <= group.most_steps
        )
        if levels:
            found.append(Source(family, levels[:1] if easiest_only else levels))
    return found


def apportion(total: int, shares: Sequence[int]) -> list[int]:
    """Whole numbers proportional to ``shares`` that add up to ``total`` (largest remainders; ties to the first)."""
    whole = sum(shares)
    counts = [total * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(total * shares[i] % whole), i))
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts


def fill_evenly(total: int, capacities: Sequence[int]) -> list[int]:
    """Share ``total`` as evenly as the capacities allow: what one cannot take, the others do.

    Raises SeedingError when all of them together cannot take it.
    """
    if total > sum(capacities):
        raise SeedingError(f"asked for {total} traces of a group whose families have {sum(capacities)}; ask for fewer")
    counts = [0] * len(capacities)
    while left := total - sum(counts):
        open_ones = [i for i, capacity in enumerate(capacities) if counts[i] < capacity]
        each, extra = divmod(left, len(open_ones))
        for rank, i in enumerate(open_ones):
            counts[i] = min(capacities[i], counts[i] + each + (rank < extra))
    return counts


@dataclass(frozen=True)
class Recipe:
    """A dataset's name, size and seed: all that its bytes depend on, beside the families themselves."""

    key: str
    traces: int
    seed: int = 42

    def __post_init__(self) -> None:
        if self.traces < 10:
            raise SeedingError(f"dataset {self.key!r}: found a size of {self.traces}, expected at least 10 traces")

    @cached_property
    def slots(self) -> list[tuple[Source, int]]:
        """Every phase of a source with its number of traces; a group's families in a seeded order."""
        slots: list[tuple[Source, int]] = []
        for group, count in zip(GROUPS, apportion(self.traces, [g.share for g in GROUPS]), strict=True):
            found = sources(group, easiest_only=self.key == GOLDEN, core_only=self.traces < ALL_FAMILIES_FROM)
            order = Permutation(len(found), f"{self.key}/{self.seed}/families/{group.name}")
            found = [found[order(i)] for i in range(len(found))]
            phases = [list(source.phases()) for source in found]
            counts = fill_evenly(count, [sum(room for _, room in of_family) for of_family in phases])
            for of_family, left in zip(phases, counts, strict=True):
                for source, room in of_family:
                    slots.append((source, min(room, left)))
                    left -= slots[-1][1]
        return [(source, count) for source, count in slots if count]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(count for _, count in self.slots))

    @cached_property
    def _places(self) -> Permutation:
        return Permutation(self.traces, f"{self.key}/{self.seed}/places")

    def trace(self, position: int) -> ReasoningTrace:
        """The trace at a position of the dataset, from nothing but the recipe and the position."""
        place = self._places(position)
        slot = bisect_right(self._ends, place)
        source, count = self.slots[slot]
        meta = {"dataset_key": self.key, "seed": self.seed, "index": position}
        return source.trace(place - (self._ends[slot] - count), f"{self.key}/{self.seed}", meta)


def make_traces(recipe: Recipe, start: int = 0, stop: int | None = None) -> Iterator[ReasoningTrace]:
    """The traces at positions ``start`` to ``stop`` of a dataset, in order."""
    return (recipe.trace(position) for position in range(start, recipe.traces if stop is None else stop))
