"""Datasets of shown works and of retries, and the evaluation set of shown works, made again byte for byte.

    write_correction(CorrectionRecipe("self-correction-v1", 1000), Path("data/self-correction-v1"))
    write_correction_eval(Path("data/eval-correction"))

A row of a **check** dataset is a trace: the prompt shows a work, the steps check it line by line (``forms``). Of
``traces`` rows, the share ``density`` holds an error; each of these has its clean twin in the set, too, so at one half
the set consists of pairs, and below it of pairs and of other clean works. A row of a **retry** dataset is a question
worked with wrong lines and their corrections (``retries``).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tunixlib.artifacts import sha256_file, write_json
from tunixlib.checking.steps import check_steps
from tunixlib.seeding.correction.baselines import rule_baselines
from tunixlib.seeding.correction.forms import check_of, parse_check, parse_prompt, parse_verdict, render_prompt
from tunixlib.seeding.correction.pairs import Pair, Pairs, evaluation_sides, training_sides
from tunixlib.seeding.correction.retries import retry_steps
from tunixlib.seeding.datasets import histogram, refuse_other, write_eval_rows
from tunixlib.seeding.evalsets import EVAL_SETS, EvalItem, make_eval_set
from tunixlib.seeding.gate import Gate
from tunixlib.seeding.recipes import SeedingError
from tunixlib.traces import ReasoningTrace, render_completion, write_traces

CORRECTION_DATASET, CORRECTION_TRACES = "self-correction-v1", 1000
CORRECTION_EVAL, CORRECTION_PAIRS = "eval-correction", 200
CATEGORY = "self_correction"

Form = Literal["check", "retry"]


@dataclass(frozen=True)
class CorrectionRecipe:
    """A dataset's name, rows, seed, form and error density: all that its bytes depend on, beside the families.

    ``density``: in ``check``, the share of shown works with an error, 0 to 0.5; in ``retry``, the chance that a line is
    first written wrong, 0 to 0.5.
    """

    key: str
    traces: int
    seed: int = 42
    form: Form = "check"
    density: float = 0.5

    @property
    def wrong(self) -> int:
        """How many works of a ``check`` are wrong: the density to the nearest work, each with room for its twin."""
        return min(round(self.traces * self.density), self.traces // 2)

    def __post_init__(self) -> None:
        if self.form not in ("check", "retry"):
            raise SeedingError(f"dataset {self.key!r}: found form {self.form!r}, expected check or retry")
        if self.traces < 10:
            raise SeedingError(f"dataset {self.key!r}: found a size of {self.traces}, expected at least 10 traces")
        if not 0 <= self.density <= 0.5:
            raise SeedingError(
                f"dataset {self.key!r}: found an error density of {self.density}, expected 0 to 0.5: more errors than "
                "true works would teach to call everything wrong"
            )


@cache
def correction_eval() -> tuple[tuple[Pair, ...], dict[str, int]]:
    """The pairs of the evaluation set, and how many problems were looked at, by what came of them."""
    pairs = Pairs(CORRECTION_EVAL, evaluation_sides(), avoid=_asked())
    found = tuple(pairs.draw(CORRECTION_PAIRS))
    return found, dict(sorted(pairs.looked_at.items()))


def _asked() -> list[str]:
    return [row["prompt"] for name in EVAL_SETS for row in make_eval_set(name)]


def correction_rows() -> list[dict[str, Any]]:
    """The evaluation rows, clean twin after wrong one: ``section`` is the kind of error, ``category`` the twin."""
    rows = []
    for number, pair in enumerate(correction_eval()[0], start=1):
        for twin in ("wrong", "clean"):
            trace = _check_trace(pair, twin, {})
            item = EvalItem(
                id=f"{CORRECTION_EVAL}/{number:04d}/{twin}",
                prompt=trace.prompt,
                expected_answer=trace.final_answer,
                section=pair.kind,
                category=twin,
                difficulty=pair.difficulty,
                family=pair.family,
            )
            rows.append(item.model_dump())
    return rows


def write_correction_eval(folder: Path) -> dict[str, Any]:
    """Write ``folder/{eval.jsonl, manifest.json}`` for the evaluation set of shown works; returns the manifest."""
    rows = correction_rows()
    wrong = (row["expected_answer"] for row in rows if row["category"] == "wrong")
    more = {
        "pairs": len(rows) // 2,
        "problems_looked_at": correction_eval()[1],
        "first_wrong": histogram(map(_place, wrong)),
        "rule_baselines": rule_baselines(rows),
    }
    return write_eval_rows(CORRECTION_EVAL, rows, folder, more)


def make_correction(recipe: CorrectionRecipe, looked_at: Counter[str] | None = None) -> Iterator[ReasoningTrace]:
    """The traces of a recipe, every one audited; ``looked_at`` gets the count of problems by what came of them.

    No question is one of an evaluation set, neither asked there nor shown in ``eval-correction`` (LeakError).
    """
    gate = Gate([*_asked(), *(pair.work.question for pair in correction_eval()[0])])
    pairs = Pairs(f"{recipe.key}/{recipe.seed}", training_sides())
    index = 0
    for number, (pair, twins) in enumerate(_drawn(pairs, recipe), start=1):
        gate.check(pair.work.question)
        for twin in twins:
            meta = {"dataset_key": recipe.key, "seed": recipe.seed, "index": index, "pair": number}
            yield _retry_trace(pair, recipe, meta) if twin == "retry" else _check_trace(pair, twin, meta)
            index += 1
    if looked_at is not None:
        looked_at.update(pairs.looked_at)


def _drawn(pairs: Pairs, recipe: CorrectionRecipe) -> Iterator[tuple[Pair, tuple[str, ...]]]:
    """Pairs with the twins to show; works without a twin come between the pairs, spread evenly."""
    if recipe.form == "retry":
        yield from ((pair, ("retry",)) for pair in pairs.draw_clean(recipe.traces))
        return
    wrong = recipe.wrong
    single = recipe.traces - 2 * wrong
    turns = [((i + 0.5) / wrong, True) for i in range(wrong)] + [((i + 0.5) / single, False) for i in range(single)]
    both, alone = pairs.draw(wrong), pairs.draw_clean(single)
    for _, is_pair in sorted(turns):
        yield (next(both), ("wrong", "clean")) if is_pair else (next(alone), ("clean",))


def _check_trace(pair: Pair, twin: str, meta: dict[str, Any]) -> ReasoningTrace:
    shown = pair.twin if twin == "wrong" else None
    lines = [str(line) for line in (shown.lines if shown else pair.work.lines)]
    prompt = render_prompt(pair.work.question, lines, shown.answer if shown else pair.work.answer)
    marks, verdict = check_of(pair.work, shown)
    own = {"category": CATEGORY, "family": pair.family, "difficulty": pair.difficulty, "error": pair.kind, "twin": twin}
    trace = ReasoningTrace.build(prompt, [("verify", str(mark)) for mark in marks], str(verdict), {**own, **meta})
    found = parse_check(render_completion(trace))
    if found.marks != tuple(marks) or found.verdict != verdict or parse_prompt(prompt).lines != tuple(lines):
        raise SeedingError(f"family {pair.family}: a check does not read back: {prompt!r}; mend the forms")
    _refuse_false(trace, ())
    return trace


def _retry_trace(pair: Pair, recipe: CorrectionRecipe, meta: dict[str, Any]) -> ReasoningTrace:
    steps, wrong = retry_steps(pair.work, recipe.density, f"{recipe.key}/{recipe.seed}/{pair.work.question}")
    own = {"category": CATEGORY, "family": pair.family, "difficulty": pair.difficulty, "wrong_steps": wrong}
    trace = ReasoningTrace.build(pair.work.question, steps, pair.work.answer, {**own, **meta})
    _refuse_false(trace, wrong)
    return trace


def _refuse_false(trace: ReasoningTrace, wrong: list[int] | tuple[int, ...]) -> None:
    """Raise SeedingError when a step is false that is not said to be wrong."""
    truth = check_steps([step.content for step in trace.steps], trace.prompt)
    for step, checked in zip(trace.steps, truth.steps, strict=True):
        if checked.verdict == "false" and step.i not in wrong:
            raise SeedingError(f"a step that should be true is false: {step.content!r}; mend the forms")


def write_correction(recipe: CorrectionRecipe, folder: Path) -> dict[str, Any]:
    """Write ``folder/{dataset.jsonl, manifest.json}`` and return the manifest. Linear in the number of traces.

    Raises SeedingError when the folder holds another dataset.
    """
    own = {"dataset_key": recipe.key, "seed": recipe.seed, "form": recipe.form, "density": recipe.density}
    refuse_other(folder, {**own, "count": recipe.traces})
    looked_at: Counter[str] = Counter()
    traces = list(make_correction(recipe, looked_at))
    write_traces(folder / "dataset.jsonl", traces)
    manifest = {
        "manifest_version": "1.0",
        "kind": "training",
        **own,
        "count": len(traces),
        "sha256": sha256_file(folder / "dataset.jsonl"),
        "problems_looked_at": dict(sorted(looked_at.items())),
        "steps": histogram(str(len(trace.steps)) for trace in traces),
        **_errors(recipe, traces),
        **{
            name: histogram(str(trace.meta[name]) for trace in traces if name in trace.meta)
            for name in ("category", "difficulty", "family", "error", "twin")
        },
    }
    write_json(folder / "manifest.json", manifest)
    return manifest


def _errors(recipe: CorrectionRecipe, traces: list[ReasoningTrace]) -> dict[str, Any]:
    """Where the errors stand: the first wrong line of each wrong work, or how many lines are first written wrong.

    ``wrong_share`` is added where the number of traces does not allow the density exactly.
    """
    if recipe.form == "retry":
        return {"wrong_steps": sum(len(trace.meta["wrong_steps"]) for trace in traces)}
    wrong = [trace.final_answer for trace in traces if trace.meta["twin"] == "wrong"]
    share = len(wrong) / len(traces)
    actual = {} if share == recipe.density else {"wrong_share": round(share, 6)}
    return {"first_wrong": histogram(map(_place, wrong)), **actual}


def _place(verdict: str) -> str:
    found = parse_verdict(verdict)
    return "answer" if found is None or found.line is None else f"line {found.line}"
