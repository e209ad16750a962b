import shutil

import yaml

from tunixlib.artifacts import read_jsonl, sha256_text, write_json, write_jsonl
from tunixlib.seeding.recipes import DEFAULT_TRACES
from tunixlib.submission import cards, facts
from tunixlib.submission.cards import model_card, model_summary
from tunixlib.submission.data_card import dataset_card
from tunixlib.traces import read_traces, write_traces


def front_matter(card):
    _, front, body = card.split("---\n", 2)
    return yaml.safe_load(front), body


def test_the_model_card_states_measured_facts_with_the_base_model_first(unsealed):
    front, body = front_matter(model_card(unsealed))
    assert front["license"] == "apache-2.0"
    assert (front["base_model"], front["language"]) == ("tiny", "en")
    rows = [line for line in body.splitlines() if line.startswith(("| base", "| flat", "| stage_"))]
    assert [row.split(" | ")[0] for row in rows] == [
        "| flat",
        "| base",
        "| flat",
        "| stage_a",
        "| stage_b",
        "| stage_c",
    ]
    assert "30 traces of `adding-v1` (stages A 10, B 10, C 10), passes over the stages 1/2/1" in body
    assert "| flat | 3 | 20 | " in body
    assert "| base | 0.0 % [0.0, 32.4] |" in body
    assert "eval-adding, 8 items" in body
    assert "8 of 8 steps of `stage_c` could be checked (100.0 %)" in body
    assert "apply_chat_template(\n    turns, add_generation_prompt=True" in body
    assert "python -m tunixlib verify submission_runs/demo" in body


def test_the_cards_are_the_same_before_and_after_sealing(run, unsealed):
    assert model_card(run) == model_card(unsealed)
    assert dataset_card(run) == dataset_card(unsealed)


def with_arms(run, *arms):
    """The run as if 04 had trained arms of four rows in two steps."""
    traces = list(read_traces(run.path("data", "stage_c.jsonl")))[:4]
    for arm in arms:
        write_traces(run.path("training", arm, "dataset.jsonl"), traces)
        steps = [{"step": i, "tokens": 100, "target_tokens": 60} for i in (1, 2)]
        write_jsonl(run.path("training", arm, "stage_d", "metrics.jsonl"), steps)
    parameters = {
        "CORRECTION_ARMS": list(reversed(arms)), "CORRECTION_DATASET": "self-correction-v1", "CORRECTION_TRACES": 4,
        "REPLAY_TRACES": 2,
    }  # fmt: skip
    record = {"stage": "04_self_correction", "parameters": parameters, "inputs": {}, "outputs": {}, "seconds": 1.0}
    write_json(run.record_path("04_self_correction"), record)


def test_a_run_with_arms_of_self_correction_lists_them_and_their_data(unsealed, made):
    sha = sha256_text("shown works")
    place = made / "data" / "self-correction-v1"
    write_json(place / "manifest.json", {"sha256": sha})
    with_arms(unsealed, "surface", "contrastive")
    found = facts.read_facts(unsealed)
    assert found.correction_arms == ("surface", "contrastive"), "in the order of tables, not of the parameter"
    assert found.data_sha256["self-correction-v1"] == sha
    shutil.rmtree(place)
    assert facts.read_facts(unsealed).data_sha256["self-correction-v1"] == "", "not here: no rule calls it public"
    card = model_card(unsealed)
    assert "`surface`, `contrastive` went on from `curriculum/stage_c`, one segment of 4 rows each, 2 of them" in card
    assert "shown works are those of `self-correction-v1`" in card
    assert "| contrastive | 1 | 2 | 200 | 120 |" in card
    assert "## Self-correction" in dataset_card(unsealed) and "| surface | 4 |" in dataset_card(unsealed)


def test_arms_that_are_shown_no_works_used_no_dataset_of_them(unsealed):
    with_arms(unsealed, "control", "retry")
    assert list(facts.read_facts(unsealed).data_sha256) == ["adding-v1", "eval-adding"]
    assert "shown works" not in model_card(unsealed)


def test_a_run_without_arms_says_nothing_of_them(unsealed):
    assert "orrection" not in model_card(unsealed) + dataset_card(unsealed)
    assert facts.read_facts(unsealed).shown_works == ""


def trained_on(model, run, monkeypatch, **parameters):
    """The run as if its notebooks had been given another model."""
    read = facts.read_facts(run)
    monkeypatch.setattr(cards, "read_facts", lambda run: read)
    read.records["05_evaluate"]["parameters"].update({"MODEL": model, **parameters})


def test_a_known_model_is_named_as_others_know_it(unsealed, monkeypatch):
    trained_on("smollm2", unsealed, monkeypatch)
    assert front_matter(model_card(unsealed))[0]["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_a_model_of_a_folder_is_named_without_its_path_and_gemma_keeps_its_licence(unsealed, monkeypatch):
    trained_on("/models/gemma-2b", unsealed, monkeypatch)
    card = model_card(unsealed)
    assert front_matter(card)[0]["base_model"] == "gemma-2b"
    assert front_matter(card)[0]["license"] == "gemma"
    assert "/models" not in card


def test_no_licence_is_claimed_for_a_model_whose_licence_we_do_not_know(unsealed, monkeypatch):
    trained_on("models/some-model", unsealed, monkeypatch)
    front = front_matter(model_card(unsealed))[0]
    assert (front["license"], front["license_name"]) == ("other", "that-of-the-base-model")


def test_the_card_says_whether_all_weights_were_trained(unsealed, monkeypatch):
    assert ", all weights trained. The arm" in model_card(unsealed)
    trained_on("attached/gemma", unsealed, monkeypatch, LORA_RANK=16)
    assert ", LoRA of rank 16, merged into the weights after each segment. The arm" in model_card(unsealed)


def test_the_use_of_a_checkpoint_names_the_folder_where_its_reader_finds_it(unsealed):
    assert 'folder = "submission_runs/demo/training/curriculum/stage_c/checkpoint"\n' in model_card(unsealed)
    assert 'folder = "."\n' in model_card(unsealed, folder=".")


def test_the_summary_is_plain_text_with_the_accuracy_of_the_last_checkpoint(unsealed):
    text = model_summary(unsealed)
    row = next(line for line in model_card(unsealed).splitlines() if line.startswith("| stage_c"))
    assert f"with 95 % intervals: {row.split(' | ')[1]} on 8 items of eval-adding." in text
    assert not set("<>`") & set(text)


def test_the_dataset_card_counts_traces_and_truth(unsealed):
    front, body = front_matter(dataset_card(unsealed))
    assert front["size_categories"] == ["n<1K"]
    assert "| reasoning | 20 | 1 | 3–4 |" in body
    assert "Of 90 steps, 90 state something that was checked and is true, 0 are false" in body
    assert "<reasoning>\n1 + 1 = 2" in body
    assert "there is no recipe" in body


def test_a_data_set_of_ours_says_how_to_make_it_again(unsealed, monkeypatch):
    monkeypatch.setitem(DEFAULT_TRACES, "adding-v1", 30)
    rows = [row for _, row in read_jsonl(unsealed.path("data", "dataset.jsonl"))]
    rows[0]["meta"]["seed"] = 42
    write_jsonl(unsealed.path("data", "dataset.jsonl"), rows)
    command = "python -m tunixlib seed --dataset adding-v1 --traces 30 --seed 42 --out data/adding-v1"
    assert command in dataset_card(unsealed)
