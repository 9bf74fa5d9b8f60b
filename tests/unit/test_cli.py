"""`python -m embedlib` says what it does, ends with a sensible exit code, and shows nobody a call stack."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from asset_workshop import Workshop, no_downloads, workshop

from embedlib import assets, cli, doctor
from embedlib.assets import catalog, path

__all__ = ["no_downloads", "workshop"]
WORDS = b"the\nof\nand\n"


@pytest.fixture
def words(workshop: Workshop) -> Workshop:
    source = workshop.repository("made", {"words.txt": WORDS})
    workshop.asset("words", {"words.txt": WORDS}, source, default=True)
    workshop.asset("lost", {"lost.txt": WORDS}, homepage="https://example.org/lost", redistributable=False)
    return workshop


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_list_shows_size_licence_and_how_each_comes(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    words.asset("wheeled", {"a": WORDS}, {"kind": "wheel", "where": "a-pkg==1.0"})
    words.asset("hosted", {"a": WORDS}, {"kind": "url", "where": "https://example.org/"})
    code, out, _ = run(capsys, "assets", "list")
    assert code == 0
    lines = {line[2:].split()[0]: line for line in out.splitlines() if line[2:].strip()}
    assert lines["words"].startswith("* words")
    assert "11 B  near  what words is [CC BY 4.0]" in lines["words"]
    assert "11 B  pip" in lines["wheeled"]
    assert "11 B  web" in lines["hosted"]
    assert "11 B  ask" in lines["lost"]
    path("words")
    assert "11 B  here" in run(capsys, "assets", "list")[1]


def test_list_with_a_name_shows_everything_about_it(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "assets", "list", "lost")
    assert code == 0
    for part in ("CC BY 4.0 (not to be passed on)", "nobody2020", "https://example.org/lost", "lost.txt"):
        assert part in out


def test_fetch_brings_the_default_and_says_so(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "assets", "fetch")
    assert (code, err) == (0, "")
    assert "words: 11 B, checked" in out
    assert words.store_file("words", "words.txt").read_bytes() == WORDS
    code, out, err = run(capsys, "assets", "fetch")
    assert (code, out, err) == (0, f"1 asset ready in {words.home}\n", "")


def test_fetch_tells_what_cannot_be_had_and_fetches_the_rest(
    words: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "assets", "fetch", "lost", "words")
    assert code == 1
    assert "words: 11 B, checked" in out
    assert "lost is not on this machine" in err
    assert "ready" not in out


def test_quiet_is_quiet(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "assets", "fetch", "--quiet") == (0, "", "")


def test_verify_finds_what_changed_and_how_to_mend_it(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing has been fetched yet" in run(capsys, "assets", "verify")[1]
    held = path("words", "words.txt")
    assert run(capsys, "assets", "verify") == (0, "words: 1 file right\n", "")
    held.write_bytes(WORDS.upper())
    code, out, err = run(capsys, "assets", "verify")
    assert (code, out) == (1, "words: words.txt has changed\n")
    assert "python -m embedlib assets fetch words" in err
    assert run(capsys, "assets", "fetch", "words")[0] == 0
    assert run(capsys, "assets", "verify")[0] == 0


def test_verify_sources_tries_them_all(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    words.asset("gone", {"a": b""}, {"kind": "wheel", "where": "gone-pkg==1.0"})
    code, out, err = run(capsys, "assets", "verify", "--sources")
    assert code == 1
    assert "ok    words: this repository's made: gives the pinned bytes" in out
    assert "FAIL  gone: the wheel gone-pkg==1.0: pip's index does not have it" in out
    assert err == "1 source failed.\n"


def test_where_prints_a_place_and_downloads_nothing(
    words: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path("words")
    assert run(capsys, "assets", "where", "words") == (0, f"{words.home / 'words'}\n", "")
    assert run(capsys, "assets", "where", "words", "words.txt")[1] == f"{words.home / 'words' / 'words.txt'}\n"
    assert run(capsys, "assets", "where", "words", "word.txt")[0] == 2


def test_where_does_not_fetch(words: Workshop, capsys: pytest.CaptureFixture[str], no_downloads: None) -> None:
    words.asset("wheeled", {"a": WORDS}, {"kind": "wheel", "where": "a-pkg==1.0"})
    code, out, err = run(capsys, "assets", "where", "wheeled")
    assert (code, out) == (1, "")
    assert "python -m embedlib assets fetch wheeled" in err


@pytest.mark.parametrize("action", ["list", "fetch", "verify", "where"])
def test_an_unknown_name_is_a_wrong_call_with_a_suggestion(
    words: Workshop, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    code, out, err = run(capsys, "assets", action, "wrds")
    assert (code, out) == (2, "")
    assert "Did you mean words?" in err


@pytest.mark.parametrize("call", [[], ["assets"], ["assets", "get"], ["dance"]])
def test_a_wrong_call_shows_the_usage(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(call)
    assert ended.value.code == 2
    assert "usage: python -m embedlib" in capsys.readouterr().err


@pytest.mark.parametrize("call", [[], ["assets"], ["assets", "fetch"], ["doctor"]])
def test_help_reads_well(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*call, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: python -m embedlib")
    assert max(map(len, out.splitlines())) <= 100


def test_a_stopped_fetch_ends_with_a_sentence(
    words: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("embedlib.assets.store._ensure", stop)
    code, _, err = run(capsys, "assets", "fetch")
    assert code == 130
    assert err.startswith("Stopped.")


def test_a_file_that_cannot_be_read_is_a_sentence(
    words: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = path("words", "words.txt")

    def refuse(file: Path) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("embedlib.assets.sources.digest", refuse)
    code, _, err = run(capsys, "assets", "verify")
    assert (code, err) == (1, f"{held} cannot be used: Permission denied.\n")


def test_a_reader_that_goes_away_is_no_error(words: Workshop) -> None:
    command = f"{sys.executable} -m embedlib assets list | head -n 1"
    ended = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert ended.stderr == ""
    assert ended.returncode == 0


def test_the_command_line_starts_light() -> None:
    code = "import sys, embedlib.cli; print({'torch', 'pandas', 'gensim', 'numpy'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.stdout == "set()\n"


# --- doctor


def checks() -> dict[str, doctor.Check]:
    return {check.name: check for check in doctor.examine()}


def test_doctor_is_content_where_everything_is_here(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    path("words")
    code, out, err = run(capsys, "doctor")
    assert (code, err) == (0, "")
    assert f"Python: {sys.version_info[0]}.{sys.version_info[1]}" in out
    assert "What every chapter needs is here" in out


def test_doctor_names_the_command_that_mends_what_is_missing(
    words: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    lines = out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("missing  models and data"))
    assert lines[at].endswith("1 of 1 are not here (11 B): words")
    assert lines[at + 1].strip() == "python -m embedlib assets fetch"


def test_doctor_tells_tiers_apart(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor._version
    monkeypatch.setattr(
        doctor, "_version", lambda name: None if name in ("gensim", "jupyterlab-myst", "torch") else real(name)
    )
    seen = checks()
    assert "gensim" in seen["packages for every chapter"].seen
    assert seen["packages for every chapter"].needed
    assert not seen["packages for every chapter"].ok
    assert "jupyterlab-myst" in seen["packages for lab"].seen
    assert not seen["packages for lab"].needed
    assert seen["packages for book"].ok
    assert not seen["torch"].ok
    assert seen["torch"].mend == "make lab TIER=torch"


def test_doctor_sees_that_the_clone_was_moved(words: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    here = Path(doctor.embedlib.__file__).parents[1]
    for folder, fine in ((here, True), (tmp_path / "old place", False)):
        linked = json.dumps({"url": folder.as_uri(), "dir_info": {"editable": True}})
        found = type("Found", (), {"read_text": lambda self, name, linked=linked: linked})()
        monkeypatch.setattr(doctor.importlib.metadata, "distribution", lambda name, found=found: found)
        (check,) = doctor._link()
        assert check.ok is fine
    assert "old place" in check.seen and check.needed and check.mend == "make lab"


def test_doctor_says_which_chapters_need_more_and_how_to_get_it(
    words: Workshop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "notebooks").mkdir()
    for number, head in (
        ("04", "# Words"),
        ("05", "It needs more: `make lab TIER=torch`."),
        ("09", "make lab TIER=all"),
    ):
        cells = {"cells": [{"source": [head]}, {"source": ["make lab TIER=all"]}]}
        (tmp_path / "notebooks" / f"{number}_x.ipynb").write_text(json.dumps(cells), encoding="utf-8")
    monkeypatch.setattr(doctor.embedlib, "__file__", str(tmp_path / "embedlib" / "__init__.py"))
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "keras" else "1")
    assert [(check.name, check.ok, check.mend) for check in doctor._chapters()] == [
        ("chapter 05", True, "TIER=torch"),
        ("chapter 09", False, "TIER=all"),
    ]


def test_doctor_finds_a_package_that_is_too_old(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: "3.8.3" if name == "gensim" else real(name))
    assert "gensim 3.8.3 (needs >=4.4)" in checks()["packages for every chapter"].seen


def test_doctor_warns_of_what_breaks_transformers(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "torchvision" not in checks()
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: "0.1" if name == "torchvision" else real(name))
    assert checks()["torchvision"].mend == "python -m pip uninstall torchvision"


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 11, 4), False), ((3, 11, 5), True), ((3, 12, 9), True), ((3, 13, 0), False)]
)
def test_doctor_knows_which_python_will_do(
    words: Workshop, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int], fits: bool
) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", version)
    assert doctor._python().ok is fits


def test_doctor_sees_a_store_that_cannot_be_written(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    check = checks()["store"]
    assert not check.ok
    assert "cannot be written (Permission denied)" in check.seen
    assert "EMBEDLIB_HOME" in check.mend


def test_doctor_sees_a_full_disk(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5_000_000})())
    assert not checks()["disk"].ok


def test_doctor_counts_what_a_mirror_holds(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks()["mirror"].ok
    stick = words.folder / "stick"
    (stick / "lost").mkdir(parents=True)
    (stick / "lost" / "lost.txt").write_bytes(WORDS)
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(stick))
    assert checks()["mirror"].seen.endswith("holds 1 assets")
    monkeypatch.setenv("EMBEDLIB_MIRROR", str(stick / "unplugged"))
    assert not checks()["mirror"].ok
    assert checks()["mirror"].mend == "unset EMBEDLIB_MIRROR"


def test_doctor_looks_for_a_browser(words: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda name: "/usr/bin/chromium" if name == "chromium" else None)
    assert checks()["Chromium"].ok
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    assert checks()["Chromium"].mend == "python -m playwright install chromium"
    assert not checks()["Chromium"].needed


def test_doctor_neither_fetches_nor_writes(words: Workshop, no_downloads: None) -> None:
    checks()
    assert not words.home.exists()


def test_the_module_runs_as_a_command(tmp_path: Path) -> None:
    surroundings = {**os.environ, "EMBEDLIB_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-m", "embedlib", "assets", "where", "no-such-thing"],
        capture_output=True,
        text=True,
        env=surroundings,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert len(catalog()) == len(assets.catalog())


def test_a_python_without_the_dependencies_is_told_which_one_has_them(tmp_path):
    """`python3 -m embedlib doctor` with the system's Python, which is what a stuck reader types."""
    import os
    import subprocess
    import sys
    from pathlib import Path

    import embedlib

    (tmp_path / "embedlib").symlink_to(Path(embedlib.__file__).parent)
    run = subprocess.run(
        [sys.executable, "-S", "-m", "embedlib", "doctor"],  # -S: no site-packages
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert run.returncode == 1
    assert "make book" in run.stderr and "Traceback" not in run.stderr


def test_a_terminal_that_knows_no_dash_gets_a_question_mark() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "embedlib", "assets", "list"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" in done.stdout


def test_fetch_by_name_mends_what_has_changed_unseen(words: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    held = path("words", "words.txt")
    before, right = held.stat(), held.read_bytes()
    held.write_bytes(right.upper())
    os.utime(held, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cli.main(["assets", "fetch", "words"]) == 0
    assert held.read_bytes() == right
    assert "already here" not in capsys.readouterr().out


def test_a_checked_in_file_whose_line_ends_changed_is_not_its_owners(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    source = workshop.repository("made", {"words.txt": b"the\r\nof\r\n"})
    workshop.asset("made", {"words.txt": b"the\nof\n"}, source)
    assert cli.main(["assets", "list", "made"]) == 0
    assert "git may have changed its line ends" in capsys.readouterr().out


def test_git_leaves_the_line_ends_of_what_has_a_checksum() -> None:
    root = Path(cli.__file__).parent.parent
    made = [
        f"{source.where}/{member}"
        for asset in catalog().values()
        for source in asset.sources
        for member in source.members.values()
        if source.kind == "repository"
    ]
    told = subprocess.run(["git", "check-attr", "text", "--", *made], cwd=root, capture_output=True, text=True)
    if told.returncode:
        pytest.skip("not a git repository")
    assert made and told.stdout.count("text: unset") == len(made)
