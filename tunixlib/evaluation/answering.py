"""Completions of one checkpoint on one evaluation set, graded; an evaluation that was killed goes on where it was.

    checkpoint = Answering("stage_c", folder, weights, "bfloat16", "cpu")
    rows = checkpoint.answer(items, "eval-core", GenerationConfig(), kept)     # one prediction row for each item

The model is loaded once, and only when something is left to answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from tunixlib.artifacts import canonical_json, sha256_text
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.parts import predict_in_parts
from tunixlib.evaluation.predictions import predict
from tunixlib.modeling.models import load_checkpoint
from tunixlib.modeling.out_of_memory import telling_what_to_lower
from tunixlib.progress import Progress, progress
from tunixlib.trees import sources_sha256

Item = Mapping[str, Any]
Rows = list[dict[str, Any]]


class EvaluationError(ValueError):
    """A checkpoint cannot be asked. The message says what to lower."""


@dataclass
class Answering:
    """One checkpoint that answers: its name, folder and sha256 of weights, in which precision and on which device."""

    name: str
    folder: Path
    weights: str
    precision: str
    device: str
    # Called with model, tokenizer and all items before the first is answered; raises for what could not be.
    check: Callable[[Any, Any, Sequence[Item], GenerationConfig], None] | None = None
    _loaded: list[Any] = field(default_factory=list)

    def answer(
        self, items: Sequence[Item], eval_set: str, config: GenerationConfig, kept: Path
    ) -> list[dict[str, Any]]:
        """The prediction rows of all items in their order; parts that lie in ``kept`` are not made again.

        Raises EvaluationError when memory runs out.
        """

        def lower() -> str:
            rows, tokens = max(1, config.batch_size // 2), max(1, config.max_new_tokens // 2)
            return (
                f"set EVAL_BATCH (--batch) {rows} or MAX_NEW_TOKENS {tokens}: each halves what is kept of texts in work"
            )

        with progress(len(items), f"{self.name} on {eval_set}") as bar:

            def answer_part(part: Sequence[Item], done: int, bar: Progress = bar) -> Rows:
                with telling_what_to_lower(f"evaluating {self.name}", EvaluationError, lower, self.device):
                    model, tokenizer = self._open(items, config)
                    return predict(model, tokenizer, part, config, lambda more: bar.reach(done + more))

            rows = predict_in_parts(kept, self._key(items, config), items, answer_part)
            bar.reach(len(items))
        return rows

    def _open(self, items: Sequence[Item], config: GenerationConfig) -> list[Any]:
        if not self._loaded:
            self._loaded.extend(load_checkpoint(self.folder, self.precision, self.device))
        if self.check:
            self.check(self._loaded[0], self._loaded[1], items, config)
        return self._loaded

    def _key(self, items: Sequence[Item], config: GenerationConfig) -> str:
        """One hash of everything that the completions and their grades depend on."""
        depends = {
            "weights": self.weights, "items": items, "config": vars(config), "dtype": self.precision,
            "device": self.device, "torch": torch.__version__, "threads": torch.get_num_threads(),
            "code": sources_sha256("checking", "evaluation", "modeling"),
        }  # fmt: skip
        return sha256_text(canonical_json(depends))
