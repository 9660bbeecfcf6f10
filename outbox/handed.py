"""Rows that this process has promised itself, sent from memory right after the commit: no claim, no second read. Only
for the way to topics; a letter is gathered from the table.

The lease of such a row is that of a claim. What is not kept in memory any more (the process died, a commit whose answer
was lost) is free when its lease lapses.
"""

import asyncio
import logging
from collections.abc import Mapping

from outbox.relay_channel import ChannelRelay, RelayGround
from outbox.relay_rows import TOPIC
from outbox.relay_settling import SettleAsTheyGo
from store.errors import StoreUnavailableError
from store.handing import ANY_CHANNEL, HandedOver, HandingTerms

log = logging.getLogger(__name__)

_CHANNEL = TOPIC.removesuffix("/")
_LINGER = 0.05
"""Seconds that what has left waits to be settled with what leaves meanwhile: a busy hub saves a transaction for each
record, and a process that dies sends again what left in them, as the same."""


class HandedRows:
    """Takes over for the relay whose `channels` these are, while `is_open`. No more than two claims' worth of rows are
    under way: what is promised beyond them waits in the table."""

    def __init__(self, channels: Mapping[str, ChannelRelay], ground: RelayGround) -> None:
        self._channels, self._ground = channels, ground
        self._under_way = 0
        self._left_behind = False  # while they were under way something was promised that may wait for them
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling: SettleAsTheyGo | None = None
        self.is_open = False

    def terms(self) -> HandingTerms | None:
        """The terms for one transaction, where its rows could be sent at once."""
        channel, shards, now = self._channels.get(_CHANNEL), self._ground.shards, self._ground.now()
        if not self.is_open or channel is None or channel.circuits.since or self._ground.stopping.is_set():
            return None
        if not shards.fences or not shards.stand(now) or self._under_way >= 2 * self._ground.batch:
            return None
        until = now + self._ground.lease
        return HandingTerms(shards.owner, shards.fences, until, _CHANNEL, channel.circuits.away)

    def take(self, promised: HandedOver) -> None:
        """Sends what was born leased, and wakes the channels of what was not."""
        for name, channel in self._channels.items():
            if promised.left & {name, ANY_CHANNEL}:
                channel.woken.set()
                self._left_behind |= name == _CHANNEL
        if promised.terms is None or not promised.born:
            return
        if not self.is_open:  # of a transaction that outlasted the relay: its leases run out
            self.lose()
            return
        self._under_way += len(promised.born)
        task = asyncio.create_task(self._send(promised, promised.terms.owner))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def lose(self) -> None:
        """The transaction is not kept, or that is not known."""
        self._ground.shards.lose()

    def _settled_with(self, owner: str, channel: ChannelRelay) -> SettleAsTheyGo:
        """What settles what leaves under this name."""
        if self._settling is None or self._settling.owner != owner:
            self._settling = SettleAsTheyGo(self._ground.settler, owner, channel.manner.retry, _LINGER)
        return self._settling

    async def close(self) -> None:
        """Takes nothing new, and waits for what is under way."""
        self.is_open = False
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _send(self, promised: HandedOver, owner: str) -> None:
        channel, accepted = self._channels[_CHANNEL], 0
        try:
            rows, others = [(row, row.address) for row in promised.born], self._settled_with(owner, channel)
            with self._ground.shards.in_flight(owner, (row.position for row in promised.born)):
                accepted = (await channel.dispatch.send(owner, rows, others=others))["accepted"]
        except StoreUnavailableError:
            pass  # the relay stops: what has been sent is sent again when its lease has lapsed
        except Exception:
            log.exception("Delivery failed unexpectedly, retrying", extra={"channel": _CHANNEL})
        finally:
            self._under_way -= len(promised.born)
            if self._left_behind or accepted < len(promised.born):
                channel.woken.set()
            self._left_behind &= self._under_way > 0
