"""Topics that change data capture serves (Debezium reads the outbox itself): nothing is sent here, and the delivery is
booked as left to it. Where it does not read the outbox, nobody would write the message: then it waits."""

from collections.abc import Sequence
from typing import Protocol

from schemas.delivery import Outgoing, Receipt, Verdict


class Capture(Protocol):
    """What reads the outbox."""

    async def fault(self) -> str | None:
        """Why it would not read what is promised now, and how to mend that; None where it will."""

    async def close(self) -> None:
        """Nothing more is asked."""


class LeftToCapture:
    """A sender that writes nothing."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        await self._capture.close()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        if fault := await self._capture.fault():
            return [Receipt(item.row, Verdict.AWAY, fault) for item in batch]
        return [Receipt(item.row, Verdict.SENT, "left to change data capture") for item in batch]
