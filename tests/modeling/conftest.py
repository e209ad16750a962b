"""The small Gemmas, made once per session."""

import pytest
from modeling.gemma import PLACES, save_gemma


@pytest.fixture(scope="session", params=PLACES)
def gemma_folder(request, tmp_path_factory):
    """Gemma 2 and Gemma 3, one after the other."""
    return save_gemma(tmp_path_factory.mktemp("input"), request.param)
