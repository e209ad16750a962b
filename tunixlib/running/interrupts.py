"""Ctrl-C while a kernel is at work: the kernel ends, and the one who started it learns why.

    interruptible(lambda: papermill.execute_notebook(...))      # KeyboardInterrupt in seconds, and no kernel left

nbclient takes over SIGINT and closes its channels under the working kernel, which then prints a traceback of its own.
In a thread nbclient cannot do so, and the main thread keeps its signals.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

# Seconds between two looks. Windows does not interrupt a wait without end.
PATIENCE = 0.2


def interruptible(work: Callable[[], object]) -> None:
    """Do ``work`` in a thread. On Ctrl-C, kill the processes that it started and raise KeyboardInterrupt.

    Killed is enough: whatever stages keep is written beside and renamed, and they continue from there.
    """
    raised: list[BaseException] = []
    ended = threading.Event()  # a join that Ctrl-C interrupts takes a living thread for dead (Python 3.11)

    def kept() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below
            raised.append(error)
        finally:
            ended.set()

    before = _children()
    threading.Thread(target=kept, daemon=True).start()
    try:
        while not ended.wait(PATIENCE):
            pass
    except KeyboardInterrupt:
        while not ended.is_set():
            _kill(_children() - before)
            ended.wait(PATIENCE)
        raise
    if raised:
        raise raised[0]


def _children() -> set[int]:
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True)}


def _kill(pids: set[int]) -> None:
    import psutil

    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
