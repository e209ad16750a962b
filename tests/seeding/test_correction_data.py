"""Claims about the committed shown works: made again, proven, balanced, apart from training, told by no surface."""

import json
from collections import Counter

import pytest
from surface import surface_accuracy
from typer.testing import CliRunner

from tunixlib.__main__ import app
from tunixlib.artifacts import read_json
from tunixlib.checking.steps import check_steps
from tunixlib.checking.work import check_work
from tunixlib.commands.data import _next, _next_evaluation
from tunixlib.seeding.correction.datasets import (
    CORRECTION_DATASET,
    CORRECTION_EVAL,
    CORRECTION_TRACES,
    CorrectionRecipe,
    make_correction,
    write_correction,
    write_correction_eval,
)
from tunixlib.seeding.correction.forms import parse_check, parse_prompt, parse_verdict
from tunixlib.seeding.correction.pairs import Pairs, training_sides
from tunixlib.seeding.correction.retries import masked_spans
from tunixlib.seeding.correction.twins import KINDS
from tunixlib.seeding.datasets import DATA_ROOT, dataset_file, load_traces
from tunixlib.seeding.evalsets import EVAL_SETS, make_eval_set, read_eval_set
from tunixlib.seeding.gate import check_disjoint, normal_prompt
from tunixlib.seeding.recipes import Recipe, SeedingError, make_traces
from tunixlib.seeding.tasks import unseen_families
from tunixlib.traces import render_completion

# Chance is 0.5; found when made: 0.557 and 0.535, mostly because a dropped step leaves a work one line shorter.
TELLTALE = {CORRECTION_DATASET: 0.58, CORRECTION_EVAL: 0.58}
# Within one kind of 83 pairs, found when made: at most 0.61, and 0.75 for a dropped step.
TELLTALE_OF_KIND = {**dict.fromkeys(KINDS, 0.65), "dropped_step": 0.80}


@pytest.fixture(scope="module")
def traces():
    return load_traces(dataset_file(CORRECTION_DATASET))


@pytest.fixture(scope="module")
def rows():
    return read_eval_set(dataset_file(CORRECTION_EVAL))


def question(prompt):
    return normal_prompt(parse_prompt(prompt).question)


def test_shown_works_made_again_give_the_committed_bytes(tmp_path):
    write_correction(CorrectionRecipe(CORRECTION_DATASET, CORRECTION_TRACES), tmp_path / "training")
    write_correction_eval(tmp_path / "evaluation")
    for made, key, file in (("training", CORRECTION_DATASET, "dataset"), ("evaluation", CORRECTION_EVAL, "eval")):
        for name in (f"{file}.jsonl", "manifest.json"):
            assert (tmp_path / made / name).read_bytes() == (DATA_ROOT / key / name).read_bytes()


def test_every_wrong_work_has_its_clean_twin_beside_it_and_kinds_are_balanced(traces, rows):
    assert (len(traces), len(rows)) == (1000, 400)
    kinds = Counter(row["section"] for row in rows if row["category"] == "wrong")
    assert set(kinds) == set(KINDS) and max(kinds.values()) - min(kinds.values()) <= 1
    for wrong, clean in zip(rows[::2], rows[1::2], strict=True):
        assert wrong["id"].removesuffix("wrong") == clean["id"].removesuffix("clean")
        assert question(wrong["prompt"]) == question(clean["prompt"]) and wrong["prompt"] != clean["prompt"]
    pairs = Counter(trace.meta["pair"] for trace in traces)
    assert set(pairs.values()) == {2} and len({question(trace.prompt) for trace in traces}) == 500
    kinds = Counter(trace.meta["error"] for trace in traces if trace.meta["twin"] == "wrong")
    assert set(kinds) == set(KINDS) and max(kinds.values()) - min(kinds.values()) <= 1


def test_the_checker_finds_in_every_shown_work_what_its_kind_says(rows):
    for row in rows:
        shown, verdict = parse_prompt(row["prompt"]), parse_verdict(row["expected_answer"])
        work = check_work(shown.question, shown.lines, shown.answer)
        assert verdict.wrong == (row["category"] == "wrong")
        if not verdict.wrong:
            assert (work.truth.false, work.invents, shown.answer) == (0, False, verdict.answer)
        elif row["section"] in ("changed_result", "propagated"):
            assert (work.truth.false, work.truth.first_false) == (1, verdict.line - 1)
        elif row["section"] in ("miscopied_operand", "dropped_step"):
            assert [i for i, found in enumerate(work.invented) if found] == [verdict.line - 1]
        else:
            assert (work.truth.false, work.invents) == (0, False) and shown.answer != verdict.answer


def test_every_completion_is_a_true_check(traces):
    for trace in traces:
        check = parse_check(render_completion(trace))
        truth = check_steps([step.content for step in trace.steps], trace.prompt)
        assert (check.unread, truth.false) == (0, 0) and str(check.verdict) == trace.final_answer
        assert [mark.line for mark in check.marks] == [*range(1, len(check.marks)), None]
        first = next((mark.line for mark in check.marks if not mark.right), 0)
        assert first == (check.verdict.line if check.verdict.wrong else 0)


def test_no_question_of_the_evaluation_is_trained_on_or_asked_elsewhere(traces, rows):
    shown = {question(row["prompt"]) for row in rows}
    assert len(shown) == 200
    assert shown.isdisjoint(question(trace.prompt) for trace in traces)
    assert shown.isdisjoint(normal_prompt(row["prompt"]) for name in EVAL_SETS for row in make_eval_set(name))
    questions = [parse_prompt(row["prompt"]).question for row in rows]
    recipe = Recipe("dev-reasoning-v2", 3_000, seed=5)
    assert check_disjoint(questions, (trace.prompt for trace in make_traces(recipe))) == 3_000


def test_many_families_are_shown_unseen_ones_only_in_evaluation(traces, rows):
    unseen = {family.name for family in unseen_families()}
    trained, asked = {trace.meta["family"] for trace in traces}, {row["family"] for row in rows}
    assert len(trained) >= 45 and not trained & unseen
    assert len(asked - unseen) >= 45 and len(asked & unseen) >= 10


def test_the_manifests_count_every_problem_that_was_looked_at(traces, rows):
    for key, taken in ((CORRECTION_DATASET, 500), (CORRECTION_EVAL, 200)):
        manifest = read_json(DATA_ROOT / key / "manifest.json")
        assert manifest["problems_looked_at"]["taken"] == taken
        assert sum(manifest["first_wrong"].values()) == taken
        assert sum(manifest["family"].values()) == manifest["count"] == 2 * taken


def test_surface_features_hardly_tell_wrong_works_from_right_ones(traces, rows):
    shown = {
        CORRECTION_DATASET: [(str(t.meta["pair"]), t.prompt, t.meta["twin"] == "wrong") for t in traces],
        CORRECTION_EVAL: [(row["id"].rpartition("/")[0], row["prompt"], row["category"] == "wrong") for row in rows],
    }
    for key, works in shown.items():
        assert surface_accuracy(works) <= TELLTALE[key], key


def test_within_a_kind_only_the_missing_line_of_a_dropped_step_tells(traces):
    kinds = {t.meta["pair"]: t.meta["error"] for t in traces}
    for kind, most in TELLTALE_OF_KIND.items():
        works = [t for t in traces if kinds[t.meta["pair"]] == kind]
        shown = [(str(t.meta["pair"]), t.prompt, t.meta["twin"] == "wrong") for t in works]
        assert surface_accuracy(shown, penalty=10) <= most, kind


def test_no_work_is_a_single_calculation(traces):
    assert min(sum(mark.derived != "" for mark in parse_check(render_completion(t)).marks) for t in traces) == 3


def test_the_surface_test_finds_a_giveaway():
    works = [
        (str(i // 2), f"Check this work.\nLine 1: {'9' * (1 + i % 2)} + 1 = 5\nAnswer: 5", i % 2 == 1)
        for i in range(200)
    ]
    assert surface_accuracy(works) == 1.0


@pytest.mark.parametrize(("density", "wrong", "clean"), [(0.0, 0, 60), (0.2, 12, 48), (0.295, 18, 42), (0.5, 30, 30)])
def test_density_is_the_share_of_works_with_an_error_and_each_has_its_twin(density, wrong, clean):
    made = list(make_correction(CorrectionRecipe("my-works", 60, density=density)))
    assert Counter(trace.meta["twin"] for trace in made) == {k: n for k, n in (("wrong", wrong), ("clean", clean)) if n}
    twins = {trace.meta["pair"] for trace in made if trace.meta["twin"] == "wrong"}
    assert twins <= {trace.meta["pair"] for trace in made if trace.meta["twin"] == "clean"}


def test_retries_of_any_density_are_the_same_questions_and_their_masks_the_wrong_lines():
    none, some = (list(make_correction(CorrectionRecipe("my-retries", 40, form="retry", density=d))) for d in (0, 0.5))
    assert [trace.prompt for trace in none] == [trace.prompt for trace in some]
    assert not any(trace.meta["wrong_steps"] for trace in none)
    for plain, trace in zip(none, some, strict=True):
        wrong = trace.meta["wrong_steps"]
        masked = [render_completion(trace)[start:end] for start, end in masked_spans(trace)]
        assert masked == [step.content for step in trace.steps if step.i in wrong]
        kept = [step.content.removeprefix("Correction: ") for step in trace.steps if step.i not in wrong]
        assert kept == [step.content for step in plain.steps]
    lines = sum(" = " in step.content for trace in none for step in trace.steps)
    assert 0.35 < sum(len(trace.meta["wrong_steps"]) for trace in some) / lines < 0.65


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"density": 0.6}, "error density of 0.6, expected 0 to 0.5"),
        ({"density": -0.1}, "expected 0 to 0.5"),
        ({"form": "essay"}, "found form 'essay', expected check or retry"),
        ({"traces": 3}, "found a size of 3, expected at least 10"),
    ],
)
def test_a_recipe_that_cannot_be_made_says_why(options, message):
    with pytest.raises(SeedingError, match=message):
        CorrectionRecipe(**{"key": "x", "traces": 10} | options)


def test_families_that_run_out_and_a_folder_with_other_data_are_told(tmp_path):
    sides = [side for side in training_sides() if side.family.name == "square_numbers"]
    with pytest.raises(SeedingError, match="no family has another question for the kind of error"):
        list(Pairs("any", sides).draw(10_000))
    write_correction(CorrectionRecipe("mine", 10), tmp_path)
    with pytest.raises(SeedingError, match="found dataset 'mine' of 10 rows, seed 42"):
        write_correction(CorrectionRecipe("mine", 10, density=0.2), tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["count"], manifest["density"], manifest["form"]) == (10, 0.5, "check")


@pytest.mark.parametrize(
    ("traces", "density", "wrong", "share"), [(11, 0.5, 5, 0.454545), (10, 0.16, 2, 0.2), (10, 0.2, 2, None)]
)
def test_the_manifest_records_the_share_of_errors_that_the_size_allows(tmp_path, traces, density, wrong, share):
    manifest = write_correction(CorrectionRecipe("mine", traces, density=density), tmp_path)
    assert manifest["twin"]["wrong"] == wrong and manifest.get("wrong_share") == share


CORRECTION, WORKS = "eval-correction", "else where/my-x"


@pytest.mark.parametrize(
    ("dataset", "folder", "form", "advice"),
    [
        ("my-x", "data/my-x", "problems", ["next    python -m tunixlib run --run-id my-try --set DATASET=my-x"]),
        ("my-x", WORKS, "problems", ["data sets must lie in data/: move ", " to data/my-x, then DATASET=my-x"]),
        ("my-x", "data/my-x", "check", ["no run starts from it", "tunixlib export my-x --out my-chats.jsonl"]),
        ("my-x", WORKS, "check", ["tunixlib export '", f"{WORKS}/dataset.jsonl' --out my-chats.jsonl"]),
        ("my-x", "data/my-x", "retry", ["no run starts from it", "stage A is empty; ask for more --traces"]),
        (
            CORRECTION,
            "data/eval-correction",
            "problems",
            ["evaluate CHECKPOINT --eval-set eval-correction --out my-eval"],
        ),
        (CORRECTION, WORKS, "problems", ["evaluate CHECKPOINT --eval-set '", f"{WORKS}/eval.jsonl' --out my-eval"]),
    ],
)
def test_what_to_do_next_works_where_the_data_lies(tmp_path, monkeypatch, dataset, folder, form, advice):
    monkeypatch.setattr("tunixlib.seeding.datasets.DATA_ROOT", tmp_path / "data")
    out = tmp_path / folder
    said = _next_evaluation(out) if dataset == CORRECTION else _next(out, form, form == "problems")
    assert [part for part in advice if part not in said] == []


def test_the_command_makes_each_form_and_refuses_another(tmp_path):
    def seed(*options):
        return CliRunner().invoke(app, ["seed", "--dataset", "my-works", "--out", str(tmp_path / "my-works"), *options])

    done = seed("--form", "check", "--traces", "12", "--density", "0.25")
    assert done.exit_code == 0 and "no run starts from it" in done.output, done.output
    assert "12 traces of" in done.output
    for options, message in (
        (("--dataset", "eval-correction", "--traces", "20"), "eval-correction is always the same: found --traces"),
        (("--dataset", "eval-correction", "--density", "0"), "eval-correction is always the same: found --density"),
        (("--density", "0.2"), "found --density 0.2 for problems without errors"),
        (("--form", "essay"), "found --form 'essay', expected one of problems, check, retry"),
        (("--form", "retry", "--density", "0.9"), "error density of 0.9, expected 0 to 0.5"),
        (("--form", "check", "--traces", "14"), "expected an empty folder or the same dataset"),
    ):
        done = seed(*options)
        assert done.exit_code == 1 and message in done.output
