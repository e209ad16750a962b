"""What is seen of a stage while its kernel works: one bar per piece of work, and somebody who may end it early.

with shown_progress(run, "[2/6] 02_train", watcher):
    execute(...)        # the kernel writes {label, done, total, note} into a small file a few times a second
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tunixlib.artifacts import read_json, write_text
from tunixlib.progress import STOP_FILE
from tunixlib.runs import WORK, Run


class Watcher(Protocol):
    """Who follows the stages of a pipeline and may end one early, such as the ledger of a session's time."""

    def began(self, run: Run, stage: str, parameters: Mapping[str, Any]) -> None:
        """A stage that is not skipped begins. May raise RunError: then it does not begin."""

    def observe(self, state: Mapping[str, Any]) -> str | None:
        """What the stage reports, a few times a second: ``{label, done, total, note}``. A reason ends the stage."""

    def ended(self, run: Run, stage: str) -> None:
        """The stage is finished, its evidence complete."""


@contextmanager
def shown_progress(run: Run, label: str, watcher: Watcher | None) -> Iterator[None]:
    """Show what the kernel reports as one bar per piece of work, until the stage ends; the watcher sees it, too."""
    file, ended = run.path(WORK, "progress.json"), threading.Event()
    file.unlink(missing_ok=True)
    file.with_name(STOP_FILE).unlink(missing_ok=True)
    thread = threading.Thread(target=_watch, args=(file, label, ended, watcher), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(file: Path, label: str, ended: threading.Event, watcher: Watcher | None) -> None:
    from tqdm import tqdm

    bar, shown = None, ""
    while not ended.wait(0.3):
        try:
            state = read_json(file)
        except (OSError, ValueError):  # not there yet, or being written
            continue
        try:
            if watcher and (reason := watcher.observe(state)):
                write_text(file.with_name(STOP_FILE), reason)
        except OSError as error:  # a full disk must not end the watch over the session's time
            print(f"{label}: the watch goes on, but could not write: {error}", file=sys.stderr)
        if state["label"] != shown:
            if bar is not None:
                bar.close()
            shown = state["label"]
            bar = tqdm(total=state["total"], desc=f"{label} {shown}", mininterval=1, leave=False, dynamic_ncols=True)
        assert bar is not None
        bar.set_postfix_str(state["note"], refresh=False)
        bar.update(state["done"] - bar.n)
    if bar is not None:
        bar.close()
