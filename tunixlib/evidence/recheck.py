"""Recompute the first loss of every segment from its parent's weights, and hold it against ``metrics.jsonl``.

    for row in recheck_losses(Path("submission_runs/cpu-v1")):
        print(row)      # flat/stage_1: loss 2.16455 logged, 2.16469 here in bfloat16 (may differ by 0.04345), agrees

The batch is the one that ``order.jsonl`` logs, the loss is the one that training minimised. Whoever wrote a loss curve
by hand would have to make weights for it. Layers are not compiled here, and another machine sums in another order, so
a loss may differ by what the precision allows.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from tunixlib.artifacts import read_json
from tunixlib.evidence.problems import Problem, shorten
from tunixlib.evidence.sealed_run import Evidence
from tunixlib.modeling.models import ModelError, best_device, load_checkpoint, model_folder, weights_sha256
from tunixlib.modeling.tokenization import Batch, EncodedTrace, encode_traces, make_batch
from tunixlib.runs import MANIFEST
from tunixlib.stages import ARMS, CORRECTION_ARMS, FINAL, FINAL_ARM
from tunixlib.training.arms import LENGTHS

RETRAIN = "train the arm again"

# How far a loss may lie off, as a share of it (or of 1, for losses below 1). Four units of roundoff in 16 bits: 8 bits
# of mantissa in bfloat16, 11 in float16; a mean over hundreds of tokens evens most of it out. In float32 the order of
# sums decides, over thousands of terms.
TOLERANCE = {"float32": 1e-4, "bfloat16": 4 * 2**-8, "float16": 4 * 2**-11}


@dataclass(frozen=True)
class Recheck:
    """One segment: what its line says, and what is wrong with it."""

    line: str
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([self.line, *map(str, self.problems)])


def recheck_losses(folder: Path) -> Iterator[Recheck]:
    """One line for every segment of every arm, as soon as it is computed; seconds each on a CPU.

    A segment whose parent's weights do not lie here says so and is no problem. Raises ArtifactError when the run's
    files cannot be read: verify it first.
    """
    evidence = Evidence(folder.resolve(), read_json(folder / MANIFEST))
    work = _Work(evidence)
    for arm in (arm for arm in (*ARMS, *CORRECTION_ARMS) if evidence.below(f"training/{arm}")):
        parent = work.base if arm in ARMS else evidence.root / "training" / FINAL_ARM / FINAL / "checkpoint"
        records = [name for name in evidence.below(f"training/{arm}") if name.endswith("/checkpoint.json")]
        for name in records:
            segment = name.removesuffix("/checkpoint/checkpoint.json")
            yield work.recheck(segment, evidence.json(name), parent)
            parent = evidence.root / segment / "checkpoint"


@dataclass
class _Work:
    """What all segments share: the base model's folder and the run's traces as tokens."""

    evidence: Evidence
    _encoded: dict[str, dict[str, EncodedTrace]] = field(default_factory=dict)

    @cached_property
    def base(self) -> Path | None:
        """The base model's folder; None where the model is not installed here."""
        try:
            return model_folder(self.evidence.parameters("02_train")["MODEL"])
        except ModelError:
            return None

    def recheck(self, segment: str, record: Mapping[str, Any], parent: Path | None) -> Recheck:
        """Compare one segment's first loss, its targets and all lengths."""
        name = segment.removeprefix("training/")
        if parent is None or not any(parent.glob("*.safetensors")):
            return Recheck(f"{name}: not rechecked, the weights it started from do not lie here")
        found, recorded = weights_sha256(parent), record["parent_sha256"]
        if found != recorded:
            where = "the base model here" if parent == self.base else self.evidence.run.relative(parent)
            problem = Problem(where, f"weights with sha256 {found[:16]}...", f"{recorded[:16]}...", RETRAIN)
            return Recheck(f"{name}: not rechecked, it started from other weights", [problem])
        try:
            model, tokenizer = load_checkpoint(parent, "float32", best_device())
        except (OSError, ValueError, LookupError, RuntimeError, SafetensorError) as error:
            what = f"weights that cannot be loaded ({type(error).__name__}: {shorten(str(error))})"
            problem = Problem(f"{segment}/checkpoint/checkpoint.json", f"a parent with {what}", "a model", RETRAIN)
            return Recheck(f"{name}: not rechecked, the weights it started from are no model", [problem])
        rows = self._rows(tokenizer, segment.split("/")[1])
        ids = self.evidence.rows(f"{segment}/order.jsonl")[0]["trace_ids"]
        loss = first_loss(model, make_batch([rows[trace_id] for trace_id in ids], tokenizer.pad_token_id or 0), record)
        compared = self._compare(segment, loss, record["chosen"]["precision"])
        return Recheck(compared.line, [*compared.problems, *self._counts(segment, rows)])

    def _rows(self, tokenizer: Any, arm: str) -> dict[str, EncodedTrace]:
        """All traces as tokens, whatever their length; every checkpoint of a run has the same tokenizer."""
        source = arm if arm in CORRECTION_ARMS else "data"
        if source not in self._encoded:
            apart = source in CORRECTION_ARMS
            traces = self.evidence.arm_traces(arm) if apart else self.evidence.dataset
            rows = encode_traces(tokenizer, traces, sys.maxsize)[0]
            if apart and not self.evidence.parameters("04_self_correction")["MASK_ERRORS"]:
                rows = {trace_id: replace(row, unsupervised=()) for trace_id, row in rows.items()}
            self._encoded[source] = rows
        return self._encoded[source]

    def _compare(self, segment: str, found: float, precision: str) -> Recheck:
        file = f"{segment}/metrics.jsonl"
        logged = self.evidence.rows(file)[0]["loss"]
        allowed = TOLERANCE[precision] * max(1.0, abs(logged))
        seen = f"loss {logged:.5f} logged, {found:.5f} here in {precision} (may differ by {allowed:.5f})"
        line = f"{segment.removeprefix('training/')}: {seen}"
        if abs(found - logged) <= allowed:
            return Recheck(f"{line}, agrees")
        expected = f"{found:.5f}, give or take {allowed:.5f}, from the weights it started from"
        return Recheck(f"{line}, does not agree", [Problem(file, f"loss {logged} in line 1", expected, RETRAIN)])

    def _counts(self, segment: str, rows: Mapping[str, EncodedTrace]) -> Iterator[Problem]:
        """Every trace's tokens and every step's targets, counted again with the tokenizer."""
        file, metrics = f"{segment.rpartition('/')[0]}/{LENGTHS}", f"{segment}/metrics.jsonl"
        for trace_id, tokens in self.evidence.json(file).items():
            if tokens != len(rows[trace_id].input_ids):
                expected = f"{len(rows[trace_id].input_ids)}, as the tokenizer counts"
                yield Problem(file, f"{tokens} tokens of trace {trace_id}", expected, RETRAIN)
        order, logged = self.evidence.rows(f"{segment}/order.jsonl"), self.evidence.rows(metrics)
        for number, (step, row) in enumerate(zip(order, logged, strict=False), start=1):
            targets = sum(rows[trace_id].completion_tokens for trace_id in step["trace_ids"])
            if row["target_tokens"] != targets:
                found = f"target_tokens {row['target_tokens']} in line {number}"
                yield Problem(metrics, found, f"{targets}, as the tokenizer counts", RETRAIN)


def first_loss(model: Any, batch: Batch, record: Mapping[str, Any]) -> float:
    """The mean loss over a batch's targets as training computed it: same precision, same rows at once.

    ``model`` comes in float32; its parameters are cast as the optimizer's masters cast them, rotary tables stay.
    """
    import torch

    from tunixlib.training.distributed import share
    from tunixlib.training.sft import CompletionLoss

    chosen, dtype = record["chosen"], getattr(torch, record["chosen"]["precision"])
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    model.train()
    loss, device, total = CompletionLoss(model), next(model.parameters()).device, 0.0
    processes = chosen.get("processes", 1)
    for process in range(processes):
        part = share(batch, process, processes)
        for start in range(0, len(part.trace_ids), chosen["rows_at_once"]):
            rows = slice(start, start + chosen["rows_at_once"])
            width = int(part.pad_mask[rows].sum(1).max())
            input_ids = torch.from_numpy(part.input_ids[rows, :width].copy()).to(device)
            loss_mask = torch.from_numpy(part.loss_mask[rows, :width].copy()).to(device)
            with torch.no_grad():
                total += float(loss(input_ids, loss_mask))
    return total / batch.target_tokens
