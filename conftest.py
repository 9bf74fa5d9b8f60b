"""What pytest needs to know before it looks at anything: how chapters are checked, and what folders of tests share."""

from pathlib import Path

import pytest

pytest_plugins = ["nbval_rules", "by_chapter"]


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the course."""
    return Path(__file__).resolve().parent
