"""Generation: the same prompts, greedy, the same stop tokens; units are written tokens, the stop token not counted."""

from pathlib import Path
from typing import Any

from sides import SIDES, WARM_UP, Options, folder, side, timed

from tunixlib.evaluation.config import BATCH_SIZE

__all__ = ["SIDES"]


def prompts_for(options: Options) -> tuple[Any, Any, list[list[int]]]:
    """Model, stop tokens and the token ids of the first questions of eval-core; the model stops by itself."""
    from tunixlib.modeling.models import load_checkpoint
    from tunixlib.modeling.tokenization import encode_prompt, stop_ids
    from tunixlib.seeding.datasets import dataset_file
    from tunixlib.seeding.evalsets import read_eval_set

    model, tokenizer = load_checkpoint(Path(options["checkpoint"]), options["precision"])
    rows = read_eval_set(dataset_file("eval-core"))[: options["items"]]
    return model.eval(), stop_ids(tokenizer), [encode_prompt(tokenizer, row["prompt"]) for row in rows]


@side("generation/ours")
def generate_ours(options: Options) -> dict[str, Any]:
    """Our generation: rows leave the batch when they stop, waiting ones take their places."""
    model, stops, prompts = prompts_for(options)
    generate_all(model, stops, prompts[:WARM_UP], options)
    seconds, found = timed(lambda: generate_all(model, stops, prompts, options))
    return _reading(seconds, {place: row.tokens for place, row in enumerate(found)})


def generate_all(model: Any, stops: Any, prompts: list[list[int]], options: Options) -> Any:
    """Our completions of all prompts."""
    from tunixlib.evaluation.generation import GenerationConfig, generate

    return generate(model, prompts, stops, GenerationConfig(max_new_tokens=options["tokens"]))


@side("generation/batched")
def generate_batched(options: Options) -> dict[str, Any]:
    """transformers' ``generate`` on batches of as many rows, padded on the left, sorted by the prompts' lengths."""
    return _transformers(options, BATCH_SIZE)


@side("generation/one-by-one")
def generate_singly(options: Options) -> dict[str, Any]:
    """transformers' ``generate``, one prompt after the other; every ``every``-th of them, as all would take long."""
    return _transformers(options, 1)


def _transformers(options: Options, size: int) -> dict[str, Any]:
    import torch

    model, stop_tokens, prompts = prompts_for(options)
    stops = sorted(stop_tokens)
    order = sorted(range(0, len(prompts), options.get("every", 1)), key=lambda i: len(prompts[i]))

    def write(places: list[int]) -> dict[int, list[int]]:
        width = max(len(prompts[i]) for i in places)
        ids = torch.tensor([[stops[0]] * (width - len(prompts[i])) + list(prompts[i]) for i in places])
        mask = torch.tensor([[0] * (width - len(prompts[i])) + [1] * len(prompts[i]) for i in places])
        with torch.inference_mode():
            found = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=options["tokens"],
                                   do_sample=False, eos_token_id=stops, pad_token_id=stops[0])  # fmt: skip
        return {place: _cut(row[width:].tolist(), stops) for place, row in zip(places, found, strict=True)}

    write(order[:WARM_UP])
    batches = [order[i : i + size] for i in range(0, len(order), size)]
    seconds, found = timed(lambda: [write(batch) for batch in batches])
    return _reading(seconds, {place: tokens for batch in found for place, tokens in batch.items()})


def _reading(seconds: float, texts: dict[int, list[int]]) -> dict[str, Any]:
    return {"units": sum(map(len, texts.values())), "seconds": seconds, "check": texts, "completions": len(texts)}


def _cut(tokens: list[int], stops: list[int]) -> list[int]:
    ends = [tokens.index(stop) for stop in stops if stop in tokens]
    return tokens[: min(ends)] if ends else tokens


@side("growth/checkpoints")
def answer_checkpoints(options: Options) -> dict[str, Any]:
    """So many checkpoints answer a few questions, one in memory at a time as in 05_evaluate."""
    import shutil

    from tunixlib.evaluation.answering import Answering
    from tunixlib.evaluation.generation import GenerationConfig
    from tunixlib.modeling.models import model_folder
    from tunixlib.seeding.datasets import dataset_file
    from tunixlib.seeding.evalsets import read_eval_set

    items = read_eval_set(dataset_file("eval-core"))[: options["items"]]
    config = GenerationConfig(max_new_tokens=options["tokens"])
    with folder() as out:
        places = [out / f"checkpoint_{number}" for number in range(options["checkpoints"] + 1)]
        for place in places:
            shutil.copytree(model_folder(options["model"]), place)

        def answer(some: list[Path]) -> None:
            for place in some:
                checkpoint = Answering(place.name, place, place.name, "float32", "cpu")
                checkpoint.answer(items, "eval-core", config, place / "kept")

        answer(places[:1])  # what is imported and touched for the first time
        seconds, _ = timed(lambda: answer(places[1:]))
    return {"units": options["checkpoints"], "seconds": seconds, "check": None}
