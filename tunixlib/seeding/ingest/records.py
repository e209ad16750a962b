"""What passes through ingest: a record that was read, or a reject that says why there is no trace for it.

    Record(line=3, fields={"question": "What is 2 + 3?", "answer": "2 + 3 = 5\\n#### 5"})
    Reject(line=4, reason="duplicate", detail="the same prompt as line 3", field="prompt", found="What is 2 + 3?")

Every record of a source becomes exactly one trace or one reject, so kept and rejected add up to what was read.
"""

from dataclasses import dataclass
from typing import Any

from tunixlib.seeding.recipes import SeedingError

# Why a record is rejected; the code stands in rejects.jsonl, the words in the table at the end.
REASONS = {
    "not_json": "not a JSON object in UTF-8",
    "not_a_row": "a row of another width than its header, or broken quotes",
    "line_too_long": "a line beyond the limit",
    "unknown_form": "no known form",
    "ambiguous_form": "more than one known form",
    "unsupported_turns": "turns that are not one question and one answer",
    "invalid_field": "a field that is missing, empty or of the wrong kind",
    "field_too_long": "a field beyond the schema's limit",
    "tags_inside": "a tag of completions inside content",
    "no_answer_found": "a completion whose answer cannot be told from its steps",
    "duplicate": "the same prompt as a record before it",
    "duplicate_normalised": "that prompt but for case, punctuation, spacing or its system turn",
    "conflicting_answer": "that prompt with another answer",
    "near_duplicate": "nearly the words of a prompt before it, same numbers and answer",
    "evaluation_question": "a question of an evaluation set",
    "near_evaluation_question": "nearly the words of an evaluation question, same numbers",
}

SHOWN = 200  # characters of what was found that a reject keeps; the rest stands in the source


class IngestError(SeedingError):
    """A source as a whole cannot be taken in. The message names file, finding, expectation and remedy."""


@dataclass(frozen=True)
class Record:
    """One record of a source; ``line`` is its 1-based line (JSONL, CSV) or position (JSON, Parquet)."""

    line: int
    fields: dict[str, Any]


@dataclass(frozen=True)
class Reject:
    """A record without a trace: where, why, in which field, and the beginning of what was found there."""

    line: int
    reason: str
    detail: str
    field: str
    found: str


class RefusedError(ValueError):
    """One record cannot become a trace; ``reason`` is a key of ``REASONS``."""

    def __init__(self, reason: str, detail: str, field: str = "", found: Any = ""):
        super().__init__(detail)
        self.reason, self.detail, self.field, self.found = reason, detail, field, excerpt(found)

    def at(self, line: int) -> Reject:
        """The same as the reject of a line."""
        return Reject(line, self.reason, self.detail, self.field, self.found)


def excerpt(value: Any) -> str:
    """The beginning of a value as text that can be written to disk; half characters become question marks."""
    if isinstance(value, bytes):
        text = value[: 4 * SHOWN].decode("utf-8", errors="replace")
    else:
        text = value if isinstance(value, str) else repr(value)
    return text[:SHOWN].encode("utf-8", errors="replace").decode("utf-8")
