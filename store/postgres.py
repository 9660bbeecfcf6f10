"""Reaching Postgres so that no wait is endless and no connection stays useless. What is asked of it is told elsewhere.

A server may die, hang, be cut off without a word, or be read-only for a while (failover). Each is found out within
seconds by one side or the other; then every pooled connection is made anew.
"""

import asyncio
import contextlib
import socket
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from store.encryption import encryption

WITHIN = 14.0
"""Seconds that a server has for one statement of a running hub."""
_CONNECT, _CHECK_OUT, _CLOSE = 10.0, 20.0, 3.0  # seconds
_RECYCLE = 900  # seconds after which a connection is made anew, whatever it looks like
_SERVER = {
    "timezone": "UTC",
    "jit": "off",  # statements are short: compiling one costs more than running it
    "random_page_cost": "1.1",  # no disk turns any more, and what is looked up by its key is at hand
    "lock_timeout": "10s",  # below WITHIN: a lock that another holds is no sign of a server that hangs
    "idle_in_transaction_session_timeout": "30s",
    # The server's side of a line that is cut: locks of a client that is gone fall free.
    "tcp_keepalives_idle": "6",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "14s",
    "application_name": "homeward",
}
_SERVER_BRIEF = _SERVER | {"lock_timeout": "8s", "idle_in_transaction_session_timeout": "10s"}
"""For transactions of a few statements with nothing in between: a process that hangs inside one bars nobody longer."""
_WHOLE = "SET transaction_timeout = '20s'"
"""The same for one that hangs between the parts of a statement, and so is not idle to Postgres: known from version 17
on, and refused before it where it is asked for with the connection."""
_LINE = {"TCP_KEEPIDLE": 6, "TCP_KEEPALIVE": 6, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 14_000}
"""The same on our side, as far as this system knows it."""
_READ_ONLY = "25006"
_KNOWS_WHOLE = 17  # the version of Postgres that can end a transaction by its age


_LINES: WeakKeyDictionary[Engine, WeakSet[Any]] = WeakKeyDictionary()
"""The connections of each engine as the driver knows them, also those that nobody uses."""


def of_postgres(url: URL, within: float | None, brief: bool = False) -> AsyncEngine:
    """An engine for the url. Nothing is connected yet. `within`: seconds for one statement, None: as long as it
    takes; `brief`: for transactions of a few statements only. Encrypted as `store.encryption` says; raises ValueError
    where a CA cannot be read."""
    bare, encrypted = encryption(url)
    server = _SERVER_BRIEF if brief else _SERVER
    engine = create_async_engine(
        bare,
        isolation_level="READ COMMITTED",
        connect_args={"server_settings": server, "timeout": _CONNECT, "command_timeout": within, **encrypted},
        pool_size=8,
        pool_timeout=_CHECK_OUT,
        pool_recycle=_RECYCLE,
        hide_parameters=True,
    )
    lines = _LINES[engine.sync_engine] = WeakSet()
    event.listen(engine.sync_engine, "connect", lambda connection, _: lines.add(connection.driver_connection))
    event.listen(engine.sync_engine, "connect", _watch_line)
    if brief:
        event.listen(engine.sync_engine, "connect", _end_all)
    event.listen(engine.sync_engine, "handle_error", _leave_useless)
    return engine


async def close_postgres(engine: AsyncEngine) -> None:
    """Takes leave of the server on every connection. Where it does not answer, they are cut after three seconds, all at
    once: whoever stops must not wait for each."""
    try:
        async with asyncio.timeout(_CLOSE):
            await engine.dispose()
    except TimeoutError:
        for line in [*_LINES.get(engine.sync_engine, ())]:
            line.terminate()
        await engine.dispose()


def _watch_line(connection: Any, _record: object) -> None:
    # asyncpg opens its socket itself and gives no public way to it; tests/store/test_store_postgres.py fails when this
    # finds none any more.
    line = connection.driver_connection._transport.get_extra_info("socket")
    if line.family not in (socket.AF_INET, socket.AF_INET6):
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _LINE.items():
        if option := getattr(socket, name, None):
            with contextlib.suppress(OSError):  # a system that has the name and not the thing
                line.setsockopt(socket.IPPROTO_TCP, option, value)


def _end_all(connection: Any, _record: object) -> None:
    if connection.driver_connection.get_server_version().major >= _KNOWS_WHOLE:
        cursor = connection.cursor()
        cursor.execute(_WHOLE)
        cursor.close()
        connection.commit()


def _leave_useless(context: ExceptionContext) -> None:
    """A server that does not answer in time, or may not write, is left: every connection of the pool is made anew, and
    may reach one that does."""
    error = context.original_exception
    if isinstance(error, TimeoutError) or getattr(error, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = context.invalidate_pool_on_disconnect = True
