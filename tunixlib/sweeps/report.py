"""The text of ``ranking.md``: every configuration with its interval, the winner on items that did not choose it.

print(render_ranking(found))
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.evidence.problems import counted
from tunixlib.studies.exploratory import run_entry
from tunixlib.studies.machines import machine_words
from tunixlib.sweeps.found import Found, report_score
from tunixlib.sweeps.ranking import Ranked
from tunixlib.sweeps.spec import Sweep
from tunixlib.tables import markdown_table, percent

TESTS_NOTHING = (
    "This table tests no difference: all configurations answered the same items, so that intervals may overlap where "
    "two differ, and lie apart where many were tried and none does."
)
OF_CHECKPOINTS = (
    "right for these checkpoints, with an interval over items alone. Other seeds of the same values do worse on "
    "average, because the seeds that won were chosen, too."
)


def render_ranking(found: Found) -> str:
    """The text of ``ranking.md``: every configuration with its interval, the winner on items that did not choose it."""
    sweep, rows = found.sweep, found.ranking
    parts = [
        f"# Sweep `{sweep.run_id}`",
        f"{counted(len(found.trials), 'trial')} of profile `{found.profile.name}`, {len(found.sealed)} sealed and "
        f"{len(found.trials) - len(found.sealed)} failed; {counted(len(rows), 'configuration')} ranked by "
        f"{sweep.choose.metric} ({'highest' if sweep.choose.mode == 'max' else 'lowest'} first) of "
        f"`{sweep.choose.checkpoint}` on {_items(rows[0])} of {sweep.choose.eval_set}.",
        _table(found),
        " ".join([_covers(sweep), TESTS_NOTHING, *_ties(rows)]),
        "## The winner on other items",
        _winner(found),
        *_failures(found),
        "## Limits",
        "\n".join(f"- {sentence}" for sentence in _limits(found)),
        "## How to recheck",
        f"```\npython -m tunixlib verify submission_runs/{sweep.run_id}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _items(row: Ranked) -> str:
    return counted(int(row.score["n"]) // len(row.trials), "item")


def _covers(sweep: Sweep) -> str:
    if len(sweep.seeds) == 2:
        return (
            "Intervals (95 %) cover items and seeds, of each configuration by itself; two seeds are too few for that, "
            "and the intervals too narrow."
        )
    if len(sweep.seeds) > 1:
        return "Intervals (95 %) cover items and seeds, of each configuration by itself."
    return "Intervals (95 %) cover the items and not other seeds: every configuration was trained with one."


def _ties(rows: Sequence[Ranked]) -> Iterator[str]:
    """Which places share a score: their order is that of the sweep's file."""
    for rate, group in itertools.groupby(enumerate(rows, start=1), key=lambda pair: pair[1].score["rate"]):
        if len(places := [str(number) for number, _ in group]) > 1:
            yield f"Ranks {', '.join(places)} are tied at {100 * rate:.1f} %, in the order of the sweep's file."


def _named(values: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}: {value}`" for name, value in values.items()) or "the profile as it is"


def _table(found: Found) -> str:
    varied = found.sweep.varied
    rows = [
        (number, *(row.values[name] for name in varied), len(row.trials), percent(row.score, True),
         ", ".join(trial.run_id for trial in row.trials))
        for number, row in enumerate(found.ranking, start=1)
    ]  # fmt: skip
    return markdown_table(("rank", *varied, "seeds", f"{found.sweep.choose.metric} [95 %]", "runs"), rows)


def _winner(found: Found) -> str:
    first, sweep = found.ranking[0], found.sweep
    places = {
        f"{sweep.choose.eval_set}, which chose it": first.score,
        f"{sweep.report.eval_set}, not used for choosing": report_score(found, first.trials),
    }
    rows = [(name, int(s["n"]) // len(first.trials), percent(s, True)) for name, s in places.items()]
    table = markdown_table(("items", "number", f"{sweep.choose.metric} [95 %]"), rows)
    return (
        f"{_named(first.values)}, also in `{found.best_file}`.\n\n{table}\n\nThe first row is the best of "
        f"{counted(len(found.ranking), 'score')} and therefore too good on average. The second is {OF_CHECKPOINTS}"
    )


def _failures(found: Found) -> list[str]:
    lines = [
        f"- {trial.run_id}: {found.failed.get(trial.run_id, '')}" for trial in found.trials if trial not in found.sealed
    ]
    words = "Not ranked, nor is any other seed of their configurations; the same command tries them again."
    return ["## Failed", words, "\n".join(lines)] if lines else []


def _limits(found: Found) -> Iterator[str]:
    entries = [run_entry(found.run(trial)) for trial in found.sealed]
    commits = {commit for entry in entries for commit in entry["commits"]}
    yield "Other questions may rank otherwise; which families each set asks, its manifest in `data/` says."
    if len(commits) > 1:
        yield f"The trials were made at {len(commits)} commits, so that not the parameters alone may differ."
    if dirty := [f"`{entry['run_id']}`" for entry in entries if entry["dirty"]]:
        yield f"Made with changes that no commit holds: {', '.join(dirty)}."
    yield from machine_words([found.run(trial) for trial in found.sealed])
    first = {trial.run_id for trial in found.ranking[0].trials}
    if others := found.evaluated.keys() - first:
        yield (
            f"{found.sweep.report.eval_set} was asked before of {', '.join(f'`{name}`' for name in sorted(others))}, "
            "which had won before the sweep was enlarged; whoever enlarged it could have read these scores."
        )
