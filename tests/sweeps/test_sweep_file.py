"""A sweep file is checked to the last value before anything starts, and names its trials once and for all."""

import pytest
from sweep_helpers import SWEEP, write_sweep_file

from tunixlib.artifacts import write_bytes
from tunixlib.runs import Run
from tunixlib.sweeps.plan import plan_sweep
from tunixlib.sweeps.points import configurations, trials_of
from tunixlib.sweeps.spec import Sweep, SweepError, parse_sweep, read_sweep

SEARCH = {"LEARNING_RATE": {"log_uniform": [1e-5, 1e-3]}}


def ids(**changes):
    return [trial.run_id for trial in trials_of(Sweep.model_validate({**SWEEP, **changes}))]


def test_a_grid_is_the_product_of_its_values_with_every_seed():
    grid = {"LEARNING_RATE": [1e-3, 1e-4], "LORA_RANK": [0, 16]}
    sweep = Sweep.model_validate({**SWEEP, "grid": grid, "seeds": [1, 2]})
    trials = trials_of(sweep)
    assert [(t.values["LEARNING_RATE"], t.values["LORA_RANK"], t.seed) for t in trials] == [
        (rate, rank, seed) for rate in (1e-3, 1e-4) for rank in (0, 16) for seed in (1, 2)
    ]
    assert len({trial.run_id for trial in trials}) == 8


def test_more_values_seeds_or_trials_leave_the_names_of_the_others_as_they_were():
    assert set(ids(seeds=[1])) < set(ids(seeds=[1, 2]))
    assert set(ids()) < set(ids(grid={"LEARNING_RATE": [1e-2, 3e-3, 2e-3, 1e-3]}))
    searches = [ids(grid={}, search=SEARCH, trials=count) for count in (5, 20)]
    assert searches[0] == searches[1][:5]


def test_a_number_with_an_exponent_is_one_although_yaml_takes_it_for_text():
    content = b"profile: smoke\nrun_id: tries\ngrid: {LEARNING_RATE: [1e-4, 0.001]}\n"
    assert list(configurations(parse_sweep(content, "s.yaml"))) == [{"LEARNING_RATE": 1e-4}, {"LEARNING_RATE": 1e-3}]


def test_a_search_stays_within_its_ranges_and_fills_them():
    ranges = {
        "LEARNING_RATE": {"log_uniform": ["1e-5", "1e-3"]}, "TRACES_PER_STEP": {"integers": [2, 5]},
        "LORA_RANK": {"choice": [0, 8, 16]},
    }  # fmt: skip
    sweep = Sweep.model_validate({**SWEEP, "grid": {}, "search": ranges, "trials": 60, "search_seed": 3})
    points = list(configurations(sweep))
    assert all(1e-5 <= point["LEARNING_RATE"] <= 1e-3 for point in points)
    assert 24 <= sum(point["LEARNING_RATE"] < 1e-4 for point in points) <= 36
    assert {point["TRACES_PER_STEP"] for point in points} == {2, 3, 4, 5}
    assert {point["LORA_RANK"] for point in points} == {0, 8, 16}
    other = sweep.model_copy(update={"search_seed": 4})
    assert list(configurations(other)) != points


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gird": {}}, "gird: Extra inputs are not permitted"),
        ({"profile": None}, "profile: Field required"),
        ({"run_id": "../up"}, "run_id: String should match"),
        ({"run_id": 7}, "run_id: Input should be a valid string"),
        ({"grid": {"LEARNING_RATE": []}}, "grid, LEARNING_RATE: List should have at least 1 item"),
        ({"grid": {"LEARNING_RATE": 1e-3}}, "grid, LEARNING_RATE: Input should be a valid list"),
        ({"grid": {"LEARNING_RATE": [1e-3, 1e-3]}}, "grid, LEARNING_RATE: .*found a value twice"),
        ({"grid": {}}, "expected a grid, or a search with trials, or seeds alone"),
        ({"search": SEARCH, "trials": 3}, "found none or both"),
        ({"grid": {}, "search": SEARCH}, "expected search with trials"),
        ({"trials": 3}, "expected search with trials"),
        ({"search_seed": 3}, "expected search with trials"),
        ({"grid": {}, "search": SEARCH, "trials": 0}, "trials: Input should be greater than or equal to 1"),
        ({"grid": {}, "search": {"LORA_RANK": {}}, "trials": 2}, "search, LORA_RANK: .*found 0 of uniform"),
        ({"grid": {}, "search": {"LORA_RANK": {"integers": [8, 2]}}, "trials": 2}, "LORA_RANK: .*bounds 8 and 2"),
        ({"grid": {}, "search": {"X": {"log_uniform": [0, 1]}}, "trials": 2}, "the lower one first above 0"),
        ({"grid": {}, "search": {"X": {"uniform": [0, 1, 2]}}, "trials": 2}, "at most 2 items"),
        ({"grid": {}, "search": {"X": {"choice": [1]}}, "trials": 2}, "choice: List should have at least 2"),
        ({"seeds": [1, 1]}, "seeds: .*found a value twice"),
        ({"seeds": [-1]}, "seeds, 0: Input should be greater"),
        ({"seeds": ["1"]}, "seeds, 0: Input should be a valid integer"),
        ({"set": {"EVAL_ITEMS": 3}}, "set: found EVAL_ITEMS, which run_id, seeds and choose decide"),
        ({"grid": {"SEED": [1, 2]}}, "grid: found SEED"),
        ({"set": {"LEARNING_RATE": 1e-3}}, "found LEARNING_RATE under set and again"),
        ({"choose": {"metric": "beauty"}}, "choose: .*found metric 'beauty', expected one of accuracy"),
        ({"choose": {"checkpoint": "stage_z"}}, "choose: .*found checkpoint 'stage_z'"),
        ({"choose": {"mode": "best"}}, "choose, mode: Input should be 'max' or 'min'"),
        ({"choose": {"eval_set": "eval-core"}}, "found eval-core under choose and report, expected two sets"),
        (
            {"seeds": [1, 2], "report": {"seeds": [2, 3]}},
            "report, seeds: found 2, also under seeds, expected seeds that",
        ),
        ({"report": {"seeds": [7, 7]}}, "report, seeds: .*found a value twice"),
        ({"report": {"seeds": [7.0]}}, "report, seeds, 0: Input should be a valid integer"),
        ({"report": {"seeds": ["7"]}}, "report, seeds, 0: Input should be a valid integer"),
        ({"report": {"seeds": [True]}}, "report, seeds, 0: Input should be a valid integer"),
        ({"report": {"seeds": [-1]}}, "report, seeds, 0: Input should be greater"),
        ({"report": {"seeds": 7}}, "report, seeds: Input should be a valid list"),
        ({"grid": None, "search": {"SEED": {"integers": [1, 9]}}, "trials": 2}, "search: found SEED"),
        ({"choose": {"items": -1}}, "choose, items: Input should be greater"),
    ],
)
def test_a_wrong_file_is_refused_by_the_key_that_is_wrong(tmp_path, changes, message):
    with pytest.raises(SweepError, match=message):
        read_sweep(write_sweep_file(tmp_path / "sweep.yaml", **changes))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file: Input should be a valid dictionary"),
        (b"grid: [", "sweep.yaml: not a UTF-8 YAML file"),
        (b"run_id: a\nrun_id: b\n", "found key 'run_id' twice"),
        (b"\xff\xfea", "UTF-16"),
    ],
)
def test_a_file_that_is_no_sweep_is_refused_by_name(tmp_path, content, message):
    write_bytes(tmp_path / "sweep.yaml", content)
    with pytest.raises(SweepError, match=message):
        read_sweep(tmp_path / "sweep.yaml")
    with pytest.raises(SweepError, match="found no such file, expected a YAML file with profile"):
        read_sweep(tmp_path / "other.yaml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": {"LERNING_RATE": [1e-3]}}, "grid, LERNING_RATE: no notebook declares it; did you mean LEARNING_RATE"),
        ({"grid": {"LORA_RANK": [0, "many"]}}, "grid, LORA_RANK: found 'many'"),
        ({"set": {"MODEL": 7}}, "set, MODEL: found 7"),
        ({"grid": {}, "search": {"LORA_RANK": {"uniform": [1, 2]}}, "trials": 2}, "search, LORA_RANK: found 1.0"),
        ({"profile": "smok"}, "sweep.yaml, profile: .*found no smok.yaml"),
        ({"choose": {"eval_set": "eval-nope"}}, "choose, eval_set: .*no folder eval-nope"),
        ({"report": {"eval_set": "eval-nope"}}, "report, eval_set: .*no folder eval-nope"),
        ({"choose": {"eval_set": "eval-dev", "items": 201}}, "choose, items: found 201, expected at most 200"),
        ({"set": {"MODEL": "no/such/model"}}, "model 'no/such/model': found no folder"),
        ({"grid": {"RETRY_DENSITY": [0.1, 0.2]}}, "RETRY_DENSITY: found it in 04_self_correction alone"),
        ({"report": {"seeds": [41, 42]}}, "report, seeds: found 42, with which every trial is trained"),
        ({"set": {"CHECKPOINTS": ["flat", "stage_c"]}, "choose": {"checkpoint": "stage_a"}}, "leaves out; add it"),
    ],
)
def test_what_no_trial_could_start_with_is_refused_before_any_starts(place, changes, message):
    with pytest.raises(SweepError, match=message):
        plan_sweep(write_sweep_file(place / "sweep.yaml", **changes))
    assert not (place / "runs").exists()


def test_a_set_that_holds_a_question_of_the_other_cannot_judge(place, monkeypatch):
    from tunixlib.sweeps import plan

    monkeypatch.setattr(plan, "read_eval_set", lambda path: [{"prompt": "What is 2 + 3 ?"}] * 20)
    with pytest.raises(SweepError, match="found 1 questions of eval-dev among those of eval-core, expected none"):
        plan_sweep(write_sweep_file(place / "sweep.yaml"))


@pytest.mark.parametrize(("place_of", "eval_set"), [("choose", "eval-dev"), ("report", "eval-core")])
def test_a_question_that_trials_are_trained_on_is_refused_before_any_starts(place, monkeypatch, place_of, eval_set):
    from tunixlib.seeding.datasets import dataset_file
    from tunixlib.sweeps import plan

    prompt = next(plan.read_traces(dataset_file("golden-v2"))).prompt
    read = plan.read_eval_set
    other = lambda path: [{"prompt": prompt}] * 20 if path.parent.name == eval_set else read(path)  # noqa: E731
    monkeypatch.setattr(plan, "read_eval_set", other)
    with pytest.raises(SweepError, match=f"{place_of}, eval_set: {eval_set} and DATASET golden-v2: evaluation prompt"):
        plan_sweep(write_sweep_file(place / "sweep.yaml"))


def test_a_search_over_few_values_finds_each_once_and_no_more_than_there_are():
    ranges = {"TRACES_PER_STEP": {"integers": [2, 4]}, "LORA_RANK": {"choice": [0, 8]}}
    sweep = Sweep.model_validate({**SWEEP, "grid": {}, "search": ranges, "trials": 6})
    points = [tuple(point.values()) for point in configurations(sweep)]
    assert sorted(points) == [(rank, traces) for rank in (0, 8) for traces in (2, 3, 4)]
    fewer = [tuple(point.values()) for point in configurations(sweep.model_copy(update={"trials": 4}))]
    assert fewer == points[:4]
    with pytest.raises(SweepError, match="found 6 different points in 700 draws, expected 7"):
        list(configurations(sweep.model_copy(update={"trials": 7})))


def test_every_trial_is_asked_the_choosing_items_and_no_others(place):
    plan = plan_sweep(write_sweep_file(place / "sweep.yaml"))
    for entry in plan.entries:
        assert (entry.ready.parameters["EVAL_SETS"], entry.ready.parameters["EVAL_ITEMS"]) == (["eval-dev"], 20)
        assert isinstance(entry.ready.run, Run)
        assert "/" not in entry.command.replace(entry.source, "")
