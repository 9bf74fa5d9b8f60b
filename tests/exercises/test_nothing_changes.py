"""While an answer is checked, what later cells use stays as it is, whatever the reader's code does to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors

from embedlib.exercises import load
from embedlib.exercises.answers import call
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import unchanged
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import Text


def small_vectors() -> KeyedVectors:
    vectors = KeyedVectors(2)
    vectors.add_vectors(["cat", "dog", "fish"], np.array([[3, 4], [1, 0], [0, 2]], dtype=np.float32))
    return vectors


def notebook(body: str, **names: Any) -> dict[str, Any]:
    """Run a cell that defines ``f()`` with the given lines in a notebook that has these names."""
    indented = "\n".join(f"    {line}" for line in body.split("\n"))
    cell: dict[str, Any] = {"np": np, **names}
    exec(f"def f(*arguments):\n{indented}\n    return 1", cell)
    return cell


def text(answer: str) -> Text:
    return Text("ch00.any", "Any", "", f"{answer} = ...", [], "", "", "", [], [], [])


def exercise(**shared: Any) -> Exercise:
    """Make an exercise that takes every function for right that can be called."""

    def checker(answer: Any) -> str:
        call(answer, 1)
        return "Right"

    return Exercise(text("f"), checker, lambda: shared)


WRITES = {
    "in place": "a[0] = 9",
    "by its flags": "a.flags.writeable = True\na[0] = 9",
    "through a view": "view = a[:]\nview[0] = 9",
    "through a view made before": "early_view[0] = 9",
    "sorted": "a.sort()",
    "reshaped": "a.shape = (3, 1)",
    "by an operator": "global a\na *= 2",
    "by out=": "np.negative(a, out=a)",
    "nan": "a.flags.writeable = True\na[:] = np.nan",
}


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
def test_an_array_of_the_notebook_is_as_it_was(body: str) -> None:
    array = np.array([3.0, 1.0, 2.0])
    cell = notebook(body, a=array, early_view=array[:])
    message = exercise().check(cell["f"])
    assert message.kind == "wrong", message
    assert cell["a"] is array and array.shape == (3,) and array.tolist() == [3.0, 1.0, 2.0]
    assert array.flags.writeable and cell["early_view"].flags.writeable


VECTOR_WRITES = {
    "rows in place": "vectors.vectors[0] = 0",
    "rows by their flags": "vectors.vectors.flags.writeable = True\nvectors.vectors[0] = 0",
    "rows replaced": "vectors.vectors = vectors.vectors / 2",
    "normalised": "vectors.unit_normalize_all()",
    "words sorted": "vectors.index_to_key.sort(reverse=True)",
    "words replaced": "vectors.index_to_key = ['x', 'y', 'z']",
    "a word taken out": "del vectors.key_to_index['cat']",
    "lengths written over": "vectors.norms = np.ones(3)\nvectors.vectors = vectors.vectors / 2",
    "a word added": "vectors.add_vector('bird', np.ones(2, dtype=np.float32))",
}


@pytest.mark.parametrize("body", VECTOR_WRITES.values(), ids=VECTOR_WRITES)
@pytest.mark.parametrize("where", ["the notebook", "the checker"])
def test_word_vectors_are_as_they_were(body: str, where: str) -> None:
    vectors, fresh = small_vectors(), small_vectors()
    cell = notebook(body, vectors=vectors)
    shared = {"vectors": vectors} if where == "the checker" else {}
    message = exercise(**shared).check(cell["f"])
    assert message.kind == "wrong" and ("vectors" in message.text or "array" in message.text)
    assert vectors.index_to_key == fresh.index_to_key and vectors.key_to_index == fresh.key_to_index
    assert np.array_equal(vectors.vectors, fresh.vectors) and vectors.vectors.flags.writeable
    assert vectors.most_similar("cat") == fresh.most_similar("cat")
    assert np.array_equal(vectors.get_normed_vectors(), fresh.get_normed_vectors())


def test_looking_up_neighbours_is_no_change() -> None:
    cell = notebook("vectors.most_similar('cat')", vectors=small_vectors())
    assert exercise().check(cell["f"]).kind == "right"


FRAME_WRITES = {
    "a value": "frame.loc[0, 'x'] = 9",
    "a column": "frame['y'] = 1",
    "a row": "frame.drop(index=0, inplace=True)",
    "sorted": "frame.sort_values('x', inplace=True)",
    "a name": "frame.columns = ['z']",
}


@pytest.mark.parametrize("body", FRAME_WRITES.values(), ids=FRAME_WRITES)
def test_a_frame_is_as_it_was(body: str) -> None:
    frame = pd.DataFrame({"x": [3.0, np.nan, 2.0]})
    frame.attrs["citation"] = "kept"
    message = exercise().check(notebook(body, frame=frame)["f"])
    assert message.kind == "wrong" and "`frame`" in message.text
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"x": [3.0, np.nan, 2.0]}))
    assert frame.attrs == {"citation": "kept"}


def test_a_series_and_a_closed_over_array_are_as_they_were() -> None:
    series, array = pd.Series([1.0, 2.0]), np.ones(3)

    def f(*arguments: object) -> int:
        series.iloc[0] = 5
        array[0] = 5
        return 1

    assert exercise().check(f).kind == "wrong"
    assert series.tolist() == [1, 2] and array.tolist() == [1, 1, 1]


def test_the_message_names_what_was_changed() -> None:
    cell = notebook("vectors.vectors = vectors.vectors * 2", vectors=small_vectors())
    message = exercise().check(cell["f"])
    assert message.misconception == "changes-shared" and "`vectors`" in message.text


def test_an_array_handed_in_is_not_changed_by_the_checker() -> None:
    array = np.array([2.0, 1.0])

    def rude(answer: Any) -> str:
        answer.sort()
        return "Right"

    Exercise(text("x"), rude).check(array)
    assert array.tolist() == [2.0, 1.0] and array.flags.writeable


def test_a_function_gets_copies_and_must_not_write_into_them() -> None:
    given = np.array([2.0, 1.0])

    def doubles(array: Any) -> Any:
        array *= 2
        return array

    with pytest.raises(Wrong, match="Put the result into a new array"):
        call(doubles, given)
    assert given.tolist() == [2.0, 1.0]


def test_a_list_handed_to_a_function_is_a_copy() -> None:
    words = ["cat", "dog"]
    assert call(lambda given: [*given, given.pop()], words) == ["cat", "dog", "dog"]
    assert words == ["cat", "dog"]


def test_writing_into_a_copy_by_force_is_told_too() -> None:
    given = np.array([2.0, 1.0])

    def forces(array: Any) -> float:
        array.flags.writeable = True
        array.sort()
        return float(array[0])

    with pytest.raises(Wrong, match="changes the array that it is given"):
        call(forces, given)
    assert given.tolist() == [2.0, 1.0]


def test_arrays_can_be_written_to_again_after_an_interrupt() -> None:
    array = np.ones(2)

    def interrupted(*arguments: object) -> Any:
        assert not array.flags.writeable
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise().check(interrupted)
    assert array.flags.writeable


def test_what_was_read_only_stays_so() -> None:
    array = np.ones(2)
    array.flags.writeable = False
    with unchanged({"array": array}) as changed:
        pass
    assert not array.flags.writeable and changed == []


def test_objects_in_an_array_are_compared_without_asking_them() -> None:
    class Touchy:
        def __eq__(self, other: object) -> bool:
            raise ValueError

    array = np.array([Touchy(), Touchy()], dtype=object)
    with unchanged({"array": array}) as changed:
        array.flags.writeable = True
        array[0] = 1
    assert changed == ["array"] and isinstance(array[0], Touchy)


def test_checking_leaves_the_course_vectors_as_they_were() -> None:
    ch01 = load("ch01")
    vectors = ch01.most_alike.shared()["vectors"]
    before = vectors.vectors[:1000].tobytes(), list(vectors.index_to_key[:1000])

    def renames(word: str, n: int) -> list[str]:
        vectors.index_to_key[:] = sorted(vectors.index_to_key)
        return vectors.index_to_key[:n]

    assert ch01.most_alike.check(renames).kind == "wrong"
    assert (vectors.vectors[:1000].tobytes(), vectors.index_to_key[:1000]) == before
