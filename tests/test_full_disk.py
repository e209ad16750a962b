"""A disk that fills up at any moment costs the work of that moment: what was there stays, and the command continues."""

import errno
import resource
import shutil
import subprocess
import sys

import pytest
from fault_helpers import FAULTS, full_disk, snapshot, unmeasured

from tunixlib.atomic import NOT_WRITABLE
from tunixlib.evidence.locks import lock_run
from tunixlib.evidence.sealing import seal
from tunixlib.evidence.verify import verify_run
from tunixlib.holding import LOCKED
from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.seeding.recipes import Recipe
from tunixlib.submission import archive, bundle
from tunixlib.trees import PROJECT_ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits and POSIX file calls")
# Of the many writes of publishing every second is tried, all of them with TUNIXLIB_FAULTS=2.
PUBLISH_STEP = max(1, 2 // FAULTS)


@pytest.fixture
def data(made, monkeypatch):
    monkeypatch.setattr(datasets, "DATA_ROOT", made / "data")


def copied(made, which, place):
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(made / which / "demo", place / "demo")
    return Run(place / "demo")


def fill_up_everywhere(prepare, work, check, step=1, first=1):
    """Do the work once to count its writes, then again and again with the disk full from one of them on.

    Returns how many disks were filled. After each, the error names a remedy, and the same work succeeds.
    """
    prepare()
    with full_disk() as counting:
        work()
    tried = range(first, counting.count + 1, step)
    for full_at in tried:
        prepare()
        try:
            with full_disk(full_at):
                work()
        except OSError as error:
            assert error.errno == errno.ENOSPC
            check()
            work()
    return len(tried)


def test_seeding_continues_after_a_disk_that_filled_up_at_any_write(tmp_path):
    out, recipe = tmp_path / "data" / "mine", Recipe("mine", 30, 42)
    datasets.write_dataset(recipe, tmp_path / "expected")
    expected = snapshot(tmp_path / "expected")

    def prepare():
        shutil.rmtree(out, ignore_errors=True)

    def check():
        assert snapshot(out).items() <= expected.items(), "a file is whole or not there"

    assert fill_up_everywhere(prepare, lambda: datasets.write_dataset(recipe, out), check) >= 8
    assert snapshot(out) == expected


def test_a_dataset_that_is_there_survives_a_full_disk(tmp_path):
    out = tmp_path / "mine"
    datasets.write_dataset(Recipe("mine", 30, 42), out)
    before = snapshot(out)
    with full_disk(1), pytest.raises(OSError, match="the disk is full; free some space"):
        datasets.write_dataset(Recipe("mine", 30, 42), out)
    assert snapshot(out) == before


def test_sealing_continues_after_a_disk_that_filled_up_at_any_write(made, data, tmp_path):
    root = tmp_path / "runs"
    before = snapshot(made / "unsealed" / "demo")

    def prepare():
        copied(made, "unsealed", root)

    def check():
        run = Run(root / "demo")
        assert not run.sealed
        left = snapshot(run.root)
        left.pop("provenance.json", None)
        assert left == before, "nothing else has changed and nothing half written is left"

    assert fill_up_everywhere(prepare, lambda: seal(Run(root / "demo")), check) >= 6
    assert verify_run(root / "demo").problems == []


def test_locking_continues_after_a_disk_that_filled_up_at_any_write(made, data, tmp_path):
    root = tmp_path / "runs"

    def prepare():
        shutil.rmtree(root, ignore_errors=True)
        copied(made, "runs", root)

    def check():
        assert not (root / LOCKED).exists()

    assert fill_up_everywhere(prepare, lambda: lock_run(Run(root / "demo")), check) >= 6
    assert (root / LOCKED).is_file()


def test_publishing_leaves_the_earlier_bundle_when_the_disk_fills_up(made, data, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "DIST", tmp_path / "dist")
    monkeypatch.setattr(bundle, "kernel_folder", lambda run, meta: {"kaggle.ipynb": b"{}"})
    monkeypatch.setattr(bundle, "render_report", lambda run: "a report, which takes seconds to render")
    monkeypatch.setattr(archive, "SOURCES", {})
    run = Run(made / "runs" / "demo")
    bundle.publish(run)
    before, sealed = snapshot(bundle.DIST), snapshot(run.root)
    assert {name.split("/")[1] for name in before} == set(bundle.PUBLISHED)

    def check():
        assert snapshot(bundle.DIST) == before

    assert fill_up_everywhere(lambda: None, lambda: bundle.publish(run), check, PUBLISH_STEP) >= 8
    assert snapshot(bundle.DIST) == before
    assert snapshot(run.root) == sealed


def command(*arguments, limit):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "tunixlib", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
        preexec_fn=limited, env=unmeasured(),
    )  # fmt: skip


def test_a_limit_of_the_system_is_named_by_the_command_line_and_leaves_no_half_file(tmp_path):
    out = tmp_path / "mine"
    done = command("seed", "--dataset", "mine", "--traces", "200", "--out", str(out), limit=20_000)
    assert done.returncode == 1
    assert NOT_WRITABLE[errno.EFBIG] in done.stderr
    assert "dataset.jsonl" in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(out) == {}


IN_A_SMALL_DISK = """
import shutil, subprocess, sys
from pathlib import Path
from tunixlib.running.housekeeping import clean_run
from tunixlib.holding import hold
from tunixlib.runs import Run
from tunixlib.seeding import datasets
from tunixlib.evidence.sealing import seal
from tunixlib.evidence.verify import verify_run

disk, made, tries = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
datasets.DATA_ROOT = made / "data"
full = 0
for free in range(0, 40_000, 40_000 // tries):
    shutil.rmtree(disk / "demo", ignore_errors=True)
    shutil.copytree(made / "unsealed" / "demo", disk / "demo")
    run, ballast = Run(disk / "demo"), disk / "ballast"
    with ballast.open("wb", buffering=0) as stream:
        room = shutil.disk_usage(disk).free - free
        stream.write(bytes(max(room, 0)))
    try:
        hold(run.root).release()
        seal(run)
    except OSError as error:
        full += 1
        assert error.strerror.startswith("the disk is full; free some space"), error
        assert not run.sealed
    ballast.unlink()
    if not run.sealed:
        seal(run)
    assert [str(problem) for problem in verify_run(run.root).problems] == []
    assert not list(run.root.rglob(".*.part"))
with ballast.open("wb", buffering=0) as stream:
    stream.write(bytes(shutil.disk_usage(disk).free))
assert shutil.disk_usage(disk).free == 0
assert clean_run(run).weights > 0
ballast.unlink()
assert not list(run.root.rglob("*.safetensors"))
subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
try:
    hold(run.root)
except OSError as error:
    assert error.strerror.startswith("the disk is read-only"), error
    print("full", full, "times, then read-only")
"""


def test_a_disk_that_is_really_full_or_read_only_is_named_and_stops_neither_sealing_later_nor_cleaning(made, tmp_path):
    """On a small disk of memory, where this system lets an ordinary user mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=4m none {disk}"
    inside = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    try:
        if subprocess.run([*inside, mount], capture_output=True, check=False).returncode:
            pytest.skip("this system lets nobody mount a disk of their own")
    except FileNotFoundError:
        pytest.skip("this system has no unshare")
    arguments = [str(disk), str(made), str(10 * FAULTS)]
    done = subprocess.run(
        [*inside, f'{mount} && exec "$0" "$@"', sys.executable, "-c", IN_A_SMALL_DISK, *arguments],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full = int(done.stdout.split()[1])
    assert 5 * FAULTS <= full < 10 * FAULTS, "some tries had too little room, and some enough"
