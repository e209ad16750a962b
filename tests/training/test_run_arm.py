"""An arm that would be no fair twin of flat is refused before anything is trained."""

from types import SimpleNamespace

import pytest

from tunixlib.artifacts import write_json
from tunixlib.runs import Run
from tunixlib.training import run_arm
from tunixlib.training.config import SFTConfig, TrainingError
from tunixlib.training.run_arm import train_arm

FLAT = {"EPOCHS": [1, 1, 1], "TRACES_PER_STEP": 4, "SEED": 42, "LEARNING_RATE": 2e-4, "MAX_STEPS": 0, "LORA_RANK": 0,
        "PRECISION": "auto", "COMPILE": "auto", "ENGINE": "torch", "MAX_LENGTH": 10, "MODEL": "tiny"}  # fmt: skip


class StartedError(Exception):
    pass


@pytest.fixture
def run(tmp_path, monkeypatch):
    found = Run(tmp_path / "by-hand")
    write_json(found.record_path("02_train"), {"parameters": FLAT})
    write_json(found.path("training", "flat", "lengths.json"), {"short": 10, "long": 11})
    monkeypatch.setattr(run_arm, "segment_trainer", lambda engine: (_ for _ in ()).throw(StartedError))
    return found


def train(run, arm="curriculum", rows=("short",), epochs=(1, 1, 1), traces_per_step=4, **config):
    config = SFTConfig(**{"learning_rate": 2e-4, "seed": 42, **config})
    rows = dict.fromkeys(rows, SimpleNamespace())
    train_arm(run, arm, "tiny", rows, epochs=epochs, traces_per_step=traces_per_step, seed=42, config=config)


def test_an_arm_with_the_values_of_02_train_is_begun(run):
    with pytest.raises(StartedError):
        train(run)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"epochs": (1, 1, 2)}, r"EPOCHS \[1, 1, 2\] in place of \[1, 1, 1\]"),
        ({"traces_per_step": 8}, "TRACES_PER_STEP 8 in place of 4"),
        ({"learning_rate": 1e-4}, "LEARNING_RATE 0.0001 in place of 0.0002"),
        ({"max_steps": 5}, "MAX_STEPS 5 in place of 0"),
        ({"lora_rank": 16}, "LORA_RANK 16 in place of 0"),
        ({"precision": "float32"}, "PRECISION 'float32' in place of 'auto'"),
        ({"compile": "off"}, "COMPILE 'off' in place of 'auto'"),
        ({"rows": ("short", "long")}, "a MAX_LENGTH that keeps 2 rows in place of 1"),
    ],
)
def test_an_arm_with_another_value_than_02_train_is_refused_before_it_is_trained(run, changed, said):
    with pytest.raises(TrainingError, match=f"arm reverse: found {said}, expected the values of 02_train"):
        train(run, "reverse", **changed)


def test_flat_itself_has_nobody_to_be_like(run):
    with pytest.raises(StartedError):
        train(run, "flat", learning_rate=1e-4)
