"""What passes between a relay and the store: a row to be sent, and what became of it. No SQL lives here.

Named tuples, as in `schemas.delivery`: a relay makes one of each for every row that it sends."""

from datetime import datetime
from typing import Literal, NamedTuple

from store.rows import OutboxRow

DeliveryOutcome = Literal["accepted", "retrying", "parked", "failed", "in_doubt", "untried", "withdrawn"]


class Settlement(NamedTuple):
    """What became of one leased row. It counts only while the lease it was made under stands.

    `retrying` puts the row back until `next_attempt_at`; `parked` and `failed` hold up their lane until someone
    releases it; `in_doubt` holds up nothing and is not sent again by itself. `untried` puts the row back as if it had
    not been claimed; `withdrawn` does not leave any more. The address is kept only of what was handed to a server
    (`accepted`, `in_doubt`). `detail` holds no personal data. `reference`: by what the other side speaks of it. Of one
    that was accepted `next_attempt_at` says when to ask for its receipt, None: never."""

    position: int
    fence: int
    outcome: DeliveryOutcome
    detail: str = ""
    next_attempt_at: datetime | None = None
    reference: str | None = None


class LeasedRow(NamedTuple):
    """An outbox row that one relay may send until its lease runs out.

    `attempts` counts this attempt. `address` is where it went or was to go before, or None while nobody has looked it
    up. `overtakes` says that a parked message of its lane is left behind, `repeats` that it may have arrived before,
    `late` that it waited longer than its urgency allows. `sending`: 1, and one more each time that a person has
    released what had been handed to a server."""

    row: OutboxRow
    position: int
    lane: str
    attempts: int
    fence: int
    address: str | None
    overtakes: bool
    repeats: bool = False
    late: bool = False
    sending: int = 1

    def settled(
        self,
        outcome: DeliveryOutcome,
        detail: str = "",
        next_attempt_at: datetime | None = None,
        reference: str | None = None,
    ) -> Settlement:
        """What became of this row."""
        return Settlement(self.position, self.fence, outcome, detail, next_attempt_at, reference)
