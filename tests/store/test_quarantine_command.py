"""`homeward quarantine`, as its user sees it: metadata by default, the body only when asked for, faults in words."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from store_examples import NOON, unreadable

from homeward.cli import main
from store import QuarantineRow, Store

BODY = b'{"name": "A child\x1b[2J\xff"'


def _do(url: str, *rows: QuarantineRow, replayed: bool = False) -> None:
    async def done() -> None:
        store = Store.open(url)
        await store.create()
        async with store.transaction() as tx:
            await tx.quarantine(rows)
            if replayed:
                await tx.take_replays(10, NOON)
        await store.close()

    asyncio.run(done())


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    _do(url, replace(unreadable("q1", offset=7, value=BODY), detail="line 1"), unreadable("q2"))
    return url


def _run(database: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["quarantine", *arguments, "--database", database])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_the_list_says_what_where_and_why_and_nothing_of_the_body(database: str) -> None:
    code, output = _run(database, "list")
    assert code == 0
    assert output.splitlines()[1].split() == [
        *("q1", "2026-03-17T12:00:00+00:00", "police.XX.notifications.v1[3]@7", "bad_json", "held"),
    ]


def test_causes_are_counted_and_chosen_by(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    alike = [replace(unreadable(f"q{n}", offset=n), cause="c1", detail="line 1") for n in range(3)]
    _do(url, *alike, replace(unreadable("q9", offset=9), cause="c2"))
    code, output = _run(url, "causes")
    assert code == 0
    assert [line.split()[:2] for line in output.splitlines()] == [["c1", "3"], ["c2", "1"]]
    assert "bad_json: line 1" in output
    assert len(_run(url, "list", "--cause", "c1")[1].splitlines()) == 3
    assert _run(url, "replay", "--cause", "c1")[1].startswith("3 to be replayed")
    assert _run(url, "replay", "--cause", "c1", "--all")[0] == 2


def test_a_message_is_shown_without_its_body_its_key_and_the_values_of_its_headers(database: str) -> None:
    code, output = _run(database, "show", "q1")
    assert code == 0
    assert "bad_json" in output
    assert "line 1" in output
    assert f"body        {len(BODY)} bytes" in output
    assert "ce_type: 14 bytes" in output
    assert "A child" not in output


def test_the_body_is_shown_when_asked_for_and_does_the_terminal_no_harm(database: str) -> None:
    code, output = _run(database, "show", "q1", "--body", "--why", "why not")
    assert code == 0
    assert r'{"name": "A child\x1b[2J\xff"' in output
    assert "ce_type: police.missing" in output
    assert "\x1b" not in output


def test_the_body_is_shown_as_bytes(database: str) -> None:
    _, output = _run(database, "show", "q1", "--body", "--hex", "--why", "why not")
    assert '00000000  7b 22 6e 61 6d 65 22 3a 20 22 41 20 63 68 69 6c  {"name": "A chil' in output


def test_a_replay_is_asked_for_by_id_or_for_all(database: str) -> None:
    assert _run(database, "replay", "q1")[1].startswith("1 to be replayed by the running hub")
    assert "replay_requested" in _run(database, "show", "q1")[1]
    assert _run(database, "replay", "--all")[1].startswith("1 to be replayed")
    assert _run(database, "replay", "--all")[1].startswith("0 to be replayed")


def test_what_was_replayed_is_listed_only_when_asked_for(database: str) -> None:
    _run(database, "replay", "--all")
    _do(database, replayed=True)
    assert "Nothing is in quarantine." in _run(database, "list")[1]
    assert _run(database, "list", "--replayed")[1].count(" replayed") == 2


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("show", "q9"), 1, "q9 is not in quarantine"),
        (("show", "q1", "--hex"), 2, "--hex needs --body."),
        (("replay",), 2, "Give the ids of the messages"),
        (("replay", "q1", "--all"), 2, "Give the ids of the messages"),
        (("replay", "q9", "q1"), 1, "1 of the ids"),
    ],
)
def test_a_mistake_is_answered_in_words(database: str, arguments: tuple[str, ...], code: int, word: str) -> None:
    ended, output = _run(database, *arguments)
    assert ended == code
    assert word in output


@pytest.mark.parametrize(
    ("url", "code", "word"),
    [
        ("nonsense", 2, "Not a database URL."),
        ("mysql://x", 2, "mysql is not a database"),
        ("postgresql://u:secret@127.0.0.1:1/x", 1, "u:***@127.0.0.1"),
        ("sqlite+aiosqlite://", 1, "Run `homeward migrate`."),
    ],
)
def test_a_database_that_will_not_do_is_answered_in_words(url: str, code: int, word: str) -> None:
    ended, output = _run(url, "list")
    assert ended == code
    assert word in output


def test_help_has_examples() -> None:
    for arguments in ([], ["list"], ["show"], ["replay"]):
        assert "Examples:" in CliRunner().invoke(main, ["quarantine", *arguments, "--help"]).output


def test_with_an_authority_only_messages_of_its_own_systems_are_shown(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"
    own = replace(unreadable("own"), topic="casework.nottinghamshire.outcomes.v1")
    others = replace(unreadable("others"), topic="register.islington.children.v1")
    _do(url, own, others, unreadable("police"))
    whose = ("--authority", "nottinghamshire")
    assert [line.split()[0] for line in _run(url, "list", *whose)[1].splitlines()] == ["own"]
    assert _run(url, "show", "own", "--body", "--why", "why not", *whose)[0] == 0
    for other in ("others", "police"):
        assert "is not in quarantine" in _run(url, "show", other, "--body", "--why", "why not", *whose)[1]
    assert "Unknown authority 'nowhere'" in _run(url, "list", "--authority", "nowhere")[1]
