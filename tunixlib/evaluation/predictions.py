"""Let a checkpoint answer questions, and keep every completion with its grade.

model, tokenizer = load_checkpoint(folder)
rows = predict(model, tokenizer, items, GenerationConfig())
card = scorecard(rows, "flat", "eval-core")
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunixlib.evaluation.scoring import ITEM_FIELDS, grade
from tunixlib.modeling.tokenization import encode_prompt, stop_ids

if TYPE_CHECKING:
    from tunixlib.evaluation.generation import Generated, GenerationConfig


def predict(
    model: Any,
    tokenizer: Any,
    items: Sequence[Mapping[str, Any]],
    config: "GenerationConfig",
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """One graded prediction row for each evaluation item, in the order of the items.

    ``progress(done)`` hears the number of finished items whenever it grows.
    """
    from tunixlib.evaluation.generation import generate  # torch and transformers

    prompts = [encode_prompt(tokenizer, item["prompt"]) for item in items]
    generated = generate(model, prompts, stop_ids(tokenizer), config, progress)
    return [prediction(tokenizer, item, found) for item, found in zip(items, generated, strict=True)]


def prediction(tokenizer: Any, item: Mapping[str, Any], generated: "Generated") -> dict[str, Any]:
    """One graded row: the item, what was written, the grade of it."""
    written = written_text(tokenizer, generated)
    fields = {name: item[name] for name in ITEM_FIELDS}
    finish_reason, expected = written["finish_reason"], item["expected_answer"]
    return {**fields, **written, **grade(written["completion"], expected, finish_reason, item["prompt"])}


def written_text(tokenizer: Any, generated: "Generated") -> dict[str, Any]:
    """Completion, why it ended, tokens. Special tokens stay visible, so a stray one is no part of the text form."""
    completion = tokenizer.decode(generated.tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return {
        "completion": completion,
        "finish_reason": generated.finish_reason,
        "tokens": len(generated.tokens) + (generated.finish_reason == "eos"),
    }
