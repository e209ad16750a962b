"""The parts of analysis.md on the work in completions, rendered from claims: answers by work, form beside a template.

for paragraph in render_work(claims, "eval-core", ["base", "flat"]):
    print(paragraph)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.claim_kinds import WORK_MEASURES
from tunixlib.evaluation.canned import CANNED
from tunixlib.evaluation.reports import trace_table
from tunixlib.evaluation.trace_summary import MEASURES
from tunixlib.tables import markdown_table, percent

Claims = Mapping[str, dict[str, Any]]

CELLS = (
    ("right_all_true", "right, all steps true"),
    ("right_false_work", "right, a false step"),
    ("right_no_checkable", "right, nothing checkable"),
    ("wrong_all_true", "wrong, all steps true"),
    ("wrong_false_work", "wrong, a false step"),
    ("wrong_no_checkable", "wrong, nothing checkable"),
)
WORK = (
    "Completions by answer and by work. *All steps true* needs at least one checkable step and no false one. *Right on "
    "false work* is a share of the right answers with checkable steps. *Answer follows*: the last step states the "
    "answer, of those where that can be told. *Invents a number*: a step computes with a number that neither the "
    "question nor an earlier step gives."
)
FORM = (
    "Form says nothing by itself: a canned template, which writes the same text under every question, is graded and "
    "measured by the same code on the same items. Steps are those inside the tags, so a completion without tags has "
    "none. False and empty checks are shares of the completions with a check step. Drift is the share of words and "
    "numbers in a step that neither the question nor an earlier step holds."
)


def render_work(claims: Claims, eval_set: str, names: Sequence[str]) -> Iterator[str]:
    """Paragraphs on one evaluation set, ``names`` being its checkpoints in their order."""
    yield f"### Answers and work on {eval_set}"
    yield WORK
    header = ("checkpoint", *(title for _, title in CELLS), "right on false work", "answer follows", "invents a number")
    yield markdown_table(header, [_work_row(claims, eval_set, name) for name in names])
    yield f"### Form on {eval_set}, beside a canned template"
    yield FORM
    found = {name: _measured(claims, eval_set, name) for name in (*names, CANNED)}
    yield trace_table(found, CANNED)
    yield "\n".join(f"- {claims[f'{eval_set}/{name}/form/template-ahead']['text']}" for name in names)


def render_template(claims: Claims, eval_set: str) -> str:
    """What the canned template writes, in a code block."""
    completion = claims[f"{eval_set}/{CANNED}/accuracy"]["fields"]["completion"]
    return f"The canned template writes, whatever is asked:\n\n```text\n{completion}\n```"


def _work_row(claims: Claims, eval_set: str, name: str) -> tuple[str, ...]:
    claim = claims[f"{eval_set}/{name}/work"]
    counts = [str(claim["fields"][key]) for key, _ in CELLS]
    shares = (claim, *(claims.get(f"{eval_set}/{name}/{measure}", {}) for measure in WORK_MEASURES))
    return (name, *counts, *(percent(_proportion(share), interval=True) for share in shares))


def _measured(claims: Claims, eval_set: str, name: str) -> dict[str, dict[str, float]]:
    """What ``summarise`` gave, read back from the claims."""
    found = {"accuracy": _proportion(claims[f"{eval_set}/{name}/accuracy"])}
    for measure in MEASURES:
        claim = claims[f"{eval_set}/{name}/form/{measure.key}"]
        found[measure.key] = _proportion(claim) if measure.kind == "rate" else _mean(claim)
    return found


def _proportion(claim: Mapping[str, Any]) -> dict[str, float]:
    if "value" not in claim:
        return {"k": 0, "n": 0}
    fields, (low, high) = claim["fields"], claim["interval"]
    return {"k": fields["k"], "n": fields["n"], "rate": claim["value"], "low": low, "high": high}


def _mean(claim: Mapping[str, Any]) -> dict[str, float]:
    if "value" not in claim:
        return {"n": 0}
    ends = dict(zip(("low", "high"), claim.get("interval", ()), strict=False))
    return {"n": claim["fields"]["n"], "mean": claim["value"], **ends}
