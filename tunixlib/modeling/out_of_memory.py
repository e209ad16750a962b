"""Running out of memory, told as what to lower instead of a trace through the engine.

    with telling_what_to_lower("flat/stage_1", TrainingError, lambda: "set TRACES_PER_STEP to 2 (1.9 GB)"):
        train()

The caller's advice is worked out only when it is needed. Nothing is retried in silence: what was finished is kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What engines say, lower-cased: CUDA, PyTorch on Linux and on Windows, cuBLAS and cuDNN.
SAYINGS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of Python or of an engine means that memory ran out."""
    return isinstance(error, MemoryError) or any(saying in str(error).lower() for saying in SAYINGS)


@contextmanager
def telling_what_to_lower(
    what: str, kind: Callable[[str], Exception], advice: Callable[[], str], device: str = "cpu"
) -> Iterator[None]:
    """Raise ``kind`` with the advice where the work inside runs out of memory; other errors pass unchanged."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        where = "the GPU" if device == "cuda" else "this machine"
        raise kind(
            f"{what}: {where} ran out of memory; {advice()}; or close other programs and repeat the command: what has "
            "finished is kept, and it goes on from there"
        ) from None
