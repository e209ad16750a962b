"""From traces to tokens: the prompt through the chat template, the completion with its end token, padded batches.

    row = encode_trace(tokenizer, trace)
    tokenizer.decode(row.input_ids[: row.prompt_tokens])   # <|im_start|>user ... <|im_start|>assistant
    tokenizer.decode(row.input_ids[row.prompt_tokens :])   # <reasoning> ... </answer><|im_end|>

The loss covers the completion *including the end token*, never the prompt, and never a line that ``meta.wrong_steps``
names: it is read, not learnt. Prompt and completion are tokenized apart, so training sees exactly the boundary at which
generation starts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import jinja2
import numpy as np

from tunixlib.seeding.correction.retries import masked_spans
from tunixlib.traces import ReasoningTrace, render_completion

# Some templates write the date into their system turn (Llama 3). A prompt must not change overnight, so it is this one,
# the date that those templates themselves fall back to.
TODAY = date(2024, 7, 26)
# How templates of models that think aloud open the block, and how Qwen3's leaves it empty.
THINK, NO_THOUGHTS = "<think>", "\n\n</think>\n\n"


class TokenizationError(ValueError):
    """Text cannot be turned into a training row. The message names the trace and the finding."""


@dataclass(frozen=True)
class EncodedTrace:
    """One training row: the first ``prompt_tokens`` carry no loss, nor do the positions in ``unsupervised``."""

    trace_id: str
    input_ids: tuple[int, ...]
    prompt_tokens: int
    unsupervised: tuple[int, ...] = ()

    @property
    def completion_tokens(self) -> int:
        """The number of supervised tokens, the end token included."""
        return len(self.input_ids) - self.prompt_tokens - len(self.unsupervised)


@dataclass(frozen=True)
class Batch:
    """What one optimizer step consumes; B rows padded on the right to T tokens."""

    trace_ids: tuple[str, ...]
    input_ids: np.ndarray  # (B, T) int64
    pad_mask: np.ndarray  # (B, T) bool, true at real tokens
    loss_mask: np.ndarray  # (B, T) bool, true at tokens that are targets

    @property
    def tokens(self) -> int:
        """Real tokens, padding not counted."""
        return int(self.pad_mask.sum())

    def cut(self, rows: slice) -> "Batch":
        """Some of the rows, as wide as they all are."""
        return Batch(self.trace_ids[rows], self.input_ids[rows], self.pad_mask[rows], self.loss_mask[rows])

    @property
    def target_tokens(self) -> int:
        """Tokens that the loss covers."""
        return int(self.loss_mask.sum())


def encode_prompt(tokenizer: Any, prompt: str) -> list[int]:
    """The tokens that generation starts from: the user turn and the opening of the assistant's.

    A system turn is what the template itself writes, if it does. A template that opens a block of thoughts gets it
    closed: our steps have their own place in the completion. Raises TokenizationError where the template refuses.
    """
    text = _rendered(tokenizer, [{"role": "user", "content": prompt}], add_generation_prompt=True)
    if text.rstrip().endswith(THINK):
        text = text.rstrip() + NO_THOUGHTS
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _rendered(tokenizer: Any, turns: list[dict[str, str]], **how: Any) -> str:
    """Turns through the chat template, the same today and tomorrow, without the model's own thoughts."""
    try:
        text = tokenizer.apply_chat_template(
            turns, tokenize=False, enable_thinking=False, date_string=TODAY.strftime("%d %b %Y"),
            strftime_now=TODAY.strftime, **how,
        )  # fmt: skip
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        raise TokenizationError(f"the chat template refuses a user's turn ({error}); use an instruct model") from None
    return str(text)


def end_token(tokenizer: Any) -> int:
    """The id that ends the assistant's turn in the chat template: ``<|im_end|>``, ``<end_of_turn>``, ...

    Found by rendering a finished turn, because ``eos_token`` is another token in some models (Gemma) and wrong in some
    files. Raises TokenizationError when no special token ends the turn.
    """
    turns = [{"role": "user", "content": "question"}, {"role": "assistant", "content": "final-words"}]
    text = _rendered(tokenizer, turns)
    tail = tokenizer(text.rpartition("final-words")[2], add_special_tokens=False)["input_ids"]
    # Some that were made from a base model add <|im_end|> without calling it special.
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    for token in tail:
        if token in special:
            return int(token)
    raise TokenizationError(f"the chat template ends an assistant turn with {tail}, expected a special token")


def stop_ids(tokenizer: Any) -> frozenset[int]:
    """The ids at which generation stops: the end of the turn, and the tokenizer's end of sequence."""
    ends = {end_token(tokenizer), tokenizer.eos_token_id}
    return frozenset(int(token) for token in ends if token is not None)


def encode_trace(tokenizer: Any, trace: ReasoningTrace, end: int | None = None) -> EncodedTrace:
    """One trace as a training row. Pass ``end`` when encoding many, to look the end token up once.

    Tokens of the lines that ``meta.wrong_steps`` names are ``unsupervised``. Raises TokenizationError where these
    cannot be told.
    """
    prompt = encode_prompt(tokenizer, trace.prompt)
    text = render_completion(trace)
    completion = list(tokenizer(text, add_special_tokens=False)["input_ids"])
    ending = end_token(tokenizer) if end is None else end
    wrong = tuple(len(prompt) + at for at in _wrong_tokens(tokenizer, trace, text))
    return EncodedTrace(trace.trace_id, (*prompt, *completion, ending), len(prompt), wrong)


def _wrong_tokens(tokenizer: Any, trace: ReasoningTrace, text: str) -> list[int]:
    """Which tokens of a completion hold any character of a line that ``meta.wrong_steps`` names."""
    try:
        spans = masked_spans(trace)
    except ValueError as error:
        raise TokenizationError(str(error)) from None
    if not spans:
        return []
    if not tokenizer.is_fast:
        raise TokenizationError(
            f"trace {trace.trace_id}: found lines to train without loss (meta.wrong_steps) and "
            f"{type(tokenizer).__name__}, which does not say where its tokens lie, expected a fast tokenizer; "
            "use a model that has tokenizer.json"
        )
    places = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    return [
        at
        for at, (first, last) in enumerate(places)
        if first < last and any(first < end and start < last for start, end in spans)
    ]


@dataclass(frozen=True)
class LeftOut:
    """A trace that training cannot use: longer than ``max_length`` tokens. It is never cut."""

    trace_id: str
    tokens: int


def encode_traces(
    tokenizer: Any, traces: Iterable[ReasoningTrace], max_length: int
) -> tuple[dict[str, EncodedTrace], list[LeftOut]]:
    """All rows by trace id, and the traces left out because they are too long; the two add up to the input."""
    end = end_token(tokenizer)
    kept: dict[str, EncodedTrace] = {}
    left_out: list[LeftOut] = []
    for trace in traces:
        row = encode_trace(tokenizer, trace, end)
        if len(row.input_ids) > max_length:
            left_out.append(LeftOut(row.trace_id, len(row.input_ids)))
        else:
            kept[row.trace_id] = row
    return kept, left_out


def make_batch(rows: Sequence[EncodedTrace], pad_id: int) -> Batch:
    """Pad rows on the right. Padding is known by its mask, never by its id, which may equal the end token's."""
    width = max(len(row.input_ids) for row in rows)
    input_ids = np.full((len(rows), width), pad_id, dtype=np.int64)
    pad_mask = np.zeros((len(rows), width), dtype=bool)
    loss_mask = np.zeros((len(rows), width), dtype=bool)
    for i, row in enumerate(rows):
        length = len(row.input_ids)
        input_ids[i, :length] = row.input_ids
        pad_mask[i, :length] = True
        loss_mask[i, row.prompt_tokens : length] = True
        loss_mask[i, list(row.unsupervised)] = False
    return Batch(tuple(row.trace_id for row in rows), input_ids, pad_mask, loss_mask)


def check_batches(batches: Iterable[Batch], end: int) -> None:
    """Refuse to train unless every row's loss mask ends on the end token and starts after the prompt.

    Raises TokenizationError naming the trace: a model that never sees its end token never learns to stop.
    """
    for batch in batches:
        for row, trace_id in enumerate(batch.trace_ids):
            targets = np.flatnonzero(batch.loss_mask[row])
            real = np.flatnonzero(batch.pad_mask[row])
            if not len(targets) or targets[-1] != real[-1] or batch.input_ids[row, targets[-1]] != end:
                raise TokenizationError(f"trace {trace_id}: its loss mask does not end on the end token {end}")
            if targets[0] == 0:
                raise TokenizationError(f"trace {trace_id}: its loss mask covers the first token")
