"""Claims about evaluating one checkpoint on one file: graded as runs are, continued, never mixed, checked offline."""

import errno
import json
import shutil
import sys

import pytest
from fault_helpers import full_disk
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import ArtifactError, read_json, read_jsonl, sha256_file, write_json, write_jsonl
from tunixlib.evaluation import workers
from tunixlib.evaluation.generation import GenerationConfig
from tunixlib.evaluation.predictions import predict
from tunixlib.evaluation.scoring import scorecard
from tunixlib.evidence.verify_evaluation import verify_evaluation
from tunixlib.modeling.checkpoints import save_checkpoint
from tunixlib.modeling.models import ModelError, load_checkpoint
from tunixlib.running import evaluating
from tunixlib.running.evaluated import evaluation_words
from tunixlib.running.evaluating import evaluate_checkpoint
from tunixlib.runs import MANIFEST, RunError
from tunixlib.seeding import datasets
from tunixlib.seeding.correction.forms import render_prompt
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.gate import LeakError
from tunixlib.traces import ReasoningTrace, write_traces

CONFIG = GenerationConfig(max_new_tokens=6)
ITEMS = [
    {"id": "q1", "prompt": "What is 17 + 28?", "expected_answer": "45"},
    {"id": "q2", "prompt": "Spell 'cat' backwards.", "expected_answer": "tac", "section": "text"},
    {"id": "q3", "prompt": "What is 2 + 3?", "expected_answer": "5"},
]


@pytest.fixture
def questions(tmp_path):
    write_jsonl(tmp_path / "mine.jsonl", ITEMS)
    return str(tmp_path / "mine.jsonl")


@pytest.fixture
def done(tmp_path, questions):
    return evaluate_checkpoint("tiny", questions, tmp_path / "out", CONFIG, dtype="float32")


def rows_of(folder):
    return [row for _, row in read_jsonl(folder / "predictions.jsonl")]


def test_rows_and_scorecard_are_those_of_the_functions_that_evaluate_a_run(done, tiny, questions):
    expected = predict(*tiny, read_eval_set(questions_path(questions)), CONFIG)
    assert rows_of(done.folder) == expected
    assert read_json(done.folder / "scorecard.json") == scorecard(expected, "tiny", "mine") == done.scorecard
    assert set(done.scorecard["by_section"]) == {"all", "text"}


def questions_path(text):
    from pathlib import Path

    return Path(text)


def test_the_folder_verifies_and_names_no_path_of_this_machine(done, tmp_path):
    report = verify_evaluation(done.folder)
    assert report.problems == []
    assert report.headline.startswith("evaluation out: 3 files, 7 checks, no problem found")
    assert str(tmp_path) not in (done.folder / "evaluation_manifest.json").read_text(encoding="utf-8")


def test_the_same_call_again_computes_nothing(done, questions, monkeypatch):
    monkeypatch.setattr(evaluating, "Answering", None)
    again = evaluate_checkpoint("tiny", questions, done.folder, CONFIG, dtype="float32")
    assert again.found
    assert again.scorecard == done.scorecard
    assert "holds this evaluation already" in evaluation_words(again)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"items": 2}, "eval_set items 3, now 2"),
        ({"config": GenerationConfig(max_new_tokens=7)}, "settings max_new_tokens 6, now 7"),
        ({"dtype": "bfloat16"}, "settings precision float32, now bfloat16"),
        ({"processes": 2}, "settings processes not set, now 2"),
    ],
)
def test_a_folder_that_holds_another_evaluation_is_refused(done, questions, changes, named):
    wanted = {"config": CONFIG, "items": 0, "dtype": "float32", **changes}
    with pytest.raises(RunError, match=named):
        evaluate_checkpoint("tiny", questions, done.folder, **wanted)


def test_a_shared_evaluation_says_so_verifies_and_is_another_than_one_that_was_not_asked_for(
    done, questions, tmp_path, monkeypatch
):
    def here(module, job, launch, label, total, error):
        for process in range(launch.processes):
            workers.answer(job, process, launch.processes)

    monkeypatch.setattr("tunixlib.evaluation.answering.run_job", here)
    how = {"config": CONFIG, "dtype": "float32"}
    shared = evaluate_checkpoint("tiny", questions, tmp_path / "shared", **how, processes=2)
    assert rows_of(shared.folder) == rows_of(done.folder)
    assert "float32 on cpu, shared by 2 processes, " in evaluation_words(shared)
    assert "shared by" not in evaluation_words(done)
    assert verify_evaluation(shared.folder).problems == []
    with pytest.raises(RunError, match="settings processes 2, now not set"):
        evaluate_checkpoint("tiny", questions, shared.folder, **how)
    with pytest.raises(ValueError, match="found -1 processes, expected 0"):
        evaluate_checkpoint("tiny", questions, tmp_path / "none", **how, processes=-1)


def test_other_files_sealed_runs_and_a_file_are_no_place_for_an_evaluation(tmp_path, questions):
    write_json(tmp_path / "sealed" / MANIFEST, {})
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("mine", encoding="utf-8")
    for place, message in (("sealed/new", "sealed run"), ("notes", "diary.txt"), ("mine.jsonl", "found a file")):
        with pytest.raises(RunError, match=message):
            evaluate_checkpoint("tiny", questions, tmp_path / place, CONFIG)
    assert not (tmp_path / "sealed" / "new").exists()
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["diary.txt"]


def test_what_was_stopped_is_continued_and_ends_with_the_same_bytes(done, tmp_path, questions, monkeypatch):
    monkeypatch.setattr("tunixlib.evaluation.parts.LARGEST_PART", 1)
    out, calls = tmp_path / "stopped", []

    def stop_at_the_second(*arguments, **options):
        calls.append(len(arguments[2]))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return predict(*arguments, **options)

    monkeypatch.setattr("tunixlib.evaluation.answering.predict", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        evaluate_checkpoint("tiny", questions, out, CONFIG, dtype="float32")
    assert not (out / "evaluation_manifest.json").exists()
    with pytest.raises(RunError, match="another evaluation"):
        evaluate_checkpoint("tiny", questions, out, CONFIG, items=1, dtype="float32")
    evaluate_checkpoint("tiny", questions, out, CONFIG, dtype="float32")
    assert len(calls) == 4  # the first part was kept, the second tried twice
    assert rows_of(out) == rows_of(done.folder)
    assert not (out / ".work" / "resume").exists()


@pytest.mark.parametrize(
    ("file", "change", "found"),
    [
        ("predictions.jsonl", ('"correct":false', '"correct":true'), "says correct is True"),
        ("predictions.jsonl", ('"finish_reason":"length"', '"finish_reason":"stop"'), "finish_reason"),
        ("scorecard.json", ('"n": 3', '"n": 4'), "/n 4"),
        ("evaluation_manifest.json", ('"items": 3', '"items": 2'), "3 rows of 3 ids"),
        ("evaluation_manifest.json", ('"status": "unknown"', '"status": "clean"'), "field gate/status"),
    ],
)
def test_a_changed_number_is_found_without_the_weights(done, file, change, found):
    path = done.folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(*change, 1), encoding="utf-8")
    assert any(found in str(problem) for problem in verify_evaluation(done.folder).problems)


def reseal(folder, rows, **changes):
    """The folder with these rows instead, its scorecard, hashes and manifest fitting them again: a careful forger."""
    manifest = read_json(folder / "evaluation_manifest.json")
    manifest |= {part: {**manifest[part], **found} for part, found in changes.items()}
    write_jsonl(folder / "predictions.jsonl", rows)
    write_json(folder / "scorecard.json", scorecard(rows, manifest["checkpoint"]["name"], manifest["eval_set"]["name"]))
    manifest["files"] = {name: sha256_file(folder / name) for name in manifest["files"]}
    write_json(folder / "evaluation_manifest.json", manifest)
    return [f"{problem.file}: found {problem.found}" for problem in verify_evaluation(folder).problems]


@pytest.fixture
def ours(tmp_path, monkeypatch):
    """A set of three questions in data/, evaluated under its name."""
    monkeypatch.setattr(datasets, "DATA_ROOT", tmp_path / "data")
    path = tmp_path / "data" / "eval-ours" / "eval.jsonl"
    write_jsonl(path, ITEMS)
    write_json(path.with_name("manifest.json"), {"sha256": sha256_file(path)})
    return evaluate_checkpoint("tiny", str(path), tmp_path / "out", CONFIG, dtype="float32")


def test_questions_beyond_those_of_our_set_are_found(ours):
    rows = rows_of(ours.folder)
    assert reseal(ours.folder, rows) == []
    more = [*rows, {**rows[0], "id": "q4", "prompt": "What is 1 + 1?"}]
    assert reseal(ours.folder, more, eval_set={"items": 4}) == [
        "evaluation_manifest.json: found 4 items of 3 rows",
        "predictions.jsonl: found 4 questions",
    ]
    assert reseal(ours.folder, more, eval_set={"items": 4, "rows": 9}) == [
        "evaluation_manifest.json: found 9 rows of eval-ours",
        "predictions.jsonl: found 4 questions",
    ]
    assert reseal(ours.folder, rows[1:], eval_set={"items": 2, "rows": 3})[0] == (
        "predictions.jsonl: found id 'q2' in line 1"
    )


def test_a_question_that_is_asked_twice_under_two_ids_is_found(done):
    rows = rows_of(done.folder)
    twice = [*rows[:2], {**rows[0], "id": "q3"}]
    assert reseal(done.folder, twice) == ["predictions.jsonl: found 3 rows of 2 prompts"]


def test_an_evaluation_names_its_questions(done):
    assert reseal(done.folder, rows_of(done.folder), eval_set={"name": ""}) == [
        "evaluation_manifest.json: found field eval_set/name ''"
    ]


def test_a_file_with_the_name_of_a_set_in_data_must_be_that_set(ours, tmp_path):
    write_jsonl(tmp_path / "eval-ours.jsonl", ITEMS[:2])
    with pytest.raises(ArtifactError, match="found other questions than those of data/eval-ours, whose name it has"):
        evaluate_checkpoint("tiny", str(tmp_path / "eval-ours.jsonl"), tmp_path / "new", CONFIG)
    assert not (tmp_path / "new").exists()
    write_jsonl(tmp_path / "eval-ours.jsonl", ITEMS)
    same = evaluate_checkpoint("tiny", str(tmp_path / "eval-ours.jsonl"), tmp_path / "new", CONFIG, dtype="float32")
    assert verify_evaluation(same.folder).problems == []


def works():
    """Two wrong shown works and two right ones, and what is said of them."""
    lines = {"wrong": ("4 * 3 = 13", "$13", "line 1 is wrong: $12"), "clean": ("4 * 3 = 12", "$12", "right: $12")}
    for n in range(4):
        line, answer, verdict = lines["wrong" if n % 2 else "clean"]
        prompt = render_prompt(f"A pen costs $3. What do 4 pens of box {n} cost?", [f"Pens: {line}"], answer)
        yield {"id": f"w{n}", "prompt": prompt, "expected_answer": verdict, "section": "changed_result"}


def test_shown_works_get_their_own_measures_which_verify_counts_again(tmp_path):
    write_jsonl(tmp_path / "works.jsonl", works())
    done = evaluate_checkpoint("tiny", str(tmp_path / "works.jsonl"), tmp_path / "out", CONFIG, dtype="float32")
    stored = read_json(done.folder / "correction.json")
    assert stored == done.correction and set(stored) == {"checkpoint", "eval_set", "scorecard", "failures"}
    assert stored["scorecard"]["unparseable"]["k"] == 4 and stored["failures"]["ritual_check"]["n"] == 4
    words = evaluation_words(done)
    assert "| detection | 0.0 % [0.0, 65.8] | 2 |" in words and "| balanced accuracy | 0.0 % [" in words
    assert "| unparseable | 100.0 % [51.0, 100.0] | 4 |" in words and "| d' | -1.93 [" in words
    assert verify_evaluation(done.folder).problems == []
    again = evaluate_checkpoint("tiny", str(tmp_path / "works.jsonl"), done.folder, CONFIG, dtype="float32")
    assert again.found and "| detection | 0.0 % [0.0, 65.8] | 2 |" in evaluation_words(again)
    stored["scorecard"]["detection"]["k"] = 2
    write_json(done.folder / "correction.json", stored)
    assert reseal(done.folder, rows_of(done.folder)) == ["correction.json: found /scorecard/detection/k 2"]
    (done.folder / "correction.json").unlink()
    found = [str(problem) for problem in verify_evaluation(done.folder).problems]
    assert any("correction.json: found no such file" in problem for problem in found)


def test_other_questions_get_no_measures_of_shown_works(done):
    assert done.correction is None and not (done.folder / "correction.json").exists()
    write_json(done.folder / "correction.json", {})
    found = [problem.found for problem in verify_evaluation(done.folder).problems if problem.file == "correction.json"]
    assert found == ["a file", "a file"]  # not in the manifest, and no shown works


@pytest.mark.parametrize("content", ["[]", "{}", '{"checkpoint": []}'])
@pytest.mark.parametrize("place", ["evaluation_manifest.json", ".work/evaluation.json"])
def test_a_manifest_that_is_none_is_an_error_with_a_remedy(tmp_path, questions, place, content):
    path = tmp_path / "out" / place
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, command("tiny", questions, tmp_path / "out"))
    assert result.exit_code == 1 and result.output.startswith("error: "), result.output
    assert f"{path.name} is none (field " in result.output and "choose another --out" in result.output


def test_numbers_that_do_not_verify_are_not_shown_again(done, questions):
    path = done.folder / "scorecard.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"n": 3', '"n": 4', 1), encoding="utf-8")
    with pytest.raises(RunError, match=r"does not verify \(.*scorecard.json.*choose another --out"):
        evaluate_checkpoint("tiny", questions, done.folder, CONFIG, dtype="float32")


def test_a_missing_and_a_foreign_file_are_found(done):
    (done.folder / "extra.txt").write_text("x", encoding="utf-8")
    assert "extra.txt: found a file, expected none" in str(verify_evaluation(done.folder).problems[0])
    (done.folder / "scorecard.json").unlink()
    assert any(problem.file == "scorecard.json" for problem in verify_evaluation(done.folder).problems)


@pytest.fixture
def trained(tmp_path, tiny_folder, monkeypatch):
    """A checkpoint far from its run, whose dataset lies in data/ under another name than the record could say."""
    monkeypatch.setattr(datasets, "DATA_ROOT", tmp_path / "data")
    path = tmp_path / "data" / "somewhere" / "dataset.jsonl"
    write_traces(path, [ReasoningTrace.build("What is  17 + 28 ?", [("compute", "17 + 28 = 45")], "45")])
    from tunixlib.artifacts import sha256_file

    record = {"arm": "flat", "stage": "stage_3", "steps": 1, "config": {}, "chosen": {}, "parent_sha256": "0" * 64}
    model, tokenizer = load_checkpoint(tiny_folder)
    save_checkpoint(model, tokenizer, tmp_path / "far", dataset_sha256=sha256_file(path), **record)
    return tmp_path / "far"


def test_a_question_that_was_trained_on_is_refused_before_anything_is_written(trained, tmp_path, questions):
    with pytest.raises(LeakError, match="17 \\+ 28"):
        evaluate_checkpoint(str(trained), questions, tmp_path / "out", CONFIG)
    assert not (tmp_path / "out").exists()


def test_the_gate_says_what_was_compared_and_never_that_an_unknown_past_is_clean(trained, tmp_path):
    write_jsonl(tmp_path / "other.jsonl", ITEMS[1:])
    checked = evaluate_checkpoint(str(trained), str(tmp_path / "other.jsonl"), tmp_path / "a", CONFIG)
    assert (checked.manifest["gate"]["status"], checked.manifest["gate"]["prompts"]) == ("checked", 1)
    assert "none of the 2 questions is among the 1 prompts it was trained on" in evaluation_words(checked)
    assert "what its base model has seen is unknown" in evaluation_words(checked)
    assert verify_evaluation(checked.folder).problems == []
    shutil.rmtree(tmp_path / "data")
    lost = evaluate_checkpoint(str(trained), str(tmp_path / "other.jsonl"), tmp_path / "b", CONFIG)
    assert lost.manifest["gate"]["status"] == "unknown"
    assert "is not here, so no question could be held against it" in evaluation_words(lost)


def test_what_is_said_of_training_data_is_held_against_the_data_that_is_here(trained, tmp_path):
    write_jsonl(tmp_path / "other.jsonl", ITEMS[1:])
    done = evaluate_checkpoint(str(trained), str(tmp_path / "other.jsonl"), tmp_path / "a", CONFIG)
    rows, gate = rows_of(done.folder), done.manifest["gate"]
    assert reseal(done.folder, rows, gate={"words": "clean as snow"}) == [
        "evaluation_manifest.json: found gate/words 'clean as snow'"
    ]
    more = {"prompts": 9, "words": gate["words"].replace("1 prompts", "9 prompts")}
    assert reseal(done.folder, rows, gate=more) == ["evaluation_manifest.json: found gate/prompts 9"]
    assert reseal(done.folder, rows, gate={**gate, "dataset_sha256": ""}) == [
        "evaluation_manifest.json: found gate/status checked without dataset_sha256"
    ]
    leaked = [{**rows[0], "prompt": "What is 17 + 28?"}, rows[1]]
    found = reseal(done.folder, leaked, gate=gate)
    assert len(found) == 1 and "'What is 17 + 28?' is also a training prompt" in found[0]


def test_a_prompt_that_leaves_no_room_is_named_with_its_tokens(tmp_path):
    write_jsonl(tmp_path / "long.jsonl", [*ITEMS, {"id": "long", "prompt": "1 2 " * 12_000, "expected_answer": "1"}])
    with pytest.raises(ArtifactError, match=r"question 'long': found [0-9]+ tokens, expected at most .* 1 of 4"):
        evaluate_checkpoint("tiny", str(tmp_path / "long.jsonl"), tmp_path / "out", CONFIG)


def test_a_folder_that_is_no_model_or_has_no_weights_is_an_error(tmp_path, tiny_folder, questions):
    (tmp_path / "empty").mkdir()
    shutil.copytree(tiny_folder, tmp_path / "bare", ignore=shutil.ignore_patterns("*.safetensors"))
    for name in ("empty", "bare"):
        with pytest.raises(ModelError, match=r"expected config.json and \*.safetensors"):
            evaluate_checkpoint(str(tmp_path / name), questions, tmp_path / "out", CONFIG)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX file calls")
def test_a_full_disk_is_an_error_with_a_remedy_and_the_same_call_continues(tmp_path, questions, done, monkeypatch):
    monkeypatch.setattr(evaluating, "capture_environment", dict)  # the disk of this process only
    out = tmp_path / "full"
    with full_disk() as counting:
        evaluate_checkpoint("tiny", questions, tmp_path / "counted", CONFIG, dtype="float32")
    for full_at in range(2, counting.count, 6):
        shutil.rmtree(out, ignore_errors=True)
        with pytest.raises(OSError) as error, full_disk(full_at):
            evaluate_checkpoint("tiny", questions, out, CONFIG, dtype="float32")
        assert error.value.errno == errno.ENOSPC
        evaluate_checkpoint("tiny", questions, out, CONFIG, dtype="float32")
        assert rows_of(out) == rows_of(done.folder)


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(tmp_path, questions, monkeypatch):
    def refuse(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "out"))

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    result = CliRunner().invoke(app, command("tiny", questions, tmp_path / "out"))
    assert result.exit_code == 1
    assert "no permission" in result.output and str(tmp_path / "out") in result.output


def command(target, questions, out):
    return ["evaluate", target, "--eval-set", str(questions), "--out", str(out), "--max-new-tokens", "6"]


def test_the_command_prints_the_table_and_verify_knows_the_folder(tmp_path, questions):
    out = tmp_path / "out"
    result = CliRunner().invoke(app, command("tiny", questions, out))
    assert result.exit_code == 0, result.output
    assert "**mine**, 3 items" in result.output
    assert "| tiny | 0.0 % [0.0, 56.1] |" in result.output
    assert "what it was trained on is unknown" in result.output
    checked = CliRunner().invoke(app, ["verify", str(out)])
    assert checked.exit_code == 0
    assert checked.output.startswith("evaluation out: 3 files")


@pytest.mark.parametrize("problem", ["missing", "doubled"])
def test_the_command_ends_with_one_message_and_code_one(tmp_path, questions, problem):
    path = tmp_path / "bad.jsonl"
    if problem == "doubled":
        path.write_text(f"{json.dumps(ITEMS[0])}\n" * 2, encoding="utf-8")
    result = CliRunner().invoke(app, command("tiny", path, tmp_path / "out"))
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1
