"""Training: ours and TRL's on the same batches in the same order, with the same optimizer and schedule."""

import time
from pathlib import Path
from typing import Any

from sides import SIDES, WARM_UP, Options, folder, side, timed

__all__ = ["SIDES", "training_rows"]
SEED = 1


def training_rows(options: Options) -> tuple[Path, list[Any], Any]:
    """``(parent folder, batches in our order, config)`` of the committed data set."""
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


def train(parent: Path, batches: list[Any], config: Any, out: Path, arm_tokens: int) -> tuple[list[Any], Any]:
    """``(rows of metrics.jsonl, what was chosen)`` of our training function."""
    from tunixlib.artifacts import read_jsonl
    from tunixlib.training.sft import train_segment

    record = train_segment(
        parent, batches, config, out, arm="flat", stage="stage_1", dataset_sha256="0" * 64, arm_tokens=arm_tokens
    )
    return [row for _, row in read_jsonl(out / "metrics.jsonl")], record.chosen


@side("training/ours")
def train_ours(options: Options) -> dict[str, Any]:
    """Our training function, with what it chooses by itself for an arm of ``arm_tokens``."""
    parent, batches, config = training_rows(options)
    with folder() as out:
        rows, chosen = train(parent, batches, config, out / "segment", options["arm_tokens"])
    return {
        "units": sum(batch.tokens for batch in batches[WARM_UP:]), "seconds": sum(r["seconds"] for r in rows[WARM_UP:]),
        "check": [row["loss"] for row in rows], "chosen": chosen,
        "warm_up_seconds": sum(row["seconds"] for row in rows[:WARM_UP]),
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
    """``stop_after`` steps (default: all) of the schedule of all steps."""
    import torch
    from datasets import Dataset
    from transformers import AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    parent, batches, config = training_rows(options)
    model, optimizers = _model(parent, config, len(batches))
    ends: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *args: Any, **more: Any) -> None:
            ends.append(time.perf_counter())

    class InOrder(SFTTrainer):
        def _get_train_sampler(self, *args: Any) -> Any:
            return torch.utils.data.SequentialSampler(self.train_dataset)

    done = options.get("stop_after") or len(batches)
    with folder() as out:
        arguments = SFTConfig(
            output_dir=str(out), per_device_train_batch_size=options["rows"], max_steps=done, logging_steps=1,
            report_to=[], save_strategy="no", use_cpu=not torch.cuda.is_available(), max_grad_norm=config.max_grad_norm,
            completion_only_loss=True, seed=SEED, disable_tqdm=True, max_length=None, **settings,
        )  # fmt: skip
        trainer = InOrder(
            model, arguments, train_dataset=Dataset.from_list(_records(batches)), callbacks=[Clock()],
            processing_class=AutoTokenizer.from_pretrained(parent), optimizers=optimizers,
        )  # fmt: skip
        trainer.train()
    names = ("bf16", "fp16", "gradient_checkpointing", "packing")
    return {
        "units": sum(batch.tokens for batch in batches[WARM_UP:done]), "seconds": ends[-1] - ends[WARM_UP - 1],
        "check": [row["loss"] for row in trainer.state.log_history if "loss" in row],
        "chosen": {name: getattr(trainer.args, name) for name in names},
    }  # fmt: skip


def _model(parent: Path, config: Any, steps: int) -> tuple[Any, tuple[Any, Any]]:
    """The model in float32, or with peft's adapters beside it, and ``(optimizer, schedule)`` with our settings."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    from tunixlib.training.config import learning_rate_at

    model = AutoModelForCausalLM.from_pretrained(parent, dtype=torch.float32)
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

    from tunixlib.modeling.tokenization import Batch

    parent, batches, config = training_rows({"model": options["model"], "rows": 8, "steps": 69})
    ids = np.concatenate([batch.input_ids[batch.pad_mask] for batch in batches])[: options["tokens"]]
    ids[-1] = next(
        row[mask][-1] for batch in batches for row, mask in zip(batch.input_ids, batch.pad_mask, strict=True)
    )
    mask = np.arange(len(ids)) >= len(ids) // 3
    row = Batch(("0" * 16,), ids[None, :], np.ones((1, len(ids)), dtype=bool), mask[None, :])
    with folder() as out:
        rows, chosen = train(parent, [row] * 4, config, out / "segment", 0)
    return {"units": len(ids), "seconds": min(r["seconds"] for r in rows[1:]), "check": None, "chosen": chosen}


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
