"""Claims about the second pass: what an arm mends and breaks when it checks its own work.

    for claim in second_pass_claims(run):
        print(claim["text"])     # retry mends 6 of 50 wrong answers of eval-core by checking its own work: 12.0 % ...

Computed from ``second_pass/<eval_set>/<arm>.jsonl``; a run without such files has none.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tunixlib.analysis.claim_kinds import file_records, make_claim, rate_claim
from tunixlib.analysis.run_files import require
from tunixlib.analysis.verdicts import MEASURED
from tunixlib.evaluation.second_pass import SECOND_PASS, second_pass_scorecard
from tunixlib.evaluation.second_pass_report import read_second_pass
from tunixlib.runs import Run
from tunixlib.stages import CORRECTION_ARMS

SHOWN = "{value} of {n} works of {checkpoint} on {eval_set} could be shown to it again."
# Measure of the second pass -> what is counted.
RATES = {
    "before": "{checkpoint} answers {k} of {n} items of {eval_set} correctly before it checks its work",
    "after": "{checkpoint} answers {k} of {n} items of {eval_set} correctly after it has checked its work",
    "mended": "{checkpoint} mends {k} of {n} wrong answers of {eval_set} by checking its own work",
    "broken": "{checkpoint} breaks {k} of {n} right answers of {eval_set} by checking its own work",
    "detection": "{checkpoint} on {eval_set} calls {k} of {n} own works with a wrong answer wrong",
    "false_alarms": "{checkpoint} on {eval_set} calls {k} of {n} own works with a right answer wrong",
    "false_assurance": "{checkpoint} on {eval_set} calls {k} of {n} own works with a wrong answer right",
    "unparseable": "{checkpoint} on {eval_set} gives no verdict that can be read on {k} of {n} own works",
}
FIELDS = ("id", "first_correct", "shown", "verdict", "correct")

Rows = list[dict[str, Any]]


def second_passes(run: Run) -> dict[tuple[str, str], Rows]:
    """``(evaluation set, arm)`` -> rows; raises ArtifactError naming the line that lacks what the claims need."""
    found = {key: rows for key, rows in read_second_pass(run).items() if key[1] in CORRECTION_ARMS and rows}
    for key, rows in found.items():
        for number, row in enumerate(rows, start=1):
            require(row, FIELDS, f"{second_pass_path(run, *key)}, row {number}", "05_evaluate")
    return found


def second_pass_path(run: Run, eval_set: str, arm: str) -> Path:
    """Where the second pass of an arm over an evaluation set lies."""
    return run.path(SECOND_PASS, eval_set, f"{arm}.jsonl")


def second_pass_claims(run: Run) -> Iterator[dict[str, Any]]:
    """How many works could be shown, and every rate of every arm."""
    for (eval_set, arm), rows in second_passes(run).items():
        card, start = second_pass_scorecard(rows), f"{eval_set}/{arm}/{SECOND_PASS}"
        names: Mapping[str, str] = {"checkpoint": arm, "eval_set": eval_set}
        records = file_records(run, [second_pass_path(run, eval_set, arm)])
        source = {"recompute": "second_pass_claims", "files": records}
        yield make_claim(f"{start}/shown", SHOWN, {**names, "n": card["n"]}, source, MEASURED, card["shown"])
        for measure, subject in RATES.items():
            fields = {**names, "k": card[measure]["k"], "n": card[measure]["n"]}
            yield rate_claim(f"{start}/{measure}", subject, fields, card[measure], source)
