"""What must hold of any bytes that the readers of other people's text are given: traces, items, completions, tables.

An input that begins with a brace is a JSONL file, one that begins with a bracket or ``prompt,`` a JSON or CSV file to
ingest; any other is a completion, a prompt and an expected answer, with zero bytes between them.
"""

import tempfile
from dataclasses import asdict
from pathlib import Path

from tunixlib.artifacts import ArtifactError, canonical_json
from tunixlib.checking.work import check_work
from tunixlib.evaluation.scoring import grade
from tunixlib.evaluation.trace_metrics import trace_metrics
from tunixlib.seeding.evalsets import read_eval_set
from tunixlib.seeding.ingest.readers import read_records
from tunixlib.seeding.ingest.records import REASONS, IngestError, Reject
from tunixlib.seeding.ingest.sift import Sieve
from tunixlib.seeding.ingest.sources import open_source
from tunixlib.traces import BadLine, parse_completion, read_traces, render_completion, write_traces


def try_input(data: bytes) -> None:
    """One input of the fuzzer."""
    if data[:1] == b"{":
        with tempfile.TemporaryDirectory() as folder:
            try_lines(data, Path(folder))
            try_ingest(data, Path(folder) / "in.jsonl")
    elif data[:1] == b"[" or data[:7] == b"prompt,":
        with tempfile.TemporaryDirectory() as folder:
            try_ingest(data, Path(folder) / "in.csv")
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


def try_ingest(data: bytes, path: Path) -> None:
    """Every record becomes a trace that renders or a reject with a known reason, and only our error comes out."""
    path.write_bytes(data)
    sieve, kept, rejected = Sieve("my-fuzz", path.name), 0, 0
    try:
        with open_source(path) as source:
            for found in sieve.sift(read_records(source, path)[1]):
                if isinstance(found, Reject):
                    assert found.reason in REASONS
                    canonical_json(asdict(found)).encode("utf-8")
                    rejected += 1
                else:
                    assert parse_completion(render_completion(found)).well_formed
                    kept += 1
    except IngestError as error:
        assert path.name in str(error)
    tally = sieve.tally
    assert (tally.read, tally.kept, sum(tally.rejected.values())) == (kept + rejected, kept, rejected)


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
