"""The leaderboard: every run of a folder with its state, its headline accuracy and its size.

    print(runs_text(list_runs(runs_root()), sort="accuracy"))

Runs are ranked only among those that answered the same items of the same evaluation set: 13 % of one set and 11 % of
another have no order. Nor have two whose intervals overlap much, which ``python -m tunixlib compare`` decides item by
item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunixlib.analysis.run_files import SEGMENTS, read_summary
from tunixlib.artifacts import read_json
from tunixlib.runs import MANIFEST, WORK, Run, is_evidence
from tunixlib.tables import markdown_table, percent

SORTS = ("accuracy", "name", "time")
STUDY = "study.json"


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
    made: str
    evidence: int
    weights: int
    headline: Headline | None = None


def list_runs(root: Path) -> list[RunRow]:
    """Every folder of ``root`` that is a run or a study, by name; one that cannot be read says so in its state."""
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [_row(Run(folder)) for folder in folders if not folder.name.startswith(".")]


def _row(run: Run) -> RunRow:
    evidence, weights = _sizes(run)
    if run.path(STUDY).is_file():
        return RunRow(run.run_id, "study", "", evidence, weights)
    state, made = "unsealed", ""
    try:
        if run.sealed:
            state, made = "sealed", read_json(run.path(MANIFEST))["timestamp"]
        if not run.path("eval_summary.json").is_file():
            return RunRow(run.run_id, f"{state}, not evaluated", made, evidence, weights)
        headline = _headline(run)
        made = made or read_summary(run).document["evaluated_at"]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        return RunRow(run.run_id, f"unreadable ({type(error).__name__})", made, evidence, weights)
    return RunRow(run.run_id, state, made, evidence, weights, headline)


def _headline(run: Run) -> Headline:
    summary = read_summary(run)
    eval_set = summary.eval_sets[0]
    names = [card["checkpoint"] for card in summary.cards(eval_set)]
    judged = ([name for name in names if name in SEGMENTS["curriculum"]] or names)[-1]
    accuracy = summary.scorecards[summary.places[eval_set, judged]]["accuracy"]
    return Headline(judged, accuracy, eval_set, summary.document["eval_sets"][eval_set]["sha256"])


def _sizes(run: Run) -> tuple[int, int]:
    """Bytes of what is hashed, and of the checkpoints beside it, which git does not hold."""
    evidence = weights = 0
    for path in run.root.rglob("*"):
        if path.is_file() and WORK not in path.relative_to(run.root).parts:
            size, hashed = path.stat().st_size, is_evidence(path.relative_to(run.root))
            evidence, weights = evidence + size * hashed, weights + size * (not hashed)
    return evidence, weights


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
        shown = [(row.name, row.state, row.made or "–", _size(row.evidence), _size(row.weights)) for row in others]
        blocks.append(markdown_table(("without a headline", "state", "made", "evidence", "checkpoints"), shown))
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
    header = ("run", "state", "checkpoint", "accuracy [95 %]", "made", "evidence", "checkpoints")
    lines = [
        (row.name, row.state, row.headline.checkpoint, percent(row.headline.accuracy, True), row.made,
         _size(row.evidence), _size(row.weights))
        for row in sorted(rows, key=_order(sort))
        if row.headline
    ]  # fmt: skip
    return f"{title}\n\n{markdown_table(header, lines)}"


def _size(count: int) -> str:
    """Bytes for people: ``1.5 MB``."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count else "–"
