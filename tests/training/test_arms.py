from collections import Counter

import pytest

from tunixlib.training.arms import order_batches, plan_arm

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


def test_reverse_is_the_curriculum_backwards_stage_by_stage():
    assert [s.name for s in plan_arm("reverse", STAGES, EPOCHS, 42)] == ["stage_c", "stage_b", "stage_a"]


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
