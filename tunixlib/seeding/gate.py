"""The gate between training and evaluation: no question may stand on both sides, exactly or after normalisation."""

import re
from collections.abc import Iterable, Iterator

from tunixlib.checking.compatible import compatible
from tunixlib.traces import ReasoningTrace

_MARKS = re.compile(r"[^\w+\-*/×÷=<>%.,$°^()]|[.,](?!\d)")


class LeakError(ValueError):
    """A question stands in training and in evaluation."""


def normal_prompt(prompt: str) -> str:
    """A prompt without what makes two questions only look different: case, punctuation, spacing, Unicode form.

    Signs of arithmetic stay: 17 + 28 and 17 - 28 are different questions.

    >>> normal_prompt("What is  17 + 28 ?") == normal_prompt("what is 17 + 28")
    True
    """
    return " ".join(_MARKS.sub(" ", compatible(prompt).casefold()).split())


class Gate:
    """Knows the questions of evaluation and stops training prompts that are among them."""

    def __init__(self, eval_prompts: Iterable[str]):
        self._known = {normal_prompt(prompt): prompt for prompt in eval_prompts}

    def check(self, prompt: str) -> None:
        """Raise LeakError when a training prompt is a question of evaluation, as it is or after normalisation."""
        if (other := self._known.get(normal_prompt(prompt))) is not None:
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
