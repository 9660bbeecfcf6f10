"""What is done to a rig. Each fault is begun, lasts, and is ended; how long it lasts is drawn from its bounds."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from homeward.torture.mail_server import DROP, GREYLISTED, HANG
from homeward.torture.rig import Rig

Undo = Callable[[], Awaitable[None]]
Needs = Literal["kafka", "postgres", "sqlite", "two hubs"]


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """`begin` breaks something and returns what mends it. `lasts`: seconds, from and to. `stops`: no hub can do its
    work meanwhile, and readiness must say so."""

    name: str
    begin: Callable[[Rig], Awaitable[Undo]]
    lasts: tuple[float, float]
    needs: Needs | None = None
    stops: bool = False

    def can_be_had(self, rig: Rig) -> bool:
        """Whether this rig has what is to be broken."""
        return {
            None: True, "kafka": rig.kafka is not None, "postgres": rig.on_postgres, "sqlite": not rig.on_postgres,
            "two hubs": rig.on_postgres,
        }[self.needs]  # fmt: skip


async def _nothing() -> None:
    """The fault is over as soon as it has begun."""


# ---- the hub


def _hub_ended(number: signal.Signals) -> Callable[[Rig], Awaitable[Undo]]:
    async def begin(rig: Rig) -> Undo:
        hub = rig.hubs[0]
        hub.send(number)
        await hub.ended()
        return hub.start

    return begin


async def _hub_frozen(rig: Rig) -> Undo:
    hub = rig.hubs[0]
    hub.send(signal.SIGSTOP)

    async def thaw() -> None:
        hub.send(signal.SIGCONT)

    return thaw


async def _second_hub(rig: Rig) -> Undo:
    second = rig.hubs[1] if len(rig.hubs) > 1 else rig.another()
    await second.start()

    async def leave() -> None:
        second.send(signal.SIGKILL)
        await second.ended()

    return leave


# ---- Kafka


def _nodes(count: int, number: signal.Signals) -> Callable[[Rig], Awaitable[Undo]]:
    async def begin(rig: Rig) -> Undo:
        assert rig.kafka is not None
        kafka, chosen = rig.kafka, range(count)
        for n in chosen:
            process = kafka.servers[n].process
            assert process is not None
            os.kill(process, number)

        async def mend() -> None:
            for n in chosen:
                if number is signal.SIGSTOP:
                    os.kill(kafka.servers[n].process or 0, signal.SIGCONT)
                else:
                    await asyncio.to_thread(kafka.restart, n)

        return mend

    return begin


# ---- the database


def _locked(statement: str) -> Callable[[Rig], Awaitable[Undo]]:
    """A transaction that takes its locks by this statement, and stays open."""

    async def begin(rig: Rig) -> Undo:
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(rig.store.connection())
            await connection.execute(text(statement))
            return stack.pop_all().aclose

    return begin


async def _sessions_ended(rig: Rig) -> Undo:
    async with rig.store.connection() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    return _nothing


async def _postgres_read_only(rig: Rig) -> Undo:
    async def set_to(value: str) -> None:
        async with rig.store.connection() as connection:
            await connection.execute(text("SET TRANSACTION READ WRITE"))
            name = (await connection.execute(text("SELECT current_database()"))).scalar_one()
            await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}'))

    await set_to("on")
    await _sessions_ended(rig)

    async def mend() -> None:
        for _ in range(5):  # our own session may be one of those that were made read-only
            try:
                await set_to("off")
                return
            except DBAPIError:
                await asyncio.sleep(1)

    return mend


# ---- the mail server


def _mail(stage: str, answer: str) -> Callable[[Rig], Awaitable[Undo]]:
    async def begin(rig: Rig) -> Undo:
        rig.mail.answers[stage, "*"] = answer
        rig.mail.hang_up()

        async def mend() -> None:
            rig.mail.answers.pop((stage, "*"))
            rig.mail.hang_up()

        return mend

    return begin


async def _mail_down(rig: Rig) -> Undo:
    rig.mail.down = True
    rig.mail.hang_up()

    async def mend() -> None:
        rig.mail.down = False

    return mend


FAULTS = (
    InjectedFault("hub killed", _hub_ended(signal.SIGKILL), (0, 2), stops=True),
    InjectedFault("hub stopped and started", _hub_ended(signal.SIGTERM), (0, 2), stops=True),
    InjectedFault("hub frozen", _hub_frozen, (8, 15), stops=True),
    InjectedFault("second hub joins, and is killed", _second_hub, (10, 20), "two hubs"),
    InjectedFault("one node of Kafka killed", _nodes(1, signal.SIGKILL), (5, 15), "kafka"),
    InjectedFault("one node of Kafka frozen", _nodes(1, signal.SIGSTOP), (5, 15), "kafka"),
    InjectedFault("two nodes of Kafka killed", _nodes(2, signal.SIGKILL), (5, 15), "kafka", stops=True),
    InjectedFault("all of Kafka frozen", _nodes(3, signal.SIGSTOP), (8, 15), "kafka", stops=True),
    InjectedFault(
        "database locked (SQLite)", _locked("UPDATE leases SET owner = owner WHERE 0"), (5, 25), "sqlite", stops=True
    ),
    InjectedFault(
        "tables locked (Postgres)",
        _locked("LOCK TABLE ledger, deliveries IN ACCESS EXCLUSIVE MODE"),
        (5, 25),
        "postgres",
        stops=True,
    ),
    InjectedFault("sessions terminated (Postgres)", _sessions_ended, (0, 1), "postgres"),
    InjectedFault("read-only for a while (Postgres)", _postgres_read_only, (5, 15), "postgres", stops=True),
    InjectedFault("mail server down", _mail_down, (5, 15)),
    *(
        InjectedFault(f"mail server {what} at {stage}", _mail(stage, answer), (5, 15))
        for what, answer in (("hangs", HANG), ("hangs up", DROP), ("puts off", GREYLISTED))
        for stage in ("EHLO", "RCPT", "END")
    ),
)
