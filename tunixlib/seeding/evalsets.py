"""Evaluation sets: questions from cores that no training set uses, ordered so that every prefix is balanced.

    rows = make_eval_set("eval-core")     # 500 rows: id, prompt, expected_answer, section, category, difficulty, family

``eval-core`` (500) and ``eval-dev`` (200, the only one that may be looked at while choosing) hold the trained families;
``eval-unseen`` (200) holds families that are never trained on. They are the same for every seed and dataset.

Your own questions are a file of the same form, JSON lines or CSV with a header, UTF-8 (``EvalItem`` has the fields):

    {"id": "q1", "prompt": "What is 17 + 28?", "expected_answer": "45"}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tunixlib.artifacts import ArtifactError, read_jsonl
from tunixlib.seeding.csv_rows import csv_rows
from tunixlib.seeding.families import Family
from tunixlib.seeding.permutation import Permutation
from tunixlib.seeding.recipes import GROUPS, SeedingError, Source, apportion, fill_evenly, sources
from tunixlib.seeding.tasks import unseen_families
from tunixlib.traces import first_fault

EVAL_SETS = {"eval-core": 500, "eval-dev": 200, "eval-unseen": 200}

# Shares of 100: questions answered in few steps, questions whose answer hangs on a chain of steps, odd input.
SECTIONS = {"core": 60, "trace_sensitive": 25, "edge_case": 15}

# eval-core and eval-dev take turns in every family's evaluation cores, so they never share a question.
TURNS = {"eval-core": 0, "eval-dev": 1, "eval-unseen": 0}


class EvalItem(BaseModel):
    """One question of an evaluation set. Your own need only the first three fields; no other field is allowed.

    ===============  =================================================================================================
    id               unique in the file, 1 or more characters
    prompt           the user's turn, as it is given to the model; unique in the file, 1 to 50,000 characters
    expected_answer  what the answer is held against (``checking.answers``), 1 to 50,000 characters
    section          groups of questions by which a scorecard also counts; "all" where the file leaves them out
    category
    difficulty
    family
    ===============  =================================================================================================
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Annotated[str, Field(min_length=1)]
    prompt: Annotated[str, Field(min_length=1, max_length=50_000)]
    expected_answer: Annotated[str, Field(min_length=1, max_length=50_000)]
    section: str = "all"
    category: str = "all"
    difficulty: str = "all"
    family: str = "all"


@dataclass(frozen=True)
class _Pool:
    """Where questions come from: some sources, all put into one section."""

    section: str
    sources: Sequence[Source]


def _pools(name: str) -> list[_Pool]:
    if name == "eval-unseen":
        return [_Pool("unseen", [Source(f, tuple(range(len(f.levels)))) for f in unseen_families()])]
    in_section: dict[str, list[Source]] = {section: [] for section in SECTIONS}
    for group in GROUPS:
        section = {"reasoning, 4 or more": "trace_sensitive", "edge_case": "edge_case"}.get(group.name, "core")
        in_section[section] += sources(group)
    return [_Pool(section, found) for section, found in in_section.items()]


def make_eval_set(name: str) -> list[dict[str, Any]]:
    """The rows of one of our evaluation sets, in order. Raises SeedingError for a name that is none of them."""
    if name not in EVAL_SETS:
        raise SeedingError(f"evaluation set {name!r} is unknown; expected one of {', '.join(EVAL_SETS)}")
    pools = _pools(name)
    shares = [SECTIONS.get(pool.section, 100) for pool in pools]
    counts = apportion(EVAL_SETS[name], shares)
    placed: list[tuple[float, str, dict[str, Any]]] = []
    for pool, count in zip(pools, counts, strict=True):
        rows = _pool_rows(name, pool, count)
        placed += [((rank + 0.5) / count, pool.section, row) for rank, row in enumerate(rows)]
    placed.sort(key=lambda entry: entry[:2])
    return [
        EvalItem(id=f"{name}/{number:04d}", **row).model_dump() for number, (_, _, row) in enumerate(placed, start=1)
    ]


def _pool_rows(name: str, pool: _Pool, count: int) -> list[dict[str, Any]]:
    """``count`` questions of a section, its families taking turns in a fixed shuffled order."""
    order = Permutation(len(pool.sources), f"{name}/{pool.section}/families")
    found = [pool.sources[order(i)] for i in range(len(pool.sources))]
    counts = fill_evenly(count, [_room(source) for source in found])
    turns = sorted((index, rank) for rank in range(len(found)) for index in range(counts[rank]))
    # Families start at different places of their patterns, or the first items of all would be easy.
    return [_row(found[rank], (index + rank) % _room(found[rank]), TURNS[name], pool.section) for index, rank in turns]


def _room(source: Source) -> int:
    """How many questions a source can give to one set: every second evaluation core of its levels is the set's."""
    return source.room(lambda level: source.family.eval_cores(level) // 2)


def _row(source: Source, index: int, turn: int, section: str) -> dict[str, Any]:
    family: Family = source.family
    number, nth = source.turn(index)
    problem = family.evaluation_problem(number, 2 * nth + turn)
    return {
        "prompt": problem.prompt,
        "expected_answer": problem.answer,
        "section": section,
        "category": family.category,
        "difficulty": family.levels[number].difficulty,
        "family": family.name,
    }


def read_eval_set(path: Path) -> list[dict[str, Any]]:
    """The rows of an evaluation file, ``.csv`` or else JSON lines, each checked.

    Raises ArtifactError with file, line and field.
    """
    rows: list[dict[str, Any]] = []
    seen: dict[str, dict[str, int]] = {"id": {}, "prompt": {}}
    for number, value in csv_rows(path) if path.suffix.lower() == ".csv" else read_jsonl(path):
        row = _checked(f"{path}, line {number}", value)
        for field, lines in seen.items():
            first = lines.setdefault(row[field], number)
            if first != number:
                raise ArtifactError(
                    f"{path}, line {number}, field {field}: {row[field][:60]!r} stands twice, first in line {first}; "
                    f"expected every {field} once, remove one of the lines"
                )
        rows.append(row)
    if not rows:
        raise ArtifactError(f"{path}: found no rows, expected at least one evaluation item")
    return rows


def _checked(where: str, value: Any) -> dict[str, Any]:
    try:
        row = EvalItem.model_validate(value).model_dump()
    except ValidationError as error:
        field, reason = first_fault(error)
        raise ArtifactError(
            f"{where}, field {field}: {reason}; correct the line (id, prompt and expected_answer are needed, as text)"
        ) from None
    for field in ("id", "prompt", "expected_answer"):
        if not row[field].strip():
            raise ArtifactError(f"{where}, field {field}: found only white space, expected text; correct the line")
    return row
