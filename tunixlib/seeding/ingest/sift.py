"""The pass that keeps and rejects: every record becomes one trace or one reject.

    sieve = Sieve("my-data", "chats.jsonl", questions=evaluation_questions())
    for found in sieve.sift(records):        # ReasoningTrace or Reject, in the order of the source
        ...
    sieve.tally.read == sieve.tally.kept + sum(sieve.tally.rejected.values())

Memory grows with the number of prompts kept (their hashes, answers and signatures), not with their texts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from tunixlib.artifacts import ArtifactError, sha256_text
from tunixlib.checking.answers import same_answer
from tunixlib.seeding.gate import asked_in, normal_prompt, parts_of
from tunixlib.seeding.ingest.forms import Draft, draft_of
from tunixlib.seeding.ingest.meta import refuse_meta
from tunixlib.seeding.ingest.near import NearPrompts, NearQuestions
from tunixlib.seeding.ingest.records import Record, RefusedError, Reject
from tunixlib.traces import TAGS, ReasoningTrace, first_fault, render_completion

# Tags of thinking that are not ours: in a step or an answer they would teach a second form.
FOREIGN_TAGS = ("<think>", "</think>")


@dataclass(frozen=True)
class Question:
    """A question of an evaluation set: its text, and the set it belongs to."""

    prompt: str
    name: str


@dataclass
class Tally:
    """What a pass counted. ``read`` is ``kept`` and all of ``rejected``."""

    read: int = 0
    kept: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)  # of the traces kept
    styles: Counter[str] = field(default_factory=Counter)  # of their completions
    changes: Counter[str] = field(default_factory=Counter)  # records in which something was joined or taken out
    unread_fields: Counter[str] = field(default_factory=Counter)  # fields that no trace has a place for


@dataclass(frozen=True)
class _Seen:
    line: int
    exact: str  # sha256 of the prompt as it stands
    answer: str


@dataclass(frozen=True)
class Prepared:
    """A record as a trace, before it is known whether an earlier record has its prompt."""

    line: int
    trace: ReasoningTrace
    question: str | None
    form: str
    style: str
    changes: list[str]
    unread: list[str]


class Sieve:
    """Turns records into traces of a dataset, or rejects them."""

    def __init__(
        self, key: str, source: str, mapping: Mapping[str, str] | None = None, questions: Iterable[Question] = ()
    ):
        self.key, self.source, self.mapping, self.tally = key, source, dict(mapping or {}), Tally()
        self._seen: dict[str, _Seen] = {}
        self._near = NearPrompts()
        self._questions: dict[str, str] = {}
        self._near_questions = NearQuestions()
        for question in questions:
            for text in asked_in(question.prompt):
                self._questions.setdefault(sha256_text(normal_prompt(text)), question.name)
                self._near_questions.add(text, question.name)

    def sift(self, records: Iterable[Record | Reject | Prepared]) -> Iterator[ReasoningTrace | Reject]:
        """One trace or reject for every record, in order; what is prepared already is only settled."""
        for record in records:
            yield self._settle(self.prepare(record) if isinstance(record, Record) else record)

    def prepare(self, record: Record) -> Prepared | Reject:
        """All that can be said of a record by itself: its trace, or why it can be none."""
        try:
            draft = draft_of(record.fields, self.mapping)
            changes = Counter(draft.changes)
            trace = self._trace(record, draft, changes)
            self._refuse_asked(trace.prompt, draft.question)
        except RefusedError as refused:
            return refused.at(record.line)
        unread = sorted({str(name)[:64] for name in record.fields.keys() - draft.used})
        return Prepared(record.line, trace, draft.question, draft.form, draft.style, sorted(changes), unread)

    def _settle(self, found: Prepared | Reject) -> ReasoningTrace | Reject:
        """Hold a record against those before it, and count it."""
        self.tally.read += 1
        if isinstance(found, Prepared):
            try:
                self._refuse_known(found.line, found.trace, found.question)
            except RefusedError as refused:
                found = refused.at(found.line)
        if isinstance(found, Reject):
            self.tally.rejected[found.reason] += 1
            return found
        self.tally.kept += 1
        self.tally.forms[found.form] += 1
        self.tally.styles.update([found.style] if found.style else [])
        self.tally.changes.update(found.changes)
        self.tally.unread_fields.update(found.unread)
        return found.trace

    def _trace(self, record: Record, draft: Draft, changes: Counter[str]) -> ReasoningTrace:
        """The draft as a trace that renders and reads back."""
        steps = [(kind, _clean(content, changes)) for kind, content in draft.steps]
        answer = _clean(_written(draft.final_answer, changes), changes)
        for name, text in [("final_answer", answer), *(("steps", content) for _, content in steps)]:
            _refuse_tags(name, text)
        came = {"source": self.source, "line": record.line, "form": draft.form}
        came |= {"style": draft.style} if draft.style else {}
        refuse_meta(draft.meta, len(steps))
        meta = {**draft.meta, "dataset_key": self.key, "ingested": came}
        try:
            trace = ReasoningTrace.build(draft.prompt, steps, answer, meta)
        except ValidationError as error:
            name, reason = first_fault(error)
            fault = error.errors(include_url=False)[0]
            code = "field_too_long" if fault["type"] in ("string_too_long", "too_long") else "invalid_field"
            raise RefusedError(code, f"{name}: {reason}", name, fault["input"]) from None
        if not trace.prompt.strip():
            raise RefusedError("invalid_field", "only white space, expected a question", "prompt", trace.prompt)
        try:
            render_completion(trace)
        except (ValueError, ArtifactError) as error:
            raise RefusedError("invalid_field", str(error), "steps", answer) from None
        return trace

    def _refuse_asked(self, prompt: str, question: str | None) -> None:
        """Raise RefusedError for a prompt that is, holds or nearly is a question of an evaluation set."""
        parts = dict.fromkeys([*parts_of(prompt), *parts_of(question or prompt)])
        for part in parts:
            if name := self._questions.get(sha256_text(normal_prompt(part))):
                detail = f"a question of {name}: one that was trained on measures memory"
                raise RefusedError("evaluation_question", detail, "prompt", part)
        for part in parts:
            if name := self._near_questions.find(part):
                detail = f"nearly the words of a question of {name}, with the same numbers"
                raise RefusedError("near_evaluation_question", detail, "prompt", part)

    def _refuse_known(self, line: int, trace: ReasoningTrace, question: str | None) -> None:
        """Raise RefusedError for a prompt, or a user turn, that an earlier line has; else remember it."""
        prompt, answer = trace.prompt, trace.final_answer
        exact, asked = sha256_text(prompt), question or prompt
        keys = dict.fromkeys(sha256_text(normal_prompt(text)) for text in (prompt, asked))
        if earlier := next((self._seen[key] for key in keys if key in self._seen), None):
            raise _repeated(prompt, answer, exact, earlier)
        if near := self._near.meet(asked, answer, f"line {line}"):
            detail = f"nearly the words of {near}, with the same numbers and answer"
            raise RefusedError("near_duplicate", detail, "prompt", prompt)
        self._seen.update(dict.fromkeys(keys, _Seen(line, exact, answer)))


def _repeated(prompt: str, answer: str, exact: str, earlier: _Seen) -> RefusedError:
    same = (
        "the same prompt as" if earlier.exact == exact else "but for case, punctuation, spacing or system turn that of"
    )
    if same_answer(answer, earlier.answer):
        code = "duplicate" if earlier.exact == exact else "duplicate_normalised"
        return RefusedError(code, f"{same} line {earlier.line}", "prompt", prompt)
    detail = (
        f"{same} line {earlier.line}, which was kept and answers {earlier.answer[:60]!r}; this one answers "
        f"{answer[:60]!r}: look which is right"
    )
    return RefusedError("conflicting_answer", detail, "prompt", prompt)


def _written(answer: Any, changes: Counter[str]) -> Any:
    """An answer that stands as a JSON number, as text: other people's gold answers often do."""
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        changes["answers that were numbers written as text"] += 1
        return str(answer)
    return answer


def _clean(text: Any, changes: Counter[str]) -> Any:
    """Content as it can be read back: LF, no outer white space, no blank lines. What is no text stays."""
    if not isinstance(text, str):
        return text
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")]
    cleaned = "\n".join(line for line in lines if line)
    if cleaned != text:
        changes["white space trimmed"] += 1
    return cleaned


def _refuse_tags(name: str, text: Any) -> None:
    for tag in (*TAGS, *FOREIGN_TAGS):
        if isinstance(text, str) and tag in text:
            raise RefusedError("tags_inside", f"{name} contains {tag}, a tag of completions; rephrase it", name, text)
