"""Contents under the keys of the children that they are about: who throws a key away erases them everywhere."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from store_examples import NOON, line, with_keys

from store import LedgerRow, Store
from store.keys import KeyStore
from store.rows import Concerns

KIM, LEE = "person-kim", "person-lee"
SAID = b'{"child": "Kim"}'


@pytest.fixture
async def keyed(url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """A store whose keys are in a file of their own."""
    opened = Store.open(with_keys(url, tmp_path / "apart" / "keys.db"))
    await opened.create()
    yield opened
    await opened.close()


def about(row: str, *people: str, contents: bytes = SAID) -> LedgerRow:
    return replace(line(row, contents=contents), about=tuple(Concerns(person) for person in people), episode=None)


async def _append(store: Store, *rows: LedgerRow) -> list[str]:
    async with store.transaction() as tx:
        await tx.append(rows, [])
    async with store.reading() as tx:
        return [entry.contents_hash or "" for entry in await tx.ledger_after(0, 100)]


def _keys(store: Store) -> KeyStore:
    assert store.keys is not None
    return store.keys


async def _bytes_held(store: Store) -> bytes:
    async with store.connection() as connection:
        return b"".join([*(await connection.execute(text("SELECT contents FROM sealed_contents"))).scalars()])


async def test_contents_stand_nowhere_in_the_clear_and_are_read_by_their_hash(keyed: Store) -> None:
    (kept,) = await _append(keyed, about("l1", KIM))
    async with keyed.reading() as tx:
        assert await tx.contents(kept) == SAID
        assert [each.contents for each in await tx.contents_about(KIM)] == [SAID]
        assert await tx.contents_about(LEE) == []
    assert b"Kim" not in await _bytes_held(keyed)


async def test_a_key_that_is_thrown_away_takes_the_contents_of_its_child_alone(keyed: Store) -> None:
    hashes = await _append(keyed, about("l1", KIM), about("l2", LEE), about("l3"))
    await _keys(keyed).throw_away(names=[KIM])
    async with keyed.reading() as tx:
        assert [await tx.contents(each) for each in hashes] == [None, SAID, SAID]
        assert (await tx.prove_ledger()).faults == []
    await _append(keyed, about("l4", KIM))  # whoever is told of again has a key that opens nothing of before
    async with keyed.reading() as tx:
        assert len(await tx.contents_about(KIM)) == 1


async def test_what_is_about_two_children_is_kept_for_each(keyed: Store) -> None:
    (kept,) = await _append(keyed, about("l1", KIM, LEE))
    await _keys(keyed).throw_away(names=[KIM])
    async with keyed.reading() as tx:
        assert await tx.contents(kept) == SAID


async def test_equal_contents_have_hashes_that_tell_nothing_of_them(keyed: Store) -> None:
    one, other = await _append(keyed, about("l1", KIM), about("l2", KIM))
    assert one != other


async def test_what_turns_out_to_be_anothers_goes_with_them(keyed: Store) -> None:
    moved, stays = await _append(
        keyed, replace(about("l1"), about=(Concerns(KIM, "e1"),)), replace(about("l2"), about=(Concerns(KIM, "e2"),))
    )
    async with keyed.transaction() as tx:
        await tx.hand_contents(KIM, LEE, "e1")
    async with keyed.reading() as tx:
        assert [each.hash for each in await tx.contents_about(LEE)] == [moved]
        assert [each.hash for each in await tx.contents_about(KIM)] == [stays]


async def test_a_report_that_waited_is_sealed_anew_for_its_child(keyed: Store) -> None:
    await _append(keyed, about("l1"))
    async with keyed.transaction() as tx:
        await tx.own_contents({"l1": [Concerns(KIM, "e1")]})
    async with keyed.reading() as tx:
        assert [each.contents for each in await tx.contents_about(KIM)] == [SAID]
    await _keys(keyed).throw_away(names=[KIM])
    async with keyed.reading() as tx:
        assert await tx.contents((await tx.ledger_after(0, 1))[0].contents_hash or "") is None


@pytest.mark.parametrize("change", ["contents", "hash"])
async def test_contents_that_were_altered_are_found(keyed: Store, change: str) -> None:
    await _append(keyed, about("l1", KIM), about("l2", KIM, contents=b"another"))
    other = "(SELECT contents FROM sealed_contents WHERE hash = (SELECT contents_hash FROM ledger WHERE id = 'l2'))"
    bytes_of = {"contents": "CAST('x' AS BYTEA)" if keyed.postgres else "CAST('x' AS BLOB)", "hash": other}
    async with keyed.connection() as connection:
        await connection.execute(
            text(
                f"UPDATE sealed_contents SET contents = {bytes_of[change]} "
                "WHERE hash = (SELECT contents_hash FROM ledger WHERE id = 'l1')"
            )
        )
    async with keyed.reading() as tx:
        assert [fault.position for fault in (await tx.prove_ledger()).faults] == [1]


async def test_what_was_kept_before_there_were_keys_is_read(keyed: Store) -> None:
    async with keyed.connection() as connection:
        at = "2026-03-17T12:00:00.000000+00:00"
        body = "CAST('old' AS BYTEA)" if keyed.postgres else "CAST('old' AS BLOB)"
        old = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"  # SHA-256 of it
        await connection.execute(
            text(f"INSERT INTO ledger_contents (hash, contents, at) VALUES ('{old}', {body}, '{at}')")
        )
    async with keyed.reading() as tx:
        assert await tx.contents(old) == b"old"
        assert await tx.altered_contents([old]) == set()


def test_the_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "apart" / "keys.db"

    async def made() -> None:
        keys = KeyStore.open(f"sqlite+aiosqlite:///{file}")
        await keys.named([KIM], NOON)
        await keys.close()

    asyncio.run(made())
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with sqlite3.connect(file) as raw:
        assert raw.execute("SELECT count(*) FROM keys").fetchone() == (1,)


async def test_looking_makes_no_keys(keyed: Store, tmp_path: Path) -> None:
    async with keyed.reading() as tx:
        assert await tx.contents("hash") is None
    assert await _keys(keyed).known(["key"]) == {}
    assert await _keys(keyed).erasures() == []
    assert [*tmp_path.rglob("keys.db")] == []  # noqa: ASYNC240 - a folder of a test


async def test_two_processes_that_make_a_key_at_once_have_the_same_one(keyed: Store, tmp_path: Path) -> None:
    other = KeyStore.open(f"sqlite+aiosqlite:///{tmp_path / 'apart' / 'keys.db'}")
    await asyncio.gather(*(keys.named([f"child {n}", LEE], NOON) for n, keys in enumerate((_keys(keyed), other))))
    one, same = await _keys(keyed).named([KIM, LEE], NOON), await other.named([KIM, LEE], NOON)
    await other.close()
    assert one == same


async def test_the_hubs_keys_of_days_go_with_all_that_they_have_sealed(keyed: Store) -> None:
    await _append(keyed, about("l1"), about("l2", KIM), replace(about("l3"), at=NOON + timedelta(days=1)))
    async with keyed.transaction() as tx:
        assert await tx.purge_contents(NOON + timedelta(days=1)) == 2
    async with keyed.connection() as connection:
        asked = text("SELECT key, line FROM sealed_contents ORDER BY line")
        ids = [row.key for row in await connection.execute(asked)]
    left = await _keys(keyed).known(ids)
    assert [id_ in left for id_ in ids] == [False, True, True]
