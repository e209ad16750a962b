"""The checks that every seeded trace passes before it is written: distinct, renderable, true, answered.

>>> from tunixlib.seeding.tasks import trained_families
>>> level, problem = next(trained_families()[0].walk("demo", 1))
>>> faults(trained_families()[0], level, problem)
[]
"""

from tunixlib.checking.answers import same_answer
from tunixlib.checking.steps import check_steps
from tunixlib.seeding.families import Family, Level, Problem
from tunixlib.traces import STEP_TYPES, ReasoningTrace, parse_completion, render_completion


def faults(family: Family, level: Level, problem: Problem) -> list[str]:
    """What is wrong with a problem, one sentence each; an empty list when it may be trained on.

    The answer is recomputed by ``family.solve``, which sees only the prompt, and must be the same text.
    """
    found = []
    recomputed = family.solve(problem.prompt)
    if recomputed != problem.answer or not same_answer(recomputed, problem.answer):
        found.append(f"the check finds {recomputed!r} where the answer says {problem.answer!r}")
    if len(problem.steps) != level.steps:
        found.append(f"{len(problem.steps)} steps where the level says {level.steps}")
    found += [f"step type {kind!r} is not one of {STEP_TYPES}" for kind, _ in problem.steps if kind not in STEP_TYPES]
    truth = check_steps([content for _, content in problem.steps], problem.prompt)
    found += [f"false step: {step.text!r}" for step in truth.steps if step.verdict == "false"]
    completion = render_completion(ReasoningTrace.build(problem.prompt, problem.steps, problem.answer))
    parsed = parse_completion(completion)
    if not parsed.well_formed or parsed.steps != tuple(content for _, content in problem.steps):
        found.append(f"the text form does not read back: {completion!r}")
    return found
