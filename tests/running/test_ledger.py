"""The ledger, with a clock of its own: no test waits."""

import json

import pytest

from tunixlib.artifacts import pretty_json
from tunixlib.running.sessions.ledger import LEAST_S, LEAST_UNITS, SESSION_HOURS, TRAINING_SHARE, Ledger, Work, hours

PLAN = {
    "02_train": Work((100, 100, 100)),
    "03_curriculum": Work((100, 100, 100), like="02_train"),
    "05_evaluate": Work((40,) * 5, apart=1),
}


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def work(ledger, clock, label, steps, seconds, total=100, start=0):
    """Let a piece advance; the reasons to stop that were given on the way."""
    found = []
    for done in range(start + 1, start + steps + 1):
        clock.now += seconds
        found.append(ledger.observe({"label": label, "done": done, "total": total, "note": ""}))
    return [reason for reason in found if reason]


def ledger_of(clock, limit_s=10_000.0):
    return Ledger(limit_s, reserve_s=1000, clock=clock)


def test_a_session_that_fits_is_never_stopped(clock):
    ledger = ledger_of(clock)
    assert ledger.begin("02_train", PLAN) is None
    for segment in ("flat/1", "flat/2", "flat/3"):
        assert work(ledger, clock, segment, 100, 10) == []
    ledger.end("02_train")
    assert ledger.begin("03_curriculum", PLAN) is None
    for segment in ("curriculum/a", "curriculum/b", "curriculum/c"):
        assert work(ledger, clock, segment, 100, 10) == []
    assert ledger.stopped == ""


def test_a_slow_session_is_stopped_as_soon_as_its_pace_is_believed_and_told_once(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    assert work(ledger, clock, "flat/1", LEAST_UNITS, 20) == [], "the first unit does not count"
    (reason,) = work(ledger, clock, "flat/1", 50, 20, start=LEAST_UNITS)
    left, arm = (300 - LEAST_UNITS - 1) * 20 + 2 * 20, 300 * 20 + 3 * 20  # 20 s of startup for each later piece
    assert reason == (
        f"the rest does not fit into the session (02_train {hours(left)} more, 03_curriculum {hours(arm)}, "
        f"05_evaluate not known yet: ends at {hours(20 * (LEAST_UNITS + 1) + left + arm)} of 2 h 30 min usable)"
    )
    assert ledger.stopped == reason


def test_a_slow_first_unit_and_few_noisy_ones_stop_nothing(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    assert work(ledger, clock, "flat/1", 1, 600) == []
    assert work(ledger, clock, "flat/1", LEAST_UNITS - 1, 60, start=1) == []
    projected = ledger.projection("02_train")
    assert "02_train" in projected.unknown
    assert (projected.left, projected.later) == (0.0, {})


def test_many_fast_units_are_not_believed_within_a_minute(clock):
    ledger = Ledger(1000, reserve_s=0, clock=clock)
    ledger.begin("02_train", {"02_train": Work((100_000,))})
    assert work(ledger, clock, "flat/1", 100, (LEAST_S - 1) / 100, total=100_000) == []
    assert len(work(ledger, clock, "flat/1", 20, 1, total=100_000, start=100)) == 1


def test_a_later_arm_is_expected_to_take_as_long_as_the_earlier_one(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    work(ledger, clock, "flat/1", 51, 10)
    projected = ledger.projection("02_train")
    assert projected.left == 249 * 10 + 2 * 10
    assert projected.later == {"03_curriculum": 300 * 10 + 3 * 10}
    assert projected.unknown == ("05_evaluate",)
    assert projected.ends == 510 + projected.left + 3030


def test_a_curriculum_that_starts_with_short_rows_is_not_taken_to_stay_fast(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    for segment in ("flat/1", "flat/2", "flat/3"):
        work(ledger, clock, segment, 100, 10)
    ledger.end("02_train")
    ledger.begin("03_curriculum", PLAN)
    work(ledger, clock, "curriculum/a", 50, 2)
    assert ledger.projection("03_curriculum").left == pytest.approx(250 * 10 + 2 * 10)


def test_evaluation_is_projected_from_trained_checkpoints_since_the_base_model_writes_on(clock):
    ledger = ledger_of(clock)
    ledger.begin("05_evaluate", PLAN)
    assert work(ledger, clock, "base", 40, 60, total=40) == []
    assert ledger.projection("05_evaluate").unknown == ("05_evaluate",)
    work(ledger, clock, "flat", 1 + LEAST_UNITS, 5, total=40)
    projected = ledger.projection("05_evaluate")
    assert projected.left == (160 - 1 - LEAST_UNITS) * 5 + 3 * 60
    assert projected.unknown == ()


def test_when_the_time_is_used_up_nothing_goes_on_and_nothing_begins(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    (reason,) = work(ledger, clock, "flat/1", 1, 9001)
    assert reason == "the session's time is used up (2 h 30 min of 2 h 30 min usable)"
    late = ledger_of(clock)
    clock.now += 9001
    assert "used up" in late.begin("06_analysis", PLAN)


def test_time_before_the_ledger_was_made_counts(clock):
    ledger = Ledger(10_000, reserve_s=1000, clock=clock, started=clock.now - 8000)
    assert (ledger.now, ledger.usable) == (8000, 9000)


def test_a_session_shorter_than_its_reserve_is_refused(clock):
    with pytest.raises(ValueError, match=r"a session of 10 min is no longer than the 17 min kept back.*SESSION_HOURS"):
        ledger_of(clock, 600)


def test_the_limits_are_those_of_the_site():
    assert SESSION_HOURS == {"tpu": 9.0, "gpu": 12.0, "cpu": 12.0}


def test_the_record_says_what_each_stage_took_and_holds_no_null(clock):
    ledger = ledger_of(clock)
    ledger.begin("02_train", PLAN)
    work(ledger, clock, "flat/1", 51, 10)
    ledger.end("02_train")
    found = json.loads(pretty_json(ledger.record()))
    assert found == {
        "limit_s": 10_000.0, "reserve_s": 1000, "spent_s": 510.0, "stopped": "",
        "stages": [
            {"stage": "02_train", "finished": True, "seconds": 510.0, "units": 51, "seconds_per_unit": 10.0},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (61, "1 min"), (3600, "1 h 00 min"), (11_100, "3 h 05 min")])
def test_times_read_as_people_say_them(seconds, text):
    assert hours(seconds) == text


TRAINING = ["02_train", "03_curriculum"]


def seen(ledger, clock, seconds, label="flat/1"):
    """Begin training and let it go on until its pace is believed."""
    ledger.begin("02_train", PLAN)
    for done in range(1, LEAST_UNITS + 10):
        clock.now += seconds
        ledger.note({"label": label, "done": done, "total": 100, "note": ""})


def test_training_that_keeps_to_its_share_is_left_as_it_is(clock):
    ledger = ledger_of(clock)
    assert ledger.begin("02_train", PLAN) is None
    assert not ledger.too_long(TRAINING), "no pace yet"
    seen(ledger, clock, 10)  # 600 steps of 10 s: 6,060 of the 6,300 s that training may take
    assert not ledger.too_long(TRAINING)
    assert not ledger.would_fit([100] * 6), "begun anew it would be too long"


def test_training_that_takes_more_than_its_share_is_told_in_its_first_segment_only(clock):
    ledger = ledger_of(clock)
    seen(ledger, clock, 12)
    assert ledger.too_long(TRAINING)
    spent = ledger.now
    most = int((TRAINING_SHARE * ledger.usable - spent - 6 * 12) / 12)
    assert ledger.would_fit([most, 0, 0, 0, 0, 0]) and not ledger.would_fit([most + 1, 0, 0, 0, 0, 0])
    ledger.note({"label": "flat/2", "done": 1, "total": 100, "note": ""})
    assert not ledger.too_long(TRAINING), "a segment is finished: too much would be lost"
