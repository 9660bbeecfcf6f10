"""A statement that was seen before goes to its driver without SQLAlchemy in between: it says the same, and it fails the
same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Executable,
    Float,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    event,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection

from store import Store
from store.errors import StoreRefusedError, StoreUnavailableError, translated
from store.instants import UtcInstant
from store.ready import Rows, execute

AT = datetime(2026, 3, 2, 21, 10, tzinfo=UTC)
SEEN = Table(
    "seen", MetaData(),
    Column("name", Text, primary_key=True), Column("size", Integer), Column("content", LargeBinary),
    Column("open", Boolean), Column("at", UtcInstant),
)  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {"name": "a", "size": 1, "content": b"\0\1", "open": True, "at": AT},
    {"name": "b", "size": None, "content": None, "open": None, "at": None},
    {"name": "c", "size": 3, "content": b"", "open": False, "at": AT},
]


def add() -> Insert:
    return insert(SEEN).values({column.name: bindparam(column.name, type_=column.type) for column in SEEN.columns})


def larger() -> Select[Any]:
    return (
        select(SEEN.c.name, SEEN.c.content, SEEN.c.open, SEEN.c.at, literal("fixed").label("kind"))
        .where((SEEN.c.size > bindparam("least", type_=Integer)) | SEEN.c.size.is_(None))
        .order_by(SEEN.c.name)
    )


def grown() -> Update:
    return update(SEEN).where(SEEN.c.size.is_not(None)).values(size=SEEN.c.size + bindparam("by", type_=Integer))


class Asked:
    """What is put to a database, in one transaction after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        async with self._store.connection() as connection:
            yield connection

    async def put(self, statement: Executable, given: Any = None) -> Rows:
        async with self._store.connection() as connection:
            with translated():
                return await connection.run_sync(execute, statement, {} if given is None else given)


@pytest.fixture
async def asked(store: Store) -> Asked:
    async with store.connection() as connection:
        await connection.run_sync(SEEN.create)
    return Asked(store)


def by_sqlalchemy() -> Any:
    """Whoever still goes SQLAlchemy's way fails."""
    return patch.object(Connection, "execute", side_effect=AssertionError("not by the driver alone"))


async def test_it_says_the_second_time_what_it_said_the_first(asked: Asked) -> None:
    adding, asking, growing = add(), larger(), grown()
    assert (await asked.put(adding, [ROWS[0]])).all() == []
    first = await asked.put(asking, {"least": 0})
    assert (await asked.put(growing, {"by": 0})).rowcount == 1
    with by_sqlalchemy():
        await asked.put(adding, ROWS[1:])
        again = await asked.put(asking, {"least": 0})
        assert (await asked.put(growing, {"by": 2})).rowcount == 2
        assert [row.name for row in await asked.put(asking, {"least": 4})] == ["b", "c"]
    assert [tuple(row) for row in first] == [("a", b"\0\1", True, AT, "fixed")]
    assert [tuple(row) for row in again] == [
        ("a", b"\0\1", True, AT, "fixed"), ("b", None, None, None, "fixed"), ("c", b"", False, AT, "fixed"),
    ]  # fmt: skip
    assert [(row.name, row.kind) for row in again] == [("a", "fixed"), ("b", "fixed"), ("c", "fixed")]
    assert isinstance(again.all()[1].content, bytes | None)


async def test_without_parameters_and_with_those_it_has_of_its_own(asked: Asked) -> None:
    await asked.put(add(), ROWS)
    counting = select(func.count()).select_from(SEEN).where(SEEN.c.name != "b")
    assert (await asked.put(counting)).scalar_one() == 2
    with by_sqlalchemy():
        assert (await asked.put(counting)).scalar_one() == 2


async def test_what_leaves_something_to_sqlalchemy_goes_its_way(asked: Asked) -> None:
    await asked.put(add(), ROWS)
    among = select(SEEN.c.name).where(SEEN.c.name.in_(bindparam("names", expanding=True))).order_by(SEEN.c.name)
    for names in (["a"], ["a", "c"], ["b"]):
        assert (await asked.put(among, {"names": names})).scalars() == names
    said = text("SELECT name FROM seen WHERE size = :size")
    for _ in range(3):
        assert (await asked.put(said, {"size": 3})).scalars() == ["c"]


async def test_one_row_and_no_row_and_many(asked: Asked) -> None:
    await asked.put(add(), ROWS)
    asking = larger()
    for _ in range(2):
        many, none = await asked.put(asking, {"least": 0}), await asked.put(grown(), {"by": 0})
        assert many.first().name == many.scalar() == "a"
        for too_many in (many.one, many.one_or_none, many.scalar_one, many.scalar_one_or_none):
            with pytest.raises(MultipleResultsFound):
                too_many()
        assert none.first() is none.scalar() is none.one_or_none() is none.scalar_one_or_none() is None
        with pytest.raises(NoResultFound):
            none.one()


async def test_a_row_that_is_refused_is_told_as_ever_and_the_next_is_taken(asked: Asked) -> None:
    adding = add()
    await asked.put(adding, [ROWS[0]])
    with by_sqlalchemy():
        with pytest.raises(StoreRefusedError):
            await asked.put(adding, [ROWS[0]])
        with pytest.raises(StoreRefusedError):
            await asked.put(adding, [ROWS[1] | {"name": "\ud800"}])
        await asked.put(adding, ROWS[1:])
    assert len((await asked.put(larger(), {"least": 0})).all()) == 3


async def test_who_listens_to_statements_hears_each(asked: Asked) -> None:
    from test_store_statements import counted

    asking = larger()
    with counted() as statements:
        for _ in range(3):
            await asked.put(asking, {"least": 0})
    assert len([s for s in statements if s.startswith("SELECT")]) == 3


@pytest.mark.postgres
class TestOnPostgres:
    @pytest.fixture
    async def asked(self, postgres: Any) -> AsyncIterator[Asked]:
        store = Store.open(postgres())
        async with store.connection() as connection:
            await connection.run_sync(SEEN.create)
        yield Asked(store)
        await store.close()

    async def test_a_lost_connection_serves_nobody_any_more(self, asked: Asked) -> None:
        asking, process = larger(), select(func.pg_backend_pid())
        ending = select(func.pg_terminate_backend(bindparam("process", type_=Integer)))
        for _ in range(2):
            await asked.put(asking, {"least": 0})
        async with asked.connection() as connection:
            its = (await connection.run_sync(execute, process, {})).scalar_one()
            await asked.put(ending, {"process": its})
            with pytest.raises(StoreUnavailableError), translated():
                await connection.run_sync(execute, asking, {"least": 0})
            assert connection.invalidated
            await connection.rollback()
        assert (await asked.put(process)).scalar_one() != its
        assert (await asked.put(asking, {"least": 0})).all() == []

    async def test_a_connection_that_was_called_off_in_the_middle_serves_nobody_any_more(self, asked: Asked) -> None:
        sleeping = select(func.pg_sleep(bindparam("seconds", type_=Integer)))
        for _ in range(2):
            await asked.put(sleeping, {"seconds": 0})
        async with asked.connection() as connection:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(connection.run_sync(execute, sleeping, {"seconds": 60}), 0.5)
            assert connection.invalidated
            await connection.rollback()

    async def test_a_table_that_is_changed_under_it_is_read_anew(self, asked: Asked) -> None:
        whole = select(SEEN)
        for _ in range(2):
            await asked.put(whole)
        await asked.put(text("ALTER TABLE seen ALTER COLUMN size TYPE BIGINT"))
        with pytest.raises(StoreUnavailableError):
            await asked.put(whole)
        with by_sqlalchemy():
            assert (await asked.put(whole)).all() == []


async def test_in_a_transaction_nothing_is_waited_for_by_the_way_of_sqlalchemy(asked: Asked, store: Store) -> None:
    adding, asking = add(), larger()
    await asked.put(adding, [ROWS[0]])
    await asked.put(adding, ROWS[1])
    await asked.put(asking, {"least": 0})
    await asked.put(asking, {"least": 0})
    async with store.transaction(short=True) as tx:
        with patch.object(AsyncConnection, "run_sync", side_effect=AssertionError("not by the driver alone")):
            await tx._execute(adding, [ROWS[2]])
            assert [row.name for row in await tx._rows(asking, least=0)] == ["a", "b", "c"]


async def test_what_a_transaction_is_refused_is_told_as_ever_and_the_next_is_taken(asked: Asked, store: Store) -> None:
    adding = add()
    for row in ROWS[:2]:
        await asked.put(adding, row)
    with pytest.raises(StoreRefusedError):
        async with store.transaction(short=True) as tx:
            await tx._rows(adding, **ROWS[0])
    async with store.transaction(short=True) as tx:
        await tx._rows(adding, **ROWS[2])


async def test_who_is_called_off_in_a_statement_leaves_no_line_that_others_would_wait_on(
    postgres: Callable[[], str],
) -> None:
    store, sleeping = Store.open(postgres()), select(func.pg_sleep(bindparam("long", type_=Float)))
    for _ in range(2):
        async with store.transaction() as tx:
            await tx._rows(sleeping, long=0.0)

    async def asleep() -> None:
        async with store.transaction() as tx:
            await tx._rows(sleeping, long=30.0)

    begun = asyncio.Event()
    event.listen(store._engine.sync_engine, "before_cursor_execute", lambda *_: begun.set())
    task = asyncio.create_task(asleep())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(10), store.transaction() as tx:
        await tx._rows(sleeping, long=0.0)
    await store.close()
