"""A relay in a process of its own that stops itself (SIGSTOP): `python hanging.py URL LEASE sending` while a batch is
out at a sender, or `... claiming` inside the transaction that claims one. It says so just before, in a line."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from relay_world import BOOK

from outbox.relay import Relay
from producers.fakes import MemoryKafkaSender
from schemas.delivery import Outgoing, Receipt
from store import Store


class Hanging(MemoryKafkaSender):
    """Sender and address book in one: a look into the book is part of a claim."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        self._stop("sending")
        return await super().send(batch)

    def address(self, destination: str) -> str | None:
        self._stop("claiming")
        return BOOK.address(destination)

    def _stop(self, here: str) -> None:
        if here == self._where:
            print(here, flush=True)
            os.kill(os.getpid(), signal.SIGSTOP)


async def _main(url: str, lease: float, where: str) -> None:
    hanging = Hanging(where)
    relay = Relay(
        Store.open(url), {"mail": hanging}, hanging,
        now=lambda: datetime.now(UTC), owner="hangs", lease=timedelta(seconds=lease), look=0.05,
    )  # fmt: skip
    await relay.run()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], float(sys.argv[2]), sys.argv[3]))
