"""Ray for the time of a sweep: on the processors of this machine, or a cluster that was started before.

    with cluster(None, Shares(cpus=1)) as shares:
        endings = run_trials(tasks, shares, storage, make_trial, watch)      # ``placing``

On this machine Ray listens on 127.0.0.1 alone, with its token; the
dashboard and its reports of usage are off.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tunixlib.sweeps.spec import SweepError

# Bytes of memory that Ray sets aside for objects; ours are a few kilobytes.
OBJECTS = 80 * 1024 * 1024
CONNECT_SECONDS = 5.0
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # sends nothing
    "RAY_AIR_NEW_OUTPUT": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",  # Ctrl-C ends the sweep, not only its trials
}
LOCAL = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # Ray's way to stay on 127.0.0.1, whatever the system


@dataclass(frozen=True)
class Shares:
    """What each trial gets: processors, which are its threads, and graphics processors (None: one where there are)."""

    cpus: int = 1
    gpus: int | None = None
    at_once: int = 0  # at most so many trials at a time; 0: as many as there is room for

    @property
    def resources(self) -> dict[str, int]:
        """As Ray names them."""
        return {"CPU": self.cpus, "GPU": self.gpus or 0}


def require_ray(address: str | None) -> None:
    """Import Ray with our settings, which it reads only then. Raises SweepError naming the command that installs it."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    os.environ.update({} if address else LOCAL)  # whatever was exported: that nobody else reaches it is promised
    try:
        import ray.tune  # noqa: F401
    except ImportError as error:
        raise SweepError(
            f"found no Ray Tune ({error}), expected that of requirements-cluster.txt; install it: "
            "python -m pip install -r requirements-cluster.txt"
        ) from None


@contextmanager
def cluster(address: str | None, shares: Shares) -> Iterator[Shares]:
    """Ray on this machine until the end of the block, or a cluster that is running; the shares with GPUs settled.

    Raises SweepError when it cannot be reached, or when no machine of it has room for one trial.
    """
    require_ray(address)
    if address and address != "auto":
        _refuse_silent(address)
    import ray

    own = {"include_dashboard": False, "object_store_memory": OBJECTS}
    try:
        ray.init(address or "local", log_to_driver=False, logging_level=logging.ERROR, **({} if address else own))
    except Exception as error:  # a start that takes too long is told by a bare Exception
        raise SweepError(_unanswered(address, error)) from error
    try:
        for name in ("ray.tune", "ray.train", "ray.air"):  # what they would say of a dead worker, we say in a line
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield _settled(shares)
    finally:
        ray.shutdown()


def _unanswered(address: str | None, error: Exception) -> str:
    found = next(iter(str(error).splitlines()), type(error).__name__)
    if address:
        return (
            f"--address {address}: found no Ray that answers ({found}), expected one; start it with "
            "`ray start --head`, or leave --address out"
        )
    return (
        f"Ray did not start on this machine ({found}); expected it to within half a minute, which a busy machine can "
        "miss: repeat the command when there is less to do here. Nothing was lost"
    )


def _refuse_silent(address: str) -> None:
    """Raise SweepError unless something answers there: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if not (host and port.isdigit()) or "/" in host:
        raise SweepError(f"--address {address}: expected HOST:PORT as `ray start --head` says it, or auto")
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise SweepError(
            f"--address {address}: found nothing that answers ({error}), expected a Ray cluster; start it with `ray "
            "start --head`, or leave --address out"
        ) from None


def _settled(shares: Shares) -> Shares:
    """The shares with a number of GPUs. Raises SweepError when no machine has so many processors: Ray would wait."""
    import ray

    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if shares.gpus is None:
        shares = replace(shares, gpus=int(any(node.get("GPU") for node in nodes)))
    if not any(all(node.get(name, 0) >= count for name, count in shares.resources.items()) for node in nodes):
        there = "; ".join(f"{node.get('CPU', 0):.0f} CPUs, {node.get('GPU', 0):.0f} GPUs" for node in nodes)
        raise SweepError(
            f"found machines with {there}, expected one with {shares.cpus} CPUs and {shares.gpus} GPUs for a trial; "
            "lower --cpus or --gpus"
        )
    return shares
