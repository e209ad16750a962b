"""Four completions side by side, chosen by a rule that was written before the results were seen.

    examples = choose_examples(run, "eval-core")
    examples[0].situation, examples[0].prompt
    shown_lines(examples[0].after)           # [("true", "57 + 60 = 117"), ("true", "117 + 8 = 125"), ("answer", "125")]

The first checkpoint (the base model) stands beside the last one. For each of four situations, in this order, the first
item in the order of the evaluation set that is not chosen yet:

1. base wrong, final right; 2. both right; 3. final wrong though it has a checked step and no false one;
4. final wrong with a false step.

A situation that does not occur is filled by the first unused item of: base right, final wrong; both wrong; any item.
The base model is right when its answer is, with or without tags; the final checkpoint must put it into the tags.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tunixlib.analysis.run_files import read_predictions, read_summary
from tunixlib.artifacts import ArtifactError
from tunixlib.runs import Run

Row = Mapping[str, Any]

LONGEST_QUOTE = 500  # characters of a text that analysis.md quotes
MARKS = {"true": "[true]     ", "false": "[false]    ", "unchecked": "[unchecked]", "answer": "[answer]   "}


@dataclass(frozen=True)
class Example:
    """One item with what two checkpoints wrote: ``before`` and ``after`` are prediction rows."""

    situation: str
    before_name: str
    after_name: str
    before: Row
    after: Row

    @property
    def prompt(self) -> str:
        """The question."""
        return str(self.after["prompt"])

    @property
    def expected_answer(self) -> str:
        """The answer of the evaluation set."""
        return str(self.after["expected_answer"])


def _verdicts(row: Row) -> set[str]:
    return {step["verdict"] for step in row["steps"]}


def _base_right(before: Row, after: Row) -> bool:
    return bool(before["lenient_correct"])


def _right(before: Row, after: Row) -> bool:
    return bool(after["correct"])


SITUATIONS: tuple[tuple[str, Callable[[Row, Row], bool]], ...] = (
    ("base wrong, final right", lambda b, a: not _base_right(b, a) and _right(b, a)),
    ("both right", lambda b, a: _base_right(b, a) and _right(b, a)),
    (
        "final wrong, no false step",
        lambda b, a: not _right(b, a) and "true" in (v := _verdicts(a)) and "false" not in v,
    ),
    ("final wrong, a false step", lambda b, a: not _right(b, a) and "false" in _verdicts(a)),
)
FALLBACKS: tuple[tuple[str, Callable[[Row, Row], bool]], ...] = (
    ("base right, final wrong", lambda b, a: _base_right(b, a) and not _right(b, a)),
    ("both wrong", lambda b, a: not _base_right(b, a) and not _right(b, a)),
    ("one more item", lambda b, a: True),
)


def choose_examples(run: Run, eval_set: str) -> list[Example]:
    """Up to four examples by the rule above; fewer only when the evaluation set has fewer items.

    Raises ArtifactError when the run has no predictions on this evaluation set.
    """
    names = [card["checkpoint"] for card in read_summary(run).cards(eval_set)]
    if not names:
        raise ArtifactError(f"run {run.run_id!r}: found no scorecard on {eval_set!r}; run 05_evaluate with it first")
    first, last = names[0], names[-1]
    pairs = list(zip(read_predictions(run, eval_set, first), read_predictions(run, eval_set, last), strict=True))
    chosen: dict[int, Example] = {}
    missing = 0
    for situation, holds in SITUATIONS:
        missing += not _take(chosen, pairs, situation, holds, first, last)
    for situation, holds in FALLBACKS:
        while missing and _take(chosen, pairs, situation, holds, first, last):
            missing -= 1
    return list(chosen.values())


def _take(
    chosen: dict[int, Example],
    pairs: list[tuple[dict[str, Any], dict[str, Any]]],
    situation: str,
    holds: Callable[[Row, Row], bool],
    first: str,
    last: str,
) -> bool:
    """Add the first unused item for which the situation holds; whether there was one."""
    for place, (before, after) in enumerate(pairs):
        if place not in chosen and holds(before, after):
            chosen[place] = Example(situation, first, last, before, after)
            return True
    return False


def shown_lines(row: Row) -> list[tuple[str, str]]:
    """What a completion shows, line by line: steps with their verdict and the tagged answer, else its plain text.

    The first part of a pair is ``true``, ``false``, ``unchecked``, ``answer`` or ``text``.
    """
    lines = [(step["verdict"], step["text"]) for step in row["steps"]]
    if row["extraction_rule"] == "tagged":
        lines.append(("answer", row["final_answer"]))
    return lines or [("text", line) for line in row["completion"].splitlines() if line.strip()] or [("text", "(empty)")]


def outcome(row: Row) -> str:
    """One phrase: right, right without tags or wrong; the text form; what ended it."""
    answer = "right" if row["correct"] else "right, but not in the tags" if row["lenient_correct"] else "wrong"
    form = "well formed" if row["well_formed"] else "not the text form"
    end = "" if row["finish_reason"] == "eos" else ", cut at the token limit"
    return f"{answer}, {form}{end}"


def render_example(example: Example) -> str:
    """The example as Markdown: prompt and both completions in code blocks, each step with its verdict."""
    blocks = [f"### {example.situation.capitalize()}"]
    blocks.append(_fenced([f"{_cut(example.prompt)}\n", f"expected: {_cut(example.expected_answer)}"]))
    for name, row in ((example.before_name, example.before), (example.after_name, example.after)):
        shown = [(kind, f"{MARKS[kind]} {text}" if kind in MARKS else text) for kind, text in shown_lines(row)]
        work = _cut("\n".join(text for kind, text in shown if kind != "answer"))
        answer = [_cut(text) for kind, text in shown if kind == "answer"]
        blocks += [f"{name}: {outcome(row)}", _fenced([*([work] if work else []), *answer])]
    return "\n\n".join(blocks)


def _cut(text: str) -> str:
    """The text without control characters, cut at an ellipsis when it is long."""
    clean = "".join(char if char == "\n" or char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= LONGEST_QUOTE else clean[:LONGEST_QUOTE].rstrip() + "…"


def _fenced(parts: list[str]) -> str:
    """A code block around any text, its fence longer than any inside."""
    text = "\n".join(parts)
    fence = "`" * max([3, *(len(found) + 1 for found in re.findall("`{3,}", text))])
    return f"{fence}text\n{text}\n{fence}"
