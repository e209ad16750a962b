"""Claims that hold for every family, trained or unseen."""

from typing import get_args

import pytest

from tunixlib.seeding.audit import faults
from tunixlib.seeding.families import Category
from tunixlib.seeding.tasks import trained_families, unseen_families

ALL = trained_families() + unseen_families()
PER_LEVEL = 120


@pytest.fixture(params=ALL, ids=lambda family: family.name)
def family(request):
    return request.param


def test_every_trace_is_true_answered_and_renderable(family):
    for level, problem in family.walk("test", PER_LEVEL):
        assert faults(family, level, problem) == [], problem


def test_prompts_are_distinct_by_construction(family):
    prompts = [problem.prompt for _, problem in family.walk("test", PER_LEVEL)]
    assert len(set(prompts)) == len(prompts)


def test_evaluation_prompts_never_occur_in_training(family):
    trained = {problem.prompt for _, problem in family.walk("test", 2_000)}
    for number in range(len(family.levels)):
        for index in range(min(50, family.eval_cores(number))):
            assert family.evaluation_problem(number, index).prompt not in trained


def test_the_check_sees_a_changed_answer(family):
    """The check computes from the prompt: over different prompts it gives different answers."""
    answers = {family.solve(problem.prompt) for _, problem in family.walk("test", PER_LEVEL)}
    assert len(answers) > 1 or family.category == "edge_case"


def test_every_phrasing_is_used_and_every_field_filled(family):
    assert family.category in get_args(Category)
    for _, problem in family.walk("test", PER_LEVEL):
        assert "{" not in problem.prompt and "}" not in problem.prompt
        assert problem.prompt == problem.prompt.strip() or family.category == "edge_case"


def test_no_axis_holds_a_value_twice(family):
    """Or two cores would give one prompt, possibly one in training and one in evaluation."""
    for level in family.levels:
        for name, axis in level.axes.items():
            assert isinstance(axis, range) or len(set(axis)) == len(axis), name


def test_every_family_can_give_evaluation_questions(family):
    assert all(family.eval_cores(number) >= 6 for number in range(len(family.levels)))


def test_names_are_unique():
    names = [family.name for family in ALL]
    assert len(set(names)) == len(names)
