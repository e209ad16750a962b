"""How completions are made: the longest one, and how many at once.

GenerationConfig(max_new_tokens=160)
"""

from dataclasses import dataclass

# Tokens of one completion where nobody says otherwise: a question of one's own, another harness. 05_evaluate says
# otherwise: its parameter is part of a run, set by the profile and on record.
MAX_NEW_TOKENS = 192
BATCH_SIZE = 128


@dataclass(frozen=True)
class GenerationConfig:
    """How much is written, and how much at once. Raises ValueError when a number is below one."""

    max_new_tokens: int = MAX_NEW_TOKENS  # tokens of one completion, the stop token included
    batch_size: int = BATCH_SIZE  # rows at once
    max_cached_tokens: int = 32_768  # rows times longest row; SmolLM2 in float32 keeps 46 kB for each, 1.5 GB in all

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"GenerationConfig.{name} is {value}, expected at least 1; correct it")
