"""What the JSON of a run folder must look like. Unknown keys, missing keys, nulls and wrong types are errors.

    >>> Manifest.model_validate({"run_id": "smoke-v1"})      # ValidationError: run_version: Field required ...
    >>> StepRow.model_validate({"step": 1, "trace_ids": ["0123456789abcdef"]}).step
    1

Extra keys are refused because nobody checks them: a number that no check recomputes would be believed all the same.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TraceId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
VariableName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,79}$")]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64}|none)$")]
Version = Literal["1.0"]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ModelName(_Document):
    """The base model."""

    model_id: str
    weights_sha256: Sha256


class DatasetName(_Document):
    """The training data."""

    dataset_key: str
    sha256: Sha256


class EvalSetName(_Document):
    """An evaluation set and how many of its first items were asked."""

    sha256: Sha256
    items: Annotated[int, Field(ge=1)]


class Environment(_Document):
    """Where the run was made; ``training`` says what each segment of each arm chose."""

    platform: str
    python: str
    cpu: str
    cpus: Annotated[int, Field(ge=1)]
    instructions: str = ""  # of vectors, as torch calls them; earlier runs have none
    accelerator: str
    packages: dict[str, str]
    training: dict[str, dict[str, Any]]
    variables: list[VariableName] = []  # set when it was sealed: names only; earlier runs have none


class Manifest(_Document):
    """``run_manifest.json``."""

    run_version: Version
    run_id: str
    profile: str
    command: str
    model: ModelName
    dataset: DatasetName
    eval_sets: dict[str, EvalSetName]
    seed: int
    max_steps: Count
    commit: Commit
    dirty: bool
    environment: Environment
    timestamp: Timestamp
    seconds: dict[str, Seconds]
    notes: list[str]
    files: dict[str, Sha256]
    digest: Sha256


class ExecutedNotebook(_Document):
    """The executed copy of a notebook and the source it was made from."""

    executed: str
    executed_sha256: Sha256
    source: str
    source_sha256: Sha256


class StageEntry(_Document):
    """One stage of ``provenance.json``; ``notebook`` is absent when it was run by hand."""

    stage: str
    parameters: dict[str, Any]
    inputs: dict[str, Sha256]
    outputs: dict[str, Sha256]
    seconds: Seconds
    notebook: ExecutedNotebook | None = None


class Provenance(_Document):
    """``provenance.json``."""

    run_version: Version
    run_id: str
    stages: list[StageEntry]


class Metrics(_Document):
    """The two headline numbers of ``eval_summary.json``."""

    final_loss: Number
    answer_correctness: dict[str, Number]


class Summary(_Document):
    """``eval_summary.json``; the scorecards themselves are recomputed, so their form needs no schema."""

    run_version: Version
    eval_sets: dict[str, EvalSetName]
    checkpoints: Annotated[list[str], Field(min_length=1)]
    base_weights_sha256: Sha256
    precision: Literal["float32", "bfloat16", "float16"]
    device: str
    processes: Annotated[int, Field(ge=2)] | None = None  # written where several shared the items
    metrics: Metrics
    primary_score: Number
    scorecards: list[dict[str, Any]]
    evaluated_at: Timestamp


class MetricsRow(_Document):
    """One optimizer step in ``metrics.jsonl``."""

    step: Annotated[int, Field(ge=1)]
    loss: Number
    learning_rate: Number
    tokens: Annotated[int, Field(ge=1)]
    target_tokens: Annotated[int, Field(ge=1)]
    tokens_per_second: Number
    grad_norm: Number
    seconds: Seconds
    loss_scale: Number = 1.0  # written in float16 only
    skipped: bool = False  # the gradient overflowed in float16: no update, and grad_norm is 0


class StepRow(_Document):
    """One optimizer step in ``order.jsonl``: the traces it consumed."""

    step: Annotated[int, Field(ge=1)]
    trace_ids: Annotated[list[TraceId], Field(min_length=1)]


class Lengths(RootModel[dict[TraceId, Annotated[int, Field(ge=1, strict=True)]]]):
    """``lengths.json`` of an arm: trace id -> tokens."""


class Prediction(_Document):
    """One line of ``predictions/<eval_set>/<checkpoint>.jsonl``."""

    id: str
    prompt: str
    expected_answer: str
    section: str
    category: str
    difficulty: str
    family: str = "all"
    completion: str
    finish_reason: Literal["eos", "length"]
    tokens: Count
    final_answer: str
    extraction_rule: Literal["tagged", "last_number", "none"]
    correct: bool
    lenient_correct: bool
    well_formed: bool
    steps: list[dict[str, str]]


class SecondLook(_Document):
    """One line of ``second_pass/<eval_set>/<arm>.jsonl``; nothing was written where no work could be shown."""

    id: str
    question: str
    expected_answer: str
    first_answer: str
    first_correct: bool
    shown: bool
    prompt: str
    completion: str
    finish_reason: Literal["eos", "length", ""]
    tokens: Count
    verdict: Literal["right", "wrong", "none"]
    answer: str
    correct: bool


class SegmentBeside(_Document):
    """A segment of the other run: its losses, the sha256 of its rows and their order, its settings."""

    losses: list[float]
    rows_sha256: dict[Literal["traces", "order"], Sha256]
    settings: dict[str, Any]


class AnswerBeside(_Document):
    """An item that the other run answered: whether rightly, and the start of the sha256 of question and completion."""

    right: bool
    text: str


class Beside(_Document):
    """``beside.json``: what is kept of the run that was set beside this one."""

    beside_version: Version
    run_id: str
    manifest_sha256: Sha256
    engine: Literal["torch", "fsdp", "tunix"]
    precision: str
    segments: dict[str, SegmentBeside]
    decoding: dict[str, str | int]
    answers: dict[str, dict[str, dict[str, AnswerBeside]]]
