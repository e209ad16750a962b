"""Claims about ``python -m tunixlib compare`` and ``runs``: what they print and the exit codes that CI acts upon."""

import pytest
from analysis.made_arms import make_run
from typer.testing import CliRunner

from tunixlib.__main__ import app


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A baseline, a run like it but for the seed, one that lost six items, one trained longer."""
    tmp_path = tmp_path_factory.mktemp("runs")
    make_run(tmp_path / "baseline", {"stage_c": lambda n: n < 20})
    make_run(tmp_path / "similar", {"stage_c": lambda n: n < 19}, config={"seed": 43})
    make_run(tmp_path / "broken", {"stage_c": lambda n: n < 14})
    make_run(tmp_path / "longer", {"stage_c": lambda n: n < 22}, epochs=(2, 2, 3))
    return tmp_path


def compare(runs, name, *rest):
    return CliRunner().invoke(app, ["compare", str(runs / name), *rest])


def test_a_run_that_is_not_significantly_worse_ends_with_0(runs):
    done = compare(runs, "similar", "--baseline", str(runs / "baseline"))
    assert done.exit_code == 0, done.output
    assert "cannot be told apart" in done.output


def test_a_run_that_is_significantly_worse_ends_with_1_and_lists_what_it_lost(runs):
    done = compare(runs, "broken", "--baseline", str(runs / "baseline"))
    assert done.exit_code == 1
    assert done.output.count("| wrong |") == 6
    assert "broken/stage_c is significantly worse than baseline/stage_c" in done.output


def test_an_unfair_comparison_ends_with_2_unless_the_treatment_is_stated(runs):
    baseline = ("--baseline", str(runs / "baseline"))
    refused, stated = compare(runs, "longer", *baseline), compare(runs, "longer", *baseline, "--treatment", "data")
    assert (refused.exit_code, stated.exit_code) == (2, 0)
    assert "- counts: found 42 rows with repeats in longer/stage_c and 24 rows with repeats in base" in refused.output
    assert "stated    steps: " in stated.output


def test_two_checkpoints_of_one_run_need_no_baseline(runs):
    done = compare(runs, "baseline", "--baseline-checkpoint", "flat")
    assert done.exit_code == 0
    assert "run       baseline/stage_c, graded strict\nbaseline  baseline/flat, graded strict" in done.output


def test_a_checkpoint_against_itself_is_refused(runs):
    done = compare(runs, "baseline")
    assert done.exit_code == 2
    assert "identical predictions on all 40 items" in done.output


def test_too_few_items_for_a_stated_effect_are_refused(runs):
    done = compare(runs, "similar", "--baseline", str(runs / "baseline"), "--smallest-effect", "0.02")
    assert done.exit_code == 2
    assert "- resolution: found 40 items of eval-core" in done.output


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (("--baseline", "nowhere"), "nowhere: found no such folder"),
        (("--checkpoint", "stage_z"), "found no training of 'stage_z'"),
        (("--eval-set", "eval-unseen"), "expected eval-unseen"),
        (("--treatment", "luck"), "found treatment 'luck'"),
    ],
)
def test_what_prevents_a_comparison_is_said_and_ends_with_2(runs, rest, message):
    done = compare(runs, "baseline", *rest)
    assert done.exit_code == 2
    assert message in done.output


def test_the_leaderboard_lists_every_run_by_accuracy(runs):
    done = CliRunner().invoke(app, ["runs", "--root", str(runs)])
    assert done.exit_code == 0
    names = [line.split(" | ")[0] for line in done.output.splitlines() if "| sealed |" in line]
    assert names == ["| longer", "| baseline", "| similar", "| broken"]
    wrong = CliRunner().invoke(app, ["runs", "--root", str(runs), "--sort", "luck"])
    assert wrong.exit_code == 1
    assert "found sort 'luck'" in wrong.output
