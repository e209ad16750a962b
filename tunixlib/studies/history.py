"""What git says about a study: the bar in the commits of its runs, its versions, and the code that made the numbers.

    committed_bytes("1c49a4c", "notebooks/profiles/studies/order-135m.yaml", PROJECT_ROOT)      # b"# The bar, ..."
    bar_versions("notebooks/profiles/studies/order-135m.yaml", "1c49a4c", "HEAD", PROJECT_ROOT)   # (2, 0)
    rules_at("1c49a4c", PROJECT_ROOT) == rules_here(PROJECT_ROOT)

*Rules* are the code that turns predictions into verdicts: ``tunixlib/analysis`` and ``tunixlib/studies``.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunixlib.artifacts import canonical_json, sha256_bytes, sha256_text
from tunixlib.evidence.environment import git, is_commit

STUDIES = "notebooks/profiles/studies"
RULES = ("tunixlib/analysis", "tunixlib/studies")

SESSIONS = "the commits of its sessions: "  # a note of the manifest, see ``evidence.sealing``


def session_commits(manifest: Mapping[str, Any]) -> list[str]:
    """The commits of every session of a run, the last one first: one that was continued may name several."""
    commits = [str(manifest["commit"])]
    for note in manifest["notes"]:
        if note.startswith(SESSIONS):
            commits += note.removeprefix(SESSIONS).split(", ")
    return list(dict.fromkeys(commits))


def committed_bytes(commit: str, file: str, repository: Path) -> bytes | None:
    """The bytes of a file in a commit; None when the commit is not there or does not hold it."""
    done = git(repository, "cat-file", "blob", f"{commit}:{file}") if is_commit(commit) else None
    return done.stdout if done and done.returncode == 0 else None


def committed_bars(commit: str, repository: Path) -> dict[str, bytes] | None:
    """File -> bytes of every study's profile in a commit; None when git does not know the commit."""
    done = git(repository, "ls-tree", "-z", "--name-only", commit, f"{STUDIES}/") if is_commit(commit) else None
    if not done or done.returncode:
        return None
    files = [file for file in done.stdout.decode("utf-8").split("\0") if file.endswith((".yaml", ".yml"))]
    return {file: committed_bytes(commit, file, repository) or b"" for file in files}


def bar_versions(file: str, first_run: str, until: str, repository: Path) -> tuple[int, int] | None:
    """How many versions of a file the history of ``until`` holds, and how many of them that of ``first_run`` does not.

    None when git does not know one of the commits.
    """
    counts = []
    if not (is_commit(first_run) and is_commit(until)):
        return None
    for commits in ([until], [until, f"^{first_run}"]):
        done = git(repository, "rev-list", "--full-history", "--no-merges", *commits, "--", file)
        if not done or done.returncode:
            return None
        counts.append(len(done.stdout.split()))
    return counts[0], counts[1]


def bar_record(
    file: str, content: bytes, runs: Sequence[Mapping[str, Any]], until: str, repository: Path
) -> dict[str, Any]:
    """The bar as ``study.json`` names it; ``runs`` are those of ``study_runs``, ``until`` the commit of the writing.

    ``committed`` when the commit of every session of every run holds these bytes and its tree was clean. ``versions``
    and ``versions_after_first_run`` are left out where git does not know the commits.
    """
    commits = [commit for run in runs for commit in run["commits"]]
    held = not any(run["dirty"] for run in runs) and _hold(dict.fromkeys(commits), file, content, repository)
    found = {"file": file, "sha256": sha256_bytes(content), "commit": runs[0]["commit"], "committed": held}
    counts = [bar_versions(file, first, until, repository) for first in runs[0]["commits"]]
    known = [pair for pair in counts if pair]
    if len(known) < len(counts):
        return found
    return {**found, "versions": known[0][0], "versions_after_first_run": max(after for _, after in known)}


def _hold(commits: Iterable[str], file: str, content: bytes, repository: Path) -> bool:
    return all(committed_bytes(commit, file, repository) == content for commit in commits)


def rules_here(project: Path) -> str:
    """One sha256 of the rules as they are in a folder: of the path and git's blob id of every module."""
    files = (path for place in RULES for path in (project / place).rglob("*.py"))
    return _digest({path.relative_to(project).as_posix(): _blob(path.read_bytes()) for path in files})


def rules_at(commit: str, repository: Path) -> str | None:
    """The same of a commit; None when it is not there."""
    done = git(repository, "ls-tree", "-r", "-z", commit, "--", *RULES) if is_commit(commit) else None
    if not done or done.returncode:
        return None
    entries = [entry.split("\t", 1) for entry in done.stdout.decode("utf-8").split("\0") if entry]
    return _digest({path: about.split()[2] for about, path in entries if path.endswith(".py")})


def _blob(content: bytes) -> str:
    """git's name for a file's content, with line ends as git stores them."""
    stored = content.replace(b"\r\n", b"\n")
    return hashlib.sha1(b"blob %d\0" % len(stored) + stored, usedforsecurity=False).hexdigest()


def _digest(blobs: Mapping[str, str]) -> str:
    return sha256_text(canonical_json(dict(blobs)))


def rules_record(commit: str, sha256: str, runs: Sequence[Mapping[str, Any]], repository: Path) -> dict[str, Any]:
    """The rules as ``study.json`` names them: their sha256, the commit of the writing, and whether the runs' commits
    hold the same; ``same`` is left out where git does not know one of these."""
    commits = list(dict.fromkeys(commit for run in runs for commit in run["commits"]))
    then = {one: rules_at(one, repository) for one in commits}
    others = [one for one in commits if then[one] != sha256]
    found = {"commit": commit, "sha256": sha256, "runs_commit": (others or commits)[0]}
    return found if None in then.values() else {**found, "same": not others}
