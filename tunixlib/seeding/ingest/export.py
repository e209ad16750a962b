"""Export: traces as other trainers read them, one JSON object a line.

Ingest reads both forms back; what it keeps has the same prompts, steps and answers.

    export("golden-v2", Path("golden.jsonl"), "messages")     # 100

=================  ========================================================================================
messages           ``{"messages": [{"role": "user", ...}, {"role": "assistant", ...}]}``: the trainer applies the
                   model's chat template (TRL's conversational form; Tunix tokenizes the same turns)
prompt-completion  ``{"prompt": "...", "completion": "<reasoning>..."}``: plain text without a template (TRL's standard
                   form: loss on the completion only)
=================  ========================================================================================

Types of steps and ``meta`` have no place in either form; the dataset itself keeps them. Traces with wrong lines, which
are trained here without a loss on those lines, are therefore refused: elsewhere they would be taught.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tunixlib.artifacts import write_jsonl
from tunixlib.progress import progress
from tunixlib.seeding.datasets import dataset_file
from tunixlib.seeding.ingest.records import IngestError
from tunixlib.traces import ReasoningTrace, read_traces, render_completion

EXPORTS = ("messages", "prompt-completion")


def exported(trace: ReasoningTrace, form: str) -> dict[str, Any]:
    """One trace in a form of ``EXPORTS``. Raises ValueError when its content could not be read back, or taught."""
    if trace.meta.get("wrong_steps"):
        raise ValueError("found wrong lines (meta.wrong_steps), which others would teach; leave such traces out")
    completion = render_completion(trace)
    if form == "prompt-completion":
        return {"prompt": trace.prompt, "completion": completion}
    turns = [{"role": "user", "content": trace.prompt}, {"role": "assistant", "content": completion}]
    return {"messages": turns}


def export(data: str, out: Path, form: str = "messages") -> int:
    """Write the traces of a dataset key or a file of traces to ``out``; return how many.

    Raises IngestError for an unknown form, an evaluation set, no traces, or an ``out`` that is there already.
    """
    if form not in EXPORTS:
        raise IngestError(f"--format {form}: unknown, expected one of {', '.join(EXPORTS)}")
    if out.exists():
        raise IngestError(f"{out}: found something there, expected a new file; delete it, or choose another --out")
    path = Path(data) if Path(data).is_file() else dataset_file(data)
    if path.name == "eval.jsonl":
        raise IngestError(f"{data}: found an evaluation set, which has questions and no steps; expected traces")
    if not path.stat().st_size:
        raise IngestError(f"{path}: found an empty file, expected traces")
    with progress(path.stat().st_size, f"export {path.parent.name}") as bar:
        count = write_jsonl(out, _rows(path, form, bar))
        bar.reach(bar.total)
    return count


def _rows(path: Path, form: str, bar: Any) -> Iterator[dict[str, Any]]:
    for number, trace in enumerate(read_traces(path), start=1):
        try:
            yield exported(trace, form)
        except ValueError as error:
            raise IngestError(f"{path}, trace {number}: {error}") from None
        bar.reach(min(bar.total, bar.done + len(trace.prompt)))
