from collections import Counter

import pytest

from tunixlib.artifacts import sha256_file
from tunixlib.seeding.by_form import write_form
from tunixlib.seeding.datasets import (
    DATA_ROOT,
    dataset_file,
    load_traces,
    split_stages,
    stage_of,
    write_dataset,
)
from tunixlib.seeding.evalsets import EVAL_SETS, make_eval_set, read_eval_set
from tunixlib.seeding.gate import LeakError, check_disjoint, normal_prompt, parts_of
from tunixlib.seeding.recipes import (
    ALL_FAMILIES_FROM,
    CORE,
    DEFAULT_TRACES,
    GROUPS,
    Recipe,
    SeedingError,
    apportion,
    fill_evenly,
    make_traces,
    sources,
)
from tunixlib.seeding.tasks import trained_families
from tunixlib.traces import ReasoningTrace

DEV = Recipe("dev-reasoning-v2", 550)


@pytest.fixture(scope="module")
def dev():
    return list(make_traces(DEV))


def test_dev_reasoning_has_the_promised_mixture(dev):
    categories = [trace.meta["category"] for trace in dev]
    counts = {name: categories.count(name) for name in set(categories)}
    assert counts == {"reasoning": 385, "synthetic": 110, "golden_style": 35, "edge_case": 20}
    three = [t for t in dev if t.meta["category"] == "reasoning" and len(t.steps) == 3]
    assert len(three) == 64
    assert len({trace.meta["family"] for trace in dev}) >= 30
    assert len({t.meta["family"] for t in dev if t.meta["category"] == "edge_case"}) >= 10


def test_a_level_that_is_used_up_leaves_its_turns_to_the_others_and_every_problem_is_used_once():
    source = next(s for s in sources(GROUPS[2], core_only=False) if s.family.name == "division_exact")
    cells = {level: source.family.training_cells(level) for level in source.levels}
    phases = list(source.phases())
    assert phases[0] == (source, source.room(source.family.training_cells))
    assert len(phases) == 3 and sum(room for _, room in phases) > 4 * phases[0][1]
    used = [phase.turn(index) for phase, room in phases for index in range(room)]
    assert len(set(used)) == len(used)
    for level, count in cells.items():
        found = [nth for number, nth in used if number == level]
        assert found == list(range(len(found))) and count - 3 < len(found) <= count


def test_a_million_traces_keep_the_proportions_and_stay_distinct_where_space_is_tightest():
    recipe = Recipe("my-million", 1_000_000)
    assert recipe.slots[-1][1] and recipe._ends[-1] == 1_000_000
    counts = Counter()
    for source, count in recipe.slots:
        counts[source.family.category] += count
    assert counts == {"reasoning": 700_000, "synthetic": 200_000, "golden_style": 63_636, "edge_case": 36_364}
    prompts = [
        normal_prompt(source.trace(index, "my-million/42", {}).prompt)
        for source, count in recipe.slots
        if source.family.name in ("square_numbers", "division_exact", "multiplication")
        for index in range(count)
    ]
    assert len(prompts) == len(set(prompts)) > 10_000


def test_the_stages_are_145_64_341(dev):
    stages, stats = split_stages(dev)
    assert {name: len(found) for name, found in stages.items()} == {"a": 145, "b": 64, "c": 341}
    assert stats["total"] == 550


def test_all_prompts_are_distinct_even_after_normalisation(dev):
    assert len({normal_prompt(trace.prompt) for trace in dev}) == 550


@pytest.mark.parametrize("key", DEFAULT_TRACES)
def test_seeding_again_gives_the_committed_bytes(key, tmp_path):
    write_form(key, tmp_path)
    for name in ("dataset.jsonl", "manifest.json"):
        assert (tmp_path / name).read_bytes() == (DATA_ROOT / key / name).read_bytes()


@pytest.mark.parametrize("name", EVAL_SETS)
def test_evaluation_sets_again_give_the_committed_bytes(name, tmp_path):
    write_form(name, tmp_path)
    for file in ("eval.jsonl", "manifest.json"):
        assert (tmp_path / file).read_bytes() == (DATA_ROOT / name / file).read_bytes()


@pytest.mark.parametrize("changed", [{"traces": 20}, {"seed": 7}, {"form": "problems"}, {"density": 0.1}])
def test_another_evaluation_set_of_the_same_name_is_refused(changed, tmp_path):
    option = "--" + next(iter(changed))
    with pytest.raises(SeedingError, match=f"eval-core is always the same: found {option}, expected only --out"):
        write_form("eval-core", tmp_path / "eval-core", **changed)
    assert not (tmp_path / "eval-core").exists()


def test_a_file_that_its_manifest_does_not_describe_names_the_command_that_makes_it_again(tmp_path):
    write_form("eval-dev", tmp_path / "eval-dev")
    with (tmp_path / "eval-dev" / "eval.jsonl").open("a") as stream:
        stream.write("\n")
    with pytest.raises(SeedingError, match=r"seed --dataset eval-dev --out data/eval-dev") as found:
        dataset_file("eval-dev", tmp_path)
    assert "from manifest.json; restore the file, or make it again" in str(found.value)


def test_any_slice_can_be_made_by_itself(dev):
    assert list(make_traces(DEV, 200, 210)) == dev[200:210]


def test_another_seed_or_key_gives_other_questions(dev):
    prompts = {trace.prompt for trace in dev}
    for other in (Recipe("dev-reasoning-v2", 550, seed=43), Recipe("other", 550)):
        shared = prompts & {trace.prompt for trace in make_traces(other)}
        assert len(shared) < 25, "small spaces of facts may meet; the rest must not"


def test_no_training_seed_or_size_meets_an_evaluation_set():
    questions = [row["prompt"] for name in EVAL_SETS for row in make_eval_set(name)]
    for recipe in (Recipe("dev-reasoning-v2", 6_000, seed=7), Recipe("golden-v2", 100)):
        assert check_disjoint(questions, (t.prompt for t in make_traces(recipe))) == recipe.traces


def test_evaluation_sets_share_no_question():
    core, dev, unseen = ({normal_prompt(row["prompt"]) for row in make_eval_set(name)} for name in EVAL_SETS)
    assert (len(core), len(dev), len(unseen)) == (500, 200, 200)
    assert not core & dev and not core & unseen and not dev & unseen


@pytest.mark.parametrize("name", ["eval-core", "eval-dev"])
@pytest.mark.parametrize("prefix", [20, 100, 150])
def test_every_prefix_keeps_the_proportions(name, prefix):
    sections = [row["section"] for row in make_eval_set(name)[:prefix]]
    for section, share in {"core": 0.60, "trace_sensitive": 0.25, "edge_case": 0.15}.items():
        assert abs(sections.count(section) - share * prefix) <= 1


@pytest.mark.parametrize("name", EVAL_SETS)
def test_no_prefix_is_all_easy(name):
    difficulties = [row["difficulty"] for row in make_eval_set(name)]
    whole = difficulties.count("easy") / len(difficulties)
    assert abs(difficulties[:100].count("easy") / 100 - whole) <= 0.15


def test_a_small_dataset_keeps_to_the_core_families_and_a_large_one_takes_all(dev):
    names = {family.name for family in trained_families()}
    assert names > CORE
    assert {trace.meta["family"] for trace in dev} == CORE
    for size, expected in ((ALL_FAMILIES_FROM - 1, CORE), (ALL_FAMILIES_FROM, names)):
        assert {source.family.name for source, _ in Recipe("any", size).slots} == expected


def test_the_sets_for_trained_families_ask_only_what_the_smallest_dataset_teaches():
    for name in ("eval-core", "eval-dev"):
        assert {row["family"] for row in make_eval_set(name)} == CORE


def test_unseen_families_are_never_trained_on(dev):
    assert not {row["family"] for row in make_eval_set("eval-unseen")} & {trace.meta["family"] for trace in dev}


def test_a_space_that_runs_out_says_so():
    with pytest.raises(SeedingError, match="asked for 11 traces of a group whose families have 10"):
        fill_evenly(11, [3, 7])
    assert fill_evenly(10, [3, 7]) == [3, 7]
    assert fill_evenly(9, [1, 100, 100]) == [1, 4, 4]
    with pytest.raises(SeedingError, match="expected at least 10"):
        Recipe("x", 3)


def test_apportioning_adds_up():
    assert apportion(550, [64, 321, 110, 35, 20]) == [64, 321, 110, 35, 20]
    assert sum(apportion(101, [64, 321, 110, 35, 20])) == 101


@pytest.mark.parametrize(
    ("training", "evaluation"),
    [
        ("What is 17 + 28?", "What is 17 + 28?"),
        ("what is  17 + 28", "What is 17 + 28 ?"),
        ("What is １７ + 28?", "What is 17 + 28?"),
        ('Reverse "cat".', "reverse cat"),
    ],
)
def test_the_gate_sees_through_spelling(training, evaluation):
    with pytest.raises(LeakError, match="also a training prompt"):
        check_disjoint([evaluation], [training])


@pytest.mark.parametrize(
    "training",
    [
        "You are a helpful assistant.\n\nWhat is 17 + 28?",
        "Think first.\r\n \r\nwhat is 17 + 28\n\nBe brief.",
        "Answer the question.\nWhat is 17 + 28?",
        "Check this work.\nQuestion: What is 17 + 28?\nLine 1: 17 + 28 = 46\nAnswer: 46",
        "Question: What is 17 + 28?",
    ],
)
def test_the_gate_finds_a_question_among_other_paragraphs_and_lines(training):
    with pytest.raises(LeakError, match="also a training prompt"):
        check_disjoint(["What is 17 + 28?"], [training])


def test_the_question_inside_a_shown_work_of_evaluation_is_not_trained_on():
    work = "Check this work.\nQuestion: What is 17 + 28?\nLine 1: 17 + 28 = {0}\nAnswer: {0}"
    for training in ("what is 17 + 28", work.format(45)):
        with pytest.raises(LeakError, match="also a training prompt"):
            check_disjoint([work.format(46)], [training])
    assert check_disjoint([work.format(46)], ["Line 1: 17 + 28 = 46"]) == 1


def test_a_question_of_two_paragraphs_is_found_behind_a_system_turn():
    with pytest.raises(LeakError, match="also a training prompt"):
        check_disjoint(["A pen costs 3.\n\nTwo pens?"], ["Be brief.\n\nA pen costs 3.\n\nTwo pens?"])


def test_the_parts_of_a_prompt_grow_no_faster_than_the_prompt():
    for text in ("a\n\nb " * 10_000, "\n" * 50_000, "\n \t" * 15_000, "\r" * 50_000, " " * 50_000 + "x"):
        assert sum(map(len, parts_of(text))) <= 4 * len(text)


@pytest.mark.parametrize("other", ["What is 17 - 28?", "What is 1.7 + 28?", "What is 17 + 29?", "What is (17 + 28)?"])
def test_the_gate_lets_different_questions_pass(other):
    assert check_disjoint(["What is 17 + 28?"], [other]) == 1


def test_traces_without_a_category_are_staged_by_their_steps():
    def trace(steps):
        return ReasoningTrace.build("Q", [("any", "x")] * steps, "1")

    assert [stage_of(trace(n)) for n in (1, 2, 3, 4, 9)] == ["a", "a", "b", "c", "c"]


def test_an_altered_dataset_is_refused(tmp_path):
    write_dataset(Recipe("mine", 20), tmp_path / "mine")
    assert sha256_file(dataset_file("mine", tmp_path)) == sha256_file(tmp_path / "mine" / "dataset.jsonl")
    with open(tmp_path / "mine" / "dataset.jsonl", "ab") as stream:
        stream.write(b"\n")
    with pytest.raises(SeedingError, match=r"expected .* from manifest\.json"):
        dataset_file("mine", tmp_path)
    with pytest.raises(SeedingError, match="dataset 'none': found no folder none"):
        dataset_file("none", tmp_path)


def test_a_repeated_prompt_is_refused(tmp_path):
    path = tmp_path / "d.jsonl"
    line = (
        '{"final_answer":"1","meta":{},"prompt":"Q","steps":[{"content":"c","i":1,"type":"t"}],"trace_version":"1.0"}\n'
    )
    path.write_text(line * 2)
    with pytest.raises(SeedingError, match="stands 2 times"):
        load_traces(path)


def test_evaluation_files_are_checked_line_by_line(tmp_path):
    path = tmp_path / "e.jsonl"
    path.write_text('{"id":"1","prompt":"Q","expected_answer":"A"}\n')
    assert read_eval_set(path)[0]["section"] == "all"
    path.write_text('{"id":"1","prompt":"Q","expected_answer":"A"}\n{"id":"2","prompt":"Q"}\n')
    with pytest.raises(ValueError, match=r"e\.jsonl, line 2, field expected_answer"):
        read_eval_set(path)
    path.write_text('{"id":"1","prompt":"Q","expected_answer":"A"}\n' * 2)
    with pytest.raises(ValueError, match="'1' stands twice"):
        read_eval_set(path)


def test_another_dataset_is_not_overwritten(tmp_path):
    write_dataset(Recipe("mine", 20), tmp_path)
    write_dataset(Recipe("mine", 20), tmp_path)
    with pytest.raises(SeedingError, match=r"found dataset .mine. of 20 rows, seed 42.*choose another --out"):
        write_dataset(Recipe("mine", 30), tmp_path)


def test_a_trace_with_a_false_step_is_never_written(monkeypatch):
    import dataclasses

    from tunixlib.seeding import recipes
    from tunixlib.seeding.families import Problem
    from tunixlib.seeding.tasks import trained_families

    family = next(f for f in trained_families() if f.name == "addition")

    def wrong(phrasing, **parameters):
        problem = family.build(phrasing, **parameters)
        return Problem(problem.prompt, [problem.steps[0], ("compute", "2 + 2 = 5")], problem.answer)

    source = recipes.Source(dataclasses.replace(family, build=wrong), (0,))
    with pytest.raises(SeedingError, match=r"family addition, level 0, trace 0: false step: '2 \+ 2 = 5'"):
        source.trace(0, "key", {})
