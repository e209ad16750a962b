from collections import Counter

import pytest

from tunixlib.stages import ARMS
from tunixlib.training.arms import order_batches, ordered_arms, plan_arm, stage_order

STAGES = {"a": [f"a{i}" for i in range(20)], "b": [f"b{i}" for i in range(9)], "c": [f"c{i}" for i in range(33)]}
EPOCHS = (2, 2, 3)


def rows(arm, seed=42):
    return [row for segment in plan_arm(arm, STAGES, EPOCHS, seed) for row in segment.rows]


def test_the_curriculum_goes_through_the_stages_in_order():
    segments = plan_arm("curriculum", STAGES, EPOCHS, 42)
    assert [(segment.name, len(segment.rows)) for segment in segments] == [
        ("stage_a", 40),
        ("stage_b", 18),
        ("stage_c", 99),
    ]
    assert Counter(segments[2].rows) == Counter(dict.fromkeys(STAGES["c"], 3))


def test_flat_is_a_permutation_of_the_curriculum_cut_at_the_same_lengths():
    curriculum, flat = plan_arm("curriculum", STAGES, EPOCHS, 42), plan_arm("flat", STAGES, EPOCHS, 42)
    assert [len(segment.rows) for segment in flat] == [len(segment.rows) for segment in curriculum]
    assert Counter(rows("flat")) == Counter(rows("curriculum"))
    assert rows("flat") != rows("curriculum")
    kinds = Counter(row[0] for row in flat[0].rows)
    assert set(kinds) == {"a", "b", "c"}, "flat mixes the stages from its first segment on"


def by_stage(arm, seed=42):
    """The curriculum's rows of whole stages, put in an arm's order."""
    curriculum = {segment.name[-1]: list(segment.rows) for segment in plan_arm("curriculum", STAGES, EPOCHS, seed)}
    return [row for stage in stage_order(arm, seed) for row in curriculum[stage]]


def test_reverse_is_the_curriculum_backwards_stage_by_stage():
    assert "".join(dict.fromkeys(row[0] for row in rows("reverse"))) == "cba"
    assert rows("reverse") == by_stage("reverse")


@pytest.mark.parametrize("seed", range(12))
def test_shuffled_stages_keeps_stages_whole_in_an_order_that_no_other_arm_has(seed):
    order = "".join(stage_order("shuffled-stages", seed))
    assert order in {"acb", "bac", "bca", "cab"}
    assert rows("shuffled-stages", seed) == by_stage("shuffled-stages", seed)
    assert "".join(dict.fromkeys(row[0] for row in rows("shuffled-stages", seed))) == order


def test_seeds_draw_every_order_that_is_left_to_shuffled_stages():
    assert len({stage_order("shuffled-stages", seed) for seed in range(40)}) == 4


def test_all_arms_hold_the_same_rows_in_segments_of_the_same_lengths_and_steps():
    plans = {arm: plan_arm(arm, STAGES, EPOCHS, 7) for arm in ARMS}
    lengths = {row: int(row[1:]) for stage in STAGES.values() for row in stage}
    assert {tuple(len(segment.rows) for segment in plan) for plan in plans.values()} == {(40, 18, 99)}
    assert len({tuple(sorted(row for segment in plan for row in segment.rows)) for plan in plans.values()}) == 1
    steps = {tuple(len(order_batches(s.rows, lengths, 8, 7)) for s in plan) for plan in plans.values()}
    assert steps == {(5, 3, 13)}
    assert len({tuple(row for segment in plan for row in segment.rows) for plan in plans.values()}) == len(ARMS)


def test_in_every_arm_the_names_of_segments_sort_in_the_order_of_training():
    for arm in ARMS:
        names = [segment.name for segment in plan_arm(arm, STAGES, EPOCHS, 7)]
        assert names == sorted(names)


def test_flat_has_no_order_of_stages():
    with pytest.raises(ValueError, match="arm 'flat' has no order of stages; expected one of curriculum, reverse"):
        stage_order("flat", 1)


def test_the_order_follows_from_the_seed_alone():
    assert rows("flat") == rows("flat")
    assert rows("flat", 42) != rows("flat", 43)
    assert rows("curriculum", 42) != rows("curriculum", 43)


def test_batches_hold_every_row_once_in_fixed_numbers_per_step():
    ordered = rows("flat")
    batches = order_batches(ordered, {row: int(row[1:]) for row in ordered}, 8, 42)
    assert Counter(row for batch in batches for row in batch) == Counter(ordered)
    assert [len(batch) for batch in batches].count(8) == len(ordered) // 8
    assert len(batches) == -(-len(ordered) // 8)


def test_length_is_sorted_only_inside_windows():
    ordered = [f"r{i}" for i in range(1000)]
    lengths = {row: (int(row[1:]) * 7919) % 101 for row in ordered}
    batches = order_batches(ordered, lengths, 8, 42)
    for start in range(0, 1000, 64):
        window = {row for batch in batches[start // 8 : start // 8 + 8] for row in batch}
        assert window == set(ordered[start : start + 64])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sideways", STAGES, EPOCHS, 1), "arm 'sideways' is unknown"),
        (("flat", STAGES, (1, 2), 1), "expected one positive whole number"),
        (("flat", STAGES, (1, 0, 1), 1), "expected one positive whole number"),
        (("flat", {**STAGES, "b": []}, EPOCHS, 1), "stage b has no traces"),
    ],
)
def test_bad_plans_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plan_arm(*arguments)


def test_a_run_trains_the_curriculum_and_any_further_arm_once():
    assert ordered_arms(["curriculum"]) == ("curriculum",)
    assert ordered_arms(["curriculum", "shuffled-stages", "reverse"]) == ("curriculum", "shuffled-stages", "reverse")


@pytest.mark.parametrize(
    "names", [[], ["reverse"], ["reverse", "curriculum"], ["curriculum", "flat"], ["curriculum", "curriculum"]]
)
def test_other_lists_of_arms_are_refused(names):
    with pytest.raises(ValueError, match=r"found ARMS .* expected curriculum, then any of reverse, shuffled-stages"):
        ordered_arms(names)
