"""What a session left, as its notebook shows it: results, figures, the checkpoint that is judged, where things are.

outcome = run_session(session, "kaggle-v1")
Markdown(outcome.closing())      # The last checkpoint, which will be judged: `training/curriculum/stage_c/checkpoint`
"""

from dataclasses import dataclass
from pathlib import Path

from tunixlib.artifacts import read_json
from tunixlib.evaluation.reports import scorecard_table
from tunixlib.running.sessions.watch import LEDGER
from tunixlib.runs import Run
from tunixlib.stages import FINAL, FINAL_ARM
from tunixlib.tables import markdown_table


@dataclass(frozen=True)
class Outcome:
    """What a session left: the kept run, why it stopped early (or nothing), the last checkpoint and its weights."""

    run: Run
    stopped: str
    last: str
    weights: Path | None
    working: Path

    def results(self) -> str:
        """The scorecards as Markdown, or why there are none."""
        path = self.run.path("eval_summary.json")
        return scorecard_table(read_json(path)) if path.is_file() else f"No results: {self.stopped}"

    def figures(self) -> list[Path]:
        """The pictures of the analysis, as far as they were drawn."""
        return sorted(self.run.path("figures").glob("*.png"))

    def closing(self) -> str:
        """Which checkpoint is judged, where things are, what to do next; as Markdown."""
        judged = f"training/{FINAL_ARM}/{FINAL}"
        if not self.last:
            last = "No checkpoint was finished: there is nothing to judge."
        elif self.last.startswith(judged):
            last = f"The last checkpoint, which will be judged: `{self.last}`."
        else:
            last = (
                f"The last checkpoint is `{self.last}`. Judged would be `{judged}/checkpoint`, which was not reached."
            )
        published = self.working / "dist" / self.run.run_id
        state = "sealed" if self.run.sealed else f"NOT SEALED: {self.stopped}"
        rows = [
            ("run", f"{self.run.run_id}, {state}"),
            ("evidence", self.run.root),
            ("weights", self.weights or "none"),
            ("report and bundle", published if published.is_dir() else "none: python -m tunixlib bundle, after import"),
            ("time", self.working / LEDGER),
        ]
        after = "Next, in the repository: `python -m tunixlib import-kaggle OUTPUT_DIR`, then verify and commit."
        return "\n\n".join([last, markdown_table(("what", "where"), rows), after])
