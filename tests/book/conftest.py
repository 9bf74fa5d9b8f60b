from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "book" / "_ext"))

import build_site


@pytest.fixture(scope="session")
def site() -> Path:
    return build_site.site()
