"""What the text before a step has said about letters and words, and how spelled words are written.

>>> said = Said('Write "to me" backwards.')
>>> said.note("The letters are t, o and m, e")
>>> said.quoted, said.letters
('to me', ['to', 'me'])
"""

import re
from collections.abc import Callable

LETTER = r"[^\W\d_]"
# "l, a, m, p" or "l-a-m-p"; several words as "t, o and m, e" or "t-o m-e". Every repetition is bounded.
SPELLED = rf"{LETTER}(?:(?:, |-){LETTER}){{1,40}}"
GROUPS = rf"{SPELLED}(?:(?: and | ){SPELLED}){{0,9}}"
# The end of a clause.
END = r"(?=[\"'”’]?\s*(?:[.;!\n]|,\s+(?:so|with)\b|\Z))"

# One word, quoted or not, and what may stand before a claim that begins in the middle of a step.
WORD = rf"[\"'“‘]?\b({LETTER}{{1,40}})\b[\"'”’]?"
CLAUSE = r"(?:\A|[,;:.=] |\b(?:so|since|because|but|then|and|word) )"

_SPELLED_LAST = re.compile(rf"(?::| are| is) ({GROUPS}){END}")
_ENDING = re.compile(r": (\S{1,400})\Z")
_QUOTED = re.compile(r'"([^"]{0,400})"')


class Said:
    """The one text that a prompt quotes ("" for none or several), the words spelled last, the text written last."""

    __slots__ = ("letters", "prompt", "quoted", "written")

    def __init__(self, prompt: str = "") -> None:
        texts = {text for text in _QUOTED.findall(prompt) if len(text.strip()) > 1}
        self.prompt = prompt
        self.quoted = texts.pop() if len(texts) == 1 else ""
        self.letters: list[str] = []
        self.written = ""

    def note(self, step: str) -> None:
        """Remember the words that a step spells and the text after its last colon."""
        spelled = _SPELLED_LAST.search(step)
        self.letters = words_of(spelled[1]) if spelled else []
        written = _ENDING.search(step[-402:])
        self.written = written[1] if written else ""


def words_of(spelled: str) -> list[str]:
    """``"t, o and m, e"`` -> ``["to", "me"]``; a word that is not spelled stays what it is."""
    groups = re.split(" and | ", spelled.replace(", ", "-"))
    return [group.replace("-", "") for group in groups]


# Is what a match says true, given what was said before? None when that cannot be told.
Test = Callable[[re.Match[str], Said], bool | None]
Rule = tuple[re.Pattern[str], Test]


def rules(*written: tuple[str, Test]) -> tuple[Rule, ...]:
    """Patterns with their tests, compiled."""
    return tuple((re.compile(pattern), test) for pattern, test in written)
