r"""An evaluation set as a task of lm-evaluation-harness (https://github.com/EleutherAI/lm-evaluation-harness).

    write_task(rows, "eval-core", folder)      # folder/tunixlib_eval_core.yaml and folder/tunixlib_eval_core.jsonl

    cd folder && lm_eval --model hf --model_args pretrained=CHECKPOINT,dtype=float32 \
        --apply_chat_template --include_path . --tasks tunixlib_eval_core

The prompt is the user's turn, as in ours; decoding is greedy and ends with the model's end of turn. Two metrics:
``exact_match,tagged`` reads the answer inside the tags, as our accuracy does, ``exact_match,lenient`` the last number
where there are no tags, as our lenient accuracy does. What exact match cannot do is equal answers: 1/2 and 0.5, 12 and
12 cm, Yes and yes are two answers there and one here.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tunixlib.artifacts import ArtifactError, canonical_json, write_bytes
from tunixlib.checking.answers import _LAST
from tunixlib.evaluation.config import MAX_NEW_TOKENS
from tunixlib.traces import TAGS

TASK_VERSION = 1.0

_OPEN, _CLOSE = TAGS[2:]
# The first <answer> and the end that follows it, nothing blank between them: what ``parse_completion`` finds.
_TAGGED = rf"\A(?:(?!{_OPEN}).)*{_OPEN}(?!\s*{_CLOSE})(.*?){_CLOSE}.*\Z"
TAGGED = f"(?s){_TAGGED}"
LENIENT = f"(?s){_TAGGED}|({_LAST.pattern})"

# Taken out of both answers, one after the other, before they are compared as text.
IGNORED = (
    r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))",  # 1,200 is 1200
    r"(?<=,)\s+",  # 2, 4, 6 is 2,4,6
    r"^[$€£¥₹]\s?",  # $5 is 5
    r"\.$",  # a full stop ends no number
    r"\s?%$",  # 25% is 25 when per cent was asked for
)


def task_name(eval_set: str) -> str:
    """``eval-core`` -> ``tunixlib_eval_core``: letters, digits and underscores, as task names are."""
    return "tunixlib_" + re.sub(r"\W+", "_", eval_set, flags=re.ASCII).strip("_").lower()


def write_task(
    rows: Sequence[Mapping[str, Any]],
    eval_set: str,
    folder: Path,
    max_new_tokens: int = MAX_NEW_TOKENS,
    sha256: str = "",
) -> tuple[Path, Path]:
    """Write the task of some evaluation items; the paths of its YAML file and of its documents.

    The YAML names the documents relative to its own folder, from where the harness must be started: its tasks know no
    other way without code. ``sha256`` of the evaluation file goes on record in the task's metadata. Raises
    ArtifactError when the folder holds another task of this name; ``my-q`` and ``my_q`` have one name.
    """
    name = task_name(eval_set)
    documents, task = folder / f"{name}.jsonl", folder / f"{name}.yaml"
    text = yaml.safe_dump(_task(name, documents.name, max_new_tokens, sha256), sort_keys=False, allow_unicode=True)
    asked = "".join(f"{canonical_json(row)}\n" for row in rows)
    contents = {documents: asked.encode("utf-8"), task: text.encode("utf-8")}
    for path, content in contents.items():
        if path.exists() and (not path.is_file() or path.read_bytes() != content):
            raise ArtifactError(
                f"{path}: found another task of this name, expected none or the one of {eval_set} with these options; "
                "choose another --out, or remove it"
            )
    for path, content in contents.items():
        write_bytes(path, content)
    return task, documents


def task_words(task: Path, items: int) -> str:
    """What was written and the command that runs it."""
    return (
        f"{items} questions in {task.parent.as_posix()}: {task.name}, {task.stem}.jsonl\n"
        "next    pip install -r requirements-harness.txt, in an environment of its own; then\n"
        f"        cd {task.parent.as_posix()}\n"
        "        lm_eval --model hf --model_args pretrained=CHECKPOINT_FOLDER,dtype=float32 --apply_chat_template \\\n"
        f"            --include_path . --tasks {task.stem} --batch_size 16 --log_samples --output_path results"
    )


def _task(name: str, documents: str, max_new_tokens: int, sha256: str) -> dict[str, Any]:
    return {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": documents}},
        "test_split": "test",
        "output_type": "generate_until",
        "num_fewshot": 0,
        "doc_to_text": "prompt",
        "doc_to_target": "expected_answer",
        # Without a text in `until` a completion ends only with the model's end of turn, which the harness adds.
        "generation_kwargs": {"until": [], "do_sample": False, "max_gen_toks": max_new_tokens},
        "filter_list": [_filter("tagged", TAGGED, 0), _filter("lenient", LENIENT, -1)],
        "metric_list": [
            {
                "metric": "exact_match",
                "aggregation": "mean",
                "higher_is_better": True,
                "ignore_case": False,
                "regexes_to_ignore": list(IGNORED),
            }
        ],
        "metadata": {"version": TASK_VERSION, **({"eval_set_sha256": sha256} if sha256 else {})},
    }


def _filter(name: str, pattern: str, group: int) -> dict[str, Any]:
    regex = {"function": "regex", "regex_pattern": pattern, "group_select": group}
    return {"name": name, "filter": [regex, {"function": "take_first"}]}
