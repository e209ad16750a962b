"""Training: ours and TRL's on the same batches in the same order, with the same optimizer and schedule."""

import time
from pathlib import Path
from typing import Any

from sides import SIDES, WARM_UP, Options, folder, side, timed

__all__ = ["SIDES", "training_rows"]
SEED = 1


def training_rows(options: Options) -> tuple[Path, list[Any], Any]:
    """``(parent folder, batches in our order, config)`` of the committed data set; the first ``steps`` of them."""
    from tunixlib.modeling.models import load_tokenizer, model_folder
    from tunixlib.modeling.tokenization import encode_traces, make_batch
    from tunixlib.seeding.datasets import dataset_file, load_traces
    from tunixlib.training.arms import order_batches
    from tunixlib.training.config import SFTConfig

    tokenizer = load_tokenizer(options["model"])
    rows, _ = encode_traces(tokenizer, load_traces(dataset_file("dev-reasoning-v2")), 512)
    lengths = {name: len(row.input_ids) for name, row in rows.items()}
    ordered = order_batches(list(rows), lengths, options["rows"], SEED)[: options["steps"]]
    batches = [make_batch([rows[name] for name in batch], tokenizer.pad_token_id or 0) for batch in ordered]
    config = SFTConfig(learning_rate=1e-4, seed=SEED, lora_rank=options.get("lora", 0))
    return model_folder(options["model"]), batches, config


def train(parent: Path, batches: list[Any], config: Any, out: Path, arm_tokens: int = 0) -> Any:
    """Our training function; what was chosen."""
    from tunixlib.training.sft import train_segment

    names = {"arm": "flat", "stage": "stage_1", "dataset_sha256": "0" * 64}
    return train_segment(parent, batches, config, out, arm_tokens=arm_tokens, **names).chosen


class Clock:
    """When training began and when each step ended, in seconds of the wall clock; the loss of each."""

    def __init__(self) -> None:
        self.started = 0.0
        self.ends: list[float] = []
        self.losses: list[float] = []

    def step(self, loss: float) -> None:
        """A step has ended."""
        self.ends.append(time.perf_counter())
        self.losses.append(loss)

    def reading(self, batches: list[Any], chosen: Any) -> dict[str, Any]:
        """Tokens without padding, supervised ones and seconds of every step, the first ones with their compiling."""
        done = batches[: len(self.ends)]
        took = [end - begin for begin, end in zip([self.started, *self.ends], self.ends, strict=False)]
        return {
            "work": [batch.tokens for batch in done], "targets": [batch.target_tokens for batch in done], "took": took,
            "units": sum(batch.tokens for batch in done[WARM_UP:]), "seconds": sum(took[WARM_UP:]),
            "check": self.losses, "chosen": chosen,
        }  # fmt: skip


@side("training/ours")
def train_ours(options: Options) -> dict[str, Any]:
    """Our training function, with what it chooses by itself for all 550 traces."""
    from tunixlib.training import loop

    parent, batches, config = training_rows(options)
    clock, one_step = Clock(), loop._one_step

    def watched(*args: Any) -> dict[str, Any]:
        clock.started = clock.started or time.perf_counter()
        row = one_step(*args)
        clock.step(row["loss"])
        return row

    loop._one_step = watched
    whole = sum(batch.tokens for batch in training_rows({**options, "steps": None})[1])
    with folder() as out:
        chosen = train(parent, batches, config, out / "segment", whole)
    return clock.reading(batches, chosen)


@side("training/trl")
def train_trl(options: Options) -> dict[str, Any]:
    """TRL's SFTTrainer without gradient checkpointing, in bf16 where the processor computes it; our order by length."""
    from tunixlib.modeling.precision import computes_bfloat16

    return _trl(options, {"bf16": computes_bfloat16("cpu"), "gradient_checkpointing": False})


@side("training/trl-compiled")
def train_trl_compiled(options: Options) -> dict[str, Any]:
    """The same under ``torch_compile``."""
    from tunixlib.modeling.precision import computes_bfloat16

    return _trl(options, {"bf16": computes_bfloat16("cpu"), "gradient_checkpointing": False, "torch_compile": True})


@side("training/trl-default")
def train_trl_default(options: Options) -> dict[str, Any]:
    """TRL's SFTTrainer as it comes, but for the rows of a step, their order, and the optimizer's settings."""
    return _trl(options, {})


def _trl(options: Options, settings: dict[str, Any]) -> dict[str, Any]:
    """``stop_after`` steps (default: all) of the schedule of all steps."""
    import torch
    from datasets import Dataset
    from transformers import AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    parent, batches, config = training_rows(options)
    model, optimizers = _model(parent, config, len(batches), settings)
    clock, losses = Clock(), [0.0]

    class Watch(TrainerCallback):
        def on_step_begin(self, *args: Any, **more: Any) -> None:
            clock.started = clock.started or time.perf_counter()

        def on_step_end(self, *args: Any, **more: Any) -> None:
            clock.step(losses[-1])

    class InOrder(SFTTrainer):
        def _get_train_sampler(self, *args: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

        def compute_loss(self, *args: Any, **more: Any) -> Any:
            loss = super().compute_loss(*args, **more)
            losses.append(float(loss.detach()))  # logging every step would cost more
            return loss

    done = options.get("stop_after") or len(batches)
    with folder() as out:
        arguments = SFTConfig(
            output_dir=str(out), per_device_train_batch_size=options["rows"], max_steps=done, logging_steps=10**6,
            report_to=[], save_strategy="no", use_cpu=not torch.cuda.is_available(), max_grad_norm=config.max_grad_norm,
            completion_only_loss=True, seed=SEED, disable_tqdm=True, max_length=None, **settings,
        )  # fmt: skip
        InOrder(
            model, arguments, train_dataset=Dataset.from_list(_records(batches)), callbacks=[Watch()],
            processing_class=AutoTokenizer.from_pretrained(parent), optimizers=optimizers,
        ).train()  # fmt: skip
    names = ("bf16", "fp16", "gradient_checkpointing", "packing", "torch_compile")
    return clock.reading(batches, {name: getattr(arguments, name) for name in names})


def _model(parent: Path, config: Any, steps: int, settings: dict[str, Any]) -> tuple[Any, tuple[Any, Any]]:
    """The model in float32, or frozen with peft's float32 adapters, and ``(optimizer, schedule)`` with our settings."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from tunixlib.training.config import learning_rate_at

    frozen_in = torch.bfloat16 if config.lora_rank and settings.get("bf16") else torch.float32
    model = AutoModelForCausalLM.from_pretrained(parent, dtype=frozen_in)
    if config.lora_rank:
        torch.manual_seed(config.seed)
        lora = LoraConfig(r=config.lora_rank, lora_alpha=2 * config.lora_rank, target_modules="all-linear")
        model = get_peft_model(model, lora)
    adamw = torch.optim.AdamW(
        [param for param in model.parameters() if param.requires_grad], lr=config.learning_rate,
        betas=(config.beta1, config.beta2), weight_decay=config.weight_decay, fused=True,
    )  # fmt: skip
    rates = torch.optim.lr_scheduler.LambdaLR(
        adamw, lambda done: learning_rate_at(min(done + 1, steps), steps, config) / config.learning_rate
    )
    return model, (adamw, rates)


def _records(batches: list[Any]) -> list[dict[str, Any]]:
    return [
        {"input_ids": batch.input_ids[i][batch.pad_mask[i]].tolist(),
         "completion_mask": batch.loss_mask[i][batch.pad_mask[i]].astype(int).tolist()}
        for batch in batches for i in range(len(batch.trace_ids))
    ]  # fmt: skip


@side("growth/sequence")
def train_long_row(options: Options) -> dict[str, Any]:
    """Steps of one row of ``tokens`` tokens: seconds are those of the fastest step after the first."""
    import numpy as np

    from tunixlib.artifacts import read_jsonl
    from tunixlib.modeling.tokenization import Batch

    parent, batches, config = training_rows({"model": options["model"], "rows": 8, "steps": 69})
    ids = np.concatenate([batch.input_ids[batch.pad_mask] for batch in batches])[: options["tokens"]]
    ids[-1] = next(
        row[mask][-1] for batch in batches for row, mask in zip(batch.input_ids, batch.pad_mask, strict=True)
    )
    mask = np.arange(len(ids)) >= len(ids) // 3
    row = Batch(("0" * 16,), ids[None, :], np.ones((1, len(ids)), dtype=bool), mask[None, :])
    with folder() as out:
        chosen = train(parent, [row] * 4, config, out / "segment")
        rows = [found for _, found in read_jsonl(out / "segment" / "metrics.jsonl")]
    return {"units": len(ids), "seconds": min(r["seconds"] for r in rows[1:]), "check": None, "chosen": chosen}


@side("peak/matrix")
def matrix_peak(options: Options) -> dict[str, Any]:
    """The best rate of a product in the shapes of the model: units are floating-point operations."""
    import torch

    precision = getattr(torch, options["precision"])
    best = {"units": 0.0, "seconds": 1.0}
    for rows, inner, outer in ((720, 576, 1536), (1024, 1536, 576), (1024, 1024, 1024), (2048, 2048, 2048)):
        a, b = (torch.randn(shape).to(precision) for shape in ((rows, inner), (inner, outer)))
        for _ in range(WARM_UP):
            a @ b
        repeats = max(5, int(2e10 / (rows * inner * outer)))
        seconds, _ = timed(lambda a=a, b=b, n=repeats: [a @ b for _ in range(n)])
        units = 2.0 * rows * inner * outer * repeats
        if units / seconds > best["units"] / best["seconds"]:
            best = {"units": units, "seconds": seconds}
    return {**best, "check": None}
