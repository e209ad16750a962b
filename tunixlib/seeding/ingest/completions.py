r"""Steps and answer out of a completion as other people's data sets write it.

    >>> read_completion("16 - 3 = <<16-3=13>>13\n13 * 2 = 26\n#### 26")
    Work(steps=('16 - 3 = 13', '13 * 2 = 26'), final_answer='26', style='hashes', marks=1)

========  =====================================================================  =====================================
style     form                                                                   what becomes of it
========  =====================================================================  =====================================
tags      ``<reasoning>…</reasoning><answer>…</answer>``                         ours; every line between is a step
think     ``<think>…</think>`` and then ``<answer>5</answer>``, one line, or     every line inside is a step; worked
          worked lines with ``\boxed{5}`` or a last line ``#### 5``             lines after it are steps, too
hashes    lines, then ``#### 5`` as the last one (GSM8K)                         calculator marks ``<<3*4=12>>`` are
                                                                                 taken out and counted: the result
                                                                                 stands behind them, or is put there
boxed     lines in which ``\boxed{5}`` stands (MATH)                             the answer is what the box holds; a
                                                                                 line that is only the box is no step
========  =====================================================================  =====================================

An answer on a line of its own or behind ``####`` may read ``The answer is 5.``: it is 5. Text that would belong neither
to a step nor to the answer is refused, never dropped.
"""

import re
from dataclasses import dataclass

from tunixlib.seeding.ingest.marks import without_marks
from tunixlib.seeding.ingest.records import RefusedError
from tunixlib.traces import TAGS, parse_completion

_TAGGED = re.compile(r"\A\s*<reasoning>.*</reasoning>\s*<answer>.*</answer>\s*\Z", re.DOTALL)
_FRAME = " \t$.:*\\[]()"
_LEAD = re.compile(r"(?:the )?(?:final )?answer(?: is:?|:) *(\S.*?)\.?", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:the )?(?:final )?(?:answer|conclusion|summary|solution|result|explanation|reasoning|verification|check|note|"
    r"(?:step|part|case)(?: \d+)?)s?[ :.]*(?:is)?",
    re.IGNORECASE,
)
_LEADS = {"", "answer", "the answer", "the answer is", "final answer", "the final answer", "the final answer is"}
MAX_BOXES = 100  # in one completion
_BOXES = (r"\boxed{", r"\fbox{")
STYLES = "<reasoning> and <answer> tags, <think> before the answer, a last line `#### 5`, or \\boxed{5}"


@dataclass(frozen=True)
class Work:
    """What a completion says: its steps in order, its answer, the style it was written in, marks taken out."""

    steps: tuple[str, ...]
    final_answer: str
    style: str
    marks: int = 0


def read_completion(text: str) -> Work:
    """The steps and the answer of a completion. Raises RefusedError when they cannot be told apart."""
    text = text.replace("\r\n", "\n")
    if any(tag in text for tag in TAGS[:2]):
        return _tagged(text)
    if "<think>" in text or "</think>" in text:
        return _thought(text)
    lines = lines_of(text)
    if lines and lines[-1].startswith("####"):
        return _hashed(lines)
    if any(box in text for box in _BOXES):
        return _boxed(lines)
    raise RefusedError("no_answer_found", f"a text of {len(text)} characters, expected {STYLES}", "completion", text)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that are not blank, without outer white space."""
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _tagged(text: str) -> Work:
    repeated = [tag for tag in TAGS if text.count(tag) != 1]
    if repeated:
        detail = f"{repeated[0]} stands {text.count(repeated[0])} times, expected each of {' '.join(TAGS)} once"
        raise RefusedError("tags_inside" if repeated[0] in text else "no_answer_found", detail, "completion", text)
    parsed = parse_completion(text)
    if not _TAGGED.match(text) or not parsed.steps or not parsed.final_answer:
        detail = "text outside the tags, or nothing inside; expected the reasoning, the answer and nothing else"
        raise RefusedError("no_answer_found", detail, "completion", text)
    steps = parsed.steps if parsed.well_formed else tuple(step.strip() for step in parsed.steps)
    return Work(steps, parsed.final_answer, "tags")


def _thought(text: str) -> Work:
    if text.count("<think>") > 1 or text.count("</think>") != 1:
        detail = "the tags of <think>…</think> do not stand once each"
        raise RefusedError("tags_inside", detail, "completion", text)
    inside, _, after = text.partition("</think>")
    before, _, inside = inside.rpartition("<think>")
    if before.strip():
        raise RefusedError("no_answer_found", "text before <think>, expected none", "completion", text)
    steps, rest = lines_of(inside), lines_of(after)
    if after.count("<answer>") == after.count("</answer>") == 1:
        answer = after.strip()
        if not (answer.startswith("<answer>") and answer.endswith("</answer>")):
            raise RefusedError("no_answer_found", "text beside <answer> after </think>", "completion", after)
        return Work(steps, answer.removeprefix("<answer>").removesuffix("</answer>").strip(), "think")
    if any(box in after for box in _BOXES):
        boxed = _boxed(rest)
        return Work(steps + boxed.steps, boxed.final_answer, "think")
    if rest and rest[-1].startswith("####"):
        hashed = _hashed(rest)
        return Work(steps + hashed.steps, hashed.final_answer, "think", hashed.marks)
    if len(rest) != 1:
        detail = f"{len(rest)} lines after </think>, expected the answer alone: on one line, in <answer>, a box or ####"
        raise RefusedError("no_answer_found", detail, "completion", after)
    return Work(steps, _without_lead(rest[0]), "think")


def _without_lead(line: str) -> str:
    """``The answer is 5.`` as ``5``; any other line as it is."""
    found = _LEAD.fullmatch(line)
    return found[1] if found else line


def _hashed(lines: tuple[str, ...]) -> Work:
    if early := next((line for line in lines[:-1] if line.startswith("####")), None):
        detail = f"a line {early[:60]!r} before the last one, expected #### once, before the answer on the last line"
        raise RefusedError("no_answer_found", detail, "completion", early)
    answer = lines[-1].lstrip("#").strip()
    if not answer or _HEADING.fullmatch(answer):
        detail = f"a last line {lines[-1][:60]!r}, a heading without an answer, expected one as in `#### 5`"
        raise RefusedError("no_answer_found", detail, "completion", lines[-1])
    kept = [without_marks(line) for line in lines[:-1]]
    steps = tuple(line.strip() for line, _ in kept if line.strip())
    return Work(steps, _without_lead(answer), "hashes", sum(count for _, count in kept))


def _boxed(lines: tuple[str, ...]) -> Work:
    text = "\n".join(lines)
    if (count := sum(text.count(box) for box in _BOXES)) > MAX_BOXES:
        raise RefusedError("no_answer_found", f"{count} boxes, expected at most {MAX_BOXES}", "completion", text)
    found, steps = set(), []
    for line in lines:
        boxes = _boxes(line)
        found |= {inside.strip() for inside, _ in boxes}
        if not any(rest.strip(_FRAME).lower() in _LEADS for _, rest in boxes):
            steps.append(line)
    if len(found) != 1:
        detail = f"closed boxes with {len(found)} different answers, expected one"
        raise RefusedError("no_answer_found", detail, "completion", text)
    return Work(tuple(steps), found.pop(), "boxed")


def _boxes(line: str) -> list[tuple[str, str]]:
    """``(inside, the line without the box)`` for every closed box of a line; braces inside may be nested."""
    found: list[tuple[str, str]] = []
    for box in _BOXES:
        start = line.find(box)
        while start >= 0 and (end := _closing(line, start + len(box))) >= 0:
            found.append((line[start + len(box) : end], line[:start] + line[end + 1 :]))
            start = line.find(box, end)
    return found


def _closing(line: str, place: int) -> int:
    """Where the brace that was opened just before ``place`` is closed; -1 when it is not."""
    depth = 1
    for i in range(place, len(line)):
        depth += {"{": 1, "}": -1}.get(line[i], 0)
        if not depth:
            return i
    return -1
