"""What secrets look like: tokens and keys that carry a known prefix or stand beside a telling name.

>>> list(named_secrets("first line\\nKAGGLE_KEY" + "=0123456789abcdef"))
[('a key given by name', 2)]

Each pattern takes time linear in the text: what could begin a match anew inside a long run is bounded, or kept out by
looking behind.
"""

import re
from collections.abc import Iterator

_QUOTED_KEY = r"""["']key["']\s{0,9}:\s{0,9}["'][0-9a-f]{32}["']"""
_NAMES = "API_KEY|SECRET_KEY|ACCESS_KEY|KAGGLE_KEY|API_TOKEN|ACCESS_TOKEN|HUB_TOKEN|HF_TOKEN|GITHUB_TOKEN"

# Kind, words of which a text with such a secret holds one, pattern.
_KNOWN = (
    ("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{20,}"),
    ("a Kaggle token", "KGAT_", r"KGAT_[A-Za-z0-9]{20,}"),
    (
        "a Kaggle key",
        "username",
        rf"""["']username["'][^{{}}]{{1,200}}{_QUOTED_KEY}|{_QUOTED_KEY}[^{{}}]{{1,200}}["']username["']""",
    ),
    ("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"),
    ("an API key", "sk-", r"(?<![_-])sk-(?=[A-Za-z_-]*[0-9])[\w-]{20,}"),
    ("an AWS key", "AKIA ASIA", r"(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])"),
    ("a Google key", "AIza GOCSPX-", r"(?:AIza[\w-]{35}|GOCSPX-[\w-]{28})(?![\w-])"),
    ("a Slack token", "xox", r"xox[abeoprs]-[0-9A-Za-z-]{10,}"),
    ("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    ("a private key", "PRIVATE", r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY"),
    (
        "a password in an address",
        "://",
        r"[A-Za-z][A-Za-z0-9+.-]{1,15}://[^\s/:@\"'<>{}$%*]{1,99}:[^\s/:@\"'<>{}$*]{1,99}@",
    ),
    ("a JSON web token", "eyJ", r"(?<![_-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
    (
        "a key given by name",
        "_KEY _TOKEN",
        rf"""(?:\w{{0,30}}_)?(?:{_NAMES})["']?\s{{0,9}}[=:]\s{{0,9}}["']?(?=[A-Za-z_-]*[0-9])[\w-]{{8,}}""",
    ),
)
# Nothing that is part of a longer word; the letter of a written line end, as in 'a\\nb', is no part of one.
_START = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
SHAPES = tuple((kind, tuple(words.split()), re.compile(f"{_START}(?:{pattern})")) for kind, words, pattern in _KNOWN)
_WORDS = tuple(word for _, words, _ in SHAPES for word in words)


def may_hold_secret(text: str) -> bool:
    """Whether a text holds a word without which there is no secret of these shapes: quick, and mostly False."""
    return any(word in text for word in _WORDS)


def named_secrets(text: str) -> Iterator[tuple[str, int]]:
    """``(kind, line)`` of everything in a text that has one of the ``SHAPES``; lines count from 1."""
    for kind, words, pattern in SHAPES:
        if any(word in text for word in words):
            for found in pattern.finditer(text):
                yield kind, text.count("\n", 0, found.start()) + 1
