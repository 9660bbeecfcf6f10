"""The ledger and the outbox only grow, tell what happened in the order it happened, and prove themselves."""

import hashlib
import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from store_examples import HOUR, NOON, Relay, line, promise, promised

from store import LedgerRow, Store, StoreRefusedError


async def _append(store: Store, *rows: LedgerRow) -> None:
    async with store.transaction() as tx:
        await tx.append(rows, [])


async def test_lines_come_back_in_the_order_of_writing(store: Store) -> None:
    await _append(store, line("z", entry={"b": 1, "a": ["é", None]}), line("a", contents=b"body"))
    await _append(store, line("m"))
    async with store.reading() as tx:
        lines = await tx.ledger_of_episode("episode-1")
        assert [entry.id for entry in lines] == ["z", "a", "m"]
        assert lines[0].entry == {"a": ["é", None], "b": 1}
        assert (lines[0].at, lines[0].kind, lines[0].causation) == (NOON, "report", "cause")
        assert await tx.contents(lines[1].contents_hash or "") == b"body"
        assert await tx.ledger_of_episode("another") == []


async def test_lines_are_found_by_what_caused_them_by_time_and_page_by_page(store: Store) -> None:
    later = replace(line("late"), kind="fact", at=NOON + HOUR, causation="first")
    await _append(store, line("first"), later, replace(line("other"), causation=None, episode=None))
    async with store.reading() as tx:
        assert [entry.id for entry in await tx.ledger_about("first")] == ["first", "late"]
        assert [entry.id for entry in await tx.facts_since("nottinghamshire", NOON + HOUR)] == ["late"]
        page = await tx.ledger_after(0, 2)
        assert [entry.id for entry in page] == ["first", "late"]
        assert [entry.id for entry in await tx.ledger_after(page[-1].position, 2)] == ["other"]


async def test_the_hash_of_a_line_covers_its_canonical_form_and_not_its_contents(store: Store) -> None:
    await _append(store, line("l1", entry={"b": 1, "a": "é"}, contents=b"body"))
    async with store.reading() as tx:
        (kept,) = await tx.ledger_after(0, 10)
    told = ["l1", "2026-03-17T12:00:00.000000+00:00", "report", "nottinghamshire", "episode-1", "cause"]
    whole = [*told, '{"a":"é","b":1}', kept.contents_hash]
    text_of_it = json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
    assert kept.hash == hashlib.sha256(text_of_it.encode()).hexdigest()


@pytest.mark.parametrize("table", ["ledger", "outbox"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
async def test_no_row_can_be_changed_or_removed(store: Store, table: str, change: str) -> None:
    async with store.transaction() as tx:
        await tx.append([line("l1")], [promised("o1")])
    with pytest.raises(Exception, match="only grows"):
        async with store.connection() as connection:
            await connection.execute(text(change.format(table)))
    async with store.reading() as tx:
        assert len(await tx.ledger_after(0, 10)) == len(await tx.outbox_after(0, 10)) == 1


async def test_an_id_that_is_there_already_is_refused_whole(store: Store) -> None:
    await promise(store, promised("o1"))
    with pytest.raises(StoreRefusedError) as refusal:
        await promise(store, promised("o2"), promised("o1"))
    assert "o1" not in str(refusal.value)
    async with store.reading() as tx:
        assert [kept.row.id for kept in await tx.outbox_after(0, 10)] == ["o1"]


async def test_purged_contents_are_gone_and_the_ledger_still_proves_itself(store: Store) -> None:
    old, new = line("old", contents=b"told twice"), replace(line("new", contents=b"told twice"), at=NOON + HOUR)
    await _append(store, old, new)
    async with store.transaction() as tx:
        assert await tx.purge_contents(NOON + HOUR) == 1
        assert await tx.purge_contents(NOON + HOUR) == 0
    async with store.reading() as tx:
        entries = await tx.ledger_of_episode("episode-1")
        assert [await tx.contents(entry.contents_hash or "") for entry in entries] == [None, b"told twice"]
        assert (await tx.prove_ledger()).faults == []


async def test_what_was_forged_behind_the_back_of_the_triggers_is_found(store: Store) -> None:
    await _append(store, line("forged", entry={"a": 1}), line("good", contents=b"1"), line("swapped", contents=b"2"))
    async with store.connection() as connection:
        body = "CAST('3' AS BYTEA)" if store.postgres else "CAST('3' AS BLOB)"
        line_of = "SELECT contents_hash FROM ledger WHERE id = 'swapped'"
        for statement in (
            "ALTER TABLE ledger DISABLE TRIGGER ALL" if store.postgres else "DROP TRIGGER ledger_no_update",
            "UPDATE ledger SET entry = '{}' WHERE id = 'forged'",
            f"UPDATE sealed_contents SET contents = {body} WHERE hash = ({line_of})",
        ):
            await connection.execute(text(statement))
    async with store.reading() as tx:
        assert [fault.position for fault in (await tx.prove_ledger()).faults] == [1, 3]


async def test_a_promise_is_found_by_episode_by_message_and_by_row_with_its_delivery(store: Store) -> None:
    care, mail = promised("o1"), promised("o2", to="mail/nottinghamshire/manager")._replace(message_id="message of o1")
    await promise(store, care, mail)
    relay = await Relay(store).own()
    (row,) = await relay.claim(limit=1)
    await relay.settle(row.settled("accepted", "offset 7"), now=NOON + HOUR)
    async with store.reading() as tx:
        both = await tx.outbox_of_message("message of o1")
        assert [kept.row for kept in both] == [care, mail]
        assert (both[0].state, both[0].address, both[0].settled_at, both[0].detail) == (
            *("accepted", "care.v1", NOON + HOUR, "offset 7"),
        )
        assert (both[1].state, both[1].address, both[1].attempts) == ("prepared", None, 0)
        assert await tx.outbox_of_episode("episode-1") == both
        assert await tx.outbox_of_episodes(["episode-2", "episode-1", "episode-1"]) == both
        assert await tx.outbox_of_episodes(["episode-1"], waiting=True) == both[1:]
        assert await tx.outbox_of_episodes([]) == []
        assert await tx.outbox_of_message("o2") == both[1:]
        assert await tx.outbox_after(both[0].position, 5) == both[1:]
