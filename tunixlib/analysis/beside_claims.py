"""Claims about the run that was set beside: losses step by step, and the answers item by item.

    for claim in beside_claims(run):
        print(claim["text"])     # Claim: the losses of flat/stage_1 (tunix) are those of run smoke-v1 (torch) ...

The rule: in float32 on both sides, the losses of a segment carry over (*supported*) when they differ by at most
``TOLERANCE`` at every step, else they do not (*not supported*). A segment starts from what the ones before it left, so
differences add up along an arm. In other precisions rounding alone is larger than that: what is found is *measured*.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.beside import BESIDE, Beside, Segment, answered_beside, decoded_otherwise, read_beside
from tunixlib.analysis.claim_kinds import file_records, make_claim
from tunixlib.analysis.run_files import predictions_path
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED, UNDECIDED
from tunixlib.runs import Run
from tunixlib.tables import markdown_table

Item = Mapping[str, Any]

# Nats per target token. Chosen on the tiny model, on a CPU and over few steps, where the engines are up to 3e-5 apart:
# of long runs nothing is known yet, and rounding grows along an arm.
TOLERANCE = 1e-3

LOSSES = (
    "Claim: the losses of {segment} ({engine}) are those of run {beside} ({other}), to within {tolerance:g} at every "
    "step. Measured: {steps} steps on the same rows, largest difference {value:.1e} nats per target token, at step "
    "{at}; the last losses are {last:.6f} and {last_other:.6f}."
)
NOT_COMPARED = "The losses of {segment} are not compared with those of run {beside}: {differs}."
ANSWERS = (
    "{checkpoint} writes the same text in this run and in run {beside} for {same} of {n} items of {eval_set}; {right} "
    "of its answers are right here, {right_other} there. Completions are torch's in both: they show what was learned."
)
NO_ANSWERS = "Completions are not compared with those of run {beside}: {differs}."


def beside_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Nothing where no run was set beside."""
    beside = read_beside(run)
    if beside is None:
        return
    for name, segment in beside.segments.items():
        folder = run.path("training", name)
        paths = [run.path(BESIDE), folder / "metrics.jsonl", folder / "order.jsonl"]
        yield _of_segment(beside, name, segment, {"recompute": "read_beside", "files": file_records(run, paths)})
    if differs := decoded_otherwise(run, beside):
        source = {"recompute": "decoded_otherwise", "files": file_records(run, [run.path(BESIDE)])}
        fields = {"beside": beside.run_id, "differs": differs}
        yield make_claim("beside/answers", NO_ANSWERS, fields, source, UNDECIDED)
        return
    for eval_set, checkpoint, here, there in answered_beside(run, beside):
        if here:
            files = file_records(run, [run.path(BESIDE), predictions_path(run, eval_set, checkpoint)])
            source = {"recompute": "answered_beside", "files": files}
            yield _of_answers(beside, {"eval_set": eval_set, "checkpoint": checkpoint}, here, there, source)


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
    beside: Beside, names: Mapping[str, str], here: Sequence[Item], there: Sequence[Item], source: Mapping[str, Any]
) -> dict[str, Any]:
    fields = {
        **names, "beside": beside.run_id, "n": len(here), "right": sum(item["right"] for item in here),
        "right_other": sum(item["right"] for item in there),
        "same": sum(a["text"] == b["text"] for a, b in zip(here, there, strict=True)),
    }  # fmt: skip
    claim_id = f"beside/{names['eval_set']}/{names['checkpoint']}/answers"
    return make_claim(claim_id, ANSWERS, fields, source, MEASURED, round(fields["same"] / len(here), 6))


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
    if "beside/answers" in claims:
        yield str(claims["beside/answers"]["text"])
    if answers:
        columns = ("completions of", "items", "the same text", "right here", "right there")
        yield "Completions are torch's in both runs, whichever engine trained: they show what was learned."
        yield markdown_table(columns, [_answers_row(claim) for claim in answers])


def _segment_row(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    f = claim["fields"]
    last = (f"{f['last']:.6f}", f"{f['last_other']:.6f}")
    return f["segment"], f["steps"], f"{claim['value']:.1e}", f["at"], *last, claim["verdict"]


def _answers_row(claim: Mapping[str, Any]) -> tuple[Any, ...]:
    f = claim["fields"]
    return f"{f['checkpoint']} on {f['eval_set']}", f["n"], f["same"], f["right"], f["right_other"]
