"""The bar of a study says everything before the runs, and a bar that does not is refused."""

import pytest
import yaml
from studies.study_runs import BAR, bar_of

from tunixlib.running.parameters import check_parameters, merge_declared, stage_notebooks
from tunixlib.running.profiles import load_profile
from tunixlib.studies.bar import BarError, parse_bar, read_bar
from tunixlib.studies.plan import planned_runs
from tunixlib.studies.run_study import STUDIES


def test_conditions_that_differ_in_the_arm_only_come_out_of_one_run_a_seed():
    runs = planned_runs(bar_of())
    assert [(run.run_id, run.conditions) for run in runs] == [
        (f"orders-s{seed}", ("flat", "curriculum")) for seed in (1, 2, 3)
    ]
    assert runs[1].parameters == {
        "EPOCHS": [1, 1, 1], "SEED": 2, "ARMS": ["curriculum"], "CORRECTION_ARMS": [],
        "CHECKPOINTS": ["flat", "stage_c"], "EVAL_SETS": ["eval-core"], "EVAL_ITEMS": 0,
    }  # fmt: skip


def test_the_base_model_is_evaluated_once():
    assert [run.parameters["CHECKPOINTS"][0] for run in planned_runs(bar_of())] == ["base", "flat", "flat"]


def test_conditions_on_other_data_have_runs_of_their_own():
    conditions = [
        {"name": "golden", "set": {"DATASET": "golden-v2"}},
        {"name": "dev", "set": {"DATASET": "dev-reasoning-v2"}},
    ]
    runs = planned_runs(bar_of(conditions=conditions, comparisons=[{"a": "dev", "b": "golden"}]))
    assert [run.run_id for run in runs] == [f"orders-s{n}-{name}" for n in (1, 2, 3) for name in ("golden", "dev")]
    assert [run.parameters["DATASET"] for run in runs] == ["golden-v2", "dev-reasoning-v2"] * 3


def test_a_condition_with_fewer_seeds_is_trained_with_the_first_ones():
    conditions = [*BAR["conditions"], {"name": "back", "arm": "reverse", "seeds": 3}]
    bar = bar_of(conditions=conditions, comparisons=[{"a": "back", "b": "flat"}], seeds=[1, 2, 3, 4])
    assert [run.parameters["ARMS"] for run in planned_runs(bar)] == [["curriculum", "reverse"]] * 3 + [["curriculum"]]
    assert bar.seeds_of("back", "flat") == (1, 2, 3)
    assert bar.condition("back").checkpoint == "reverse"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": [1, 2]}, "seeds: Value error, found 2, expected 3 or more: with fewer the interval is too narrow"),
        (
            {"conditions": [{"name": "x", "seeds": 2}, {"name": "y"}]},
            "conditions/0/seeds: Value error, found 2, expected 3",
        ),
        ({"seeds": [1, 1, 2]}, "found a condition or a seed twice"),
        ({"items": 1}, "items: Value error, found 1, expected 0 for all, or 2 or more"),
        ({"items": -1}, "items: Value error, found -1"),
        ({"base": "elsewhere/cpu.yaml"}, "base: String should match pattern"),
        ({"smallest_effect": 5}, "smallest_effect"),
        ({"comparisons": [{"a": "curriculum", "b": "nothing"}]}, "found a comparison of curriculum with nothing"),
        ({"comparisons": [{"a": "flat", "b": "flat"}]}, "found a comparison of flat with flat"),
        ({"conditions": [{"name": "x", "arm": "sideways"}, {"name": "y"}]}, "arm 'sideways' is unknown"),
        ({"set": {"SEED": 3}}, "found SEED under set"),
        ({"set": {"epochs": [1]}}, "found epochs under set"),
        ({"treatment": ["luck"]}, "found treatment 'luck'"),
        ({"hope": 1}, "hope: Extra inputs are not permitted"),
    ],
)
def test_a_bar_that_leaves_a_question_open_is_refused(changes, message):
    with pytest.raises(BarError) as error:
        parse_bar(yaml.safe_dump({**BAR, **changes}).encode(), "x.yaml")
    assert message in str(error.value)
    assert "nothing was started" in str(error.value)


@pytest.mark.parametrize("content", [b"a: [\n", b"\xff"])
def test_a_bar_that_is_no_yaml_is_refused(content):
    with pytest.raises(BarError, match=r"x\.yaml: not a UTF-8 YAML file"):
        parse_bar(content, "x.yaml")


def test_a_missing_bar_is_named(tmp_path):
    with pytest.raises(BarError, match=r"nope\.yaml: found no such file"):
        read_bar(tmp_path / "nope.yaml")


def test_every_committed_bar_fits_the_notebooks():
    known = {name: kind for kinds in merge_declared(stage_notebooks()).values() for name, kind in kinds.items()}
    bars = {path.stem: read_bar(path) for path in STUDIES.glob("*.yaml")}
    assert {"smoke", "order-135m", "order-full"} <= set(bars)
    for name, bar in bars.items():
        assert bar.study == name or bar.study.startswith("my-"), "a bar is found by its study's name"
        for run in planned_runs(bar):
            check_parameters({**load_profile(bar.base).parameters, **run.parameters}, known)
