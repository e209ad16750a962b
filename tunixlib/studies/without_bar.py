"""What an exploratory study says of itself: why it has no bar, which git is asked, and what limits its runs.

    reason_of(runs, PROJECT_ROOT)      # "no-bar"; DesignError where a bar in the runs' commits names one of them
    REASONS["no-bar"]                  # the words, which nobody chooses

A bar counts by the runs that it plans, whatever the study is called now and whatever became of the bar's file since.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tunixlib.artifacts import read_json
from tunixlib.running.reproduction.machine_class import class_words
from tunixlib.runs import MANIFEST, Run
from tunixlib.studies.bar import LEAST_SEEDS, BarError, parse_bar
from tunixlib.studies.design import DesignError
from tunixlib.studies.history import committed_bars, session_commits
from tunixlib.studies.plan import planned_runs

NO_BAR, UNKNOWN = "no-bar", "unknown-history"
REASONS = {
    NO_BAR: "no bar was written before these runs (their commits hold none that names one of them)",
    UNKNOWN: "whether a bar was written before these runs cannot be told (git does not know all their commits here)",
}


class Named(NamedTuple):
    """A bar in a commit of runs that plans some of them."""

    study: str
    file: str
    commit: str
    run_ids: tuple[str, ...]

    @property
    def words(self) -> str:
        """The bar and the runs in one phrase."""
        return (
            f"{self.file} in commit {self.commit[:12]}, the bar of study {self.study!r} with {', '.join(self.run_ids)}"
        )


def naming_bars(runs: Sequence[Run], repository: Path) -> tuple[list[Named], bool]:
    """The bars in the runs' commits that plan one of the runs, and whether git knows all these commits."""
    given = {run.run_id for run in runs}
    commits = [commit for run in runs for commit in session_commits(read_json(run.path(MANIFEST)))]
    found, known = [], True
    for commit in dict.fromkeys(commits):
        bars = committed_bars(commit, repository)
        known = known and bars is not None
        for file, content in (bars or {}).items():
            study, planned = _planned(content, file)
            if named := tuple(sorted(given & planned)):
                found.append(Named(study, file, commit, named))
    return found, known


def _planned(content: bytes, file: str) -> tuple[str, set[str]]:
    """The study of a bar and the runs it plans; none for a file that is no bar by the rules of today."""
    try:
        bar = parse_bar(content, file)
    except BarError:
        return "", set()
    return bar.study, {run.run_id for run in planned_runs(bar)}


def reason_of(runs: Sequence[Run], repository: Path) -> str:
    """The key in ``REASONS`` for runs without a bar. Raises DesignError, naming the study, for runs that have one."""
    found, known = naming_bars(runs, repository)
    if found:
        study = found[0].study
        raise DesignError(
            f"found {found[0].words}, expected runs that no bar was written for; put together the runs of {study!r} "
            f"under its name, from clean trees and with its bar unchanged (python -m tunixlib study {study}), or "
            "explore with runs of other names"
        )
    return NO_BAR if known else UNKNOWN


def limits(runs: Sequence[Run], seeds: int) -> str:
    """The list under *Limits*: trees, data and machines as the runs' manifests have them."""
    return "\n".join(f"- {sentence}" for sentence in _limits(runs, seeds))


def _limits(runs: Sequence[Run], seeds: int) -> Iterator[str]:
    manifests = [read_json(run.path(MANIFEST)) for run in runs]
    if dirty := [f"`{manifest['run_id']}`" for manifest in manifests if manifest["dirty"]]:
        yield f"Made with changes that no commit holds, so that nobody can tell by which code: {', '.join(dirty)}."
    if seeds < LEAST_SEEDS:
        yield f"With fewer than {LEAST_SEEDS} seeds no interval over seeds is given: it would be too narrow."
    yield (
        "What was chosen after looking at these numbers is not confirmed by them: write a bar, commit it, and run "
        "again with other seeds."
    )
    yield _number("data set", [f"`{manifest['dataset']['dataset_key']}`" for manifest in manifests])
    yield _number("machine class", [", ".join(class_words(manifest["environment"])) for manifest in manifests])
    yield "Last checkpoints are compared."


def _number(what: str, values: Sequence[str]) -> str:
    different = list(dict.fromkeys(values))
    return f"Runs of {len(different)} {what}{_plural(what) if len(different) > 1 else ''}: {'; '.join(different)}."


def _plural(word: str) -> str:
    return "es" if word.endswith("s") else "s"
