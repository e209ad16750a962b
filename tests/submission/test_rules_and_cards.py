import pytest
import yaml

from tunixlib.artifacts import read_jsonl, write_jsonl, write_text
from tunixlib.runs import WORK
from tunixlib.seeding.recipes import DEFAULT_TRACES
from tunixlib.submission.cards import dataset_card, model_card
from tunixlib.submission.rules import Rule, check_rules, rules_table

LAST = "predictions/eval-adding/stage_c.jsonl"


def verdicts(run):
    return {rule.name: rule.ok for rule in check_rules(run)}


def rewrite(run, **values):
    rows = [row for _, row in read_jsonl(run.path(LAST))]
    write_jsonl(run.path(LAST), [{**rows[0], **values}, *rows[1:]])


def test_a_good_run_meets_every_rule_that_a_program_can_check_sealed_or_not(run, unsealed):
    for found in (verdicts(run), verdicts(unsealed)):
        by_hand = {name for name, ok in found.items() if ok is None}
        assert by_hand == {"video", "cover image", "account", "writing"}
        assert {name for name, ok in found.items() if ok is False} == set()
        assert sum(ok is True for ok in found.values()) == 10


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"well_formed": False}, "completions of stage_c in the text form"),
        ({"extraction_rule": "last_number"}, "answers in answer tags"),
        ({"finish_reason": "length"}, "completions that end by themselves"),
        ({"tokens": 1_000}, "longest completion"),
        ({"prompt": "What is 0 plus 4"}, "questions trained on"),
    ],
)
def test_one_completion_against_a_rule_is_found(unsealed, values, rule):
    rewrite(unsealed, **values)
    assert {name for name, ok in verdicts(unsealed).items() if ok is False} == {rule}


def test_files_paths_hand_work_and_foreign_data_are_found(unsealed, monkeypatch, tmp_path):
    write_text(unsealed.path("analysis.md"), "see /home/ada/runs\n" + "x" * 5_000_000)
    unsealed.path(WORK, "run.json").unlink()
    monkeypatch.setattr("tunixlib.seeding.datasets.DATA_ROOT", tmp_path / "none")
    assert {name for name, ok in verdicts(unsealed).items() if ok is False} == {
        "largest file",
        "absolute paths and secrets",
        "single session",
        "data is public",
    }


def test_the_table_says_in_words_what_is_met_and_what_is_left_to_do():
    rules = [Rule("a", "1", "2", True), Rule("b", "1", "2", False), Rule("c", "", "3", None)]
    assert rules_table(rules).splitlines()[2:] == [
        "| a | 1 | 2 | met |",
        "| b | 1 | 2 | not met |",
        "| c |  | 3 | for you to do |",
    ]


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


def test_a_known_model_is_named_as_others_know_it_and_a_local_one_without_its_path(unsealed, monkeypatch):
    from tunixlib.submission import cards, facts

    read = facts.read_facts(unsealed)
    monkeypatch.setattr(cards, "read_facts", lambda run: read)
    read.records["05_evaluate"]["parameters"]["MODEL"] = "smollm2"
    assert front_matter(model_card(unsealed))[0]["base_model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
    read.__dict__.pop("parameters")
    read.records["05_evaluate"]["parameters"]["MODEL"] = "/models/gemma-2b"
    card = model_card(unsealed)
    assert front_matter(card)[0]["base_model"] == "gemma-2b"
    assert "/models" not in card


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
