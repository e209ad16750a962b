"""Completions of one checkpoint on one evaluation set, graded; an evaluation that was killed goes on where it was.

    checkpoint = Answering("stage_c", folder, weights, "bfloat16", "cpu")
    rows = checkpoint.answer(items, "eval-core", GenerationConfig(), kept)     # one prediction row for each item

The model is loaded once, and only when something is left to answer. Several processes share the items part by part,
each with the model on a device of its own, where several GPUs are visible or where it is asked for.
"""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.parts import cut, missing_parts, predict_in_parts
from tunixlib.evaluation.predictions import predict
from tunixlib.modeling.launching import Launch, devices_here
from tunixlib.modeling.models import load_checkpoint, read_config, read_tokenizer
from tunixlib.modeling.out_of_memory import telling_what_to_lower
from tunixlib.modeling.processes import run_job
from tunixlib.progress import Progress, progress
from tunixlib.trees import sources_sha256

Item = Mapping[str, Any]
Rows = list[dict[str, Any]]

# What a process needs to know of a checkpoint.
WHO = ("name", "folder", "weights", "precision", "device")


class EvaluationError(ValueError):
    """A checkpoint cannot be asked. The message says what to lower, or what a process said that shared the items."""


def check_gpus(device: str, processes: int) -> None:
    """Raise EvaluationError when more processes are to share items on ``cuda`` than there are visible GPUs."""
    if device == "cuda" and processes > (most := devices_here()):
        raise EvaluationError(
            f"found {most} visible GPUs, expected one for each of {processes} processes; set EVAL_PROCESSES "
            f"(--processes) to {most} or less"
        )


@dataclass
class Answering:
    """One checkpoint that answers: its name, folder and sha256 of weights, in which precision and on which device."""

    name: str
    folder: Path
    weights: str
    precision: str
    device: str
    # Called with the model's config, tokenizer and all items before the first is answered; raises for what could not.
    check: Callable[[Any, Any, Sequence[Item], GenerationConfig], None] | None = None
    # How many share the items; more than one cut them finer, which can change a few texts in bfloat16. 0 means one for
    # each visible GPU, as far as there are whole parts for them: then each row is that of one process.
    processes: int = 0
    _loaded: list[Any] = field(default_factory=list)

    def sharing(self, items: Sequence[Item]) -> int:
        """How many processes share these items."""
        return self.processes or min(devices_here(), len(cut(items)))

    def answer(
        self, items: Sequence[Item], eval_set: str, config: GenerationConfig, kept: Path
    ) -> list[dict[str, Any]]:
        """The prediction rows of all items in their order; parts that lie in ``kept`` are not made again.

        Raises EvaluationError when memory runs out, in this process or in one of several.
        """
        label, key = f"{self.name} on {eval_set}", self._key(items, config)
        sharing = self.sharing(items)
        if sharing > 1:
            return self._answer_together(items, label, config, kept, key, sharing)
        with progress(len(items), label) as bar:

            def answer_part(part: Sequence[Item], done: int, bar: Progress = bar) -> Rows:
                return self.answer_part(part, config, lambda more: bar.reach(done + more), items)

            rows = predict_in_parts(kept, key, items, answer_part)
            bar.reach(len(items))
        return rows

    def answer_part(
        self, part: Sequence[Item], config: GenerationConfig, done: Callable[[int], None], items: Sequence[Item] = ()
    ) -> Rows:
        """The rows of a part, made here and now; ``done`` hears how many are finished, ``items`` are checked before."""

        def lower() -> str:
            rows, tokens = max(1, config.batch_size // 2), max(1, config.max_new_tokens // 2)
            return (
                f"set EVAL_BATCH (--batch) {rows} or MAX_NEW_TOKENS {tokens}: each halves what is kept of texts in work"
            )

        with telling_what_to_lower(f"evaluating {self.name}", EvaluationError, lower, self.device):
            if not self._loaded:
                self._loaded.extend(load_checkpoint(self.folder, self.precision, self.device))
            model, tokenizer = self._loaded
            if self.check:
                self.check(model.config, tokenizer, items, config)
            return predict(model, tokenizer, part, config, done)

    def _answer_together(
        self, items: Sequence[Item], label: str, config: GenerationConfig, kept: Path, key: str, sharing: int
    ) -> Rows:
        """The same by several processes, which keep the missing parts in ``kept``; the rows are read from there."""
        check_gpus(self.device, sharing)
        cutting = max(1, self.processes)
        missing = missing_parts(kept, key, items, cutting)
        if missing:
            self._unload()  # the first of the processes loads it on the same device
            if self.check:
                self.check(read_config(self.folder), read_tokenizer(self.folder), items, config)
            job = {
                "checkpoint": {name: str(getattr(self, name)) for name in WHO},
                "config": vars(config), "kept": str(kept.resolve()), "key": key, "parts": list(missing.items()),
            }  # fmt: skip
            total = sum(map(len, missing.values()))
            run_job("tunixlib.evaluation.workers", job, Launch(sharing), label, total, EvaluationError)

        def lost(part: Sequence[Item], done: int) -> Rows:
            raise EvaluationError(
                f"{label}: found no answers to items {done + 1} to {done + len(part)} after {sharing} processes ended "
                "without an error; repeat the command: what has finished is kept"
            )

        return predict_in_parts(kept, key, items, lost, cutting)

    def _unload(self) -> None:
        self._loaded.clear()
        gc.collect()
        if self.device == "cuda":
            torch.cuda.empty_cache()

    def _key(self, items: Sequence[Item], config: GenerationConfig) -> str:
        """One hash of everything that the completions and their grades depend on."""
        depends = {
            "weights": self.weights, "items": items, "config": vars(config), "dtype": self.precision,
            "device": self.device, "torch": torch.__version__, "threads": torch.get_num_threads(),
            "code": sources_sha256("checking", "evaluation", "modeling"),
            **({"processes": self.processes} if self.processes > 1 else {}),  # then threads are others, and parts
        }  # fmt: skip
        return sha256_text(canonical_json(depends))
