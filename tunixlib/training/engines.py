"""The engines that train a segment: one function each, with one signature, from the same batches to the same folder.

    train_segment = segment_trainer("tunix")
    record = train_segment(parent, batches, SFTConfig(engine="tunix"), out, arm="flat", stage="stage_1", ...)

``torch`` is ``training.sft``, ``fsdp`` the same with weights shared out over processes (``training.sharded``),
``tunix`` is ``training.tunix_sft`` (Google Tunix on JAX). A checkpoint of one is a parent for the others.
"""

from collections.abc import Callable

from tunixlib.modeling.checkpoints import CheckpointRecord
from tunixlib.modeling.tunix_support import require_tunix


def segment_trainer(engine: str) -> Callable[..., CheckpointRecord]:
    """The ``train_segment`` of an engine. Raises ModelError with the command where it is not installed."""
    if engine == "tunix":
        require_tunix()
        from tunixlib.training import tunix_sft

        return tunix_sft.train_segment
    from tunixlib.training import sft

    return sft.train_segment
