r"""Greedy completions of many prompts at once, the same text as one by one.

    >>> found = generate(model, [encode_prompt(tokenizer, "What is 2 + 3?")], stop_ids(tokenizer), GenerationConfig())
    >>> tokenizer.decode(found[0].tokens), found[0].finish_reason
    ('<reasoning>\n2 + 3 = 5\n</reasoning>\n<answer>5</answer>', 'eos')

Prompts go in longest first. A row that has stopped leaves the batch at once; when a quarter of the places is free,
waiting prompts take them. In float32 the tokens are those of one-by-one generation, except where two candidates tie to
within rounding (logits closer than about 1e-4); bfloat16 changes some texts, and so does another number of rows there,
so say which precision and ``batch_size`` were used.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from transformers.cache_utils import Cache

from tunixlib.evaluation.cache import grouped, join_rows, keep_rows, new_cache
from tunixlib.evaluation.config import GenerationConfig
from tunixlib.modeling.packed import packed

FinishReason = Literal["eos", "length"]

ATTENDING = {"full_attention", "sliding_attention"}


class Generated(NamedTuple):
    """The tokens of one completion, without the stop token, and why it ended."""

    tokens: list[int]
    finish_reason: FinishReason


@dataclass
class _Row:
    """One completion being written: the place of its prompt, the prompt, the tokens so far."""

    index: int
    prompt: Sequence[int]
    tokens: list[int] = field(default_factory=list)

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.tokens)


def generate(
    model: Any,
    prompts: Sequence[Sequence[int]],
    stop_ids: Set[int],
    config: GenerationConfig,
    progress: Callable[[int], None] | None = None,
) -> list[Generated]:
    """Greedy completions of prompts given as token ids, in the order given.

    ``model`` is a causal language model of transformers in which every layer attends (fully or in a sliding window);
    ``progress(done)`` hears the number of finished rows whenever it grows. Raises ValueError for a model with other
    layers, an empty prompt, and a prompt that leaves no room within the model's positions.
    """
    _check(model, prompts, config)
    waiting = [_Row(i, prompts[i]) for i in sorted(range(len(prompts)), key=lambda i: len(prompts[i]))]
    done: dict[int, Generated] = {}
    with torch.inference_mode(), _evaluating(model), grouped(model), packed(model):
        batch = _Batch(model)
        while waiting or batch.rows:
            admitted = _admissible(waiting, batch.rows, config)
            if admitted:
                batch.admit(admitted)
            else:
                batch.step()
            left = batch.leave(stop_ids, config.max_new_tokens)
            done.update((row.index, _generated(row, stop_ids)) for row in left)
            if left and progress:
                progress(len(done))
    return [done[i] for i in range(len(prompts))]


class _Batch:
    """Rows being written together. Their cache slots are aligned at the right end, after the last token fed."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.rows: list[_Row] = []
        self.cache: Cache = new_cache()

    def admit(self, rows: list[_Row]) -> None:
        """Feed new prompts, padded on the left, write their first tokens, and join them to the rows there are."""
        width = max(row.length for row in rows)
        cache = new_cache()
        self._write(rows, [[0] * (width - row.length) + list(row.prompt) for row in rows], cache)
        if self.rows:
            join_rows(self.cache, cache)
        else:
            self.cache = cache
        self.rows += rows

    def step(self) -> None:
        """Write one more token of every row."""
        self._write(self.rows, [[row.tokens[-1]] for row in self.rows], self.cache)

    def leave(self, stop_ids: Set[int], max_new_tokens: int) -> list[_Row]:
        """Take out the rows that are finished; the last rows that are not take their places."""
        ended = [row.tokens[-1] in stop_ids or len(row.tokens) >= max_new_tokens for row in self.rows]
        count = ended.count(False)
        movers = (i for i in reversed(range(len(self.rows))) if not ended[i])
        places = [next(movers) if ended[i] else i for i in range(count)]
        left = [row for row, end in zip(self.rows, ended, strict=True) if end]
        if left:
            self.rows = [self.rows[i] for i in places]
            if self.rows:
                keep_rows(self.cache, places, max(row.length for row in self.rows) - 1)
        return left

    def _write(self, rows: list[_Row], ids: list[list[int]], cache: Cache) -> None:
        """Feed ids (B, S) and append the likeliest next token of each row. Padding is told by lengths, never by id."""
        device = self.model.device
        slots = torch.arange(cache.get_seq_length() + len(ids[0]), device=device)
        padding = len(slots) - torch.tensor([[row.length] for row in rows], device=device)  # (B, 1)
        logits = self.model(
            input_ids=torch.tensor(ids, device=device),
            attention_mask=(slots >= padding).long(),  # (B, T + S)
            position_ids=(slots - padding).clamp(min=0)[:, -len(ids[0]) :],  # (B, S)
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
        # In float32: a CPU searches bfloat16 more slowly.
        for row, token in zip(rows, logits[:, -1].float().argmax(dim=-1).tolist(), strict=True):
            row.tokens.append(token)


def _admissible(waiting: list[_Row], rows: list[_Row], config: GenerationConfig) -> list[_Row]:
    """Take the longest waiting prompts that fit beside the rows there are, once a quarter of the places is free."""
    if not waiting:
        return []
    longest = max(len(row.prompt) for row in [*rows, waiting[-1]]) + config.max_new_tokens
    places = min(config.batch_size, max(1, config.max_cached_tokens // longest))
    if rows and len(rows) > places * 3 // 4:
        return []
    return [waiting.pop() for _ in range(min(places - len(rows), len(waiting)))]


def _generated(row: _Row, stop_ids: Set[int]) -> Generated:
    if row.tokens[-1] in stop_ids:
        return Generated(row.tokens[:-1], "eos")
    return Generated(row.tokens, "length")


def _check(model: Any, prompts: Sequence[Sequence[int]], config: GenerationConfig) -> None:
    text = model.config.get_text_config()
    others = set(getattr(text, "layer_types", None) or ()) - ATTENDING
    if others:
        raise ValueError(f"the model has layers of type {sorted(others)}, expected only {sorted(ATTENDING)}")
    for i, prompt in enumerate(prompts):
        if not prompt:
            raise ValueError(f"prompt {i} has no tokens, expected at least one; encode it with the chat template")
        if len(prompt) + config.max_new_tokens > text.max_position_embeddings:
            raise ValueError(
                f"prompt {i} has {len(prompt)} tokens; with {config.max_new_tokens} new ones that is over the model's "
                f"{text.max_position_embeddings} positions; shorten the prompt or lower max_new_tokens"
            )


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)
