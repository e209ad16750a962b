"""The forms in which other people write a trace, recognised by the fields of each record.

    >>> draft = draft_of({"question": "What is 2 + 3?", "answer": "2 + 3 = 5\\n#### 5"},
    ...                  {"prompt": "question", "completion": "answer"})
    >>> draft.form, draft.steps, draft.final_answer
    ('prompt-completion', (('step', '2 + 3 = 5'),), '5')

==================  =================================================================================================
form                fields
==================  =================================================================================================
trace               ``prompt``, ``steps`` as ``{"i", "type", "content"}``, ``final_answer``; ``meta``, see ``meta.py``
prompt-steps        ``prompt``, ``steps`` as strings (a text: one a line), ``final_answer`` or ``answer``
prompt-completion   ``prompt`` and ``completion``, as texts or (TRL's conversational form) as lists of messages
messages            ``messages`` or ``conversations``: an optional system turn, one question, one answer
==================  =================================================================================================

A system turn is joined before the question, with an empty line between: a template without system turns does the same.
Whether a question was there before is told by the user turn alone, whatever the system turn says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tunixlib.seeding.ingest.completions import lines_of, read_completion
from tunixlib.seeding.ingest.records import RefusedError
from tunixlib.strict_json import parse_json

# The type of every step whose source names none.
STEP = "step"
# What a record may hold, and the names under which it is looked for.
FIELDS = {
    "prompt": ("prompt",), "completion": ("completion",), "steps": ("steps",),
    "final_answer": ("final_answer", "answer"), "messages": ("messages", "conversations"), "meta": ("meta",),
}  # fmt: skip
FORMS = {
    "prompt-steps": ("prompt", "steps", "final_answer"),
    "prompt-completion": ("prompt", "completion"),
    "messages": ("messages",),
}
KNOWN = "; ".join(f"{name} ({', '.join(fields)})" for name, fields in FORMS.items())
ROLES = {"human": "user", "gpt": "assistant", "model": "assistant", "developer": "system"}
# Parts of a turn that carry work of their own; to pass over them would lose it.
UNREAD = ("reasoning_content", "thinking", "reasoning", "tool_calls", "function_call")


@dataclass(frozen=True)
class Draft:
    """A record in the words of a trace, before the schema has looked at it."""

    form: str
    prompt: Any
    steps: tuple[tuple[Any, Any], ...]  # (type, content)
    final_answer: Any
    style: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    used: frozenset[str] = frozenset()  # the record's fields that were read
    changes: Mapping[str, int] = field(default_factory=dict)  # what was taken out or joined, by name
    question: str | None = None  # the user turn alone, where a system turn was joined before it


def draft_of(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> Draft:
    """The draft of a record; ``mapping`` says under which name it holds a field. Raises RefusedError with a reason."""
    found, names = _named(fields, mapping)
    form = _form_of(found, fields, mapping)
    used = frozenset(
        names[name] for name in (*FORMS[form], *(["meta"] if form == "prompt-steps" else [])) if name in names
    )
    if form == "prompt-steps":
        return _from_steps(found, used)
    changes: dict[str, int] = {}
    if form == "messages":
        system, prompt, completion = _exchange(_turns(found["messages"], "messages"))
    else:
        system, prompt, completion = _prompt_and_completion(found)
    work = read_completion(_text(completion, "completion"))
    if work.marks:
        changes["calculator marks taken out"] = work.marks
    steps = tuple((STEP, content) for content in work.steps)
    if system is None:
        return Draft(form, prompt, steps, work.final_answer, work.style, used=used, changes=changes)
    changes["system turns joined before the question"] = 1
    joined = f"{system}\n\n{prompt}"
    return Draft(form, joined, steps, work.final_answer, work.style, used=used, changes=changes, question=prompt)


def _named(fields: Mapping[str, Any], mapping: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Our name -> value, and our name -> the record's name. A field that is mapped is not also read by its own name."""
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name, own in FIELDS.items():
        wanted = (mapping[name],) if name in mapping else tuple(n for n in own if n not in mapping.values())
        there = [candidate for candidate in wanted if fields.get(candidate) is not None]
        if len(there) > 1:
            detail = f"both {' and '.join(there)}, expected one of them; choose with --map {name}={there[0]}"
            raise RefusedError("ambiguous_form", detail, there[0], fields[there[0]])
        if there:
            found[name], names[name] = fields[there[0]], there[0]
    return found, names


def _form_of(found: Mapping[str, Any], fields: Mapping[str, Any], mapping: Mapping[str, str]) -> str:
    """The one form whose fields are all there; of several, the one that uses every mapped field."""
    whole = [form for form, needed in FORMS.items() if all(name in found for name in needed)]
    if len(whole) > 1 and mapping:
        whole = [form for form in whole if set(mapping) - {"meta"} <= set(FORMS[form])] or whole
    if len(whole) == 1:
        return whole[0]
    there = ", ".join(sorted(map(str, fields))[:20])[:300] or "none"
    if whole:
        detail = f"{' and '.join(whole)} by the fields {there}; choose, as in --map {FORMS[whole[0]][-1]}=NAME"
        raise RefusedError("ambiguous_form", detail, "", there)
    raise RefusedError("unknown_form", f"fields {there}; known are {KNOWN}; rename with --map prompt=NAME", "", there)


def _from_steps(found: Mapping[str, Any], used: frozenset[str]) -> Draft:
    steps, meta = found["steps"], found.get("meta", {})
    if isinstance(steps, str):
        steps = _json_list(steps) if steps.lstrip().startswith("[") else list(lines_of(steps))
    if not isinstance(steps, list):
        raise RefusedError("invalid_field", "neither a list nor a text, expected steps", "steps", steps)
    if isinstance(meta, str):
        meta = _json_object(meta)
    if not isinstance(meta, dict):
        raise RefusedError("invalid_field", "expected an object", "meta", meta)
    whole = bool(steps) and all(isinstance(step, dict) for step in steps)
    pairs = _typed(steps) if whole else tuple((STEP, step) for step in steps)
    return Draft("trace" if whole else "prompt-steps", found["prompt"], pairs, found["final_answer"], "", meta, used)


def _typed(steps: list[dict[str, Any]]) -> tuple[tuple[Any, Any], ...]:
    """Type and content of steps that are objects, in the order of ``i`` where all have one."""
    for step in steps:
        if extra := step.keys() - {"i", "type", "content"}:
            detail = f"a step with {', '.join(sorted(map(str, extra)))}, expected i, type and content"
            raise RefusedError("invalid_field", detail, "steps", step)
    numbers = [step.get("i") for step in steps]
    if any(number is not None for number in numbers):
        if any(not isinstance(n, int) or isinstance(n, bool) for n in numbers) or len(set(numbers)) < len(numbers):
            detail = "step numbers `i`, expected whole numbers, each once, for every step or for none"
            raise RefusedError("invalid_field", detail, "steps.i", numbers)
        steps = sorted(steps, key=lambda step: step["i"])
    return tuple((STEP if step.get("type") is None else step["type"], step.get("content")) for step in steps)


def _json_list(text: str) -> list[Any]:
    """Steps that a cell of a table holds as JSON; a text that only begins like it is taken line by line."""
    try:
        value = parse_json(text.encode("utf-8"))
    except ValueError:
        return list(lines_of(text))
    return value if isinstance(value, list) else list(lines_of(text))


def _json_object(text: str) -> Any:
    try:
        return parse_json(text.encode("utf-8"))
    except ValueError as error:
        raise RefusedError("invalid_field", f"not JSON ({error}), expected an object", "meta", text) from None


def _prompt_and_completion(found: Mapping[str, Any]) -> tuple[str | None, Any, Any]:
    prompt, completion = found["prompt"], found["completion"]
    if isinstance(prompt, list) and isinstance(completion, list):
        return _exchange([*_turns(prompt, "prompt"), *_turns(completion, "completion")])
    if isinstance(prompt, list) or isinstance(completion, list):
        detail = "one of prompt and completion is a list of messages, expected both or neither"
        raise RefusedError("invalid_field", detail, "prompt" if isinstance(prompt, list) else "completion", prompt)
    return None, prompt, completion


def _turns(value: Any, name: str) -> list[tuple[str, str]]:
    """``(role, text)`` of every message."""
    if isinstance(value, str):  # a cell of a table
        value = _json_list(value)
    if not isinstance(value, list) or not value or not all(isinstance(turn, dict) for turn in value):
        raise RefusedError("invalid_field", "expected a list of messages with role and content", name, value)
    turns = []
    for turn in value:
        role, content = turn.get("role", turn.get("from")), turn.get("content", turn.get("value"))
        if unread := [part for part in UNREAD if turn.get(part)]:
            detail = f"a turn with {unread[0]}, which is not read; write it into content, between <think> and </think>"
            raise RefusedError("unsupported_turns", detail, f"{name}.{unread[0]}", turn[unread[0]])
        role = role if isinstance(role, str) else ""
        turns.append((ROLES.get(role, role), _text(content, f"{name}.content")))
    return turns


def _text(content: Any, name: str) -> str:
    if isinstance(content, list) and content and all(isinstance(p, dict) and p.get("type") == "text" for p in content):
        parts = [part.get("text") for part in content]
        content = "\n".join(parts) if all(isinstance(part, str) for part in parts) else content
    if not isinstance(content, str) or not content.strip():
        raise RefusedError("invalid_field", "empty or no text, expected text", name, content)
    return content


def _exchange(turns: list[tuple[str, str]]) -> tuple[str | None, str, str]:
    """The system turn, if any, the question and the answer of a chat of one exchange."""
    roles = [role for role, _ in turns]
    system, rest = (turns[0][1], turns[1:]) if roles[0] == "system" else (None, turns)
    if [role for role, _ in rest] != ["user", "assistant"]:
        shown = ", ".join(roles[:8]) + (", ..." if len(roles) > 8 else "")
        detail = f"turns {shown}; expected an optional system turn, one user turn and one assistant turn"
        if roles.count("user") > 1:
            detail += ": earlier exchanges cannot be part of a trace; make one record of each"
        raise RefusedError("unsupported_turns", detail, "messages", shown)
    return system, rest[0][1], rest[1][1]
