"""What the log says of a fault: where it is, and nothing of what was reported."""

import logging
from collections.abc import Iterator

import pytest

from homeward.logs import configure


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_exception_is_told_without_its_words(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", form)
    try:
        try:
            raise KeyError("Robin Example")
        except KeyError as error:
            raise ValueError("born 2011-09-01") from error
    except ValueError:
        logging.getLogger("consumers.intake").exception("a record failed", extra={"record": "topic/0/7"})
    said = capsys.readouterr().err
    assert "Robin" not in said
    assert "2011-09-01" not in said
    for told in ("ValueError", "KeyError", "test_logs.py", "a record failed", "topic/0/7"):
        assert told in said
