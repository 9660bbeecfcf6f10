"""What was noticed is known from then on, however often it is noticed again, and can be counted."""

from store_examples import HOUR, NOON

from store import Store
from store.noting import Note


async def test_what_is_noted_is_known_and_the_first_word_stays(store: Store) -> None:
    async with store.transaction() as tx:
        assert await tx.noted(["a", "b"]) == set()
        await tx.note([Note("a", "x", NOON), Note("b", "x", NOON)])
    async with store.transaction() as tx:
        await tx.note([Note("a", "y", NOON + HOUR), Note("c", "y", NOON + HOUR)])
    async with store.reading() as tx:
        assert await tx.noted(["a", "c", "d"]) == {"a", "c"}
        assert await tx.noted([]) == set()
        assert await tx.count_notes("x", NOON - HOUR) == 2
        assert await tx.count_notes("y", NOON - HOUR) == 1
        assert [await tx.noted_at(key) for key in "acd"] == [NOON, NOON + HOUR, None]


async def test_only_what_is_late_enough_is_counted(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.note([Note(str(n), "x", NOON + n * HOUR) for n in range(5)])
        assert await tx.count_notes("x", NOON + 2 * HOUR) == 2
        assert await tx.count_notes("nothing", NOON) == 0
