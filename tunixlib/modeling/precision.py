"""The precision a model is computed in: by the wish, the hardware and the model, with the reason in words.

    choose_precision("auto", "cuda", "gemma2")
    # on a T4: ("float16", "the GPU has no bfloat16, and gemma2 stays within float16")

float16 ends at 65,504. Gemma 3's activations go beyond that, which random weights do not show, so for it float16 is
refused; a family nobody has vouched for gets float32.
"""

from pathlib import Path

from tunixlib.artifacts import read_json
from tunixlib.modeling.models import ModelError

# By model_type of config.json. Activations seen beyond float16's range: refused even when asked for by name.
OVERFLOWS = frozenset({"gemma3", "gemma3_text", "gemma3n", "gemma3n_text", "t5gemma"})
# Known to train and generate in float16.
WITHIN_FLOAT16 = frozenset({"gemma", "gemma2", "llama", "mistral", "qwen2", "qwen3"})


def model_type_of(folder: Path) -> str:
    """The architecture's name in a model folder's ``config.json``: ``gemma2``, ``llama``, ... Raises ModelError."""
    found = read_json(folder / "config.json").get("model_type")
    if not isinstance(found, str):
        raise ModelError(f"{folder / 'config.json'}: found model_type {found!r}, expected a name such as 'gemma2'")
    return found


def choose_precision(wish: str, device: str, model_type: str) -> tuple[str, str]:
    """Precision and reason. ``wish`` is ``auto`` or a precision by name; ``device`` is ``cpu`` or ``cuda``.

    Raises ModelError when float16 is asked for by name and the model is known to overflow in it.
    """
    if wish == "float16" and model_type in OVERFLOWS:
        raise ModelError(
            f"found float16 asked for with model type {model_type}, whose activations exceed float16's range; "
            "expected auto, bfloat16 or float32 in PRECISION and EVAL_DTYPE"
        )
    if wish != "auto":
        return wish, "asked for by name"
    if computes_bfloat16(device):
        return "bfloat16", f"the {_unit(device)} computes bfloat16"
    if device != "cuda":
        return "float32", f"the {_unit(device)} has no bfloat16"
    if model_type in WITHIN_FLOAT16:
        return "float16", f"the GPU has no bfloat16, and {model_type} stays within float16"
    known = "exceeds" if model_type in OVERFLOWS else "is not known to stay within"
    return "float32", f"the GPU has no bfloat16, and {model_type} {known} float16"


def computes_bfloat16(device: str) -> bool:
    """Whether the hardware itself multiplies bfloat16; emulation, as on a T4, is slower than float32."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _unit(device: str) -> str:
    return "GPU" if device == "cuda" else "CPU"
