"""The clocks: exactly those that are wanted stand, and they fall due in order."""

from datetime import datetime

from sqlalchemy import text
from store_examples import HOUR, NOON, timer

from store import Store, TimerRow


async def _set(store: Store, owners: list[tuple[str, str | None]], *wanted: TimerRow) -> None:
    async with store.transaction() as tx:
        await tx.set_timers(owners, wanted)


async def _standing(store: Store, until: datetime = NOON + 1000 * HOUR, limit: int = 100) -> list[TimerRow]:
    async with store.reading() as tx:
        return await tx.due_timers(until, limit)


async def test_for_an_owner_exactly_the_wanted_timers_stand(store: Store) -> None:
    a, b, c = timer("a", NOON), timer("b", NOON + HOUR), timer("c", NOON + 2 * HOUR)
    await _set(store, [("p1", "e1")], a, b)
    await _set(store, [("p1", "e1")], b, c)
    assert await _standing(store) == [b, c]
    await _set(store, [("p1", "e1")])
    assert await _standing(store) == []


async def test_timers_of_other_owners_stay(store: Store) -> None:
    of_episode, of_person = timer("a"), timer("b", episode=None)
    elsewhere, later = timer("c", person="p2"), timer("d", episode="e2")
    await _set(store, [("p1", "e1"), ("p1", None), ("p2", "e1"), ("p1", "e2")], of_episode, of_person, elsewhere, later)
    await _set(store, [("p1", None)])
    assert await _standing(store) == [of_episode, elsewhere, later]
    await _set(store, [("p1", "e1")])
    assert await _standing(store) == [elsewhere, later]


async def test_a_timer_that_has_moved_falls_at_its_new_time_and_can_change_hands(store: Store) -> None:
    await _set(store, [("p1", "e1")], timer("a"), timer("b"))
    await _set(store, [("p1", "e1"), ("p2", "e1")], timer("a", NOON + HOUR), timer("b", person="p2"))
    assert await _standing(store) == [timer("b", person="p2"), timer("a", NOON + HOUR)]


async def test_a_timer_that_stands_as_wanted_is_not_touched(store: Store) -> None:
    # Where each version of a row is: on Postgres its place in the table, on SQLite how many rows were changed at all.
    place = "SELECT ctid::text FROM timers" if store.postgres else "SELECT total_changes()"
    await _set(store, [("p1", "e1")], timer("a"))
    async with store.connection() as connection:
        before = (await connection.execute(text(place))).scalar_one()
    await _set(store, [("p1", "e1")], timer("a"))
    async with store.connection() as connection:
        assert (await connection.execute(text(place))).scalar_one() == before


async def test_timers_fall_due_up_to_the_instant_by_time_and_then_by_id(store: Store) -> None:
    rows = [timer("c", NOON), timer("a", NOON + HOUR), timer("b", NOON), timer("d", NOON + 2 * HOUR)]
    await _set(store, [("p1", "e1")], *rows)
    assert [row.id for row in await _standing(store, NOON + HOUR)] == ["b", "c", "a"]
    assert [row.id for row in await _standing(store, limit=2)] == ["b", "c"]
    assert await _standing(store, NOON - HOUR) == []


async def test_the_next_timer_is_the_earliest(store: Store) -> None:
    async with store.reading() as tx:
        assert await tx.next_timer() is None
    await _set(store, [("p1", "e1")], timer("a", NOON + HOUR), timer("b", NOON.replace(microsecond=1)))
    async with store.reading() as tx:
        assert await tx.next_timer() == NOON.replace(microsecond=1)


async def test_nothing_wanted_of_nobody_changes_nothing(store: Store) -> None:
    await _set(store, [("p1", "e1")], timer("a"))
    await _set(store, [])
    assert await _standing(store) == [timer("a")]
