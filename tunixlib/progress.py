"""A progress bar for a person, or a small file that the pipeline shows as its own bar.

with progress(100, "flat/stage_1") as bar:
    bar.advance("loss 0.713")       # in a kernel that the pipeline started: raises RunError when asked to end
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, write_text
from tunixlib.runs import RunError

# Set by the pipeline for the kernels it starts: where to report.
PROGRESS_VARIABLE = "TUNIXLIB_PROGRESS_FILE"
# Beside that file: whoever watches writes the reason for an early end there, and the stage ends cleanly.
STOP_FILE = "stop.txt"


class Progress:
    """A bar for a person, or a small file that the pipeline shows as its own bar."""

    def __init__(self, total: int, label: str):
        self.total, self.done, self.label, self._last = total, 0, label, 0.0
        file = os.environ.get(PROGRESS_VARIABLE)
        self._file = Path(file) if file else None
        self._bar: Any = None
        if not self._file:
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=label, mininterval=0.5)

    def advance(self, note: str = "", by: int = 1) -> None:
        """Count ``by`` more done, with a short note such as the loss.

        Raises RunError when the pipeline asked for an early end; never after the last unit, so that what is complete
        is also saved.
        """
        self.done += by
        if self._bar is not None:
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(by)
        elif time.monotonic() - self._last > 0.5 or self.done >= self.total:
            self._last = time.monotonic()
            text = canonical_json({"label": self.label, "done": self.done, "total": self.total, "note": note})
            assert self._file is not None
            with suppress(PermissionError):  # Windows: the pipeline is reading it; the next one gets through
                write_text(self._file, text)
            self._stop_if_asked()

    def _stop_if_asked(self) -> None:
        assert self._file is not None
        asked = self._file.with_name(STOP_FILE)
        if self.done < self.total and asked.is_file():
            raise RunError(f"{self.label}, {self.done} of {self.total} done: {asked.read_text(encoding='utf-8')}")

    def reach(self, done: int) -> None:
        """Say that ``done`` units are done in all."""
        self.advance(by=done - self.done)

    def close(self) -> None:
        """End the bar."""
        if self._bar is not None:
            self._bar.close()


@contextmanager
def progress(total: int, label: str) -> Iterator[Progress]:
    """A progress bar over ``total`` units of work; in a kernel started by the pipeline it reports there instead."""
    bar = Progress(total, label)
    try:
        yield bar
    finally:
        bar.close()
