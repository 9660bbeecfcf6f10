"""What came before what it speaks of is kept whole until it is let go of."""

from dataclasses import replace

import pytest
from store_examples import HOUR, NOON

from store import EarlyRow, Store

ROW = EarlyRow(
    id="e1", incident="I-1", person=None, authority="nottinghamshire", since=NOON, topic="police.XX.notifications.v1",
    partition=2, offset=7, cluster="c", key=b"\xff", headers=(("ce_type", b"\x00x"),), value=b"{}", timestamp=NOON,
)  # fmt: skip


async def keep(store: Store, *rows: EarlyRow, gone: tuple[str, ...] = ()) -> None:
    async with store.transaction() as tx:
        await tx.keep_early_words(rows, gone)


async def test_it_is_kept_with_every_byte_and_found_by_incident_or_person(store: Store) -> None:
    of_person = replace(ROW, id="e2", incident=None, person="p1", since=NOON - HOUR, key=None, value=None)
    await keep(store, ROW, of_person, replace(ROW, id="e3", incident="I-2"))
    async with store.reading() as tx:
        assert await tx.early_words(["I-1"]) == [ROW]
        assert await tx.early_words([], ["p1", "p2"]) == [of_person]
        assert await tx.early_words(["I-1"], ["p1"]) == [of_person, ROW]
        assert await tx.early_words([]) == []
        assert await tx.early_words_named(["e1", "unknown"]) == [ROW]
        assert await tx.early_words_named(["unknown"]) == []
        assert await tx.early_words_named([]) == []
        assert [row.id for row in await tx.all_early_words()] == ["e2", "e1", "e3"]


async def test_what_came_at_one_instant_stands_as_it_stood_in_its_topic(store: Store) -> None:
    places = {"e3": (2, 9), "e1": (2, 10), "e2": (3, 1)}
    rows = [replace(ROW, id=name, person="p1", partition=p, offset=o) for name, (p, o) in places.items()]
    await keep(store, *reversed(rows))
    async with store.reading() as tx:
        assert await tx.early_words(["I-1"]) == rows
        assert await tx.early_words_named([*places]) == rows
        assert await tx.all_early_words() == rows


async def test_it_is_let_go_of_and_follows_its_person(store: Store) -> None:
    of_person = replace(ROW, id="e2", incident=None, person="p1")
    await keep(store, ROW, of_person)
    await keep(store, replace(of_person, person="p2"), gone=("e1", "unknown"))
    async with store.reading() as tx:
        assert [(row.id, row.person) for row in await tx.all_early_words()] == [("e2", "p2")]


@pytest.mark.parametrize("incident", ["", "a b", "I'1", 'I"1', "\N{SNOWMAN}"])
async def test_any_incident_may_be_waited_for(store: Store, incident: str) -> None:
    await keep(store, replace(ROW, incident=incident))
    async with store.reading() as tx:
        assert [row.incident for row in await tx.early_words([incident])] == [incident]
