import json
import subprocess

import pytest
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_jsonl, write_jsonl, write_text
from tunixlib.evidence.environment import is_untracked
from tunixlib.runs import WORK
from tunixlib.submission import bundle, entry_rules, kernel, run_rules
from tunixlib.submission.entry_rules import LARGEST_NOTEBOOK
from tunixlib.submission.kaggle_metadata import PLACEHOLDER_OWNER, MetadataError, load_metadata
from tunixlib.submission.rules import Rule, check_rules, rules_table, rules_text
from tunixlib.submission.writeup import writeup
from tunixlib.trees import PROJECT_ROOT

LAST = "predictions/eval-adding/stage_c.jsonl"
BY_HAND = {"video", "cover image", "account", "writing", "Kaggle account", "model id", "base model"}
# The run is one of the model `tiny`, which is no entry and not the model that kaggle-metadata.json declares.
OF_TINY = {"base model as declared"}
SMOLLM2 = "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A dist of its own, and a small kernel: the real one has a test of its own below."""
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(entry_rules, "package_files", lambda data: {"tunixlib/a.py": b"A = 1\n"})
    monkeypatch.setattr(entry_rules, "kernel_notebook", lambda data: b"{}\n")


@pytest.fixture
def metadata(tmp_path, monkeypatch):
    """Change the metadata that the rules see: ``metadata(owner="ada", model={"license": "Gemma"})``."""

    def change(**values):
        document = json.loads((PROJECT_ROOT / "kaggle-metadata.json").read_text(encoding="utf-8"))
        for key, value in values.items():
            document[key] = {**document[key], **value} if isinstance(value, dict) else value
        path = tmp_path / "kaggle-metadata.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        monkeypatch.setattr(entry_rules, "load_metadata", lambda: load_metadata(path))

    return change


def verdicts(run):
    return {rule.name: rule.ok for rule in check_rules(run)}


def not_met(run):
    return {name for name, ok in verdicts(run).items() if ok is False}


def rule(run, name):
    return next(rule for rule in check_rules(run) if rule.name == name)


def rewrite(run, **values):
    rows = [row for _, row in read_jsonl(run.path(LAST))]
    write_jsonl(run.path(LAST), [{**rows[0], **values}, *rows[1:]])


def test_a_good_run_meets_every_rule_that_a_program_can_check_sealed_or_not(run, unsealed):
    for found in (verdicts(run), verdicts(unsealed)):
        assert {name for name, ok in found.items() if ok is None} == BY_HAND
        assert {name for name, ok in found.items() if ok is False} == OF_TINY
        assert sum(ok is True for ok in found.values()) == 18
        assert set(list(found)[-7:]) == BY_HAND, "what is left to a person stands last"


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
    assert not_met(unsealed) - OF_TINY == {rule}


def test_the_length_is_measured_on_every_prediction(unsealed):
    rewrite(unsealed, tokens=999)
    assert rule(unsealed, "longest completion") == Rule("longest completion", "999 tokens", "under 1,000 tokens", True)


def test_files_paths_hand_work_and_foreign_data_are_found(unsealed, monkeypatch, tmp_path):
    verdict = "**Verdict.** None.\n\n"
    write_text(unsealed.path("analysis.md"), f"{verdict}see /home/ada/runs\n" + "x" * 5_000_000)
    unsealed.path(WORK, "run.json").unlink()
    monkeypatch.setattr("tunixlib.seeding.datasets.DATA_ROOT", tmp_path / "none")
    assert not_met(unsealed) - OF_TINY == {
        "largest file", "absolute paths and secrets", "single session", "data is public",
    }  # fmt: skip


def test_an_account_of_ones_own_is_nothing_left_to_do(unsealed, metadata):
    metadata(owner="ada-lovelace")
    found = verdicts(unsealed)
    assert found["Kaggle account"] is found["model id"] is True
    assert rule(unsealed, "model id").found == (
        "ada-lovelace/small-model-that-shows-its-work/transformers/smollm2-135m-curriculum"
    )
    assert PLACEHOLDER_OWNER not in rules_table(check_rules(unsealed))


def test_metadata_that_breaks_a_rule_is_one_rule_not_met_with_its_problem(unsealed, metadata):
    metadata(kernel={"title": "abc"})
    with pytest.raises(MetadataError):
        entry_rules.load_metadata()
    found = rule(unsealed, "kaggle-metadata.json")
    assert found.ok is False
    assert "kernel.title" in found.found
    assert not_met(unsealed) == {"kaggle-metadata.json"}, "what needs it waits for it"


def test_metadata_that_is_not_there_is_named(unsealed, monkeypatch, tmp_path):
    monkeypatch.setattr(entry_rules, "load_metadata", lambda: load_metadata(tmp_path / "kaggle-metadata.json"))
    assert "found no file" in rule(unsealed, "kaggle-metadata.json").found


@pytest.mark.parametrize(
    ("model", "declared", "licence", "faults"),
    [
        ("attached/gemma", "google/gemma-2/transformers/gemma-2-2b-it", "Gemma", set()),
        ("attached/gemma", "google/gemma-3/transformers/gemma-3-1b-it", "Gemma", set()),
        ("attached/gemma", "google/gemma-2/transformers/gemma-2-9b-it", "Gemma", {"base model"}),
        ("attached/gemma", SMOLLM2, "Apache 2.0", {"base model", "base model as declared", "licences"}),
        ("smollm2", SMOLLM2, "Apache 2.0", set()),
        ("smollm2", SMOLLM2, "MIT", {"licences"}),
    ],
)
def test_the_base_model_is_one_of_the_contest_declared_as_it_is_under_its_licence(
    unsealed, metadata, monkeypatch, model, declared, licence, faults
):
    read = entry_rules_facts(unsealed, monkeypatch)
    read.records["05_evaluate"]["parameters"]["MODEL"] = model
    metadata(model={"base_model": declared, "license": licence})
    assert not_met(unsealed) == faults


def test_the_licence_of_an_unknown_base_model_is_left_to_the_person(unsealed, metadata, monkeypatch):
    entry_rules_facts(unsealed, monkeypatch).records["05_evaluate"]["parameters"]["MODEL"] = "models/some-model"
    metadata(model={"base_model": "somebody/some-model/transformers/default", "license": "MIT"})
    found = rule(unsealed, "licences")
    assert found.ok is None and "some-model is licensed, which only you know" in found.required


def entry_rules_facts(run, monkeypatch):
    from tunixlib.submission import cards, facts, rules

    read = facts.read_facts(run)
    for module in (cards, rules):
        monkeypatch.setattr(module, "read_facts", lambda run: read)
    return read


def test_a_notebook_or_an_output_that_is_too_large_is_found(unsealed, monkeypatch):
    monkeypatch.setattr(entry_rules, "kernel_notebook", lambda data: b"x" * LARGEST_NOTEBOOK)
    monkeypatch.setattr(entry_rules, "LARGEST_OUTPUT", 1_000)
    assert not_met(unsealed) - OF_TINY == {"kernel notebook", "data set", "output of the session"}


def test_weights_that_are_not_here_are_left_to_a_person(unsealed):
    unsealed.path("training", "curriculum", "stage_c", "checkpoint", "model.safetensors").unlink()
    assert verdicts(unsealed)["weights of the model"] is None


def test_words_are_counted_in_the_text_that_a_person_wrote(unsealed, tmp_path):
    path = bundle.DIST / unsealed.run_id / bundle.WRITEUP
    write_text(path, "word " * 1_501)
    assert rule(unsealed, "words of the write-up").found == "1,501"
    assert not_met(unsealed) - OF_TINY == {"words of the write-up"}
    write_text(path, "word " * 1_500)
    assert verdicts(unsealed)["words of the write-up"] is True
    assert verdicts(unsealed)["writing"] is True
    write_text(path, writeup(unsealed))
    assert verdicts(unsealed)["writing"] is None


@pytest.mark.parametrize("where", ["kernel, tunixlib/keys.py", "WRITEUP.md"])
def test_a_secret_in_what_is_pushed_is_found_where_it_stands(unsealed, monkeypatch, where):
    secret = "KAGGLE" + "_KEY=0123456789abcdef"
    if where == "WRITEUP.md":
        write_text(bundle.DIST / unsealed.run_id / where, f"{secret}\n")
    else:
        files = {"tunixlib/keys.py": secret.encode(), "a.py": b"see /home/ada/runs"}
        monkeypatch.setattr(entry_rules, "package_files", lambda data: files)
    assert rule(unsealed, "secrets in what is pushed").found == where


def test_the_projects_own_kernel_is_small_enough_and_holds_no_secret(unsealed, monkeypatch):
    monkeypatch.setattr(entry_rules, "package_files", kernel.package_files)
    monkeypatch.setattr(entry_rules, "kernel_notebook", kernel.kernel_notebook)
    assert not_met(unsealed) == OF_TINY


RULES = [Rule("a", "1", "2", True), Rule("b", "1", "2", False), Rule("c", "", "3", None)]


def test_the_table_says_in_words_what_is_met_and_what_is_left_to_do():
    assert rules_table(RULES).splitlines()[2:] == [
        "| a | 1 | 2 | met |",
        "| b | 1 | 2 | not met |",
        "| c |  | 3 | for you to do |",
    ]


def test_in_a_terminal_each_rule_is_a_line_and_the_last_one_counts():
    assert rules_text(RULES).splitlines() == [
        "met            a: 1; required: 2",
        "not met        b: 1; required: 2",
        "for you to do  c: 3",
        "",
        "1 met, 1 not met, 1 left for you",
    ]


def test_the_command_builds_shows_the_rules_and_fails_when_one_is_not_met(run, monkeypatch):
    monkeypatch.setattr(bundle, "render_report", lambda run: "a page\n")
    monkeypatch.setattr("tunixlib.submission.folders.kernel_notebook", lambda data: b"{}\n")
    plain, checked = (CliRunner().invoke(app, ["bundle", str(run.root), *rest]) for rest in ([], ["--check"]))
    assert (plain.exit_code, checked.exit_code) == (0, 1)
    assert "kaggle kernels push -p" in plain.stdout
    assert checked.stdout == f"{plain.stdout}\n{rules_text(check_rules(run))}\n"
    assert checked.stdout.endswith(f" met, {len(OF_TINY)} not met, {len(BY_HAND)} left for you\n")
    met = [rule for rule in check_rules(run) if rule.ok is not False]
    monkeypatch.setattr("tunixlib.submission.rules.check_rules", lambda run: met)
    assert CliRunner().invoke(app, ["bundle", str(run.root), "--check"]).exit_code == 0


def test_data_that_git_does_not_know_are_not_public(tmp_path):
    for name in ("known.json", "unknown.json"):
        (tmp_path / name).write_text("{}\n", encoding="utf-8")
    assert not is_untracked(tmp_path / "unknown.json"), "outside git nothing can be told"
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "known.json"], cwd=tmp_path, check=True)
    assert [is_untracked(tmp_path / name) for name in ("known.json", "unknown.json")] == [False, True]


def test_a_line_separator_in_a_completion_is_no_line_end(run):
    """A byte-level model can write one; JSON lines end at a line feed only."""
    rows = [row for _, row in read_jsonl(run.path(LAST))]
    rows[0]["completion"] += "\u2028more\u0085more"
    write_jsonl(run.path(LAST), rows)
    assert run_rules._leaks(run, LAST) is False
