"""A batch that asks a real Postgres for more locks than it has room for is taken in by halves: nothing is set aside,
and the database is not said to be away."""

import pytest
from hub_in_memory import Hub
from wire_messages import child, missing

from store import Store, StoreCrowdedError
from store.migrating import migrate


@pytest.mark.postgres
async def test_a_batch_with_more_numbers_than_the_database_has_locks_is_taken_in(small_postgres: str) -> None:
    await migrate(small_postgres)
    store = Store.open(small_postgres)
    with pytest.raises(StoreCrowdedError):
        async with store.transaction() as tx:
            await tx.lock(str(n) for n in range(2_000))
    hub = Hub(store)
    numbers = [[f"system{n}:{record}-{n}" for n in range(50)] for record in range(40)]
    await hub.take(*(missing(incident=f"C-{n}", id_=f"c-{n}", child=child(*held)) for n, held in enumerate(numbers)))
    assert len({row.aggregateid for row in await hub.rows() if row.type == "episode.open"}) == 40
    assert await hub.held() == []
    await store.close()
