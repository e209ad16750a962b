"""The leaderboard: every run of a folder with its state, its headline accuracy and its size.

    print(runs_text(list_runs(runs_root()), sort="accuracy"))

Runs are ranked only among those that answered the same items of the same evaluation set: 13 % of one set and 11 % of
another have no order. Nor have two whose intervals overlap much, which ``python -m tunixlib compare`` decides item by
item.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.run_files import read_summary
from tunixlib.artifacts import read_json, sha256_file
from tunixlib.evidence.sealing import manifest_digest
from tunixlib.evidence.verify import BROKEN_CONTENT
from tunixlib.holding import WORK, holder_of, holder_words, locked_runs
from tunixlib.runs import MANIFEST, Run
from tunixlib.stages import FINAL_ARM, SEGMENTS
from tunixlib.tables import markdown_table, percent
from tunixlib.trees import is_evidence

SORTS = ("accuracy", "name", "time")
STUDY = "study.json"
SWEEP, SWEEP_FILE = "sweep.json", "sweep.yaml"
SIZES = ("evidence", "checkpoints", "working state")


@dataclass(frozen=True)
class Headline:
    """The accuracy that a run is judged by: a proportion, whose it is, and on which items."""

    checkpoint: str
    accuracy: dict[str, Any]
    eval_set: str
    sha256: str

    @property
    def items(self) -> tuple[str, int, str]:
        """What must be equal for two headlines to be ranked: set, number of items, sha256 of the set."""
        return self.eval_set, self.accuracy["n"], self.sha256


@dataclass(frozen=True)
class RunRow:
    """One folder: ``made`` is the time of sealing or evaluation, empty before; sizes in bytes."""

    name: str
    state: str
    made: str = ""
    evidence: int = 0
    weights: int = 0
    work: int = 0
    headline: Headline | None = None


def list_runs(root: Path) -> list[RunRow]:
    """Every folder of ``root`` that is a run or a study, by name; one that cannot be read says so in its state.

    So do locked runs whose folder is gone. Raises RunError only when ``locked.json`` cannot be read.
    """
    marks = locked_runs(root)
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    rows = [_row(Run(folder), marks.get(folder.name)) for folder in folders if not folder.name.startswith(".")]
    gone = sorted(marks.keys() - {row.name for row in rows})
    rows += [RunRow(name, "damaged: locked, but its folder is gone") for name in gone]
    return sorted(rows, key=lambda row: row.name)


def _row(run: Run, mark: Mapping[str, str] | None) -> RunRow:
    sizes, headline, made = _sizes(run), None, ""
    try:
        state = _state(run, mark)
        if run.sealed and not run.path(STUDY).is_file():
            made = str(read_json(run.path(MANIFEST))["timestamp"])
        if run.path("eval_summary.json").is_file():
            headline = headline_of(run)
            made = made or str(read_summary(run).document["evaluated_at"])
    except BROKEN_CONTENT as error:
        return RunRow(run.run_id, f"damaged: content that cannot be read ({type(error).__name__})", made, *sizes)
    return RunRow(run.run_id, state, made, *sizes, headline)


def _state(run: Run, mark: Mapping[str, str] | None) -> str:
    """Running by whom, a study's first verdict, damaged, locked, sealed, finished, or interrupted at a stage."""
    who = holder_of(run.root)
    if who is not None:
        return f"running: process {holder_words(who)}"
    if run.path(STUDY).is_file():
        found = read_json(run.path(STUDY))
        return "study: exploratory" if "exploratory" in found else f"study: {found['comparisons'][0]['verdict']}"
    if run.path(SWEEP).is_file():
        return f"sweep of {len(read_json(run.path(SWEEP))['trials'])} trials"
    if run.path(SWEEP_FILE).is_file():
        return "sweep: not finished"
    if run.sealed or mark:
        damage = _damage(run, mark)
        return f"damaged: {damage}" if damage else "locked" if mark else "sealed"
    missing = [stage.name for stage in run.stages() if run.record(stage.name) is None]
    return f"interrupted at {missing[0]}" if missing else "finished, unsealed"


def _damage(run: Run, mark: Mapping[str, str] | None) -> str:
    """What a glance tells: manifest and mark agree, and no file is missing. ``verify`` looks at every byte."""
    if not run.sealed:
        return f"locked, but {MANIFEST} is gone"
    if mark and sha256_file(run.path(MANIFEST)) != mark["manifest_sha256"]:
        return "locked, but another run than this"
    manifest = read_json(run.path(MANIFEST))
    if manifest_digest(manifest) != manifest["digest"]:
        return f"{MANIFEST} was changed"
    missing = [name for name in manifest["files"] if not run.path(name).is_file()]
    return f"{len(missing)} files missing, such as {missing[0]}" if missing else ""


def headline_of(run: Run) -> Headline:
    """The accuracy that a run is judged by: of its last checkpoint on its first evaluation set."""
    summary = read_summary(run)
    eval_set = summary.eval_sets[0]
    names = [card["checkpoint"] for card in summary.cards(eval_set)]
    judged = ([name for name in names if name in SEGMENTS[FINAL_ARM]] or names)[-1]
    accuracy = summary.scorecards[summary.places[eval_set, judged]]["accuracy"]
    return Headline(judged, accuracy, eval_set, summary.document["eval_sets"][eval_set]["sha256"])


def _sizes(run: Run) -> tuple[int, int, int]:
    """Bytes of what is hashed, of the checkpoints beside it, which git does not hold, and of working state."""
    evidence = weights = work = 0
    for folder, _, names in os.walk(run.root):
        for path in (Path(folder, name) for name in names):
            relative = path.relative_to(run.root)
            with suppress(OSError):  # gone since it was listed, or a link to nowhere
                size = path.stat().st_size
                if WORK in relative.parts:
                    work += size
                elif is_evidence(relative):
                    evidence += size
                else:
                    weights += size
    return evidence, weights, work


def runs_text(rows: Sequence[RunRow], sort: str = "accuracy") -> str:
    """The leaderboard as Markdown: one table for each set of items, the largest group first.

    ``sort`` is accuracy (highest first), name, or time (newest first). Raises ValueError for another.
    """
    if sort not in SORTS:
        raise ValueError(f"found sort {sort!r}, expected one of {', '.join(SORTS)}")
    if not rows:
        return "No runs here yet. Start with: python -m tunixlib run --profile smoke"
    judged = [row for row in rows if row.headline]
    groups: dict[tuple[str, int, str], list[RunRow]] = {}
    for row in judged:
        assert row.headline
        groups.setdefault(row.headline.items, []).append(row)
    blocks = [_group(rows, sort) for _, rows in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))]
    if len(groups) > 1:
        blocks.append("Other items, other tables: accuracies on different items are not ranked together.")
    if any(len(found) > 1 for found in groups.values()):
        blocks.append("Whether two runs of a table differ: python -m tunixlib compare RUN --baseline RUN")
    others = sorted((row for row in rows if not row.headline), key=_order(sort))
    if others:
        shown = [(row.name, row.state, row.made or "–", *_columns(row)) for row in others]
        blocks.append(markdown_table(("without a headline", "state", "made", *SIZES), shown))
    return "\n\n".join(blocks)


def _order(sort: str) -> Any:
    def key(row: RunRow) -> tuple[Any, ...]:
        if sort == "accuracy" and row.headline:
            return (-row.headline.accuracy["rate"], row.name)
        if sort == "time":
            return ([-ord(char) for char in row.made], row.name)  # newest first, names in order
        return (row.name,)

    return key


def _group(rows: Sequence[RunRow], sort: str) -> str:
    first = rows[0].headline
    assert first
    eval_set, n, sha256 = first.items
    title = f"{eval_set}, {n} items (set {sha256[:8]}), by {sort}"
    header = ("run", "state", "checkpoint", "accuracy [95 %]", "made", *SIZES)
    lines = [
        (row.name, row.state, row.headline.checkpoint, percent(row.headline.accuracy, True), row.made,
         *_columns(row))
        for row in sorted(rows, key=_order(sort))
        if row.headline
    ]  # fmt: skip
    return f"{title}\n\n{markdown_table(header, lines)}"


def _columns(row: RunRow) -> tuple[str, str, str]:
    return _size(row.evidence), _size(row.weights), _size(row.work)


def _size(count: int) -> str:
    """Bytes for people: ``1.5 MB``."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count else "–"
