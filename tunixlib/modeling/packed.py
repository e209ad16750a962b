"""Linear layers whose weights are laid out once for a CPU's matrix products, not anew at every product.

    with packed(model):
        generate(...)

When a few rows are fed at a time, much of a product's time goes into bringing the weights into the order that the
processor works in. oneDNN can keep them in that order: generation's products then reach about nine tenths of the rate
of large ones (the profile in tests/benchmarks/results/results.md). It is what ``torch.compile`` does with frozen
weights, without its minutes of compiling. Sums are taken in another order, so results differ by rounding.
"""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

# The weights are held twice while they are packed. A fixed bound, so that the same model is computed the same way on
# a machine that has less memory free.
LARGEST = 2 << 30  # bytes
ROWS = 64  # what the order is chosen for; others work as well
# PyTorch promises none of these names: where one is missing, weights stay as they are.
OPERATIONS = ("_reorder_linear_weight", "_linear_pointwise", "_is_mkldnn_bf16_supported")


@contextmanager
def packed(model: nn.Module) -> Iterator[None]:
    """Let a model's linear layers use packed weights inside the block; whatever cannot, stays as it is."""
    layers = _layers(model)
    try:
        with torch.no_grad():
            for layer in layers:
                order = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), ROWS)
                vars(layer)["forward"] = partial(_product, order, layer.bias)
        yield
    finally:
        for layer in layers:
            vars(layer).pop("forward", None)


def _product(weight: Tensor, bias: Tensor | None, x: Tensor) -> Tensor:
    """x (..., I) times a packed weight (O, I), plus bias: (..., O)."""
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


def _layers(model: nn.Module) -> list[nn.Linear]:
    """The layers that can be packed: plain ones on an x86 CPU in a precision that oneDNN has, if all are small enough.

    A layer with a ``forward`` of its own belongs to somebody else (accelerate's hooks).
    """
    found = [
        layer
        for layer in model.modules()
        if type(layer) is nn.Linear and layer.weight.device.type == "cpu" and "forward" not in vars(layer)
    ]
    precisions = _precisions() if found else ()
    found = [layer for layer in found if layer.weight.dtype in precisions]
    return found if sum(layer.weight.nbytes for layer in found) <= LARGEST else []


def _precisions() -> tuple[torch.dtype, ...]:
    """In which this machine and this PyTorch can pack."""
    known = torch.backends.mkldnn.is_available() and all(hasattr(torch.ops.mkldnn, name) for name in OPERATIONS)
    if not known or platform.machine() not in ("x86_64", "AMD64"):
        return ()
    return (torch.float32, torch.bfloat16) if torch.ops.mkldnn._is_mkldnn_bf16_supported() else (torch.float32,)
