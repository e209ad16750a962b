"""The gate between training and evaluation: no question may stand on both sides, exactly or after normalisation."""

import re
import unicodedata
from collections.abc import Iterable

_MARKS = re.compile(r"[^\w+\-*/×÷=<>%.,$°^()]|[.,](?!\d)")


class LeakError(ValueError):
    """A question stands in training and in evaluation."""


def normal_prompt(prompt: str) -> str:
    """A prompt without what makes two questions only look different: case, punctuation, spacing, Unicode form.

    Signs of arithmetic stay: 17 + 28 and 17 - 28 are different questions.

    >>> normal_prompt("What is  17 + 28 ?") == normal_prompt("what is 17 + 28")
    True
    """
    return " ".join(_MARKS.sub(" ", unicodedata.normalize("NFKC", prompt).casefold()).split())


def check_disjoint(eval_prompts: Iterable[str], training_prompts: Iterable[str]) -> int:
    """Raise LeakError naming a prompt that occurs on both sides; return how many training prompts were compared."""
    known = {normal_prompt(prompt): prompt for prompt in eval_prompts}
    count = 0
    for prompt in training_prompts:
        count += 1
        if (other := known.get(normal_prompt(prompt))) is not None:
            raise LeakError(
                f"evaluation prompt {other!r} is also a training prompt ({prompt!r}); remove it from one side: "
                "a question that was trained on measures memory"
            )
    return count
