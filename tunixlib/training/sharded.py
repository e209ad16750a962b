"""Weights, gradients and optimizer shared out over processes, for a model that does not fit on one device (FSDP2).

    loss = CompletionLoss(model)
    shard(loss, device, "bfloat16")                # parameters become this process's part of them
    optimizer = ShardedWeights(model, config)      # float32, as everywhere; they compute in bfloat16
    weights = full_weights(model)                  # all of them, in the first process

Zhao et al., 2023: a layer is put together when it is needed. Settings come from accelerate's config file, which the
launcher hands on in the environment; what is computed is what one process computes, up to rounding.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from torch.distributed.tensor import DTensor

from tunixlib.modeling.lora import decoder_layers
from tunixlib.modeling.models import load_checkpoint
from tunixlib.training.common_states import CommonStates
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.masters import MasterWeights


def shard(loss: Any, device: torch.device, precision: str) -> None:
    """Share out the parameters of a ``CompletionLoss`` in place, layer by layer; gradients are summed, not averaged.

    The model may lie in the host's memory, in the processes that read no weights as zeros: they get the first one's.
    Raises TrainingError where the processes were started with another config.
    """
    from accelerate.utils import FullyShardedDataParallelPlugin
    from torch.distributed.checkpoint.state_dict import StateDictOptions, set_model_state_dict
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard

    plugin = FullyShardedDataParallelPlugin()  # reads the environment of `accelerate launch`
    if plugin.fsdp_version != 2:
        raise TrainingError(
            "found processes without the settings of ENGINE fsdp, expected those of its config on every machine; start "
            "them with accelerate launch --config_file notebooks/profiles/accelerate/fsdp.yaml"
        )
    weights = loss.model.state_dict() if torch.distributed.get_rank() == 0 else {}
    half = precision != "float32"
    how = {
        "mesh": init_device_mesh(device.type, (torch.distributed.get_world_size(),)),
        "mp_policy": MixedPrecisionPolicy(torch.bfloat16, torch.float32) if half else MixedPrecisionPolicy(),
        "offload_policy": plugin.cpu_offload,
    }
    for layer in decoder_layers(loss.model):
        fully_shard(layer, reshard_after_forward=plugin.reshard_after_forward, **how)
    fully_shard(loss, **how)
    for module in loss.modules():
        if isinstance(module, FSDPModule):
            module.set_gradient_divide_factor(1.0)
            module.set_force_sum_reduction_for_comms(True)  # gloo knows no other
    options = StateDictOptions(full_state_dict=True, broadcast_from_rank0=True)
    set_model_state_dict(loss.model, weights, options=options)


def full_weights(model: nn.Module) -> dict[str, torch.Tensor]:
    """Name -> whole weight, float32 in the host's memory, in the first process; nothing in the others. All must ask."""
    from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict

    found = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True, cpu_offload=True))
    return cast(dict[str, torch.Tensor], found)


def plain_model(model: nn.Module, parent: Path) -> Any:
    """A model of the parent's kind with all the weights in the first process, None in the others. All must ask."""
    weights = full_weights(model)
    if not weights:
        return None
    plain, _ = load_checkpoint(parent, "float32")
    plain.load_state_dict(weights)
    return plain


class ShardedWeights(MasterWeights):
    """AdamW on this process's part of the weights, which are float32; layers compute in what ``shard`` was told."""

    def __init__(self, model: nn.Module, config: SFTConfig):
        super().__init__(model, config, torch.float32)

    def _norm(self) -> torch.Tensor:
        norm = super()._norm()
        return norm.full_tensor() if isinstance(norm, DTensor) else norm

    def state(self) -> dict[str, torch.Tensor]:
        """What ``MasterWeights.state`` gives, of this process's part."""
        return {name: _local(value) for name, value in super().state().items()}

    @torch.no_grad()
    def load(self, tensors: Mapping[str, torch.Tensor], scaler: Mapping[str, Any]) -> None:
        """Go on from this process's ``state``."""
        whole = {}
        for name, tensor in tensors.items():
            number, _, what = name.partition(".")
            master = self.masters[int(number)]
            whole[name] = tensor
            if what != "step":
                whole[name] = torch.zeros_like(master)
                _local(whole[name]).copy_(tensor)
        super().load(whole, scaler)


def _local(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


class StatesOfAll(CommonStates):
    """Every process keeps its own part; they keep at the same steps, and go on from one that all of them have."""

    def __init__(self, folder: Path | None, key: str, process: int, device: torch.device, every: float | None = None):
        super().__init__(folder / f"state-of-{process}" if folder else None, key, device, every)

    def due(self) -> bool:
        """Whether the first process finds it is time; all must ask."""
        said = torch.tensor([super().due()], dtype=torch.int64, device=self.device)
        torch.distributed.broadcast(said, 0)
        return bool(said)
