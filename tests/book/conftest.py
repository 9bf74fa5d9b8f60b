from __future__ import annotations

import sys
from pathlib import Path

import build_site
import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def site() -> Path:
    return build_site.site()
