"""Every help reads like a guide, the shell completes what is there, and exit codes are the documented ones."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

import tunixlib.__main__ as command_line
from tunixlib.commands import completion
from tunixlib.commands.app import DONE, EXIT_CODES, MISUSED, NO_READER, PROBLEM, STOPPED, app, reported
from tunixlib.trees import PROJECT_ROOT

COMMANDS = typer.main.get_command(app).commands
WIDTH = 80


def invoke(*words, **variables):
    return CliRunner().invoke(app, list(words), env={"COLUMNS": str(WIDTH), "TERM": "dumb", **variables})


def start(*words, **variables):
    """The command line in a process of its own, as a shell starts it: Ctrl-C reaches it, and nobody else."""
    return subprocess.Popen(
        [sys.executable, "-m", "tunixlib", *words], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, **variables}, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def test_without_a_command_it_says_what_people_do_first():
    text = invoke().output
    first = text.index("What people do first")
    places = [text.index(f"─ {panel} ─") for panel in ("Data", "Runs and studies", "Models", "Evidence", "Publishing")]
    assert [first, *places] == sorted([first, *places]), "in the order of work"
    assert len([line for line in text[first:].splitlines() if line.startswith("   python -m tunixlib ")]) == 6


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_has_a_sentence_an_example_what_is_read_and_written_and_exit_codes(name):
    text = invoke(name, "--help").output
    parts = [text.index(word) for word in ("Usage:", "Example", f"python -m tunixlib {name}", "Reads: ", "Writes: ")]
    assert parts == sorted(parts)
    assert "Exit codes: 0 done; 1 " in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_same_help_in_colour_says_the_same():
    import re

    coloured = invoke("run", "--help", FORCE_COLOR="1", TERM="xterm-256color").output
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == invoke("run", "--help").output


def test_exit_codes_stand_in_one_place_and_in_the_help():
    assert list(EXIT_CODES) == [0, 1, 2, 130, 141]
    text = invoke("--help").output
    for code, meaning in EXIT_CODES.items():
        assert f"   {code:<4} {meaning}" in text


@pytest.mark.parametrize(
    ("error", "code"),
    [(None, DONE), (ValueError("found x"), PROBLEM), (OSError("no"), PROBLEM), (KeyboardInterrupt(), STOPPED)],
)
def test_how_a_command_ends_is_its_exit_code(error, code):
    probe = typer.Typer()

    @probe.command()
    @reported
    def work() -> None:
        if error:
            raise error

    done = CliRunner().invoke(probe, [])
    assert done.exit_code == code
    assert "Traceback" not in done.output


def test_a_command_that_is_not_understood_ends_with_2():
    assert invoke("runn").exit_code == MISUSED
    assert invoke("verify").exit_code == MISUSED
    assert invoke("run", "--sett", "X=1").exit_code == MISUSED


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_completes_by_the_script_that_is_installed(tmp_path):
    shown = start("--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    script, errors = shown.communicate(timeout=120)
    assert "complete -o default -F _tunixlib_completion tunixlib" in script, errors
    program = tmp_path / "tunixlib"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tunixlib "$@"\n')
    program.chmod(0o755)
    asked = f"""{script}
COMP_WORDS=(tunixlib run --profile sm); COMP_CWORD=3
_tunixlib_completion "{program}"
echo "offered: ${{COMPREPLY[*]}}"
"""
    done = subprocess.run(["bash", "-c", asked], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "offered: smoke smoke-tunix", done.stderr


def test_profiles_studies_runs_and_data_sets_are_completed_by_name(tmp_path, monkeypatch):
    assert {"cpu", "full", "smoke"} <= set(completion.complete_profile(""))
    assert completion.complete_profile("smo") == ["smoke", "smoke-tunix"]
    assert "order-135m" in completion.complete_study("order")
    assert "submission_runs/cpu-v1" in completion.complete_run("submission_runs/c")
    assert completion.complete_set("DATASET=gol") == ["DATASET=golden-v2"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.yaml").write_text("")
    (tmp_path / "mine" / "notes.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    assert completion.complete_profile("mi") == ["mine/"]
    assert completion.complete_profile("mine/") == ["mine/a.yaml"]
    assert completion.complete_profile("no/such/place/") == []


def test_the_name_in_messages_is_the_one_that_was_typed():
    done = start("verify")
    _, errors = done.communicate(timeout=120)
    assert done.returncode == MISUSED
    assert "python -m tunixlib verify" in errors
    assert command_line.PROGRAM == "tunixlib"


def test_a_reader_that_goes_away_leaves_no_traceback():
    process = start("runs")
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(timeout=120) == NO_READER
    assert errors == ""
