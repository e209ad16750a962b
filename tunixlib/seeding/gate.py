"""The gate between training and evaluation: no question may stand on both sides, exactly or after normalisation.

Nor may it hide behind other words: a training prompt is held against the questions as a whole, by paragraph, by line,
and from its second paragraph on (a system turn may stand before it). Other phrasings of a question pass.
"""

import re
from collections.abc import Iterable, Iterator

from tunixlib.checking.compatible import compatible
from tunixlib.traces import ReasoningTrace

_MARKS = re.compile(r"[^\w+\-*/×÷=<>%.,$°^()]|[.,](?!\d)")

_BLANK = re.compile(r"(?:\r\n|[\r\n])[ \t]*(?:\r\n|[\r\n])\s*")
_LABEL = re.compile(r"\s*question:", re.IGNORECASE)


class LeakError(ValueError):
    """A question stands in training and in evaluation."""


def normal_prompt(prompt: str) -> str:
    """A prompt without what makes two questions only look different: case, punctuation, spacing, Unicode form.

    Signs of arithmetic stay: 17 + 28 and 17 - 28 are different questions.

    >>> normal_prompt("What is  17 + 28 ?") == normal_prompt("what is 17 + 28")
    True
    """
    return " ".join(_MARKS.sub(" ", compatible(prompt).casefold()).split())


def parts_of(prompt: str) -> list[str]:
    """The texts of a prompt that may be a question of their own, each once: the whole first, then its parts.

    Of a line that begins with ``Question:``, as shown works have one, the rest is taken. Four times the text at most.

    >>> parts_of("Be brief.\\n\\nWhat is 2 + 3?")
    ['Be brief.\\n\\nWhat is 2 + 3?', 'What is 2 + 3?', 'Be brief.']
    >>> parts_of("Check this work.\\nQuestion: What is 2 + 3?")[1:]
    ['Check this work.', 'What is 2 + 3?']
    """
    if "\n" not in prompt and "\r" not in prompt and not _LABEL.match(prompt):
        return [prompt]
    paragraphs = _BLANK.split(prompt.strip())
    lines = [_LABEL.sub("", line) for line in prompt.splitlines()]
    after_first = prompt.strip()[len(paragraphs[0]) :]
    parts = (part.strip() for part in (after_first, *paragraphs, *lines))
    return list(dict.fromkeys([prompt, *(part for part in parts if part and part != prompt)]))


def asked_in(prompt: str) -> list[str]:
    """What a question of evaluation asks: itself and, of a shown work, the question that the work answers."""
    lines = ((line, _LABEL.match(line)) for line in prompt.splitlines())
    return [prompt, *(line[label.end() :].strip() for line, label in lines if label and line[label.end() :].strip())]


class Gate:
    """Knows the questions of evaluation and stops training prompts that are among them, or hold one."""

    def __init__(self, eval_prompts: Iterable[str]):
        self._known = {normal_prompt(text): prompt for prompt in eval_prompts for text in asked_in(prompt)}

    def check(self, prompt: str) -> None:
        """Raise LeakError when a training prompt, or a part of it, is a question of evaluation after normalisation."""
        found = (self._known.get(normal_prompt(part)) for part in parts_of(prompt))
        if (other := next((known for known in found if known is not None), None)) is not None:
            raise LeakError(
                f"evaluation prompt {other!r} is also a training prompt ({prompt!r}); remove it from one side: "
                "a question that was trained on measures memory"
            )

    def watch(self, traces: Iterable[ReasoningTrace]) -> Iterator[ReasoningTrace]:
        """Let a stream of traces through, each checked."""
        for trace in traces:
            self.check(trace.prompt)
            yield trace


def check_disjoint(eval_prompts: Iterable[str], training_prompts: Iterable[str]) -> int:
    """Raise LeakError naming a prompt that occurs on both sides; return how many training prompts were compared."""
    gate, count = Gate(eval_prompts), 0
    for prompt in training_prompts:
        gate.check(prompt)
        count += 1
    return count
