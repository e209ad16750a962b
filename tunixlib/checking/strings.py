"""Claims about letters, words and lists whose wording leaves one meaning: decided letter by letter.

    >>> said = Said('Write "lamp" backwards.')
    >>> [claim.verdict for step in ("The letters are l, a, m, p", "From last to first: p, m, l, a")
    ...  for claim in string_claims(step, said)]
    ['true', 'false']

========  ===========================================================================================================
spelled   ``The letters of lamp: l, a, m, p``   ``Spelled out: l, a, m, p`` (the one text that the prompt quotes)
reversed  ``lamp reversed is pmal``   ``From last to first: p, m, a, l`` (the letters spelled in the step before)
places    ``The last letter of lamp is p``   ``The second of these is a``   ``lamp starts with l``
counts    ``"lamp" has 4 letters``   ``a appears once in lamp``   ``e stands at places 3, 4: ...``
case      ``lamp in uppercase is LAMP``   ``In lowercase they are busy doctor`` (the quoted text)
joined    ``Join sea and lion: sea-lion``, then ``Add cub: sea-lion-cub``   ``2 copies: laplap`` (the quoted text)
order     ``3, 5, 9 is from smallest to largest``   ``In alphabetical order: cup, lamp``
          ``c comes before l in the alphabet``   ``so 16 is below 36``
========  ===========================================================================================================

Where a wording needs the prompt and the prompt quotes no text, or more than one, nothing is decided.
"""

import re

from tunixlib.checking.claims import Claim
from tunixlib.checking.letters import LETTER_RULES
from tunixlib.checking.lists import LIST_RULES
from tunixlib.checking.spelling import Said

# Longer steps are not read. Every repetition in a rule is bounded, so that a step costs a bounded time.
MAX_LENGTH = 2000

# A step without any of these is about none of it.
_CUE = re.compile(
    r"letter|word is|pelled|evers|ackward|to first|s with|case|Join |Add |cop(?:y|ies):|lphabet|stands at"
    r"|None of them|of these|appears|occurs|mall|larg|great|big|high|low|least|creasing|scending|is (?:less|more|above)"
)


def string_claims(step: str, said: Said) -> list[Claim]:
    """The decided claims of one step about text, kind by kind; then ``said`` remembers the step."""
    if len(step) > MAX_LENGTH:
        said.letters, said.written = [], ""
        return []
    found = []
    if _CUE.search(step):
        for pattern, test in (*LETTER_RULES, *LIST_RULES):
            for match in pattern.finditer(step):
                holds = test(match, said)
                if holds is not None:
                    found.append(Claim(match[0].strip(" \n,;:."), "true" if holds else "false"))
    said.note(step)
    return found
