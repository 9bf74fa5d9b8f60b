"""The rooms of embedlib stand on one another: no import runs back up, and no room looks into another's drawers."""

import ast
from pathlib import Path

import pytest

import embedlib

PACKAGE = Path(embedlib.__file__).parent
FLOORS = [
    {"_check", "assets"},
    {"vectors", "text"},
    {"datasets"},
    {"words", "contextual", "images"},
    {"evaluation"},
    {"retrieval", "recommendation"},
    {"show"},
    {"exercises", "islands"},
    {"doctor"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
SHORT = {name: place.split(".")[0] for name, place in embedlib._SHORT.items()}
OTHER_NAMES = {file.stem for file in PACKAGE.glob("*.py")} & set(SHORT)


def room_of(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source):
    """What a module imports from embedlib, inside its functions too: (module, name or None)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if alias.name.split(".")[0] == "embedlib")
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            if (node.module or "").split(".")[0] == "embedlib":
                yield from ((node.module, alias.name) for alias in node.names)


def faults(room, source):
    for module, name in imports(source):
        parts = module.split(".")[1:]
        other = parts[0] if parts else name
        if other is None or other == room or (not parts and name == "__version__"):
            continue
        if other in OTHER_NAMES:
            yield f"{room} imports embedlib.{other}, which is another name of embedlib.{embedlib._SHORT[other]}"
        elif FLOOR[SHORT.get(other, other)] >= FLOOR[room]:
            yield f"{room} imports {module}, which stands on it or beside it"
        elif (name or "").startswith("_") and name != "_check":
            yield f"{room} imports {name} of {module}, which is private there"


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_no_import_runs_back_up(room):
    files = [file for file in PACKAGE.rglob("*.py") if room_of(file) == room]
    assert files
    assert not [fault for file in files for fault in faults(room, file.read_text(encoding="utf-8"))]


def test_every_room_has_a_floor():
    rooms = {room_of(file) for file in PACKAGE.rglob("*.py")}
    assert rooms - OTHER_NAMES - {"__init__"} == set(FLOOR)
    assert {"plots", "word_vectors", "neighbors", "projection"} <= OTHER_NAMES


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("words", "from embedlib.evaluation.similarity import evaluate_similarity"),
        ("words", "def f():\n    from embedlib import plots"),
        ("vectors", "import embedlib.words.load"),
        ("text", "from embedlib.vectors import unit_rows"),
        ("show", "from embedlib.word_vectors import load_word_vectors"),
        ("evaluation", "from embedlib.words.neighbors import _queries"),
    ],
)
def test_an_import_that_runs_back_up_is_seen(room, line):
    assert len(list(faults(room, line))) == 1
    assert not list(faults(room, "import numpy\nfrom embedlib import __version__, _check"))
