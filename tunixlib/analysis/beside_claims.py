"""Claims about the run that was set beside: losses step by step, and the answers item by item.

    for claim in beside_claims(run):
        print(claim["text"])     # Claim: the losses of flat/stage_1 (tunix) are those of run smoke-v1 (torch) ...

The rule: in float32 on both sides, the losses of a segment carry over (*supported*) when they differ by at most
``TOLERANCE`` at every step, else they do not (*not supported*). A segment starts from what the ones before it left, so
differences add up along an arm. In other precisions rounding alone is larger than that: what is found is *measured*.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.beside import BESIDE, Beside, Segment, answered_beside, read_beside
from tunixlib.analysis.claim_kinds import file_records, make_claim
from tunixlib.analysis.run_files import predictions_path
from tunixlib.analysis.statistics import paired_difference
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.runs import Run
from tunixlib.tables import markdown_table

# Nats per target token. On the tiny model and a CPU the engines are 100 times closer; a wrong mask, schedule or
# rotation is 100 times further off.
TOLERANCE = 1e-3

LOSSES = (
    "Claim: the losses of {segment} ({engine}) are those of run {beside} ({other}), to within {tolerance:g} at every "
    "step. Measured: {steps} steps on the same rows, largest difference {value:.1e} nats per target token, at step "
    "{at}; the last losses are {last:.6f} and {last_other:.6f}."
)
NOT_COMPARED = "The losses of {segment} are not compared with those of run {beside}: {differs}."
ANSWERS = (
    "{checkpoint} answers {right} of {n} items of {eval_set} correctly, and {right_other} in run {beside} ({other}): "
    "difference {points:+.1f} points (95 % interval {low_points:+.1f} to {high_points:+.1f}); {changed} items changed "
    "sides."
)


def beside_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Nothing where no run was set beside."""
    beside = read_beside(run)
    if beside is None:
        return
    for name, segment in beside.segments.items():
        folder = run.path("training", name)
        paths = [run.path(BESIDE), folder / "metrics.jsonl", folder / "order.jsonl"]
        yield _of_segment(beside, name, segment, {"recompute": "read_beside", "files": file_records(run, paths)})
    for eval_set, checkpoint, right, there in answered_beside(run, beside):
        if right:
            files = file_records(run, [run.path(BESIDE), predictions_path(run, eval_set, checkpoint)])
            source = {"recompute": "answered_beside", "files": files}
            yield _of_answers(beside, {"eval_set": eval_set, "checkpoint": checkpoint}, right, there, source)


def _of_segment(beside: Beside, name: str, segment: Segment, source: Mapping[str, Any]) -> dict[str, Any]:
    claim_id = f"beside/{name}/loss"
    fields: dict[str, Any] = {"segment": name, "beside": beside.run_id}
    if segment.differs:
        return make_claim(claim_id, NOT_COMPARED, fields | {"differs": segment.differs}, source, UNDECIDED)
    apart = segment.apart
    most = max(apart)
    fields |= {
        "engine": beside.engine, "other": beside.document["engine"], "steps": len(apart), "tolerance": TOLERANCE,
        "at": apart.index(most) + 1, "last": segment.losses[-1], "last_other": segment.others[-1],
    }  # fmt: skip
    exact = beside.precision == beside.document["precision"] == "float32"
    verdict = MEASURED if not exact else SUPPORTED if most <= TOLERANCE else NOT_SUPPORTED
    return make_claim(claim_id, LOSSES, fields, source, verdict, most)


def _of_answers(
    beside: Beside, names: Mapping[str, str], right: Sequence[bool], there: Sequence[bool], source: Mapping[str, Any]
) -> dict[str, Any]:
    found = paired_difference(right, there)
    fields = {
        **names, "beside": beside.run_id, "other": beside.document["engine"], "n": len(right), "right": sum(right),
        "right_other": sum(there), "changed": sum(a != b for a, b in zip(right, there, strict=True)),
        "points": 100 * found["difference"], "low_points": 100 * found["low"], "high_points": 100 * found["high"],
    }  # fmt: skip
    ends = (found["low"], found["high"])
    claim_id = f"beside/{names['eval_set']}/{names['checkpoint']}/answers"
    return make_claim(claim_id, ANSWERS, fields, source, MEASURED, found["difference"], ends)


def render_beside(claims: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The section of analysis.md, from the claims; nothing where no run was set beside."""
    found = [claim for claim_id, claim in claims.items() if claim_id.startswith("beside/")]
    losses = [claim for claim in found if "segment" in claim["fields"]]
    answers = [claim for claim in found if "checkpoint" in claim["fields"]]
    if not losses:
        return
    yield f"## Beside run `{losses[0]['fields']['beside']}`"
    compared = [claim for claim in losses if "value" in claim]
    if len(compared) < len(losses):
        yield "\n".join(f"- {claim['text']}" for claim in losses if "value" not in claim)
    if compared:
        fields = compared[0]["fields"]
        yield (
            f"The same rows in the same order with the same settings, here by {fields['engine']}, there by "
            f"{fields['other']}. Losses carry over when they differ by at most {fields['tolerance']:g} nats per target "
            "token at every step, in float32; what differs adds up along an arm."
        )
        header = ("segment", "steps", "largest difference", "at step", "last loss", "there", "verdict")
        yield markdown_table(header, [_segment_row(claim) for claim in compared])
        yield "![Losses of both runs and their differences](figures/beside.png)"
    if answers:
        columns = ("answers of", "items", "right here", "right there", "difference in points [95 %]", "changed sides")
        yield markdown_table(columns, [_answers_row(claim) for claim in answers])


def _segment_row(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    f = claim["fields"]
    last = (f"{f['last']:.6f}", f"{f['last_other']:.6f}")
    return f["segment"], f["steps"], f"{claim['value']:.1e}", f["at"], *last, claim["verdict"]


def _answers_row(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    f = claim["fields"]
    points = f"{f['points']:+.1f} [{f['low_points']:+.1f}, {f['high_points']:+.1f}]"
    return f"{f['checkpoint']} on {f['eval_set']}", f["n"], f["right"], f["right_other"], points, f["changed"]
