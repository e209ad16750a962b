"""Claims about the arms of self-correction: what each is trained on, that all get equal shares, what is refused."""

from collections import Counter

import pytest

from tunixlib.artifacts import read_json
from tunixlib.runs import Run
from tunixlib.seeding.correction.datasets import CORRECTION_DATASET
from tunixlib.seeding.correction.forms import parse_check, parse_prompt
from tunixlib.seeding.datasets import dataset_file, load_traces, write_run_data
from tunixlib.stages import CORRECTION_ARMS
from tunixlib.traces import render_completion
from tunixlib.training.arms import LENGTHS, order_batches
from tunixlib.training.config import TrainingError
from tunixlib.training.correction import arm_traces, correction_arms, plan_correction
from tunixlib.training.run_correction import encode_arm, write_arm_traces
from tunixlib.training.shown_pairs import label_fault, pair_faults

SHARE = {"traces": 20, "replay": 6, "seed": 42}


@pytest.fixture(scope="module")
def shown():
    return load_traces(dataset_file(CORRECTION_DATASET))


@pytest.fixture
def stage_c(traces):
    return [trace for trace in traces if len(trace.steps) == 4]


@pytest.fixture
def arms(shown, stage_c):
    """Arm -> its distinct traces."""
    return {arm: arm_traces(arm, shown, stage_c * 2, **SHARE, density=0.5) for arm in CORRECTION_ARMS}


def planned(arms, stage_c, **change):
    ids = {trace.trace_id for trace in stage_c}
    return {
        arm: list(plan_correction(arm, list(dict.fromkeys(t.trace_id for t in found)), ids, **SHARE | change).rows)
        for arm, found in arms.items()
    }


def own(found, stage_c):
    return [trace for trace in found if trace not in stage_c]


def test_arms_come_in_one_order_whatever_order_they_are_named_in():
    assert correction_arms(["retry", "control"]) == ("control", "retry")
    assert correction_arms([]) == ()
    for names in (["retry", "retry"], ["flat"]):
        with pytest.raises(ValueError, match="expected any of control, surface, contrastive, retry, each once"):
            correction_arms(names)


def test_control_is_stage_c_and_nothing_else(arms, stage_c):
    assert own(arms["control"], stage_c) == []


def test_contrastive_holds_pairs_of_a_wrong_work_and_the_same_work_without_the_error(arms, stage_c, shown):
    found = own(arms["contrastive"], stage_c)
    assert len(found) == 14 and all(trace in shown for trace in found)
    for wrong, clean in zip(found[::2], found[1::2], strict=True):
        assert (wrong.meta["twin"], clean.meta["twin"]) == ("wrong", "clean")
        assert parse_prompt(wrong.prompt).question == parse_prompt(clean.prompt).question
        assert wrong.final_answer.partition(": ")[2] == clean.final_answer.removeprefix("right: ")
    assert Counter(trace.final_answer.startswith("right: ") for trace in found) == {True: 7, False: 7}


def test_surface_has_the_words_and_the_form_of_checking_and_never_an_error(arms, stage_c):
    found = own(arms["surface"], stage_c)
    assert len({trace.trace_id for trace in found}) == 14, "as many distinct works as contrastive has"
    for trace in found:
        check = parse_check(render_completion(trace))
        assert not check.verdict.wrong and check.unread == 0
        assert all(mark.right for mark in check.marks)


def test_retry_works_questions_with_wrong_lines_each_corrected_by_the_next(arms, stage_c):
    found = own(arms["retry"], stage_c)
    assert len(found) == 14
    wrong = [(trace, i) for trace in found for i in trace.meta.get("wrong_steps", [])]
    assert wrong
    for trace, number in wrong:
        after = next(step for step in trace.steps if step.i == number + 1)
        assert after.content.startswith("Correction: ")


def test_every_arm_gets_as_many_rows_and_steps_and_as_many_of_stage_c_again(arms, stage_c):
    plans, again = planned(arms, stage_c), {trace.trace_id for trace in stage_c}
    lengths = dict.fromkeys((row for rows in plans.values() for row in rows), 1)
    for arm, rows in plans.items():
        assert len(rows) == 20
        assert sum(row in again for row in rows) == (20 if arm == "control" else 6)
        assert len(order_batches(rows, lengths, 4, 42)) == 5


def test_surface_and_contrastive_see_as_many_distinct_works_each_once(arms, stage_c):
    plans, again = planned(arms, stage_c), {trace.trace_id for trace in stage_c}
    for arm in ("surface", "contrastive"):
        assert Counter(Counter(row for row in plans[arm] if row not in again).values()) == {1: 14}


def test_works_of_surface_and_pairs_of_contrastive_are_drawn_by_the_seed(arms, stage_c, shown):
    other = arm_traces("contrastive", shown, stage_c, **SHARE | {"seed": 43}, density=0.5)
    assert {t.trace_id for t in own(other, stage_c)} != {t.trace_id for t in own(arms["contrastive"], stage_c)}
    assert arm_traces("contrastive", shown, stage_c, **SHARE, density=0.5)[:14] == arms["contrastive"][:14]
    clean = arm_traces("surface", [], stage_c, **SHARE | {"seed": 43}, density=0.5)
    assert not {t.trace_id for t in own(clean, stage_c)} & {t.trace_id for t in own(arms["surface"], stage_c)}


def test_rows_follow_from_the_seed_and_the_arm(arms, stage_c):
    plans = planned(arms, stage_c)
    assert plans == planned(arms, stage_c)
    assert all(plans[arm] != other for arm, other in planned(arms, stage_c, seed=43).items())


def test_without_replay_no_row_is_of_stage_c_but_those_of_control(arms, stage_c, shown):
    found = arm_traces("contrastive", shown, stage_c, traces=14, replay=0, seed=42, density=0.5)
    assert own(found, stage_c) == found


@pytest.mark.parametrize("replay", [-1, 11, 20, 21])
def test_too_much_of_stage_c_is_refused(shown, stage_c, replay):
    with pytest.raises(TrainingError, match=rf"TRACES 20 and REPLAY_TRACES {replay}, expected at least 10 rows beside"):
        arm_traces("surface", shown, stage_c, traces=20, replay=replay, seed=42, density=0.5)


@pytest.mark.parametrize(("rows", "found"), [(19, 13), (2000, 1994)])
def test_an_odd_number_and_more_than_there_are_name_what_to_do(shown, stage_c, rows, found):
    said = rf"CORRECTION_TRACES less REPLAY_TRACES: found {found}, expected an even number up to the 1000 of .*--traces"
    with pytest.raises(TrainingError, match=said):
        arm_traces("contrastive", shown, stage_c, traces=rows, replay=6, seed=42, density=0.5)


def changed(trace, **fields):
    return trace.model_copy(update=fields)


def test_a_dataset_of_anything_but_pairs_is_refused_with_its_row(shown, stage_c, traces):
    other = changed(shown[1], prompt=shown[3].prompt)
    bad = {
        "row 1: found clean and wrong twins": [shown[1], shown[0], *shown[2:]],
        "row 1: found wrong and clean twins": [shown[0], shown[3], *shown[2:]],
        "row 999: found clean and wrong twins": [*shown[:998], shown[999], shown[998]],
        "row 1: found twins that are no works of one question": [shown[0], other, *shown[2:]],
        "row 1001: found a work without a twin": [*shown, shown[0]],
        "row 1: found None and None twins": traces * 2,
    }
    for said, found in bad.items():
        with pytest.raises(TrainingError, match=f"CORRECTION_DATASET, {said}"):
            arm_traces("contrastive", found, stage_c, **SHARE, density=0.5)


def test_every_work_of_the_dataset_is_labelled_as_its_marks_say(shown):
    assert list(pair_faults(shown)) == []


def test_labels_marks_and_verdicts_that_contradict_each_other_are_told_apart(shown):
    wrong, clean = shown[:2]
    assert wrong.final_answer == "line 3 is wrong: 65"
    for verdict in ("right: 65", "line 2 is wrong: 65", "the answer is wrong: 65", "wrong"):
        assert label_fault(changed(wrong, final_answer=verdict)).expected == "'line 3 is wrong' as its marks say"
    assert label_fault(changed(clean, final_answer="line 3 is wrong: 65")).expected == "'right' as its marks say"
    assert label_fault(changed(wrong, meta={**wrong.meta, "twin": "clean"})) == ("twin clean", "wrong by its verdict")
    fewer = "one of each of its 3 lines and of the answer"
    assert label_fault(changed(wrong, steps=wrong.steps[1:])) == ("other marks", fewer)
    assert label_fault(changed(wrong, steps=clean.steps, final_answer=clean.final_answer)).found == "twin wrong"


def test_an_arm_whose_traces_are_all_too_long_says_what_to_raise(stage_c):
    with pytest.raises(ValueError, match="arm retry has no traces for 14 of its rows; raise MAX_LENGTH"):
        plan_correction("retry", [trace.trace_id for trace in stage_c], {t.trace_id for t in stage_c}, **SHARE)


def test_wrong_lines_carry_no_loss_unless_they_shall_and_every_length_is_on_record(tmp_path, traces):
    run = Run(tmp_path / "demo")
    write_run_data(run.path("data"), "adding-v1", traces)
    found = write_arm_traces(run, "retry", [], **SHARE, density=0.5)
    masked, left_out = encode_arm(run, "retry", "tiny", 512)
    learnt, _ = encode_arm(run, "retry", "tiny", 512, mask_errors=False)
    with_errors = {trace.trace_id for trace in found if trace.meta.get("wrong_steps")}
    assert {trace_id for trace_id, row in masked.items() if row.unsupervised} == with_errors
    assert not any(row.unsupervised for row in learnt.values()) and left_out == []
    short, long = encode_arm(run, "retry", "tiny", 100)
    lengths = read_json(run.path("training", "retry", LENGTHS))
    assert len(short) + len(long) == len(lengths) == len(found)
    assert all(lengths[row.trace_id] > 100 for row in long) and long
