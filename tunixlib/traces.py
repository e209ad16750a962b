r"""ReasoningTrace: a problem with worked steps, and its one text form.

    >>> trace = ReasoningTrace.build("What is 2 + 3?", [("compute", "2 + 3 = 5")], "5")
    >>> print(render_completion(trace))
    <reasoning>
    2 + 3 = 5
    </reasoning>
    <answer>5</answer>
    >>> parse_completion(render_completion(trace)).final_answer
    '5'

One step per line; further lines of the same step are indented by two spaces. The end-of-sequence token is not part of
the text: ``modeling.tokenization`` appends it, and the training loss covers it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from tunixlib.artifacts import MAX_LINE, ArtifactError, canonical_json, read_lines, sha256_text, write_jsonl
from tunixlib.strict_json import check_json, parse_json

TAGS = ("<reasoning>", "</reasoning>", "<answer>", "</answer>")

# The step types of seeded traces. Your own traces may use any type of 1 to 64 characters.
STEP_TYPES = ("plan", "recall", "given", "convert", "compute", "compare", "transform", "verify", "conclude")

# The context of validation that says: this was read from JSON, so it can be written as JSON.
FROM_JSON = {"read from": "JSON"}

# Read only where each tag stands once: on repeated tags its time would grow with the square of their number.
_MODEL = re.compile(r"\A\s*<reasoning>(.*?)</reasoning>\s*<answer>(.*?)</answer>\s*\Z", re.DOTALL)


class Step(BaseModel):
    """One step of the work: ``i`` orders it, ``type`` names its role, ``content`` is the text the model learns."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    i: Annotated[int, Field(ge=0)]
    type: Annotated[str, Field(min_length=1, max_length=64)]
    content: Annotated[str, Field(min_length=1, max_length=20_000)]


class ReasoningTrace(BaseModel):
    """A prompt, the steps that solve it and the final answer. ``meta`` is free for its owner."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    trace_version: Literal["1.0"] = "1.0"
    prompt: Annotated[str, Field(min_length=1, max_length=50_000)]
    final_answer: Annotated[str, Field(min_length=1, max_length=50_000)]
    steps: Annotated[list[Step], Field(min_length=1, max_length=1_000)]
    meta: dict[str, Any] = Field(default_factory=dict)

    @field_validator("meta")
    @classmethod
    def _can_be_written(cls, meta: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if meta and info.context is not FROM_JSON:
            check_json(meta)
        return meta

    @model_validator(mode="after")
    def _numbers_are_unique(self) -> "ReasoningTrace":
        if len({step.i for step in self.steps}) != len(self.steps):
            raise ValueError("step numbers `i` must be unique within a trace")
        return self

    @classmethod
    def build(
        cls, prompt: str, steps: Iterable[tuple[str, str]], final_answer: str, meta: dict[str, Any] | None = None
    ) -> "ReasoningTrace":
        """A trace from ``(type, content)`` pairs, numbered from 1."""
        numbered = [Step(i=i, type=kind, content=content) for i, (kind, content) in enumerate(steps, start=1)]
        return cls(prompt=prompt, final_answer=final_answer, steps=numbered, meta=meta or {})

    @property
    def trace_id(self) -> str:
        """First 16 hex digits of the sha256 of the canonical trace: computed, never stored."""
        return sha256_text(canonical_json(self.model_dump()))[:16]


@dataclass(frozen=True)
class ParsedCompletion:
    """What a completion says. ``well_formed`` is true only for the exact text form, nothing before or after it."""

    well_formed: bool
    steps: tuple[str, ...]
    final_answer: str | None


def render_completion(trace: ReasoningTrace) -> str:
    """The completion text of a trace, without the end-of-sequence token.

    Raises ValueError when content could not be read back: a tag inside it, an empty line, or outer white space.
    """
    lines = [step_text(step.content) for step in sorted(trace.steps, key=lambda step: step.i)]
    _refuse("final_answer", trace.final_answer)
    return "<reasoning>\n" + "\n".join(lines) + "\n</reasoning>\n<answer>" + trace.final_answer + "</answer>"


def step_text(content: str) -> str:
    """One step as it stands in a completion: its further lines indented by two spaces."""
    _refuse("step content", content)
    lines = content.split("\n")
    if any(not line.strip() for line in lines):
        raise ValueError(f"step content has an empty line, which could not be read back: {content[:60]!r}; remove it")
    if lines[0][0] == " ":
        raise ValueError(f"step content starts with a space, which could not be read back: {content[:60]!r}; remove it")
    return "\n  ".join(lines)


def _refuse(field: str, text: str) -> None:
    for tag in TAGS:
        if tag in text:
            raise ValueError(f"{field} contains {tag}, a tag of completions; rephrase it: {text[:60]!r}")
    if text != text.strip() or "\r" in text:
        raise ValueError(f"{field} has outer white space or a carriage return: {text[:60]!r}; strip it")


def parse_completion(text: str) -> ParsedCompletion:
    """Read a completion. Never raises; anything but the exact form gives ``well_formed=False`` and what can be found.

    ============================================  ===========  ===========  ============
    text                                          well_formed  steps        final_answer
    ============================================  ===========  ===========  ============
    the form above                                True         all          inside
    text before or after it, a missing newline    False        if tagged    if tagged
    ``<answer>5`` without an end                  False        if tagged    None
    ============================================  ===========  ===========  ============
    """
    match = _MODEL.match(text) if all(text.count(tag) == 1 for tag in TAGS) else None
    if match:
        steps = _split_steps(match[1])
        exact = "<reasoning>\n" + "\n".join(s.replace("\n", "\n  ") for s in steps) + "\n</reasoning>\n<answer>"
        well_formed = bool(steps) and text == exact + match[2] + "</answer>" and bool(match[2].strip())
        return ParsedCompletion(well_formed, steps, match[2].strip() or None)
    return ParsedCompletion(False, _split_steps(_between(text, *TAGS[:2]) or ""), _between(text, *TAGS[2:]))


def _split_steps(body: str) -> tuple[str, ...]:
    steps: list[list[str]] = []
    for line in body.split("\n"):
        if line.startswith("  ") and steps:
            steps[-1].append(line[2:])
        elif line.strip():
            steps.append([line])
    return tuple("\n".join(lines) for lines in steps)


def _between(text: str, opening: str, closing: str) -> str | None:
    """The text between the first opening tag and the next closing tag, stripped; None when empty or not there."""
    start = text.find(opening)
    end = text.find(closing, start + len(opening)) if start >= 0 else -1
    return (text[start + len(opening) : end].strip() or None) if end >= 0 else None


WHOLE_LINE = "(whole line)"
# More faults than these in one line are only counted: to describe each takes a kilobyte.
MANY_FAULTS = 10_000


@dataclass(frozen=True)
class BadLine:
    """A line that is not a trace: where, which field, why."""

    path: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}, field {self.field}: {self.reason}"


def read_traces(path: Path, bad: list[BadLine] | None = None, limit: int = MAX_LINE) -> Iterator[ReasoningTrace]:
    """Stream the traces of a JSONL file, one line in memory at a time; a line has at most ``limit`` bytes.

    The first bad line raises ArtifactError with file, line, field and reason; pass a list as ``bad`` to collect every
    bad line there instead and go on with the good ones.
    """

    def refuse(number: int, reason: str, field: str = WHOLE_LINE) -> None:
        found = BadLine(str(path), number, field, reason)
        if bad is None:
            raise ArtifactError(f"{found}; correct or remove the line") from None
        bad.append(found)

    for number, line in read_lines(path, limit, refuse):
        try:
            trace = shortest_form(line) or ReasoningTrace.model_validate(parse_json(line), context=FROM_JSON)
        except ValidationError as error:
            field, reason = first_fault(error)
            refuse(number, reason, field)
        except ValueError as error:
            refuse(number, f"not UTF-8 JSON ({error})")
        else:
            yield trace


# Values of meta that have one shortest text; a float has not, and what is nested may be nested too deeply.
_FLAT = {str, int, bool}


def shortest_form(line: bytes) -> ReasoningTrace | None:
    """The trace of a line of JSON that could not be shorter, as all of ours are; None for any other, good or bad.

    pydantic reads JSON in half the time of ``parse_json``, but lets keys pass that stand twice. A line with one is
    longer than it needs to be, so what was read, written again, tells: a line of that length says nothing twice.
    """
    try:
        trace: ReasoningTrace = ReasoningTrace.__pydantic_validator__.validate_json(line, context=FROM_JSON)
    except ValidationError:
        return None
    if not _FLAT.issuperset(map(type, trace.meta.values())):
        return None
    written = ReasoningTrace.__pydantic_serializer__.to_json(trace, exclude_unset=True)
    return trace if len(written) == len(line.strip()) else None


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The first field that does not fit its schema, as a dotted path, and why, with what was found."""
    if error.error_count() > MANY_FAULTS:
        return WHOLE_LINE, f"{error.error_count():,} fields that do not fit, expected the schema's"
    first = error.errors(include_url=False)[0]
    field, value = ".".join(str(part) for part in first["loc"])[:200], first["input"]
    if first["type"] == "missing":
        shown = ""
    else:
        kind = "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else ""
        shown = f", found {kind or repr(str(value)[:60])}"
    return field or WHOLE_LINE, first["msg"] + shown


def write_traces(path: Path, traces: Iterable[ReasoningTrace]) -> int:
    """Write traces as canonical JSONL, atomically, in constant memory. Returns how many."""
    return write_jsonl(path, (trace.model_dump() for trace in traces))
