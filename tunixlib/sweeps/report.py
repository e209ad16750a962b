"""The text of ``ranking.md``: every configuration with its interval, the winner on items that did not choose it.

print(render_ranking(found))
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.evidence.problems import counted
from tunixlib.studies.exploratory import run_entry
from tunixlib.studies.machines import machine_words
from tunixlib.sweeps.before import asked_before
from tunixlib.sweeps.found import Found, report_score
from tunixlib.sweeps.points import Trial
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
# By how many seeds the winner was trained again with; of more, the last.
OVER = (
    "over items alone, since one seed tells nothing of others",
    "over items and seeds, of which two are too few, so that it is too narrow",
    "over items and seeds",
)


def render_ranking(found: Found) -> str:
    """The text of ``ranking.md``: every configuration with its interval, the winner on items that did not choose it."""
    sweep, rows = found.sweep, found.ranking
    parts = [
        f"# Sweep `{sweep.run_id}`",
        f"{counted(len(found.trials), 'trial')} of profile `{found.profile.name}`, {len(found.sealed)} sealed and "
        f"{len(found.trials) - len(found.sealed)} failed; {counted(len(rows), 'configuration')} ranked by "
        f"{sweep.choose.metric} ({'highest' if sweep.choose.mode == 'max' else 'lowest'} first) of "
        f"`{sweep.choose.checkpoint}` on {counted(_items(rows[0].score, rows[0].trials), 'item')} of "
        f"{sweep.choose.eval_set}.",
        _table(found),
        " ".join([_covers(sweep), TESTS_NOTHING, *_ties(rows)]),
        "## The winner on other items",
        f"{_named(rows[0].values)}, also in `{found.best_file}`.",
        *_winner(found),
        *_failures(found),
        "## Limits",
        "\n".join(f"- {sentence}" for sentence in _limits(found)),
        "## How to recheck",
        f"```\npython -m tunixlib verify submission_runs/{sweep.run_id}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _items(score: Mapping[str, float], trials: Sequence[Trial]) -> int:
    """How many items each trial answered."""
    return int(score["n"]) // len(trials)


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


def again_words(sweep: Sweep) -> str:
    """``trained again with 3 seeds that did not choose it``; nothing where the trials that won are asked themselves."""
    count = len(sweep.report.seeds)
    return f"trained again with {counted(count, 'seed')} that did not choose it" if count else ""


def over_words(sweep: Sweep) -> str:
    """What the interval of the winner trained again covers."""
    return OVER[min(len(sweep.report.seeds), len(OVER)) - 1]


def _winner(found: Found) -> Iterator[str]:
    """Both scores of the winner, and what each is good for."""
    first, sweep, score = found.ranking[0], found.sweep, report_score(found)
    again = again_words(sweep)
    rows = [(f"{sweep.choose.eval_set}, which chose it", _items(first.score, first.trials), first.score)]
    if score:
        name = f"{sweep.report.eval_set}, {again or 'not used for choosing'}"
        rows.append((name, _items(score, found.judged), score))
    table = [(name, number, percent(score, True)) for name, number, score in rows]
    yield markdown_table(("items", "number", f"{sweep.choose.metric} [95 %]"), table)
    chosen = f"The first row is the best of {counted(len(found.ranking), 'score')} and therefore too good on average."
    if not again:
        yield f"{chosen} The second is {OF_CHECKPOINTS}"
    elif score:
        names = ", ".join(f"`{trial.run_id}`" for trial in found.judged)
        yield (
            f"{chosen} The second is of the same values, {again} ({names}): neither its items nor its seeds had a part "
            f"in choosing. Its interval is {over_words(sweep)}."
        )
    else:
        yield f"{chosen} {unscored_words(found)}"


def unscored_words(found: Found) -> str:
    """Why the winner has no score on the other items."""
    return (
        f"No score on {found.sweep.report.eval_set}: the winner was to be {again_words(found.sweep)}, and "
        f"{', '.join(trial.run_id for trial in found.missing)} failed; the score of the others would be that of seeds "
        "that went well."
    )


def _failures(found: Found) -> Iterator[str]:
    """The trials that failed, then what the winner could not be trained again with, each with its reason."""
    groups = {
        "Not ranked, nor is any other seed of their configurations; the same command tries them again.": [
            trial for trial in found.trials if trial not in found.sealed
        ],
        "Of the winner trained again; the same command tries them again.": found.missing,
    }
    lines = {
        words: [f"- {t.run_id}: {found.failed.get(t.run_id, '')}" for t in group] for words, group in groups.items()
    }
    if any(lines.values()):
        yield "## Failed"
    for words in (words for words in lines if lines[words]):
        yield from (words, "\n".join(lines[words]))


def _limits(found: Found) -> Iterator[str]:
    entries = [run_entry(found.run(trial)) for trial in found.made]
    commits = {commit for entry in entries for commit in entry["commits"]}
    yield "Other questions may rank otherwise; which families each set asks, its manifest in `data/` says."
    if len(commits) > 1:
        yield f"The trials were made at {len(commits)} commits, so that not the parameters alone may differ."
    if dirty := [f"`{entry['run_id']}`" for entry in entries if entry["dirty"]]:
        yield f"Made with changes that no commit holds: {', '.join(dirty)}."
    yield from machine_words([found.run(trial) for trial in found.made])
    yield from asked_before(found)
