"""A zip from elsewhere writes plain files below its folder, or nothing."""

import io
import stat
import struct
import zipfile
from types import SimpleNamespace

import pytest

from tunixlib.runs import RunError
from tunixlib.submission import unpacking
from tunixlib.submission.unpacking import unpack


def zipped(path, *entries):
    """``(name, bytes)`` or ``(ZipInfo, bytes)``; warnings of zipfile about equal names are its own affair."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


@pytest.fixture
def place(tmp_path):
    """A folder to unpack into, beside a file that must stay as it is."""
    (tmp_path / "outside").write_text("mine\n")
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def there(place):
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*"))


def test_a_plain_zip_is_unpacked_whole(tmp_path, place):
    made = zipped(tmp_path / "a.zip", ("a/", b""), ("a/b.txt", b"1\n"), ("c.txt", b""), ("a/é ü.txt", b"2"))
    assert sorted(unpack(made, place)) == [place / "a" / "b.txt", place / "a" / "é ü.txt", place / "c.txt"]
    assert (place / "a" / "b.txt").read_bytes() == b"1\n"
    assert len(unpack(made, place)) == 3, "again over the same files"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../outside", "a path out of the folder"),
        ("a/../../outside", "a path out of the folder"),
        ("a/..", "a path out of the folder"),
        ("/etc/x", "an absolute path"),
        ("//server/x", "an absolute path"),
        ("C:/x", "an absolute path"),
        ("c:x", "an absolute path"),
        ("\\\\server\\x", "an absolute path"),
        ("..\\outside", "a character that some system cannot write"),
        ("a\\..\\..\\outside", "a character that some system cannot write"),
        ("a/x:stream", "a character that some system cannot write"),
        ("a\x00b", "a character that some system cannot write"),
        ("a\nb", "a character that some system cannot write"),
        ("what?", "a character that some system cannot write"),
        ("CON", "a name that some system reserves or shortens"),
        ("a/nul.txt", "a name that some system reserves or shortens"),
        ("LPT1.tar.gz/x", "a name that some system reserves or shortens"),
        ("com¹", "a name that some system reserves or shortens"),
        ("a./b", "a name that some system reserves or shortens"),
        ("a /b", "a name that some system reserves or shortens"),
        ("a//b", "a name that some system reserves or shortens"),
        ("./a", "a name that some system reserves or shortens"),
    ],
)
def test_a_name_that_is_not_plain_everywhere_is_refused_before_anything_is_written(tmp_path, place, name, why):
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = entry.orig_filename = name
    made = zipped(tmp_path / "a.zip", ("good.txt", b"good"), (entry, b"bad"))
    with pytest.raises(RunError, match=why):
        unpack(made, place)
    assert there(place) == []
    assert (tmp_path / "outside").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (stat.S_IFLNK | 0o777, "a link"),
        (stat.S_IFIFO | 0o644, "neither a file nor a folder"),
        (stat.S_IFCHR | 0o644, "neither a file nor a folder"),
    ],
)
def test_links_and_devices_are_refused(tmp_path, place, mode, why):
    entry = zipfile.ZipInfo("a")
    entry.external_attr = mode << 16
    with pytest.raises(RunError, match=why):
        unpack(zipped(tmp_path / "a.zip", (entry, b"../outside")), place)
    assert there(place) == []


@pytest.mark.parametrize(
    "names",
    [
        ("a.txt", "a.txt"),
        ("a.txt", "A.TXT"),
        ("straße", "STRASSE"),
        ("é", "e\u0301"),
        ("a/x", "A/y"),
        ("a", "a/b"),
        ("A/b", "a"),
        ("a/", "A"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_that_are_one_file_on_some_system_are_refused(tmp_path, place, names):
    made = zipped(tmp_path / "a.zip", *((name, b"" if name.endswith("/") else b"x") for name in names))
    with pytest.raises(RunError, match=r"on some systems|as a file and as a folder"):
        unpack(made, place)
    assert there(place) == []


def test_a_zip_that_would_become_far_larger_than_it_is_is_refused_by_what_it_announces(tmp_path, place, monkeypatch):
    monkeypatch.setattr(unpacking, "FREE", 100_000)
    made = zipped(tmp_path / "a.zip", ("zeros", bytes(1_000_000)))
    with pytest.raises(RunError, match=r"bytes that would become 1,000,000, expected at most 100 times as many"):
        unpack(made, place)
    assert len(unpack(zipped(tmp_path / "b.zip", ("zeros", bytes(90_000))), place)) == 1


def test_a_zip_that_holds_more_than_it_announces_is_stopped_and_leaves_nothing(tmp_path, place):
    made = zipped(tmp_path / "a.zip", ("good.txt", b"good"), ("zeros", bytes(1_000_000)))
    data = made.read_bytes().replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    made.write_bytes(data)
    with pytest.raises(RunError, match="found a broken zip"):
        unpack(made, place)
    assert [path for path in place.rglob("*") if path.is_file()] == []


def test_a_source_that_gives_more_bytes_than_announced_is_cut_off():
    entry = zipfile.ZipInfo("a")
    entry.file_size = 3
    with pytest.raises(zipfile.BadZipFile, match="more than the 3 bytes it announces"):
        unpacking._copy(io.BytesIO(b"1234"), io.BytesIO(), entry)


def test_too_many_entries_are_refused(tmp_path, place, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_ENTRIES", 3)
    with pytest.raises(RunError, match="found 4 entries, expected at most 3"):
        unpack(zipped(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(4))), place)


def test_what_the_disk_cannot_hold_is_not_begun(tmp_path, place, monkeypatch):
    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3))
    with pytest.raises(RunError, match="needs 4 bytes, found 3 free"):
        unpack(zipped(tmp_path / "a.zip", ("a", b"1234")), place)


def test_an_encrypted_entry_is_named(tmp_path, place):
    made = zipped(tmp_path / "a.zip", ("a", b"1234"))
    data = bytearray(made.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    made.write_bytes(data)
    with pytest.raises(RunError, match="which is encrypted"):
        unpack(made, place)


@pytest.mark.parametrize("cut", [1, 10, 40, 60, 100])
def test_a_torn_zip_is_called_broken_and_leaves_nothing(tmp_path, place, cut):
    made = zipped(tmp_path / "a.zip", ("a.txt", bytes(range(256)) * 4))
    made.write_bytes(made.read_bytes()[:-cut])
    with pytest.raises(RunError, match=r"broken zip.*download it again"):
        unpack(made, place)
    assert there(place) == []


def test_a_changed_byte_of_content_is_found_by_its_checksum(tmp_path, place):
    made = zipped(tmp_path / "a.zip", ("a.txt", b"0123456789"))
    data = bytearray(made.read_bytes())
    data[35 + 3] ^= 1
    made.write_bytes(data)
    with pytest.raises(RunError, match="broken zip"):
        unpack(made, place)
    assert there(place) == []


def test_a_link_that_lies_in_the_folder_is_replaced_and_not_followed(tmp_path, place):
    (place / "a").symlink_to(tmp_path / "outside")
    unpack(zipped(tmp_path / "a.zip", ("a", b"theirs\n")), place)
    assert (tmp_path / "outside").read_text() == "mine\n"
    assert (place / "a").read_text() == "theirs\n"
