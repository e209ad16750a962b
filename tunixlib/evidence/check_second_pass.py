"""Checks of the second pass: which files there are, and that each row follows from predictions and completion.

for problem in check_second_pass(evidence):
    print(problem)        # second_pass/eval-core/retry.jsonl: found correct True in line 3, expected False, as ...
"""

from collections.abc import Iterator

from tunixlib.evaluation.second_pass import SECOND_PASS, regrade, works_set
from tunixlib.evidence.problems import Problem, same, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.stages import CORRECTION_ARMS

EVALUATE = "run 05_evaluate again"
# What the checkpoint wrote; all else follows. Whether it keeps to MAX_NEW_TOKENS, check_results says.
WRITTEN = ("completion", "finish_reason", "tokens")


def second_pass_files(evidence: Evidence) -> dict[str, tuple[str, str]]:
    """The files that a run must have, by name, with evaluation set and arm."""
    names = evidence.summary["checkpoints"]
    eval_set = works_set({name: evidence.predictions(name, names[0]) for name in evidence.eval_sets})
    arms = [arm for arm in CORRECTION_ARMS if eval_set and arm in names]
    return {f"{SECOND_PASS}/{eval_set}/{arm}.jsonl": (eval_set, arm) for arm in arms}


def check_second_pass(evidence: Evidence) -> Iterator[Problem]:
    """Every arm that learned to check work has its second pass, each row as its prediction and completion give it."""
    files = second_pass_files(evidence)
    for name in sorted(files.keys() ^ evidence.below(SECOND_PASS).keys()):
        found, expected = ("no file", "one") if name in files else ("a file", "none")
        yield Problem(name, f"{found} of a second pass", f"{expected} as arms and evaluation sets give", EVALUATE)
    for name, (eval_set, arm) in files.items():
        if name in evidence.hashes:
            yield from _rows(evidence, name, eval_set, arm)


def _rows(evidence: Evidence, name: str, eval_set: str, arm: str) -> Iterator[Problem]:
    rows, predictions = evidence.rows(name), evidence.predictions(eval_set, arm)
    if len(rows) != len(predictions):
        yield Problem(name, f"{len(rows)} rows", f"{len(predictions)}, one for each prediction", EVALUATE)
    for number, (row, prediction) in enumerate(zip(rows, predictions, strict=False), start=1):
        expected = regrade(prediction, *(row[field] for field in WRITTEN))
        for field in sorted(row.keys() | expected.keys()):
            if not same(row.get(field), expected.get(field)):
                found = f"{field} {shorten(row.get(field), 40)} in line {number}"
                follows = "as prediction and completion give"
                yield Problem(name, found, f"{shorten(expected.get(field), 40)}, {follows}", EVALUATE)
        if row["shown"] and row["finish_reason"] not in ("eos", "length"):
            yield Problem(name, f"no end of the check in line {number}", "eos or length", EVALUATE)
