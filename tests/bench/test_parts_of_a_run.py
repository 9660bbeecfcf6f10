"""Which parts a run of the bench has."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from bench import __main__ as bench


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that a run has come to, on grounds that cost nothing."""
    names: list[str] = []

    @contextmanager
    def nothing(*_: object) -> Iterator[object]:
        yield type("Kafka", (), {"bootstrap": ""})

    @contextmanager
    def databases(_: object) -> Iterator[dict[str, object]]:
        yield {"SQLite": lambda: ""}

    def part(name: str) -> object:
        async def run(_: object) -> list[object]:
            names.append(name)
            return []

        return run

    monkeypatch.setattr(bench, "configure", lambda *_: None)  # the log is that of all tests
    monkeypatch.setattr(bench, "EmbeddedKafka", nothing)
    monkeypatch.setattr(bench, "forking", nothing)
    monkeypatch.setattr(bench, "databases", databases)
    monkeypatch.setattr(bench, "PARTS", {name: part(name) for name in bench.PARTS})
    return names


def test_a_full_run_has_every_part_and_a_quick_one_none_that_takes_long(ran: list[str]) -> None:
    for words, left_out in (([], set()), (["--quick"], bench.AT_LENGTH)):
        ran.clear()
        found = CliRunner().invoke(bench.main, words)
        assert found.exit_code == 0, found.output
        assert ran == [name for name in bench.PARTS if name not in left_out]


def test_what_takes_long_is_run_quickly_where_it_is_asked_for(ran: list[str]) -> None:
    found = CliRunner().invoke(bench.main, ["--quick", "--only", "drain"])
    assert found.exit_code == 0, found.output
    assert ran == ["drain"]
