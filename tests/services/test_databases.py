"""The databases that tests are given: empty, each a test's own, and used again."""

import asyncpg
import pytest
from sqlalchemy import URL, text

from store import Store
from store.migrating import migrate
from tests.services.postgres import Databases


async def everything_in(database: URL) -> list[str]:
    store = Store.open(database.render_as_string(hide_password=False))
    question = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    async with store.connection() as connection:
        found = [str(row.relname) for row in await connection.execute(question)]
    await store.close()
    return found


@pytest.mark.postgres
async def test_what_one_test_leaves_is_gone_for_the_next(postgres_databases: Databases) -> None:
    used = postgres_databases.take()
    await migrate(used.render_as_string(hide_password=False))
    assert await everything_in(used)
    postgres_databases.give_back([used])
    again = postgres_databases.take()
    assert (again, await everything_in(again)) == (used, [])
    postgres_databases.give_back([again])


@pytest.mark.postgres
async def test_two_at_once_are_two(postgres_databases: Databases) -> None:
    two = [postgres_databases.take(), postgres_databases.take()]
    assert len(set(two)) == 2
    postgres_databases.give_back(two)


@pytest.mark.postgres
async def test_a_connection_that_was_left_open_does_not_hold_up_the_next(postgres_databases: Databases) -> None:
    used = postgres_databases.take()
    left_open = await asyncpg.connect(used.set(drivername="postgresql").render_as_string(hide_password=False))
    await left_open.execute("CREATE TABLE locked (id int); BEGIN; LOCK TABLE locked")
    postgres_databases.give_back([used])
    assert await everything_in(postgres_databases.take()) == []
    left_open.terminate()
    postgres_databases.give_back([used])
