"""The claims about training: updates, tokens and last loss of each arm, and whether two arms had the same amount.

for claim in training_claims(run):
    print(claim["text"])     # Arm flat takes 276 optimizer steps in 3 segments.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tunixlib.analysis.claim_kinds import file_records, make_claim
from tunixlib.analysis.run_files import metrics_paths, read_metrics
from tunixlib.analysis.verdicts import MEASURED, NOT_SUPPORTED, SUPPORTED
from tunixlib.runs import Run
from tunixlib.stages import BASIC_ARMS, CORRECTION_ARMS

STEPS = "Arm {arm} takes {value:,} optimizer steps in {segments} segments"
SKIPPED = "; {skipped:,} more were skipped because the gradient overflowed"
TOKENS = "Arm {arm} trains on {value:,} tokens, {target_tokens:,} of them in completions."
LAST_LOSS = "The last step of arm {arm} has a loss of {value:.3f} nats per token."
SAME_SIZE = (
    "Claim: arms {a} and {b} had the same amount of training. Measured: {steps_a:,} and {steps_b:,} steps, "
    "{tokens_a:,} and {tokens_b:,} tokens, {targets_a:,} and {targets_b:,} of them in completions."
)


SAME_STEPS = (
    "Claim: the arms of self-correction took the same number of optimizer steps. Measured: {counts}, which differ by "
    "at most {value:,}."
)
Segments = Mapping[str, Sequence[Mapping[str, Any]]]


def training_claims(run: Run) -> Iterator[dict[str, Any]]:
    """Updates, tokens and last loss of each trained arm, and whether arms had the same amount of training.

    Arms of self-correction hold different rows, so what they share is the number of steps alone.
    """
    sizes = {}
    for arm, segments in read_metrics(run).items():
        sizes[arm] = _size(segments)
        yield from _arm_claims(run, arm, segments)
    if len(sizes) == len(BASIC_ARMS):
        yield _same_size(run, sizes)
    further = read_metrics(run, CORRECTION_ARMS)
    for arm, segments in further.items():
        yield from _arm_claims(run, arm, segments)
    if len(further) > 1:
        yield _same_steps(run, {arm: _size(segments)["steps"] for arm, segments in further.items()})


def _arm_claims(run: Run, arm: str, segments: Segments) -> Iterator[dict[str, Any]]:
    rows, size = [row for segment in segments.values() for row in segment], _size(segments)
    source = {"recompute": "training_claims", "files": file_records(run, metrics_paths(run, arm))}
    about = {"arm": arm, "segments": len(segments), "target_tokens": size["targets"]}
    skipped = {"skipped": len(rows) - size["steps"]} if len(rows) > size["steps"] else {}
    for name, value, template in (
        ("steps", size["steps"], STEPS + (SKIPPED if skipped else "") + "."),
        ("tokens", size["tokens"], TOKENS),
        ("final_loss", rows[-1]["loss"], LAST_LOSS),
    ):
        yield make_claim(f"training/{arm}/{name}", template, {**about, **skipped}, source, MEASURED, value)


def _size(segments: Segments) -> dict[str, int]:
    """Updates of the weights, tokens, and tokens of completions; a step whose gradient overflowed updates nothing."""
    rows = [row for segment in segments.values() for row in segment]
    return {
        "steps": sum(not row.get("skipped", False) for row in rows),
        "tokens": sum(row["tokens"] for row in rows),
        "targets": sum(row["target_tokens"] for row in rows),
    }


def _same_size(run: Run, sizes: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    a, b = BASIC_ARMS
    fields: dict[str, Any] = {"a": a, "b": b}
    for name in ("steps", "tokens", "targets"):
        fields |= {f"{name}_a": sizes[a][name], f"{name}_b": sizes[b][name]}
    paths = [path for arm in BASIC_ARMS for path in metrics_paths(run, arm)]
    source = {"recompute": "training_claims", "files": file_records(run, paths)}
    verdict = SUPPORTED if sizes[a] == sizes[b] else NOT_SUPPORTED
    return make_claim("training/same-size", SAME_SIZE, fields, source, verdict, sizes[a]["tokens"] - sizes[b]["tokens"])


def _same_steps(run: Run, steps: Mapping[str, int]) -> dict[str, Any]:
    counts = ", ".join(f"{arm} {count:,}" for arm, count in steps.items())
    paths = [path for arm in steps for path in metrics_paths(run, arm)]
    source = {"recompute": "training_claims", "files": file_records(run, paths)}
    apart = max(steps.values()) - min(steps.values())
    verdict = NOT_SUPPORTED if apart else SUPPORTED
    return make_claim("training/self-correction/same-steps", SAME_STEPS, {"counts": counts}, source, verdict, apart)
