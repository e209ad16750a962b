"""What the tests of training share: tiny batches, the small Gemmas, one thread for tiny tensors."""

import pytest
from modeling.gemma import save_gemma

from tunixlib.modeling.tokenization import encode_trace, make_batch


@pytest.fixture(autouse=True)
def small_tensors(one_thread):
    """Every test here computes on tiny tensors."""


@pytest.fixture
def batches(tiny, traces):
    """Three steps of four rows."""
    rows = [encode_trace(tiny[1], trace) for trace in traces]
    return [make_batch(rows[i : i + 4], pad_id=0) for i in range(0, 12, 4)]


@pytest.fixture(scope="session")
def gemma2_folder(tmp_path_factory):
    """The small Gemma 2 as Kaggle mounts it."""
    return save_gemma(tmp_path_factory.mktemp("input"), "gemma2")
