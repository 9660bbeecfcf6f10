"""A batch that asks a real Postgres for more locks than it has room for is taken in by halves: nothing is set aside,
and the database is not said to be away."""

from collections.abc import Callable

import pytest
from core_hub import Hub
from core_wire import child, missing

from store import Store, StoreCrowdedError
from store.migrating import migrate


@pytest.mark.postgres
async def test_sixteen_thousand_numbers_in_one_batch_are_taken_in(postgres: Callable[[], str]) -> None:
    url = postgres()
    await migrate(url)
    store = Store.open(url)
    with pytest.raises(StoreCrowdedError):
        async with store.transaction() as tx:
            await tx.lock(str(n) for n in range(16_000))
    hub = Hub(store)
    numbers = [[f"system{n}:{record}-{n}" for n in range(50)] for record in range(320)]
    await hub.take(*(missing(incident=f"C-{n}", id_=f"c-{n}", child=child(*held)) for n, held in enumerate(numbers)))
    assert len({row.aggregateid for row in await hub.rows() if row.type == "episode.open"}) == 320
    assert await hub.held() == []
    await store.close()
