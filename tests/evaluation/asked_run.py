"""A small unsealed run whose checkpoints are copies of the tiny model, and a model that writes what a test says."""

from tunixlib.artifacts import write_json
from tunixlib.evaluation import generation
from tunixlib.evaluation.generation import Generated
from tunixlib.modeling.checkpoints import save_checkpoint
from tunixlib.modeling.models import load_checkpoint, weights_sha256
from tunixlib.runs import Run


def make_asked_run(root, tiny_folder):
    """``root/asked`` with weights of flat and stage_c and with the record of 02_train, which names the base model."""
    run = Run(root / "asked")
    model, tokenizer = load_checkpoint(tiny_folder)
    record = {"parent_sha256": weights_sha256(tiny_folder), "dataset_sha256": "d" * 64, "steps": 3}
    for arm, stage in (("flat", "stage_1"), ("flat", "stage_3"), ("curriculum", "stage_c")):
        folder = run.path("training", arm, stage, "checkpoint")
        save_checkpoint(model, tokenizer, folder, arm=arm, stage=stage, config={}, chosen={}, **record)
    write_json(run.record_path("02_train"), {"stage": "02_train", "parameters": {"MODEL": "tiny"}})
    return run


def make_write(monkeypatch, tokenizer, text, finish_reason="eos"):
    """Let every model write ``text`` instead of what it would."""
    tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.decode(tokens, skip_special_tokens=False) == text
    monkeypatch.setattr(generation, "generate", lambda *rest: [Generated(tokens, finish_reason)])
