"""How a segment is trained: the settings that hold in every arm, and the learning rate that follows from them.

config = SFTConfig(learning_rate=2e-4, lora_rank=16)
learning_rate_at(1, 100, config)            # 2e-5: the first of ten steps of warm-up
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# The engine of PyTorch whose weights, gradients and optimizer are shared out over the processes.
FSDP = "fsdp"
# Precisions that need no scaled loss.
PLAIN = ("float32", "bfloat16")


class TrainingError(RuntimeError):
    """Training cannot start or go on. The message names arm, stage, step and traces."""


class SFTConfig(BaseModel):
    """How a segment is trained. The same values hold in every arm that is compared."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-4  # peak, after warm-up
    warmup_share: Annotated[float, Field(ge=0, lt=1)] = 0.1  # of the segment's steps, linear from zero
    final_share: Annotated[float, Field(ge=0, le=1)] = 0.1  # of the peak, reached linearly at the last step
    beta1: Annotated[float, Field(gt=0, lt=1)] = 0.9
    beta2: Annotated[float, Field(gt=0, lt=1)] = 0.95
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0  # of the whole gradient
    micro_batch: Annotated[int, Field(ge=1)] = 64  # at most so many rows per forward; fewer where memory is short
    max_steps: Annotated[int, Field(ge=0)] = 0  # per segment; 0 means all
    lora_rank: Annotated[int, Field(ge=0)] = 0  # of the adapters; 0 trains all weights
    lora_checkpoints: Literal["merged", "adapter"] = "merged"  # what a checkpoint holds: whole weights or the adapter
    processes: Annotated[int, Field(ge=0)] = (
        0  # that share each step's rows; 0 means one per visible GPU (tunix: device)
    )
    precision: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    compile: Literal["auto", "on", "off"] = "auto"
    # What computes: PyTorch, PyTorch with weights shared out over several processes, or Google Tunix on JAX.
    engine: Literal["torch", "fsdp", "tunix"] = "torch"
    seed: int = 42

    @model_validator(mode="after")
    def _adapters_are_trained(self) -> Self:
        if self.lora_checkpoints == "adapter" and not self.lora_rank:
            raise ValueError("found LORA_CHECKPOINTS adapter with LORA_RANK 0, which trains none; set LORA_RANK 16")
        return self

    @model_validator(mode="after")
    def _tunix_can(self) -> Self:
        if self.engine == "tunix":
            unfit = {"LORA_CHECKPOINTS": self.lora_checkpoints, "PRECISION": self.precision, "COMPILE": self.compile}
            wrong = [f"{name} {value}" for name, value in unfit.items() if value in ("adapter", "float16", "off")]
            if wrong:
                raise ValueError(
                    f"found {', '.join(wrong)} with ENGINE tunix, which merges adapters, computes in float32 or "
                    "bfloat16 and always compiles; leave these at merged and auto, or set ENGINE torch"
                )
        return self

    @model_validator(mode="after")
    def _fsdp_can(self) -> Self:
        if self.engine == FSDP:
            unfit = {"LORA_RANK": self.lora_rank, "PRECISION": self.precision, "COMPILE": self.compile}
            wrong = [f"{name} {value}" for name, value in unfit.items() if value not in (0, "auto", "off", *PLAIN)]
            if wrong:
                raise ValueError(
                    f"found {', '.join(wrong)} with ENGINE fsdp, which trains all weights in float32 or bfloat16 and "
                    "compiles nothing; leave these at 0, auto and auto, or set ENGINE torch"
                )
        return self

    def record(self) -> dict[str, Any]:
        """For ``config`` in ``checkpoint.json``; what earlier runs do not know is named where it is not the usual."""
        usual = {"lora_checkpoints": "merged", "engine": "torch"}
        return self.model_dump(exclude={name for name, value in usual.items() if getattr(self, name) == value})


def learning_rate_at(step: int, steps: int, config: SFTConfig) -> float:
    """Linear warm-up from zero, then linear decay to ``final_share`` of the peak. ``step`` counts from 1."""
    warmup = max(1, round(config.warmup_share * steps))
    if step <= warmup:
        return config.learning_rate * step / warmup
    left = (steps - step) / max(1, steps - warmup)
    return config.learning_rate * (config.final_share + (1 - config.final_share) * left)
