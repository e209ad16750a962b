"""Models of a hub by id and commit: ``MODEL: org/name@<commit>``, downloaded once into the user's ordinary cache.

    folder = hub_folder("HuggingFaceTB/SmolLM2-135M-Instruct@12fd25f77366fa6b3b4b768ec3050bf629380bac")

A branch moves, a commit does not: without one, numbers could not be traced to bytes. The library uses the login that
the user has; no token is read, kept or shown here, and none of the library's own error texts, which can hold addresses
and headers. Only configuration, tokenizer and safetensors are fetched; no code, nothing pickled.
"""

import re
from pathlib import Path
from typing import Any

from tunixlib.modeling.folders import ModelError, check_folder

HUB_ID = re.compile(r"(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?P<revision>.*))?")
COMMIT = re.compile(r"[0-9a-f]{40}")

FILES = [
    "*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json", "tokenizer*.json",
    "tokenizer.model", "spiece.model", "tekken.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "vocab.txt", "merges.txt", "chat_template*",
]  # fmt: skip
# Folders hold other forms of the same weights; so does Mistral's consolidated file.
NOT_FILES = ["*/*", "consolidated*.safetensors"]


def split_hub_id(name: str) -> tuple[str, str] | None:
    """``org/name@commit`` -> ``("org/name", commit)``; None for anything else, a folder or a short name."""
    found = HUB_ID.fullmatch(name)
    if not found or not COMMIT.fullmatch(found["revision"] or ""):
        return None
    return found["repo"], found["revision"]


def hub_folder(name: str, fetch: bool = True) -> Path:
    """The folder of ``org/name@commit`` in the hub cache, downloaded when it is not there and ``fetch`` is on.

    Raises ModelError saying what to do: for a branch or no commit, a repository that is gated, unknown or without
    safetensors, no network, a full disk.
    """
    found = HUB_ID.fullmatch(name)
    if not found:
        raise ModelError(f"model {name!r}: found no id of the form org/name@commit")
    repo, revision = found["repo"], found["revision"]
    if not COMMIT.fullmatch(revision or ""):
        seen = f"revision {revision[:40]!r}" if revision else "no revision"
        raise ModelError(
            f"model {name[:80]!r}: found no such folder, and as an id of the hub {seen}; expected {repo}@ and the 40 "
            'digits of a commit, since a branch moves and numbers must stay traceable; `python -c "from '
            f"huggingface_hub import model_info; print(model_info('{repo}').sha)\"` prints the newest"
        )
    folder = _download(repo, revision, fetch)
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"model {repo} at {revision[:12]}: found no *.safetensors; pickled weights can run code and are not used: "
            "take a commit or a repository that has safetensors"
        )
    check_folder(folder)
    return folder


def _download(repo: str, revision: str, fetch: bool) -> Path:
    """Fetch what is missing of a commit; without a network, or without ``fetch``, what lies in the cache."""
    from huggingface_hub import errors, snapshot_download

    wanted: dict[str, Any] = {
        "repo_id": repo,
        "revision": revision,
        "allow_patterns": FILES,
        "ignore_patterns": NOT_FILES,
    }
    unreachable = (errors.HTTPError, OSError)  # the first is httpx's: no connection, a timeout
    problem = f"it is not in the hub cache; `hf download {repo} --revision {revision}` brings it there"
    try:
        if fetch:
            try:
                return Path(snapshot_download(**wanted))
            except errors.HfHubHTTPError as error:
                problem = _refusal(error, repo)
            except unreachable as error:
                problem = _unreachable(error, repo, revision)
        return Path(snapshot_download(**wanted, local_files_only=True))
    except (errors.LocalEntryNotFoundError, ValueError):
        raise ModelError(f"model {repo} at {revision[:12]}: {problem}") from None


def _refusal(error: Exception, repo: str) -> str:
    """What the hub's answer means; only its kind and number are used."""
    from huggingface_hub import errors

    code = getattr(getattr(error, "response", None), "status_code", "unknown")
    if isinstance(error, errors.GatedRepoError) or code == 403:
        return f"the hub gates it ({code}); accept its licence on its page, run `hf auth login`, and repeat"
    if isinstance(error, errors.RevisionNotFoundError):
        return f"the hub knows no such commit of it ({code}); look at the history of its files"
    if isinstance(error, errors.RepositoryNotFoundError) or code in (401, 404):
        return (
            f"the hub knows no such repository, or shows it only to others ({code}); check the spelling of {repo}, "
            "or run `hf auth login` with an account that may read it"
        )
    return f"the hub answered with status {code}; try again later"


def _unreachable(error: BaseException, repo: str, revision: str) -> str:
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return f"{error.strerror}, while it was written into the hub cache; free some space or set HF_HOME"
    local = f"models/{repo.partition('/')[2]}"
    return (
        "it is not in the hub cache, and the hub cannot be reached (no network, or HF_HUB_OFFLINE is set); where there "
        f"is a network run `hf download {repo} --revision {revision} --local-dir {local}`, bring that folder here and "
        f"set MODEL to {local}"
    )
