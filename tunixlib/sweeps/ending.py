"""The end of a sweep in words: the winner with both scores, what failed, where it lies, what to do next.

print(sweep_words(found))
"""

from collections.abc import Iterator
from typing import Any

from tunixlib.artifacts import read_json
from tunixlib.running.runs_table import SWEEP
from tunixlib.running.summary import shown
from tunixlib.sweeps.found import Found
from tunixlib.sweeps.report import again_words, over_words, unscored_words
from tunixlib.tables import percent


def sweep_words(found: Found) -> str:
    """The end of a sweep: the winner with both scores, what failed, where it lies, what to do next."""
    document, folder = read_json(found.folder / SWEEP), shown(found.folder)
    winner = document["winner"]
    values = ", ".join(f"{name} {value}" for name, value in winner["parameters"].items()) or "the profile as it is"
    failed = [entry for entry in [*document["trials"], *document.get("trained_again", [])] if "failed" in entry]
    lines = ["", f"best of {len(document['ranking'])}: {values}", *_scores(found, winner)]
    lines += [f"failed     {entry['run_id']}: {entry['failed']}" for entry in failed]
    lines += ["", f"ranking    {folder}/ranking.md"]
    lines.append(f"profile    {folder}/{found.best_file}: python -m tunixlib run {folder}/{found.best_file}")
    lines.append(f"next       python -m tunixlib verify {folder}")
    return "\n".join([*lines, *(["           the same command tries again what failed"] if failed else [])])


def _scores(found: Found, winner: dict[str, Any]) -> Iterator[str]:
    choose, other, again = found.sweep.choose, found.sweep.report.eval_set, again_words(found.sweep)
    yield f"  {percent(winner['score'], True)} on {choose.eval_set}, which chose it: too good on average"
    if (score := winner["score_on_other_items"]) is None:
        yield f"  {unscored_words(found)}"
        return
    of = f"{again}, {over_words(found.sweep)}" if again else "of these checkpoints, over items alone"
    yield f"  {percent(score, True)} on {other}, which did not: {of}"
    luck = (
        "neither items nor seeds of the second had a part in choosing"
        if again
        else "other seeds of these values do worse on average than the second"
    )
    yield f"  {choose.metric} with 95 % intervals; {luck}"
