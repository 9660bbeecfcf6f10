"""Topics that change data capture serves (Debezium reads the outbox itself): nothing is sent here, and the delivery is
booked as left to it."""

from collections.abc import Sequence

from schemas.delivery import Outgoing, Receipt, Verdict


class LeftToCapture:
    """A sender that writes nothing."""

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to release."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        return [Receipt(item.row, Verdict.SENT, "left to change data capture") for item in batch]
