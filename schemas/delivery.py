"""What the outbox hands to a sender and what it gets back: the seam between promises and the wire.

No sender, no retry policy and no SQL lives here; both sides import these types and nothing of each other. What a relay
makes for each row that it sends is a named tuple: a frozen dataclass costs several times as much.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol, runtime_checkable


def _always() -> bool:
    return True


class Outgoing(NamedTuple):
    """One outbox row with its resolved address, as a sender gets it.

    `row` is the outbox row's id and stays the same on every attempt; `message` is the CloudEvents id, shared by all
    rows of one message. `time` is the instant of the decision, aware, UTC. `key` is the opaque key of the subject
    (never a name or a number that identifies a child). `address` is a topic name or a mailbox. `body` is the JSON
    `data`. `trace` is a W3C traceparent. `role` and `person` say to whom an e-mail goes. `overtakes` marks a *found*
    that went ahead of a parked message of its lane, `repeats` what may have arrived before, `late` what waited longer
    than its urgency allows and was checked again. `sending` stays the same on every attempt, too, and counts on when a
    person releases what had been handed to a server. `stands`: whether it may still be handed over; a sender that takes
    its time asks again.
    """

    row: str
    message: str
    type: str
    subject: str | None
    time: datetime
    key: str
    address: str
    body: bytes
    trace: str | None = None
    role: str | None = None
    person: str | None = None
    overtakes: bool = False
    repeats: bool = False
    late: bool = False
    sending: int = 1
    stands: Callable[[], bool] = _always


class Verdict(StrEnum):
    """What became of one item."""

    SENT = "sent"
    """The other side has taken it into its keeping."""
    RETRY = "retry"
    """It was not taken; trying again later may help and can do no harm."""
    REFUSED = "refused"
    """It will never be taken as it is; trying again is pointless."""
    IN_DOUBT = "in_doubt"
    """It may or may not have been taken, and sending again could reach a person twice."""
    AWAY = "away"
    """The server (or the topic) is not there: this says nothing of the item, which was not tried."""
    BROKE_OFF = "broke_off"
    """The server was there and broke off before it had taken the item: the trouble may be either. As RETRY."""
    BEHIND = "behind"
    """It was not tried: an item of its key to its address that stands before it was not taken, or it did not stand."""


class Receipt(NamedTuple):
    """The answer for one item. `detail` names the fix where one is known and holds no personal data. `address_only`: of
    what is AWAY, only this address (a topic) is. `reference`: by what the other side speaks of what it has taken;
    `ask_in`: after how many seconds to ask it what became of that."""

    row: str
    verdict: Verdict
    detail: str = ""
    address_only: bool = False
    reference: str | None = None
    ask_in: float | None = None


def behind(item: Outgoing) -> Receipt:
    """The receipt of what an earlier item of its key held up."""
    return Receipt(item.row, Verdict.BEHIND)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the other side says later of what it had taken. `detail` as in a receipt."""

    became: Literal["delivered", "bounced"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mailbox got back about an e-mail: that it arrived or came back, that it is late or was passed on, or an
    automatic reply of somebody who is away. `references`: the names (Message-IDs) by which it may be known. `id` is the
    notice's own."""

    kind: Literal["delivered", "bounced", "delayed", "relayed", "automatic_reply"]
    references: tuple[str, ...]
    id: str
    detail: str = ""


@runtime_checkable
class Asks(Protocol):
    """A sender that can be asked what became of what it has taken."""

    async def ask(self, reference: str) -> Confirmation | None:
        """What became of it; None while that is not known. Never raises."""


class Sender(Protocol):
    """A way out: Kafka, e-mail, or a fake of either."""

    async def start(self) -> None:
        """Prepare. A destination that cannot be reached yet is no error: items then come back as RETRY."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """Send all items and return one receipt per item, in the same order.

        Items of one key to one topic arrive in the order of the batch, and none behind one that was not taken. To a
        mailbox a batch holds those of one cause. Several batches may be under way at once; what they hold is in no
        order to one another. Never raises for an item.
        """

    async def stop(self) -> None:
        """Finish what is under way and close every connection."""
