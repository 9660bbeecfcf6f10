"""What may go when its retention has ended, and what never does."""

import asyncio
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from store_examples import HOUR, NOON, Relay, line, promise, promised, unreadable

from homeward.cli import main
from store import Settlement, Store


async def _arrived(store: Store, row: str) -> None:
    relay = await Relay(store).own()
    [leased] = [each for each in await relay.claim() if each.row.id == row]
    assert await relay.settle(Settlement(leased.position, leased.fence, "accepted", "", None)) == 1


async def test_what_a_message_said_goes_once_it_has_arrived_long_ago(store: Store) -> None:
    await promise(store, promised("a", child="one"), promised("b", child="two"))
    await _arrived(store, "a")
    async with store.transaction() as tx:
        assert await tx.purge_payloads(NOON) == 0
        assert await tx.purge_payloads(NOON + timedelta(microseconds=1)) == 1
        assert await tx.purge_payloads(NOON + HOUR) == 0
        held = {kept.row.id: kept.row for kept in await tx.outbox_after(0, 10)}
    assert (held["a"].payload, held["a"].clauses) == (b"", ("5.10", "HUB"))
    assert held["b"].payload == b'{"a":1}'


async def _purged_parts(url: str) -> set[str]:
    store = Store.open(url)
    async with store.reading() as tx:
        parts = {*await tx.last_purges()}
    await store.close()
    return parts


def _run(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(main, ["purge", "--database", url, *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_says_what_it_let_go_of_and_keeps_claims_unless_told(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'store.db'}"

    async def fill() -> None:
        store = Store.open(url)
        await store.create()
        async with store.transaction() as tx:
            await tx.append([line("old", contents=b"old")], [promised("a")])
            await tx.quarantine([unreadable("q1"), unreadable("q2", offset=1)])
            await tx.take_replays(10, NOON)
        await _arrived(store, "a")
        await store.close()

    asyncio.run(fill())
    assert _run(url, "--older-than", "36500") == "reports: 0\nmessages: 0\nquarantine: 0\n"
    assert _run(url, "--older-than", "1", "--only", "messages") == "messages: 1\n"
    assert _run(url, "--older-than", "1").splitlines()[:2] == ["reports: 1", "messages: 0"]
    assert _run(url, "--older-than", "1", "--only", "claims") == "claims: 0\n"
    assert asyncio.run(_purged_parts(url)) == {"reports", "messages", "quarantine", "claims"}
    refused = CliRunner().invoke(main, ["purge", "--database", url, "--older-than", "0"])
    assert refused.exit_code == 2
