"""A batch counts as received before it is kept: one that was open while feeds were looked at is heard all the same."""

from datetime import datetime, timedelta

from hub_in_memory import hub

from intake.listening import LOOK_EVERY, Listening
from store.listening import FeedState
from store.rows import Claim
from tests.shipped import shipped_directories

FEED = "police.xx.notifications.v1"


async def test_what_was_kept_after_a_look_is_heard_by_the_next_one_and_once() -> None:
    async with hub() as running:
        now = running.clock.now()
        look = Listening(running.store, running.packs, shipped_directories(), running.clock.now).look
        async with running.store.transaction() as tx:
            await tx.keep_heard([FeedState(FEED, now - timedelta(weeks=8), now)], [])

        async def heard(turn: int) -> tuple[datetime | None, float]:
            running.clock.set(now + turn * LOOK_EVERY)
            await look()
            async with running.store.reading() as tx:
                (state,) = await tx.feed_states()
                (hour,) = await tx.feed_hours({13})
            return state.heard_at, round(hour.heard)

        async def keep(offset: int, received: datetime) -> datetime:
            async with running.store.transaction() as tx:
                await tx.claim([Claim(f"k{offset}", "s", str(offset), "t", FEED, 0, offset, received)])
            return received

        assert await heard(1) == (None, 0)
        first = await keep(1, running.clock.now() - timedelta(seconds=10))
        assert await heard(2) == (first, 1)
        second = await keep(2, running.clock.now() + timedelta(seconds=10))
        assert await heard(3) == (second, 2)
        assert await heard(4) == (second, 2)
