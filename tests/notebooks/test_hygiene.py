"""Every chapter keeps every rule of `checks.py`."""

import pytest
from checks import CHECKS, Check
from reading import chapter_paths, read_chapter

PATHS = chapter_paths()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_chapter(path, check: Check) -> None:
    problems = check(read_chapter(path))
    assert not problems, "\n" + "\n".join(problems)


def test_chapters_are_numbered_once() -> None:
    numbers = [path.name[:2] for path in PATHS]
    assert all(number.isdigit() for number in numbers), (
        f"a chapter's file begins with two digits: {[p.name for p in PATHS]}"
    )
    assert len(numbers) == len(set(numbers)), f"two chapters share a number: {[p.name for p in PATHS]}"
