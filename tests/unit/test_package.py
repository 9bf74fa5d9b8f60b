"""The library installs alone, imports at once and carries its data; the lock leaves out what breaks it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import embedlib

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "torch",
    "tensorflow",
    "keras",
    "transformers",
    "gensim",
    "sklearn",
    "umap",
    "pandas",
    "scipy",
    "matplotlib",
)


def python(code, *options, executable=sys.executable, cwd=None):
    command = [str(executable), *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd).stdout


def test_importing_embedlib_brings_nothing_from_outside_python():
    loaded = set(json.loads(python("import embedlib, json, sys; print(json.dumps(list(sys.modules)))")))
    before = set(json.loads(python("import json, sys; print(json.dumps(list(sys.modules)))")))
    others = {name.split(".")[0] for name in loaded - before} - sys.stdlib_module_names
    assert {name for name in others if "__editable__" not in name} == {"embedlib"}


def test_every_part_can_be_reached_from_the_package():
    rooms = {file.parent.name for file in (ROOT / "embedlib").glob("*/__init__.py")}
    modules = {file.stem for file in (ROOT / "embedlib").glob("*.py") if not file.stem.startswith("_")}
    assert {"words", "show", "word_vectors", "doctor"} < rooms | modules
    for name in rooms | modules | {"draw", "plots", "tables"}:
        assert getattr(embedlib, name).__name__.startswith("embedlib.")
        assert name in dir(embedlib)
    with pytest.raises(AttributeError, match="no attribute 'qwzx'"):
        _ = embedlib.qwzx


def test_light_parts_import_without_the_heavy_libraries():
    code = (
        "import embedlib.words, embedlib.datasets, embedlib.show, embedlib.vectors, embedlib.text, embedlib.images;"
        "import embedlib.evaluation;"
        "import json, sys; print(json.dumps(sorted(sys.modules)))"
    )
    assert not set(HEAVY) & set(json.loads(python(code)))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    # a copy of what belongs to the package, so that building leaves nothing behind in the repository
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    for file in (ROOT / "embedlib").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            copy = source / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(source)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (file,) = folder.glob("*.whl")
    return file


def test_the_wheel_holds_every_file_of_the_package(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    files = [file for file in (ROOT / "embedlib").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    missing = [str(file.relative_to(ROOT)) for file in files if file.relative_to(ROOT).as_posix() not in inside]
    assert not missing
    assert {"embedlib/py.typed", "embedlib/show/course.mplstyle", "embedlib/assets/catalog.toml"} <= inside
    tables = ("contrast_pairs", "paraphrases", "senses", "sense_twins")
    assert {f"embedlib/datasets/{name}.csv" for name in tables} <= inside


def test_the_wheel_holds_nothing_but_the_package(wheel):
    own = re.compile(r"embedlib(-[\d.]+\.dist-info)?/")
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if not own.match(name)]


def test_the_wheel_works_in_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "empty", with_pip=False)
    bare = tmp_path / "empty" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    site = Path(python("import sysconfig; print(sysconfig.get_path('purelib'))", executable=bare).strip())
    assert site.is_relative_to(tmp_path)
    zipfile.ZipFile(wheel).extractall(site)
    out = python("import embedlib; print(embedlib.__version__, embedlib.__file__)", executable=bare, cwd=tmp_path)
    version, place = out.split(maxsplit=1)
    assert version == embedlib.__version__
    assert Path(place.strip()).is_relative_to(site)
    help_text = subprocess.run(
        [str(bare), "-m", "embedlib", "--help"], capture_output=True, text=True, cwd=tmp_path, check=True
    ).stdout
    assert "assets" in help_text and "doctor" in help_text


def test_the_version_is_said_once():
    declared = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared is None or declared[1] == embedlib.__version__


def locked(name):
    """Package to version, of a lock file of ours."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {
        re.sub(r"[-_.]+", "-", package).lower(): version
        for package, version in re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE)
    }


TIERS = ("words", "torch", "all")


def test_the_lock_has_nothing_that_keeps_transformers_from_importing():
    assert not {"torchvision", "torchaudio", "timm"} & set(locked("all.txt"))


def test_each_tier_is_a_part_of_the_next_and_the_first_is_light():
    words, torch, everything = (locked(f"{tier}.txt") for tier in TIERS)
    assert 50 < len(words) < len(torch) < len(everything)
    assert words.items() <= torch.items() <= everything.items()
    heavy = {"tensorflow", "tensorflow-cpu", "keras"}
    assert not heavy & set(torch) and heavy <= set(everything)
    assert not {"transformers", "numba", "faiss-cpu", "scikit-image", "onnxruntime", "mypy"} & set(words)


@pytest.mark.parametrize("tier", TIERS)
def test_the_lock_names_no_place_that_it_was_resolved_at(tier):
    text = (ROOT / "requirements" / f"{tier}.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--index-url" not in text and "--find-links" not in text
