"""A sealed run as its checks read it: every file hashed once, every document parsed once.

evidence = Evidence(Path("submission_runs/smoke-v1"), manifest)
evidence.hashes["data/dataset.jsonl"], evidence.parameters("02_train")["SEED"]
"""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tunixlib.artifacts import sha256_file
from tunixlib.evaluation.scoring import scorecard
from tunixlib.evidence.sealing import evidence_files
from tunixlib.runs import Run
from tunixlib.traces import BadLine, ReasoningTrace, read_traces


@dataclass(frozen=True)
class Evidence:
    """The files of one run. Reading what is missing or torn raises OSError or ValueError, which ends one check."""

    root: Path
    manifest: dict[str, Any]
    _documents: dict[str, Any] = field(default_factory=dict, repr=False)
    _scorecards: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def run(self) -> Run:
        """The run folder."""
        return Run(self.root)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Relative path -> sha256 of every evidence file that lies there, the manifest not among them."""
        return {name: sha256_file(self.root / name) for name in evidence_files(self.root)}

    def below(self, *places: str) -> dict[str, str]:
        """The hashes of the files at or below some places."""
        return {n: sha for n, sha in self.hashes.items() if any(n == p or n.startswith(f"{p}/") for p in places)}

    def text(self, name: str) -> str:
        """A file as UTF-8 text with the line ends it has."""
        return (self.root / name).read_bytes().decode("utf-8")

    def json(self, name: str) -> Any:
        """A JSON document."""
        if name not in self._documents:
            self._documents[name] = json.loads(self.text(name))
        return self._documents[name]

    def rows(self, name: str) -> list[Any]:
        """The documents of a JSONL file, line by line."""
        if name not in self._documents:
            self._documents[name] = [json.loads(line) for line in self.text(name).split("\n") if line.strip()]
        return list(self._documents[name])

    def traces(self, name: str, bad: list[BadLine] | None = None) -> list[ReasoningTrace]:
        """The traces of a file below ``data/``; bad lines go to ``bad``."""
        return list(read_traces(self.root / "data" / name, [] if bad is None else bad))

    def arm_traces(self, arm: str, bad: list[BadLine] | None = None) -> list[ReasoningTrace]:
        """The traces of an arm that has its own; bad lines go to ``bad``."""
        return list(read_traces(self.root / "training" / arm / "dataset.jsonl", [] if bad is None else bad))

    @cached_property
    def dataset(self) -> list[ReasoningTrace]:
        """The valid traces of the run's dataset."""
        return self.traces("dataset.jsonl")

    @cached_property
    def stages(self) -> dict[str, dict[str, Any]]:
        """Stage name -> its entry in ``provenance.json``."""
        return {stage["stage"]: stage for stage in self.json("provenance.json")["stages"]}

    def parameters(self, stage: str) -> dict[str, Any]:
        """The parameters that a stage ran with."""
        found: dict[str, Any] = self.stages[stage]["parameters"]
        return found

    @property
    def eval_sets(self) -> list[str]:
        """The evaluation sets in the order in which they were asked for; the first carries the primary score."""
        return list(self.parameters("05_evaluate")["EVAL_SETS"])

    @property
    def summary(self) -> dict[str, Any]:
        """``eval_summary.json``."""
        found: dict[str, Any] = self.json("eval_summary.json")
        return found

    @cached_property
    def weights(self) -> list[str]:
        """The segments whose weights lie there, such as ``training/flat/stage_1``; git holds none."""
        folders = {path.parent for path in self.root.glob("training/*/*/checkpoint/*.safetensors")}
        return sorted(folder.parent.relative_to(self.root).as_posix() for folder in folders)

    def scorecard(self, eval_set: str, checkpoint: str) -> dict[str, Any]:
        """The scorecard as counted from the prediction rows, once."""
        key = eval_set, checkpoint
        if key not in self._scorecards:
            self._scorecards[key] = scorecard(self.predictions(eval_set, checkpoint), checkpoint, eval_set)
        return self._scorecards[key]

    def predictions(self, eval_set: str, checkpoint: str) -> list[dict[str, Any]]:
        """The prediction rows of one checkpoint on one evaluation set."""
        return self.rows(f"predictions/{eval_set}/{checkpoint}.jsonl")
