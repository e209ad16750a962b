"""What the tests of the second engine share: whether it is to be tested at all, short batches, small models.

``make test-tunix`` sets ``TUNIXLIB_TEST_TUNIX``; then an engine that is not installed is a failure, else a skip.
"""

import os
from pathlib import Path

import pytest
from modeling.architectures import save_architecture

from tunixlib.artifacts import write_text
from tunixlib.evidence.environment import capture_environment
from tunixlib.modeling.models import ModelError, model_folder, read_tokenizer
from tunixlib.modeling.tokenization import encode_trace, make_batch
from tunixlib.modeling.tunix_support import PACKAGES, require_tunix
from tunixlib.tables import markdown_table

ASKED, PARITY = "TUNIXLIB_TEST_TUNIX", "TUNIXLIB_PARITY"
THETA = {"rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}
# Every way in which a model is laid out: tied and untied heads, fused and grouped keys, local and global layers.
MODELS = {
    "qwen3": ("qwen3", {**THETA, "tie_word_embeddings": False}),
    "llama": ("llama", THETA),
    "gemma3": ("gemma3", {"num_hidden_layers": 7, "sliding_window": 8, "num_key_value_heads": 1}),
    "gemma3-fused": ("gemma3", {"num_hidden_layers": 7, "sliding_window": 8, "num_key_value_heads": 4}),
    "gemma2": ("gemma2", {"num_hidden_layers": 3, "sliding_window": 8}),
}


@pytest.fixture(scope="session")
def tunix():
    """Skip unless the second engine is to be tested."""
    if not os.environ.get(ASKED):
        pytest.skip("the second engine: make test-tunix")
    try:
        require_tunix()
    except ModelError as error:
        pytest.fail(str(error))


@pytest.fixture(autouse=True)
def small_tensors(one_thread):
    """Every test here computes on tiny tensors."""


def pytest_terminal_summary(terminalreporter):
    """How far the engines are apart: the largest absolute differences seen, by model; kept where PARITY says."""
    reports = terminalreporter.getreports("passed")
    noted = [value for report in reports for key, value in report.user_properties if key == "parity"]
    seen = {(name, what): off for name, what, off in noted}
    if not seen:
        return
    measures = sorted({what for _, what in seen})
    rows = [
        (name, *(f"{seen[name, what]:.1e}" if (name, what) in seen else "–" for what in measures))
        for name in dict.fromkeys(name for name, _ in sorted(seen))
    ]
    table = markdown_table(("largest difference, torch against Tunix", *measures), rows)
    terminalreporter.write_line(table)
    if place := os.environ.get(PARITY):
        machine = capture_environment()
        packages = ", ".join(f"{name} {machine['packages'][name]}" for name in ("torch", "transformers", *PACKAGES))
        where = f"{machine['cpu']}, {machine['cpus']} cores; {packages}"
        about = f"Written by `make test-tunix` with {PARITY} set, on small random models in float32. {where}."
        write_text(Path(place), f"# Parity of the engines\n\n{about}\n\n{table}\n")


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory):
    """``folder_of("gemma3")``: the folder of a small random model, made once."""
    made: dict[str, Path] = {"tiny": model_folder("tiny")}

    def find(name: str) -> Path:
        if name not in made:
            kind, extra = MODELS[name]
            made[name] = save_architecture(tmp_path_factory.mktemp("model") / name, kind, **extra)
        return made[name]

    return find


@pytest.fixture
def batches_for(traces):
    """``batches_for(folder, 20)``: so many steps of four rows, the last of each three with fewer."""

    def make(folder: Path, steps: int) -> list:
        tokenizer = read_tokenizer(folder)
        rows = [encode_trace(tokenizer, trace) for trace in traces]
        cut = [rows[0:4], rows[4:8], rows[8:11]]
        return [make_batch(cut[step % 3], pad_id=0) for step in range(steps)]

    return make
