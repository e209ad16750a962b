"""A run executed again gives the same bytes; where it need not, its metrics stay in the original's intervals."""

import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json, read_jsonl, sha256_file, write_bytes, write_json, write_jsonl, write_text
from tunixlib.evaluation.scoring import grade
from tunixlib.evidence import environment
from tunixlib.evidence.verify import verify_run
from tunixlib.running import pipeline
from tunixlib.running.notebooks import execute
from tunixlib.running.pipeline import run_pipeline
from tunixlib.running.reproduction import reproduce as reproducing
from tunixlib.running.reproduction.files import DIFFERS, FOLLOWS, SAME, TIMES, WITHIN
from tunixlib.running.reproduction.machine_class import class_words, code_difference, code_words, machine_differences
from tunixlib.running.reproduction.reproduce import compare_executions, reproduce
from tunixlib.runs import MANIFEST, ROOT_VARIABLE, WORK, Run, RunError
from tunixlib.seeding import datasets
from tunixlib.submission import bundle

SMALL = {
    "MAX_STEPS": 1, "EVAL_ITEMS": 5, "MAX_NEW_TOKENS": 8, "SEED": 7, "CORRECTION_ARMS": ["contrastive"],
}  # fmt: skip
STEPS = "training/flat/stage_1/metrics.jsonl"
RECORD = "training/flat/stage_1/checkpoint/checkpoint.json"
ANSWERS = "predictions/eval-core/flat.jsonl"


def interrupted(run_id, original, say):
    """The reproduction, ended by Ctrl-C after its first notebook."""

    def stop_at_training(source, *arguments, **options):
        if source.stem == "02_train":
            raise KeyboardInterrupt
        execute(source, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pipeline, "execute", stop_at_training)
        reproduce(original.root, run_id, say)


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """A small run, its interrupted and continued reproduction, and what was said."""
    said = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(tmp_path_factory.mktemp("runs")))
        patch.setattr(bundle, "DIST", tmp_path_factory.mktemp("dist"))
        original = run_pipeline("smoke", "first", SMALL, say=lambda words: None, bundle=False)
        interrupted("first-again", original, said.append)
        found = reproduce(original.root, say=said.append)
        yield original, found, said


@pytest.fixture
def pair(twice, tmp_path):
    """Copies of the original and of its reproduction, to change."""
    original, found, _ = twice
    runs = []
    for run in (original, found.again):
        shutil.copytree(run.root, tmp_path / run.run_id)
        runs.append(Run(tmp_path / run.run_id))
    return runs


def test_every_file_of_the_reproduction_holds_and_all_that_can_be_equal_is(twice):
    _, found, _ = twice
    verdicts = {file.file: file.verdict for file in found.files}
    timed = {name for name, verdict in verdicts.items() if verdict != SAME}
    assert {verdicts[name] for name in timed} == {TIMES}
    assert {name.split("/")[-1] if name.startswith("training") else name.split("/")[0] for name in timed} == {
        "analysis.md", "claims.json", "eval_summary.json", "metrics.jsonl", "notebooks", "provenance.json", MANIFEST,
    }  # fmt: skip
    assert found.reproduced and found.machine == []
    assert all(metric.before == metric.after for metric in found.metrics)


def test_the_reproduction_took_the_recorded_parameters_and_verifies_like_any_run(twice):
    original, found, _ = twice
    manifests = [read_json(run.path(MANIFEST)) for run in (original, found.again)]
    assert manifests[1]["max_steps"] == 1 and manifests[1]["seed"] == 7, "those of the run, not of smoke.yaml"
    assert manifests[1]["profile"] == "smoke"
    assert manifests[1]["command"] == "python -m tunixlib reproduce first --run-id first-again"
    assert [str(problem) for problem in verify_run(found.again.root).problems] == []


def test_an_interrupted_reproduction_continues_with_what_was_finished(twice):
    _, found, said = twice
    assert "[1/7] 01_seed: unchanged, skipped" in said
    assert read_json(found.again.path(MANIFEST))["notes"][0].startswith("made in 2 sessions")


def test_before_the_work_it_says_how_long_the_original_took(twice):
    assert twice[2][0].startswith("the original took ")


def test_the_record_lies_beside_the_published_files_and_not_in_a_sealed_run(twice):
    _, found, _ = twice
    record = read_json(bundle.DIST / "first-again" / "reproduction.json")
    assert record == found.record()
    assert record["original"]["digest"] == read_json(found.original.path(MANIFEST))["digest"]
    assert sum(record["counts"].values()) == len(record["files"]) == len(found.files)
    assert (bundle.DIST / "first-again" / "reproduction.md").read_text(encoding="utf-8") == found.markdown()


def test_a_finished_reproduction_is_only_compared_and_ends_with_exit_code_0(twice):
    before = read_json(twice[1].again.path(MANIFEST))["digest"]
    done = CliRunner().invoke(app, ["reproduce", str(twice[0].root)])
    assert done.exit_code == 0
    assert "nothing is executed" in done.output and "reproduced; of " in done.output
    assert read_json(twice[1].again.path(MANIFEST))["digest"] == before


def test_a_tampered_original_is_refused_before_any_work(pair, monkeypatch, tmp_path):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "new"))
    answers = pair[0].path(ANSWERS)
    answers.write_bytes(answers.read_bytes().replace(b'"tokens":8', b'"tokens":7', 1))
    with pytest.raises(RunError, match=r"(?s)only a run that verifies.*flat\.jsonl"):
        reproduce(pair[0].root)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("key", ["golden-v2", "eval-core"])
def test_a_changed_data_set_is_refused_by_name_before_any_work(twice, monkeypatch, tmp_path, key):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "new"))
    for name in ("golden-v2", "eval-core"):
        shutil.copytree(datasets.DATA_ROOT / name, tmp_path / "data" / name)
    path = next((tmp_path / "data" / key).glob("*.jsonl"))
    write_bytes(path, path.read_bytes().replace(b"?", b"!", 1))
    change(Run(path.parent), "manifest.json", "sha256", to=sha256_file(path))
    monkeypatch.setattr(reproducing, "dataset_file", lambda key: datasets.dataset_file(key, tmp_path / "data"))
    with pytest.raises(ValueError, match=f"data set '{key}' .*found sha256 .*nothing was started"):
        reproduce(twice[0].root)
    assert not (tmp_path / "new").exists()


def test_other_base_weights_are_refused_before_any_work(twice, monkeypatch, tmp_path):
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path / "new"))
    monkeypatch.setattr(reproducing, "weights_sha256", lambda folder: "0" * 64)
    with pytest.raises(ValueError, match="model 'tiny': found sha256 0000000000000000"):
        reproduce(twice[0].root)
    assert not (tmp_path / "new").exists()


def test_a_name_that_is_taken_is_refused(pair, monkeypatch, tmp_path):
    original, other = pair
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))
    with pytest.raises(RunError, match="is the original itself"):
        reproduce(original.root, "first")
    stages = read_json(other.path("provenance.json"))
    stages["stages"][1]["parameters"]["SEED"] = 8
    write_json(other.path("provenance.json"), stages)
    write_json(other.path(MANIFEST), {**read_json(other.path(MANIFEST)), "command": "python -m tunixlib run"})
    with pytest.raises(RunError, match="sealed and no reproduction of 'first': found another 02_train"):
        reproduce(original.root)
    other.path(MANIFEST).unlink()
    write_json(other.path(WORK, "run.json"), {"sessions": [{"command": "python -m tunixlib run"}]})
    with pytest.raises(RunError, match="begun by 'python -m tunixlib run', and would be overwritten"):
        reproduce(original.root)


def test_a_parameter_with_two_values_cannot_be_reproduced_by_one_command(pair):
    stages = read_json(pair[0].path("provenance.json"))
    stages["stages"][2]["parameters"]["SEED"] = 8
    write_json(pair[0].path("provenance.json"), stages)
    with pytest.raises(RunError, match="found SEED = 8 in 03_curriculum and 7 before it"):
        reproducing.recorded_profile(pair[0])


def on_another_machine(run):
    manifest = read_json(run.path(MANIFEST))
    manifest["environment"]["cpu"] = "another processor"
    write_json(run.path(MANIFEST), manifest)


def answer(run, *numbers):
    """Let some completions of the flat checkpoint be right."""
    rows = [row for _, row in read_jsonl(run.path(ANSWERS))]
    for number in numbers:
        row = rows[number]
        completion = f"<reasoning>\nI know.\n</reasoning>\n<answer>{row['expected_answer']}</answer>"
        row |= {"completion": completion, "finish_reason": "eos", **grade(completion, row["expected_answer"], "eos")}
    write_jsonl(run.path(ANSWERS), rows)


def change(run, name, *keys, to):
    """Set one value of a JSON document, or of the last line of a JSONL file."""
    path = run.path(name)
    rows = [row for _, row in read_jsonl(path)] if name.endswith("l") else [read_json(path)]
    place = rows[-1]
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to(place[keys[-1]]) if callable(to) else to
    write_jsonl(path, rows) if name.endswith("l") else write_json(path, rows[0])


def sections(run):
    return [row["section"] for _, row in read_jsonl(run.path(ANSWERS))]


# What is changed in the reproduction, the file, its verdict on the same machine class and on another.
CHANGES = {
    "one right answer": (lambda run: answer(run, sections(run).index("core")), ANSWERS, DIFFERS, WITHIN),
    "all answers right": (lambda run: answer(run, *range(5)), ANSWERS, DIFFERS, DIFFERS),
    "another question": (lambda run: change(run, ANSWERS, "prompt", to="Why?"), ANSWERS, DIFFERS, DIFFERS),
    "seconds": (lambda run: change(run, STEPS, "seconds", to=9.0), STEPS, TIMES, TIMES),
    "a loss a hundredth up": (lambda run: change(run, STEPS, "loss", to=lambda x: 1.01 * x), STEPS, DIFFERS, WITHIN),
    "a loss a tenth up": (lambda run: change(run, STEPS, "loss", to=lambda x: 1.1 * x), STEPS, DIFFERS, DIFFERS),
    "other tokens in a step": (lambda run: change(run, STEPS, "tokens", to=1), STEPS, DIFFERS, DIFFERS),
    "other weights": (lambda run: change(run, RECORD, "weights_sha256", to="0" * 64), RECORD, DIFFERS, FOLLOWS),
    "other settings": (lambda run: change(run, RECORD, "config", "seed", to=8), RECORD, DIFFERS, DIFFERS),
    "a picture": (
        lambda run: write_bytes(run.path("figures/examples.png"), b"x"), "figures/examples.png", DIFFERS, FOLLOWS,
    ),
    "the time of evaluation": (
        lambda run: change(run, "eval_summary.json", "evaluated_at", to="x"), "eval_summary.json", TIMES, TIMES,
    ),
    "a claim's number": (
        lambda run: change(run, "claims.json", "claims", 0, "value", to=0.5), "claims.json", DIFFERS, FOLLOWS,
    ),
    "a claim's source": (
        lambda run: change(run, "claims.json", "claims", 0, "source", "sha256", to="0"), "claims.json", TIMES, TIMES,
    ),
    "a word of the analysis": (
        lambda run: write_text(run.path("analysis.md"), "# Analysis\n"), "analysis.md", DIFFERS, FOLLOWS,
    ),
    "a trace": (lambda run: write_text(run.path("data/stage_a.jsonl"), "\n"), "data/stage_a.jsonl", DIFFERS, DIFFERS),
    "the order": (
        lambda run: write_text(run.path("training/flat/stage_1/order.jsonl"), "\n"),
        "training/flat/stage_1/order.jsonl", DIFFERS, DIFFERS,
    ),
    "a cell": (
        lambda run: change(run, "notebooks/02_train.ipynb", "cells", 0, "source", to="# Other"),
        "notebooks/02_train.ipynb", DIFFERS, DIFFERS,
    ),
    "a parameter": (
        lambda run: change(run, "provenance.json", "stages", 1, "parameters", "SEED", to=8),
        "provenance.json", DIFFERS, DIFFERS,
    ),
    "another seed in the manifest": (lambda run: change(run, MANIFEST, "seed", to=8), MANIFEST, DIFFERS, DIFFERS),
    "a file more": (lambda run: write_text(run.path("figures/new.txt"), "x"), "figures/new.txt", DIFFERS, DIFFERS),
    "a file less": (lambda run: run.path("data/split_stats.json").unlink(), "data/split_stats.json", DIFFERS, DIFFERS),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_has_its_verdict_on_the_same_machine_class_and_on_another(pair, name):
    original, again = pair
    alter, file, same, elsewhere = CHANGES[name]
    alter(again)
    found = compare_executions(original, again)
    assert {held.file: held.verdict for held in found.files}[file] == same
    assert found.reproduced == (same != DIFFERS)
    on_another_machine(again)
    found = compare_executions(original, again)
    assert found.machine == ["cpu: " + found.machine[0].removeprefix("cpu: ")]
    assert {held.file: held.verdict for held in found.files}[file] == elsewhere
    assert found.reproduced == (elsewhere != DIFFERS)


def test_a_metric_outside_its_interval_is_named_with_what_was_expected(pair):
    original, again = pair
    answer(again, *range(5))
    on_another_machine(again)
    found = compare_executions(original, again)
    whys = {held.file: held.why for held in found.files}
    expected = "flat accuracy on eval-core: 100.0 %, expected 0.0 to 43.4 %"
    assert whys[ANSWERS].startswith(f"5 of 5 completions are others; {expected}")
    assert "NOT REPRODUCED" in found.words() and "another class (cpu:" in found.words()
    assert "| eval-core, flat, accuracy | 0.0 % [0.0, 43.4] | 100.0 % | no |" in found.markdown()


ENVIRONMENT = {
    "platform": "Linux x86_64", "python": "3.11.7", "cpu": "AMD EPYC", "cpus": 2, "accelerator": "none",
    "packages": {"torch": "2.13.0", "papermill": "2.7.0"},
    "training": {"flat/stage_1": {"threads": 2, "precision": "bfloat16", "precision_reason": "the CPU has it"}},
}  # fmt: skip


def test_a_machine_class_is_platform_processor_packages_and_what_training_chose():
    def differences(**changes):
        return machine_differences(ENVIRONMENT, {**ENVIRONMENT, **changes})

    assert differences() == []
    assert differences(cpu="Apple M3", cpus=8) == ["cpu: 'AMD EPYC', then 'Apple M3'", "cpus: 2, then 8"]
    assert differences(python="3.11.9") == [] and differences(python="3.12.1") == ["python: '3.11', then '3.12'"]
    assert differences(packages={"torch": "2.12.0", "papermill": "3"}) == ["torch: '2.13.0', then '2.12.0'"]
    chosen = {"threads": 4, "precision": "bfloat16", "precision_reason": "other words"}
    assert differences(training={"flat/stage_1": chosen}) == ["flat/stage_1 threads: 2, then 4"]
    assert differences(instructions="AVX2") == [], "a fact that the older record did not ask for"


def test_processors_of_one_name_with_other_vector_instructions_are_two_classes():
    known = {**ENVIRONMENT, "instructions": "AVX512"}
    assert machine_differences(known, {**known, "instructions": "AVX2"}) == ["instructions: 'AVX512', then 'AVX2'"]
    assert list(class_words(known))[1:4] == ["AMD EPYC", "AVX512", "2 cores"]
    assert list(class_words(ENVIRONMENT))[1:3] == ["AMD EPYC", "2 cores"]


@pytest.fixture
def commits(tmp_path):
    """A repository with three commits: a start, then other training code, then other analysis."""
    repository = tmp_path / "repository"
    found = []
    for file in ("README.md", "tunixlib/training/sft.py", "tunixlib/analysis/figures.py"):
        write_text(repository / file, "one = 1\n")
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", file]):
            git(repository, *command)
        found.append({"run_id": "a", "dirty": False, "commit": git(repository, "rev-parse", "HEAD")})
    return repository, found


def git(repository, *arguments):
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_it_is_said_whether_the_code_that_makes_the_numbers_differs(commits):
    repository, (start, trained, analysed) = commits

    def words(one, other):
        return code_words(code_difference(one, other, repository), "1" * 40)

    assert words(start, start) == "as in commit 111111111111"
    assert words(start, trained).endswith("numbers differs from commit 111111111111: tunixlib/training/sft.py")
    assert words(trained, analysed).startswith(
        "what makes the numbers is as in commit 111111111111; other files differ"
    )
    assert "no commit holds" in words(start, {**trained, "dirty": True})
    assert "is not in this folder's history" in words({**start, "commit": "f" * 40}, trained)
    assert code_difference(trained, None, repository) == ["tunixlib/analysis/figures.py"], (
        "against the files as they lie"
    )


def test_a_commit_that_a_forger_wrote_is_no_option_of_git(commits):
    repository, (start, *_) = commits
    forged = {**start, "commit": "--output=written"}
    assert "cannot be compared" in code_difference(forged, None, repository)
    assert not environment.same_code(forged["commit"], start["commit"], "smoke", repository)
    assert not (repository / "written").exists()
