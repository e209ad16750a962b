r"""What the work of a completion looks like, measured from its prediction row alone: form, never truth of the answer.

    >>> texts = ("Cost: 3 * 4 = 12", "Left: 20 - 12 = 9", "Check: 9 + 12 = 21, so it is right")
    >>> verdicts = ("true", "false", "true")
    >>> steps = [{"text": text, "verdict": verdict} for text, verdict in zip(texts, verdicts)]
    >>> row = {"prompt": "3 pens of $4 from $20?", "steps": steps, "completion": "", "finish_reason": "eos",
    ...        "well_formed": True}
    >>> found = trace_metrics(row)
    >>> found["formula_first"], found["decomposition"], found["false_verification"]
    (True, True, True)

A canned template does well on all of these without reading the question: ``trace_summary`` has the means by checkpoint
and puts the template beside them. Steps are those inside the tags; a completion without tags has none.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tunixlib.evaluation.step_words import content_tokens

Row = Mapping[str, Any]
Step = Mapping[str, str]

_OPENING = r"^\W{0,6}(?:\d{1,3}[.)]\W{0,3})?"
_CHECK = re.compile(
    _OPENING + r"(?:(?:let me|let us|let['’]s|now|to|we|i|i['’]ll|finally),? ){0,3}(?:double[- ])?"
    r"(?:check(?:ing)?|verif(?:y|ying|ication))\b(?!-)",
    re.IGNORECASE,
)
# Of a result, not of the story: "he did not lose any" and "there is no mistake" take nothing back.
_RETRACTS = re.compile(
    r"(?<!\bno )(?<!\bnot )(?<!\bnothing )(?<!\bthe )\b(?:wrong|incorrect|false|mistake|error)"
    r"|\bthe (?:wrong|incorrect|false) (?:answer|result|sum|total|number|value|step)|\bthe (?:mistake|error)"
    r"|\bnot (?:right|correct|true|equal)\b"
    r"|\b(?:does|do|did)(?: not|n['’]t) (?:match|agree|equal|fit|work|add up|check|hold|balance|tally|follow|come out"
    r"|give|make)\b",
    re.IGNORECASE,
)
_SETUP = re.compile(
    _OPENING + r"(?:let me\b|let us\b|let['’]s\b|first(?:ly)?,|to (?:solve|find|answer|begin|start|determine)\b|plan\b"
    r"|(?:we|i) (?:need|must|have to|want|know|can|will|should|are|am)\b|restat|given\b|understand"
    r"|the (?:problem|question|task)\b|step \d)",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"[=≈]|\b(?:equals|plus|minus|(?:divided|multiplied) by)\b|(?<!\d) times \w", re.IGNORECASE
)  # "length times width" is a formula, "stands there 4 times" is none
_RELATION = re.compile(r"[=≈]")
_OPERATION = re.compile(
    r"\d[^\d=≈]{0,24}?(?:[-+−–*/×·÷^%]|\bx\b|\b(?:plus|minus|times|(?:divided|multiplied) by)\b)[^\d=≈]{0,6}\d",
    re.IGNORECASE,
)


def trace_metrics(row: Row) -> dict[str, Any]:
    """The measures of one completion; None where it has nothing to measure. The rules, step by step:

    ==================  ==============================================================================================
    well_formed         exactly the text form, as graded
    all_true            a step can be checked and none is false
    steps               number of steps in the tags
    formula_first       the first step holds a relation sign or an operation in words (``length times width``)
    decomposition       at least two different computed steps (an operation on numbers, a sign, a number) that are no
                        check steps
    verification        a step opens with "Check", "Verify", "Let me check" ...
    false_verification  of those: a check step is false, or confirms (takes nothing back) after a false step
    empty_verification  of those: a check step states nothing that can be checked
    setup_language      a step opens with words of planning: "Let me", "First,", "To solve", "Plan", "Step 1" ...
    topic_drift         new content words and numbers of the steps, of all of them; see ``step_words``
    repetition          duplicate runs of four words, of all runs in the completion
    stops, stop_reason  the checkpoint ended by itself; what ended it
    tokens              generated tokens with the stop token; None for a text that no model wrote
    ==================  ==============================================================================================
    """
    steps: Sequence[Step] = row["steps"]
    is_check = [bool(_CHECK.search(step["text"])) for step in steps]
    checks = [place for place, found in enumerate(is_check) if found]
    first_false = next((place for place, step in enumerate(steps) if step["verdict"] == "false"), len(steps))
    texts = (step["text"] for step, check in zip(steps, is_check, strict=True) if not check)
    return {
        "well_formed": row["well_formed"],
        "all_true": first_false == len(steps) and any(step["verdict"] == "true" for step in steps),
        "steps": len(steps),
        "formula_first": bool(steps and _FORMULA.search(steps[0]["text"])),
        "decomposition": len({text for text in texts if is_computed(text)}) >= 2,
        "verification": bool(checks),
        "false_verification": any(_misleads(steps[place], place > first_false) for place in checks) if checks else None,
        "empty_verification": any(steps[place]["verdict"] == "unchecked" for place in checks) if checks else None,
        "setup_language": any(_SETUP.search(step["text"]) for step in steps),
        "topic_drift": topic_drift(row["prompt"], [step["text"] for step in steps]),
        "repetition": duplicate_share(row["completion"]),
        "stops": row["finish_reason"] == "eos",
        "stop_reason": row["finish_reason"],
        "tokens": row.get("tokens"),
    }


def is_computed(step: str) -> bool:
    """Does a step compute: an operation on numbers, a relation sign, and a number on its other side?

    ``"Left: 20 - 12 = 8"`` does; ``"1 gallon = 4 pints"`` and ``"In order: 3, 5"`` do not.
    """
    sides = _RELATION.split(step)
    return any(_OPERATION.search(a) and re.search(r"\d", b) for a, b in pairwise(sides))


def _misleads(check: Step, after_false: bool) -> bool:
    """Is a check step false, or does it confirm although an earlier step is?"""
    return check["verdict"] == "false" or (after_false and not _RETRACTS.search(check["text"]))


def topic_drift(prompt: str, steps: Sequence[str]) -> float | None:
    """New content words and numbers of the steps, of all they hold (0 to 1); None when they hold none.

    Each step counts each of its tokens once; one is new when neither the prompt nor an earlier step holds it. A number
    right after a relation sign is a result: it counts neither way, and later steps may use it.
    """
    known, new, count = set(content_tokens(prompt).all), 0, 0
    for step in steps:
        found = content_tokens(step)
        new += len(found.stated - known)
        count += len(found.stated)
        known |= found.all
    return new / count if count else None


def duplicate_share(text: str) -> float:
    """The share of runs of four words that occurred earlier in the text; 0.0 below four words."""
    words = text.split()
    runs = list(zip(words, words[1:], words[2:], words[3:], strict=False))
    return (len(runs) - len(set(runs))) / len(runs) if runs else 0.0
