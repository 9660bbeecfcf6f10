"""Which parts a run of the bench has."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bench import __main__ as bench
from bench.turns import Ground

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts that a run has come to, on grounds that cost nothing."""
    names: list[str] = []

    @contextmanager
    def nothing(*_: object) -> Iterator[object]:
        yield type("Kafka", (), {"bootstrap": ""})

    @contextmanager
    def databases(_: object) -> Iterator[dict[str, object]]:
        yield {name: lambda: "" for name in bench.DATABASES}

    def part(name: str) -> object:
        async def run(ground: Ground) -> list[object]:
            names.append(f"{name} on {ground.on}")
            return []

        return run

    monkeypatch.setattr(bench, "configure", lambda *_: None)  # the log is that of all tests
    monkeypatch.setattr(bench, "EmbeddedKafka", nothing)
    monkeypatch.setattr(bench, "forking", nothing)
    monkeypatch.setattr(bench, "databases", databases)
    monkeypatch.setattr(bench, "PARTS", {name: part(name) for name in bench.PARTS})
    return names


def invoked(*words: str) -> Result:
    return CliRunner().invoke(bench.main, words)


def test_a_full_run_has_every_part_and_a_quick_one_none_that_takes_long(ran: list[str]) -> None:
    for words, left_out in (([], set()), (["--quick"], bench.AT_LENGTH)):
        ran.clear()
        found = invoked(*words)
        assert found.exit_code == 0, found.output
        names = [name for name in bench.PARTS if name not in left_out]
        assert ran == [
            f"{name} on {on}" for on in bench.DATABASES for name in names if (name, on) != ("share", "SQLite")
        ]


def test_what_takes_long_is_run_quickly_where_it_is_asked_for(ran: list[str]) -> None:
    found = invoked("--quick", "--only", "drain", "--on", "SQLite")
    assert found.exit_code == 0, found.output
    assert ran == ["drain on SQLite"]


def test_each_part_is_named_as_it_begins_with_the_time_that_it_takes(ran: list[str]) -> None:
    told = invoked("--only", "latency", "--only", "mail", "--on", "Postgres").stderr.splitlines()
    assert told == ["1 of 2: latency on Postgres, about 10 minutes", "2 of 2: mail on Postgres, up to 10 minutes"]


@pytest.mark.parametrize("words", [["--quick"], ["--rounds", "1"]])
def test_no_time_is_told_that_is_not_known(ran: list[str], words: list[str]) -> None:
    assert invoked("--only", "latency", "--on", "SQLite", *words).stderr.splitlines() == ["1 of 1: latency on SQLite"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--quick", "--write"], "Leave out --quick or --write"),
        (["--rounds", "0"], "0 is not in the range x>=1"),
        (["--only", "share", "--on", "SQLite"], "share is measured on Postgres only: leave out --on SQLite"),
        (["--only", "relay", "--only", "share", "--on", "SQLite"], "share is measured on Postgres only"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(ran: list[str], words: list[str], told: str) -> None:
    found = invoked(*words)
    assert found.exit_code == 2
    assert told in " ".join(found.stderr.split())
    assert not ran


def test_every_option_says_what_it_does() -> None:
    assert all(option.help for option in bench.main.params if isinstance(option, click.Option))


@pytest.mark.parametrize(("words", "given"), [([], ""), (["QUICK=1", "ARGS=--only idle"], " --quick --only idle")])
def test_make_takes_quick_by_name_and_other_arguments_beside_it(words: list[str], given: str) -> None:
    done = subprocess.run(["make", "-n", "bench", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"-m bench{given}" in [line.partition("python ")[2].rstrip() for line in done.stdout.splitlines()]
