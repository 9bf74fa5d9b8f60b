"""Every chapter and every exercise in turn, as they are found."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from embedlib.exercises import chapters, load


@pytest.fixture(params=chapters())
def chapter(request: pytest.FixtureRequest) -> ModuleType:
    """Each chapter in turn."""
    return load(request.param)


ALL_EXERCISES = [pytest.param(exercise, id=exercise.id) for name in chapters() for exercise in load(name).EXERCISES]


@pytest.fixture(params=ALL_EXERCISES)
def exercise(request: pytest.FixtureRequest) -> Any:
    """Each exercise of each chapter in turn."""
    return request.param
