"""Traces in which a wrong line is followed by its correction, and which characters of them carry no loss.

    Pens: 4 * 3 = 13
    Correction: Pens: 4 * 3 = 12
    With the cap: 12 + 5 = 17

``density`` is the chance that a line is first written wrong (the retry rate of Ye, Xu, Li and Allen-Zhu, "Physics of
Language Models: Part 2.2", 2024). The same key gives the same problems at every density. A wrong line has a changed
result, a miscopied operand or a wrong operation, each proven (``twins``); ``meta.wrong_steps`` holds their numbers
``i``. Trained with their loss masked, the model learns to correct errors and is not taught to make them.
"""

from hashlib import blake2b

from tunixlib.seeding.correction.injections import inject
from tunixlib.seeding.correction.works import Work
from tunixlib.traces import ReasoningTrace, step_text

CORRECTION = "Correction: "
RETRY_KINDS = ("changed_result", "miscopied_operand", "wrong_operation")


def chance(key: str) -> float:
    """A number in 0 to 1 that ``key`` decides, the same on every machine."""
    return int.from_bytes(blake2b(key.encode("utf-8"), digest_size=6).digest(), "big") / 2**48


def retry_steps(work: Work, density: float, key: str) -> tuple[list[tuple[str, str]], list[int]]:
    """The steps of a work with some lines first written wrong, and the numbers (from 1) of the wrong ones."""
    steps: list[tuple[str, str]] = []
    wrong: list[int] = []
    for at, line in enumerate(work.lines):
        place = f"{key}/{at}"
        attempt = _attempt(work, at, place) if line.equation and chance(f"{place}/retry") < density else None
        if attempt:
            steps.append(("compute", attempt))
            wrong.append(len(steps))
        kind = "compute" if line.equation else "recall"
        steps.append(("verify", f"{CORRECTION}{line}") if attempt else (kind, str(line)))
    return steps, wrong


def _attempt(work: Work, at: int, key: str) -> str | None:
    first = int(chance(f"{key}/kind") * len(RETRY_KINDS))
    for turn in range(len(RETRY_KINDS)):
        twin = inject(work, RETRY_KINDS[(first + turn) % len(RETRY_KINDS)], key, at=at)
        if twin:
            return str(twin.lines[at])
    return None


def masked_spans(trace: ReasoningTrace) -> list[tuple[int, int]]:
    """The characters ``[start, end)`` of ``render_completion(trace)`` that are wrong lines, without their line ends.

    Training takes no loss on a token that holds any of them (``modeling.tokenization``). Raises ValueError unless
    ``meta.wrong_steps``, where it is there, lists numbers of the trace's steps.
    """
    wrong, numbers = trace.meta.get("wrong_steps", []), [step.i for step in trace.steps]
    if not isinstance(wrong, list) or (unknown := [number for number in wrong if number not in numbers]):
        found = f"names step {unknown[0]!r}, which is not there" if isinstance(wrong, list) else f"is {wrong!r:.40}"
        raise ValueError(
            f"trace {trace.trace_id}: meta.wrong_steps {found}, expected a list of its step numbers; correct it"
        )
    spans, start = [], len("<reasoning>\n")
    for step in sorted(trace.steps, key=lambda step: step.i):
        end = start + len(step_text(step.content))
        if step.i in wrong:
            spans.append((start, end))
        start = end + 1
    return spans
