"""What must hold of any bytes that the readers of other people's text are given: traces, items, completions.

An input that begins with a brace is a JSONL file; any other is a completion, a prompt and an expected answer, with zero
bytes between them.
"""

import tempfile
from pathlib import Path

from tunixlib.artifacts import ArtifactError
from tunixlib.checking.work import check_work
from tunixlib.evaluation.scoring import grade
from tunixlib.evaluation.trace_metrics import trace_metrics
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.traces import BadLine, parse_completion, read_traces, write_traces


def try_input(data: bytes) -> None:
    """One input of the fuzzer."""
    if data[:1] == b"{":
        with tempfile.TemporaryDirectory() as folder:
            try_lines(data, Path(folder))
    else:
        texts = _text(data).split("\0")
        try_completion(*[*texts, "", ""][:3])


def _text(data: bytes) -> str:
    """Half characters too, where the rest is UTF-8: a tokenizer may put such text together."""
    try:
        return data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", errors="replace")


def try_lines(data: bytes, folder: Path) -> None:
    """Every line is a trace or a bad line, traces survive the disk, and only our error comes out."""
    path, again, bad = folder / "in.jsonl", folder / "out.jsonl", list[BadLine]()
    path.write_bytes(data)
    traces = list(read_traces(path, bad))
    assert len(traces) + len(bad) == sum(bool(line.strip()) for line in data.split(b"\n"))
    write_traces(again, traces)
    assert list(read_traces(again)) == traces
    try:
        read_eval_set(path)
    except ArtifactError as error:
        assert "in.jsonl" in str(error)


def try_completion(completion: str, prompt: str, expected: str) -> None:
    """A completion gets a grade, the same each time, and the measures of its form."""
    parsed = parse_completion(completion)
    graded = grade(completion, expected, "eos", prompt)
    assert graded == grade(completion, expected, "eos", prompt)
    assert graded["well_formed"] == parsed.well_formed and len(graded["steps"]) == len(parsed.steps)
    assert not graded["correct"] or graded["lenient_correct"]
    work = check_work(prompt, parsed.steps, parsed.final_answer)
    assert len(work.invented) == len(work.truth.steps) == len(parsed.steps)
    if parsed.well_formed:
        written = [step.replace("\n", "\n  ") for step in parsed.steps]
        assert completion.startswith("\n".join(["<reasoning>", *written, "</reasoning>", "<answer>"]))
    found = trace_metrics({**graded, "prompt": prompt, "completion": completion, "finish_reason": "eos"})
    assert 0 <= found["repetition"] <= 1 and 0 <= (found["topic_drift"] or 0) <= 1
