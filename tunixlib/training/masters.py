"""AdamW on float32 masters: what updates the weights, in whatever precision the model computes.

    optimizer = MasterWeights(model, config, torch.bfloat16)
    optimizer.scale(loss).backward()
    update = optimizer.step(learning_rate=1e-4)      # Update(norm=0.8, skipped=False, scale=1.0)

Plain bf16 AdamW loses small updates, and autocast casts every weight again in every forward; a float32 copy of the
trainable weights does neither. In float16 the loss is scaled up so that small gradients do not vanish (Micikevicius et
al., 2018); a step whose gradient overflows is skipped and the scale halved.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import nn

from tunixlib.training.config import SFTConfig

# A loss scale below this means that gradients overflow whatever is done: it starts at 65,536 and halves at each skip.
LEAST_SCALE = 1.0


class Update(NamedTuple):
    """What a step did: the gradient's norm before clipping, whether it overflowed and was skipped, the loss scale."""

    norm: float
    skipped: bool
    scale: float


class MasterWeights:
    """AdamW on float32 copies of a model's trainable weights; the model itself may compute in less.

    The copies are the model's own parameters when the model computes in float32. Gradients land in buffers that live
    as long as the training: fresh ones would cost page faults over half a gigabyte in every step. ``total`` sums a
    tensor over all processes in place; every process then makes the same update.
    """

    def __init__(
        self, model: nn.Module, config: SFTConfig, dtype: torch.dtype,
        total: Callable[[torch.Tensor], None] | None = None,
    ):  # fmt: skip
        self.params = [param for param in model.parameters() if param.requires_grad]
        self.masters: list[torch.Tensor] = list(self.params)
        self.copied = dtype != torch.float32
        self.total = total
        if self.copied:
            self.masters = [param.detach().clone() for param in self.params]
            for param, master in zip(self.params, self.masters, strict=True):
                param.data = param.data.to(dtype)  # parameters only: rotary tables stay float32
                master.grad = torch.zeros_like(master)
        device = self.masters[0].device.type
        self.optimizer = torch.optim.AdamW(
            self.masters, lr=0.0, betas=(config.beta1, config.beta2), weight_decay=config.weight_decay, fused=True
        )
        self.max_grad_norm = config.max_grad_norm
        self.scaler = torch.amp.GradScaler(device, enabled=dtype == torch.float16)

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        """The loss to call ``backward`` on: times the scale in float16, else unchanged."""
        return self.scaler.scale(loss)

    @torch.no_grad()
    def step(self, learning_rate: float) -> Update:
        """Clip the gradient and update the weights; a gradient that is not finite updates nothing."""
        self._gather()
        if self.scaler.is_enabled():
            self.scaler.unscale_(self.optimizer)
        norm = self._norm()
        finite = math.isfinite(float(norm))
        if finite:
            if norm > self.max_grad_norm:
                nn.utils.clip_grads_with_norm_(self.masters, self.max_grad_norm, norm)
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate
            self.optimizer.step()
        if self.scaler.is_enabled():
            self.scaler.update()
        self._hand_out()
        return Update(float(norm), self.scaler.is_enabled() and not finite, float(self.scaler.get_scale()))

    def _norm(self) -> torch.Tensor:
        return nn.utils.get_total_norm([master.grad for master in self.masters if master.grad is not None])

    def _gather(self) -> None:
        """Bring the gradients to the masters, summed over all processes; one that saw no rows adds zeros."""
        for param, master in zip(self.params, self.masters, strict=True):
            if self.copied:
                assert master.grad is not None
                master.grad.zero_() if param.grad is None else master.grad.copy_(param.grad)
            elif self.total and master.grad is None:
                master.grad = torch.zeros_like(master)
            if self.total and master.grad is not None:
                self.total(master.grad)

    def state(self) -> dict[str, torch.Tensor]:
        """What the next update depends on besides gradient and loss scale: the masters and AdamW's moments."""
        found = {}
        for number, master in enumerate(self.masters):
            found[f"{number}.master"] = master.detach()
            found |= {f"{number}.{name}": value for name, value in self.optimizer.state.get(master, {}).items()}
        return found

    @torch.no_grad()
    def load(self, tensors: Mapping[str, torch.Tensor], scaler: Mapping[str, Any]) -> None:
        """Go on from a ``state`` and the ``state_dict`` of the scaler that went with it."""
        moments: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            number, _, what = name.partition(".")
            if what == "master":
                self.masters[int(number)].copy_(tensor)
            else:
                moments.setdefault(int(number), {})[what] = tensor
        self.optimizer.load_state_dict({"state": moments, "param_groups": self.optimizer.state_dict()["param_groups"]})
        self.scaler.load_state_dict(dict(scaler))
        self._hand_out()

    def _hand_out(self) -> None:
        """Copy the masters into the model where it computes in less, and drop its gradients."""
        for param, master in zip(self.params, self.masters, strict=True):
            param.grad = None
            if self.copied:
                param.copy_(master)

    def restore(self) -> None:
        """Put the float32 masters into the model, for saving."""
        for param, master in zip(self.params, self.masters, strict=True):
            param.data = master.data
