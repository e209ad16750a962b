"""What cards and rules say of a run, sealed or not: its parameters, its last checkpoint's completions, its sizes.

facts = read_facts(Run.open("smoke-v1"))
facts.parameters["MODEL"], facts.final_rows[0]["completion"]
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from tunixlib.analysis.run_files import Summary, read_metrics, read_predictions, read_summary
from tunixlib.artifacts import read_json, read_jsonl
from tunixlib.modeling.hub import split_hub_id
from tunixlib.runs import MANIFEST, WORK, Run
from tunixlib.seeding import datasets
from tunixlib.stages import CORRECTION_ARMS, CORRECTION_SEGMENT, FINAL, FINAL_ARM, STAGES
from tunixlib.training.correction import PAIRED

# The names by which others know the models that we call by short names.
BASE_MODELS = {"smollm2": "HuggingFaceTB/SmolLM2-135M-Instruct"}
BASE_LICENSES = {"smollm2": "apache-2.0", "tiny": "apache-2.0"}


@dataclass(frozen=True)
class Facts:
    """A run with the records of its finished stages."""

    run: Run
    records: dict[str, dict[str, Any]]

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """All parameters of all finished stages."""
        return {name: value for record in self.records.values() for name, value in record["parameters"].items()}

    @property
    def model(self) -> str:
        """The base model's short name: of a folder its last part, since paths are nobody's business; of an id all."""
        if split_hub_id(self.parameters["MODEL"]):
            return str(self.parameters["MODEL"])
        return PurePath(self.parameters["MODEL"]).name

    @property
    def base_model(self) -> str:
        """The base model's name as others know it."""
        return BASE_MODELS.get(self.model, self.model.partition("@")[0])

    @property
    def base_license(self) -> str | None:
        """The licence that the base model hands down to what is trained from it; None where we do not know it."""
        return "gemma" if "gemma" in self.model.lower() else BASE_LICENSES.get(self.model)

    @property
    def final_folder(self) -> Path:
        """The folder of the checkpoint that is published."""
        return self.run.path("training", FINAL_ARM, FINAL, "checkpoint")

    @cached_property
    def summary(self) -> Summary:
        """``eval_summary.json``."""
        return read_summary(self.run)

    @cached_property
    def split(self) -> dict[str, Any]:
        """``data/split_stats.json``."""
        found: dict[str, Any] = read_json(self.run.path("data", "split_stats.json"))
        return found

    @property
    def correction_arms(self) -> tuple[str, ...]:
        """The arms that went on from the published checkpoint, in the order of tables; most runs have none."""
        return tuple(arm for arm in CORRECTION_ARMS if arm in self.parameters.get("CORRECTION_ARMS", []))

    @property
    def shown_works(self) -> str:
        """The key of the dataset of shown works, if an arm learnt from it."""
        return str(self.parameters["CORRECTION_DATASET"]) if PAIRED in self.correction_arms else ""

    @cached_property
    def data_sha256(self) -> dict[str, str]:
        """Key of a data set or evaluation set -> sha256 of the file that the run used.

        Of shown works the sha256 that ``data/`` says, "" where they are not there: a run keeps only what its arms took.
        """
        used = {name: entry["sha256"] for name, entry in self.summary.document["eval_sets"].items()}
        if self.shown_works:
            manifest = datasets.DATA_ROOT / self.shown_works / "manifest.json"
            used[self.shown_works] = read_json(manifest)["sha256"] if manifest.is_file() else ""
        return {self.split["dataset_key"]: self.split["sha256"], **used}

    @cached_property
    def metrics(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Arm -> segment -> rows of ``metrics.jsonl``."""
        return read_metrics(self.run)

    @cached_property
    def correction_metrics(self) -> dict[str, list[dict[str, Any]]]:
        """Arm of self-correction -> rows of ``metrics.jsonl``."""
        files = {
            arm: self.run.path("training", arm, CORRECTION_SEGMENT, "metrics.jsonl") for arm in self.correction_arms
        }
        return {arm: [row for _, row in read_jsonl(file)] for arm, file in files.items()}

    @cached_property
    def final_rows(self) -> list[dict[str, Any]]:
        """Every prediction of the final checkpoint, over all evaluation sets."""
        return [row for name in self.summary.eval_sets for row in read_predictions(self.run, name, FINAL)]

    def final_card(self, eval_set: str) -> dict[str, Any]:
        """The scorecard of the checkpoint that is published."""
        return next(card for card in self.summary.cards(eval_set) if card["checkpoint"] == FINAL)

    @cached_property
    def command(self) -> str:
        """The command that ran all stages, or the empty string when they were run by hand."""
        started = self.run.path(WORK, "run.json")
        if self.run.sealed:
            manifest = read_json(self.run.path(MANIFEST))
            return "" if manifest["profile"] == "interactive" else str(manifest["command"])
        return str(read_json(started)["sessions"][-1]["command"]) if started.is_file() else ""

    @cached_property
    def seconds(self) -> float:
        """How long the finished stages took."""
        return sum(record["seconds"] for record in self.records.values())


def read_facts(run: Run) -> Facts:
    """The facts of a run, from ``provenance.json`` when it is sealed, else from the records of its finished stages."""
    if run.sealed:
        stages = read_json(run.path("provenance.json"))["stages"]
        return Facts(run, {stage["stage"]: stage for stage in stages})
    return Facts(run, {stage.name: found for stage in STAGES if (found := run.record(stage.name))})
