"""The two databases that the tests of keeping run against: a SQLite file and Postgres."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(params=["file", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    fresh: Callable[[], str] = request.getfixturevalue("postgres")
    return fresh()
