"""Let a checkpoint answer an evaluation set, and keep every completion with its grade.

model, tokenizer = load_checkpoint(folder)
check_disjoint(items, (trace.prompt for trace in traces))
rows = evaluate_checkpoint(
    model, tokenizer, items, GenerationConfig(), path, encode=encode_prompt, stops=stop_ids(tokenizer)
)
card = scorecard(rows, "flat", "eval-core")
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunixlib.artifacts import write_jsonl
from tunixlib.evaluation.scoring import ITEM_FIELDS, grade
from tunixlib.seeding import gate

if TYPE_CHECKING:
    from tunixlib.evaluation.generation import Generated, GenerationConfig


def evaluate_checkpoint(
    model: Any,
    tokenizer: Any,
    items: Sequence[Mapping[str, Any]],
    config: "GenerationConfig",
    path: Path,
    encode: Callable[[Any, str], Sequence[int]],
    stops: Set[int],
    progress: Callable[[int], None] | None = None,
) -> list[dict[str, Any]]:
    """Write one prediction row for each item to ``path``, in the order of the items, and return the rows.

    ``encode(tokenizer, prompt)`` gives the tokens that generation starts from. Raises ValueError without items and on a
    repeated item id.
    """
    from tunixlib.evaluation.generation import generate  # torch and transformers

    if not items:
        raise ValueError(f"{path}: found no evaluation items, expected at least one; seed the evaluation set first")
    name, times = Counter(item["id"] for item in items).most_common(1)[0]
    if times > 1:
        raise ValueError(f"evaluation item id {name!r} occurs {times} times, expected distinct ids; rename the others")
    prompts = [encode(tokenizer, item["prompt"]) for item in items]
    generated = generate(model, prompts, stops, config, progress)
    rows = [prediction(tokenizer, item, found) for item, found in zip(items, generated, strict=True)]
    write_jsonl(path, rows)
    return rows


def prediction(tokenizer: Any, item: Mapping[str, Any], generated: "Generated") -> dict[str, Any]:
    """One graded row. Special tokens stay visible in the completion, so a stray one is no part of the text form."""
    completion = tokenizer.decode(generated.tokens, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return {
        **{name: item[name] for name in ITEM_FIELDS},
        "completion": completion,
        "finish_reason": generated.finish_reason,
        "tokens": len(generated.tokens) + (generated.finish_reason == "eos"),
        **grade(completion, item["expected_answer"], generated.finish_reason),
    }


def check_disjoint(items: Iterable[Mapping[str, Any]], training_prompts: Iterable[str]) -> None:
    """Refuse to evaluate on what was trained on: LeakError names a prompt on both sides, exact or normalised."""
    gate.check_disjoint((item["prompt"] for item in items), training_prompts)
