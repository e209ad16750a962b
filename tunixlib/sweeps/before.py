"""Which reports there were before the one that stands: who read them could act by them, so each is named.

list(asked_before(found))      # ["eval-core was asked before of `my-sweep-1f3a9c02-s1`, which had won before ..."]
"""

from collections.abc import Iterator, Sequence

from tunixlib.artifacts import read_json
from tunixlib.runs import MANIFEST
from tunixlib.sweeps.found import Found


def asked_before(found: Found) -> Iterator[str]:
    """One sentence each for former winners, for the trials that won where seeds were added, for seeds added later."""
    eval_set = found.sweep.report.eval_set
    others = found.evaluated.keys() - {trial.run_id for trial in found.judged}
    chosen = others & {trial.run_id for trial in found.ranking[0].trials}
    if former := sorted(others - chosen):
        yield (
            f"{eval_set} was asked before of {_quoted(former)}, which had won before the sweep was enlarged; whoever "
            "enlarged it could have read these scores."
        )
    if chosen:
        yield (
            f"{eval_set} was asked before of {_quoted(sorted(chosen))}, the winner as it was chosen; whoever added the "
            "seeds that it was trained again with could have read these scores."
        )
    if late := _added(found):
        yield (
            f"{_quoted(late)} was trained when other seeds of the winner had answered {eval_set}; whoever added it "
            "could have read these scores."
        )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _added(found: Found) -> list[str]:
    """What was sealed after an answer was there: all that is trained again at once is sealed before one is asked."""
    if not found.sweep.report.seeds:
        return []
    paths = [found.evaluated[trial.run_id] for trial in found.judged if trial.run_id in found.evaluated]
    first = min((read_json(path)["finished_at"] for path in paths), default=None)
    sealed = [trial for trial in found.judged if found.run(trial).sealed]
    return [t.run_id for t in sealed if first and read_json(found.run(t).path(MANIFEST))["timestamp"] > first]
