"""Databases that are locked, die, hang, fall silent, come back as they were before, or run out of disk."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from homeward.torture.faults.injected import Begin, InjectedFault, Needs, Undo, nothing_to_mend
from homeward.torture.feed import Feed
from homeward.torture.promised import all_promised
from homeward.torture.rig import GROUP, Rig

_DEADLOCK = "40P01"


def _locked(statement: str) -> Begin:
    """A transaction of somebody else takes its locks by this statement, and stays open. It tries again where it comes
    between two locks of a hub and Postgres ends it and not the hub's."""

    async def begin(rig: Rig, _feed: Feed) -> Undo:
        while True:
            try:
                return await _kept_open(rig, rig.store.connection(), statement)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                    raise

    return begin


async def _snapshot_held(rig: Rig, _feed: Feed) -> Undo:
    """Somebody reads, and has not finished."""
    return await _kept_open(rig, rig.store.reading_connection(), "SELECT name FROM leases")


async def _kept_open(rig: Rig, transaction: AbstractAsyncContextManager[AsyncConnection], statement: str) -> Undo:
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(transaction)
        await connection.execute(text(statement))
        if rig.on_postgres:  # else the server would end it after a while
            await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        return stack.pop_all().aclose


# ---- Postgres


async def _sessions_ended(rig: Rig, _feed: Feed) -> Undo:
    async with rig.store.connection() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    return nothing_to_mend


async def _read_only(rig: Rig, feed: Feed) -> Undo:
    async def set_to(value: str) -> None:
        async with rig.store.connection() as connection:
            await connection.execute(text("SET TRANSACTION READ WRITE"))
            name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
            await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}'))

    await set_to("on")
    await _sessions_ended(rig, feed)

    async def mend() -> None:
        for _ in range(9):  # our own session may be one of those that were made read-only
            try:
                await set_to("off")
                return
            except DBAPIError:
                await asyncio.sleep(1)

    return mend


async def _killed(rig: Rig, _feed: Feed) -> Undo:
    assert rig.postgres is not None
    await rig.postgres.kill()
    return rig.postgres.start


async def _stopped(rig: Rig, _feed: Feed) -> Undo:
    assert rig.postgres is not None
    await rig.postgres.stop()
    return rig.postgres.start


async def _frozen(rig: Rig, _feed: Feed) -> Undo:
    assert rig.postgres is not None
    server = rig.postgres
    server.send(signal.SIGSTOP)

    async def thaw() -> None:
        server.send(signal.SIGCONT)

    return thaw


def _half_open(dark: bool) -> Begin:
    """What is connected hears nothing more, and is not told; while it is `dark`, nor is who connects anew."""

    async def begin(rig: Rig, _feed: Feed) -> Undo:
        assert rig.line is not None
        line, line.dark = rig.line, dark
        line.cut()

        async def mend() -> None:
            line.dark = False

        return mend

    return begin


async def _failed_over(rig: Rig, feed: Feed) -> Undo:
    """A copy is taken; later it becomes the database, and is restored as docs/operating.md says."""
    assert rig.postgres is not None
    server, copy = rig.postgres, await rig.postgres.copy()

    async def restore() -> None:
        async with rig.without_hubs(), feed.held():
            rig.earlier += await all_promised(rig.store)
            await server.fail_over(copy)
            await rig.administrator.set_back(GROUP, await rig.administrator.inbound())

    return restore


# ---- SQLite


async def _disk_full(rig: Rig, _feed: Feed) -> Undo:
    assert rig.disk_of_database is not None
    disk = rig.disk_of_database
    await asyncio.to_thread(disk.fill)

    async def mend() -> None:
        disk.clear()

    return mend


_OWN: Needs = "a Postgres of the kit"
OF_DATABASES = (
    InjectedFault(
        "database locked (SQLite)", _locked("UPDATE leases SET owner = owner WHERE 0"), (5, 25), "SQLite", stops=True
    ),
    InjectedFault("snapshot of the database held", _snapshot_held, (10, 20)),
    InjectedFault("disk full (SQLite)", _disk_full, needs="a small disk for SQLite (as root)", stops=True),
    InjectedFault(
        "tables locked (Postgres)", _locked("LOCK TABLE ledger, deliveries IN ACCESS EXCLUSIVE MODE"), (5, 25),
        "Postgres", stops=True,
    ),
    InjectedFault("sessions terminated (Postgres)", _sessions_ended, (0, 1), "Postgres"),
    InjectedFault("read-only for a while (Postgres)", _read_only, needs="Postgres", stops=True),
    InjectedFault("lines half-open (Postgres)", _half_open(dark=False), (0, 1), "Postgres"),
    InjectedFault("no line leads there (Postgres)", _half_open(dark=True), (8, 15), "Postgres", stops=True),
    InjectedFault("Postgres killed", _killed, (1, 8), _OWN, stops=True),
    InjectedFault("Postgres stopped and started", _stopped, (1, 8), _OWN, stops=True),
    InjectedFault("Postgres frozen", _frozen, (8, 20), _OWN, stops=True),
    InjectedFault("Postgres fails over to a copy", _failed_over, needs=_OWN),
)  # fmt: skip
