"""One measurement in a process of its own: ours or a peer's. The last line printed is a JSON object.

    python tests/benchmarks/sides.py training/ours '{"model": "smollm2", "steps": 24}'

Each side does the same work on the same inputs as the others of its row and says what it did (``units``), in how many
``seconds``, with which memory at most (``peak_mb``), and what must agree between the sides (``check``).
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Options = dict[str, Any]
SIDES: dict[str, Callable[[Options], dict[str, Any]]] = {}
WARM_UP = 3  # steps, or completions, that are not timed: compiling, first touch of memory


def side(name: str) -> Callable[[Callable[[Options], dict[str, Any]]], Callable[[Options], dict[str, Any]]]:
    """Register a function under a name of the form row/side."""

    def register(function: Callable[[Options], dict[str, Any]]) -> Callable[[Options], dict[str, Any]]:
        SIDES[name] = function
        return function

    return register


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench.") as place:
        yield Path(place)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """The seconds that a call takes, and what it returns."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


# -- training: the same batches, the same optimizer and schedule ------------------------------------------------------


def training_rows(options: Options) -> tuple[Any, list[Any], Any]:
    """``(parent folder, batches in our order, config)``."""
    from tunixlib.modeling.models import load_tokenizer, model_folder
    from tunixlib.modeling.tokenization import encode_traces, make_batch
    from tunixlib.seeding.datasets import dataset_file, load_traces
    from tunixlib.training.arms import order_batches
    from tunixlib.training.config import SFTConfig

    parent = model_folder(options["model"])
    tokenizer = load_tokenizer(options["model"])
    rows, _ = encode_traces(tokenizer, load_traces(dataset_file("dev-reasoning-v2")), 512)
    lengths = {name: len(row.input_ids) for name, row in rows.items()}
    ordered = order_batches(list(rows), lengths, options["rows"], 1)[: options["steps"]]
    batches = [make_batch([rows[name] for name in batch], tokenizer.pad_token_id or 0) for batch in ordered]
    return parent, batches, SFTConfig(learning_rate=1e-4, seed=1, lora_rank=options.get("lora", 0))


@side("training/ours")
def train_ours(options: Options) -> dict[str, Any]:
    """Our training function, with what it chooses by itself for a long run."""
    from tunixlib.artifacts import read_jsonl
    from tunixlib.training.sft import train_segment

    parent, batches, config = training_rows(options)
    with folder() as out:
        names = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "0" * 64}
        record = train_segment(parent, batches, config, out / "segment", arm_tokens=options["arm_tokens"], **names)
        rows = [row for _, row in read_jsonl(out / "segment" / "metrics.jsonl")]
    return {
        "units": sum(batch.tokens for batch in batches[WARM_UP:]), "seconds": sum(r["seconds"] for r in rows[WARM_UP:]),
        "check": [row["loss"] for row in rows], "chosen": record.chosen,
    }  # fmt: skip


@side("training/trl-best")
def train_trl_best(options: Options) -> dict[str, Any]:
    """TRL's SFTTrainer: bf16 where the processor has it, no gradient checkpointing, our order of rows by length."""
    return _trl(options, {"bf16": True, "gradient_checkpointing": False})


@side("training/trl-default")
def train_trl_default(options: Options) -> dict[str, Any]:
    """TRL's SFTTrainer as it comes, but for the rows of a step, their order, and the optimizer's settings."""
    return _trl(options, {})


def _trl(options: Options, settings: dict[str, Any]) -> dict[str, Any]:
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from torch.utils.data import SequentialSampler
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from tunixlib.training.config import learning_rate_at

    parent, batches, config = training_rows(options)
    rows = [
        {"input_ids": batch.input_ids[i][batch.pad_mask[i]].tolist(),
         "completion_mask": batch.loss_mask[i][batch.pad_mask[i]].astype(int).tolist()}
        for batch in batches for i in range(len(batch.trace_ids))
    ]  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(parent, dtype=torch.float32)
    lora = LoraConfig(r=options["lora"], lora_alpha=2 * options["lora"], target_modules="all-linear")
    adamw = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, betas=(config.beta1, config.beta2),
                              weight_decay=config.weight_decay, fused=True)  # fmt: skip
    rates = torch.optim.lr_scheduler.LambdaLR(
        adamw, lambda done: learning_rate_at(done + 1, len(batches), config) / config.learning_rate
    )
    ends: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *args: Any, **more: Any) -> None:
            ends.append(time.perf_counter())

    class InOrder(SFTTrainer):
        def _get_train_sampler(self, *args: Any) -> Any:
            return SequentialSampler(self.train_dataset)

    with folder() as out:
        arguments = SFTConfig(
            output_dir=str(out), per_device_train_batch_size=options["rows"], num_train_epochs=1, logging_steps=1,
            report_to=[], save_strategy="no", use_cpu=not torch.cuda.is_available(), max_grad_norm=config.max_grad_norm,
            completion_only_loss=True, seed=1, disable_tqdm=True, max_length=None, **settings,
        )  # fmt: skip
        trainer = InOrder(
            model, arguments, train_dataset=Dataset.from_list(rows), callbacks=[Clock()],
            processing_class=AutoTokenizer.from_pretrained(parent), optimizers=(adamw, rates),
            peft_config=lora if options.get("lora") else None,
        )  # fmt: skip
        trainer.train()
    losses = [row["loss"] for row in trainer.state.log_history if "loss" in row]
    return {
        "units": sum(batch.tokens for batch in batches[WARM_UP:]), "seconds": ends[-1] - ends[WARM_UP - 1],
        "check": losses, "chosen": settings,
    }  # fmt: skip


@side("peak/matrix")
def matrix_peak(options: Options) -> dict[str, Any]:
    """The best rate of a bfloat16 product in the shapes of the model: units are floating-point operations."""
    import torch

    best = {"units": 0.0, "seconds": 1.0}
    for rows, inner, outer in ((720, 576, 1536), (1024, 1536, 576), (1024, 1024, 1024), (2048, 2048, 2048)):
        a, b = (torch.randn(shape).to(torch.bfloat16) for shape in ((rows, inner), (inner, outer)))
        for _ in range(WARM_UP):
            a @ b
        repeats = max(5, int(2e10 / (rows * inner * outer)))
        seconds, _ = timed(lambda a=a, b=b, n=repeats: [a @ b for _ in range(n)])
        units = 2.0 * rows * inner * outer * repeats
        if units / seconds > best["units"] / best["seconds"]:
            best = {"units": units, "seconds": seconds}
    return {**best, "check": None}


# -- generation: the same prompts, greedy, the same stop tokens -------------------------------------------------------


def prompts_for(options: Options) -> tuple[Any, Any, list[list[int]]]:
    """Model, tokenizer and the token ids of the first questions of eval-core; the model is one that stops by itself."""
    from tunixlib.modeling.models import load_checkpoint
    from tunixlib.modeling.tokenization import encode_prompt
    from tunixlib.seeding.datasets import dataset_file
    from tunixlib.seeding.evalsets import read_eval_set

    model, tokenizer = load_checkpoint(Path(options["checkpoint"]), options["precision"])
    rows = read_eval_set(dataset_file("eval-core"))[: options["items"]]
    return model.eval(), tokenizer, [encode_prompt(tokenizer, row["prompt"]) for row in rows]


@side("generation/ours")
def generate_ours(options: Options) -> dict[str, Any]:
    """Our generation: rows leave the batch when they stop, waiting ones take their places."""
    from tunixlib.evaluation.generation import GenerationConfig, generate
    from tunixlib.modeling.tokenization import stop_ids

    model, tokenizer, prompts = prompts_for(options)
    config = GenerationConfig(max_new_tokens=options["tokens"], batch_size=64)
    stops = stop_ids(tokenizer)
    generate(model, prompts[:WARM_UP], stops, config)
    seconds, found = timed(lambda: generate(model, prompts, stops, config))
    return {"units": len(prompts), "seconds": seconds, "check": [row.tokens for row in found]}


@side("generation/batched")
def generate_batched(options: Options) -> dict[str, Any]:
    """transformers' ``generate`` on batches of 64, padded on the left, sorted by the prompts' lengths."""
    return _transformers(options, 64)


@side("generation/one-by-one")
def generate_singly(options: Options) -> dict[str, Any]:
    """transformers' ``generate``, one prompt after the other."""
    return _transformers(options, 1)


def _transformers(options: Options, size: int) -> dict[str, Any]:
    import torch

    from tunixlib.modeling.tokenization import stop_ids

    model, tokenizer, prompts = prompts_for(options)
    stops = sorted(stop_ids(tokenizer))
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))

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
    texts = {place: tokens for batch in found for place, tokens in batch.items()}
    return {"units": len(prompts), "seconds": seconds, "check": [texts[i] for i in range(len(prompts))]}


def _cut(tokens: list[int], stops: list[int]) -> list[int]:
    ends = [tokens.index(stop) for stop in stops if stop in tokens]
    return tokens[: min(ends)] if ends else tokens


# -- data -------------------------------------------------------------------------------------------------------------


@side("data/seed")
def seed(options: Options) -> dict[str, Any]:
    """Make traces, every step checked and every answer recomputed, and write them."""
    from tunixlib.seeding.datasets import write_dataset
    from tunixlib.seeding.recipes import Recipe

    with folder() as out:
        seconds, manifest = timed(lambda: write_dataset(Recipe("my-bench", options["traces"]), out / "data"))
    return {"units": options["traces"], "seconds": seconds, "check": manifest["sha256"]}


@side("data/validate")
def validate(options: Options) -> dict[str, Any]:
    """Read traces and hold each against the schema."""
    from tunixlib.traces import read_traces

    path = Path(options["file"])
    seconds, count = timed(lambda: sum(1 for _ in read_traces(path)))
    return {"units": count, "seconds": seconds, "check": count}


def main() -> None:
    name, options = sys.argv[1], json.loads(sys.argv[2])
    found = SIDES[name](options)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**found, "peak_mb": round(kilobytes / 1024, 1)}))


if __name__ == "__main__":
    main()
