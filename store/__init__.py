"""Everything Homeward keeps, and every SQL statement, behind functions named for what they do."""

from store.answers import AnswerLane, AnswerRow
from store.claiming import shard_name
from store.database import Store
from store.delivery_status import DeliveryCounts, HeldUp
from store.early import EarlyRow
from store.errors import (
    StoreCrowdedError,
    StoreForbiddenError,
    StoreRefusedError,
    StoreUnavailableError,
    StoreUnpreparedError,
)
from store.history import Delivery, LedgerEntry
from store.leased import DeliveryOutcome, LeasedRow, Settlement
from store.ownership import Ownership
from store.quarantine import Quarantined
from store.rows import (
    SHARDS,
    Claim,
    EpisodeRow,
    IdentifierRow,
    KnownKeys,
    LedgerRow,
    OutboxRow,
    PersonRow,
    QuarantineRow,
    ReferenceRow,
    TimerRow,
    WorkRow,
    shard_of,
)
from store.transaction import Transaction

__all__ = [
    "SHARDS",
    "AnswerLane",
    "AnswerRow",
    "Claim",
    "Delivery",
    "DeliveryCounts",
    "DeliveryOutcome",
    "EarlyRow",
    "EpisodeRow",
    "HeldUp",
    "IdentifierRow",
    "KnownKeys",
    "LeasedRow",
    "LedgerEntry",
    "LedgerRow",
    "OutboxRow",
    "Ownership",
    "PersonRow",
    "QuarantineRow",
    "Quarantined",
    "ReferenceRow",
    "Settlement",
    "Store",
    "StoreCrowdedError",
    "StoreForbiddenError",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoreUnpreparedError",
    "TimerRow",
    "Transaction",
    "WorkRow",
    "shard_name",
    "shard_of",
]
