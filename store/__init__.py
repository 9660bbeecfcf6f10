"""Everything Homeward keeps, and every SQL statement, behind functions named for what they do."""

from store.claiming import shard_name
from store.database import Store
from store.errors import StoreRefusedError, StoreUnavailableError, StoreUnpreparedError
from store.history import Delivery, LedgerEntry
from store.lanes import HeldUp, Standing
from store.leased import LeasedRow, Outcome, Settlement
from store.ownership import Ownership
from store.quarantine import Quarantined
from store.rows import (
    SHARDS,
    Claim,
    EpisodeRow,
    Found,
    IdentifierRow,
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
    "Claim",
    "Delivery",
    "EpisodeRow",
    "Found",
    "HeldUp",
    "IdentifierRow",
    "LeasedRow",
    "LedgerEntry",
    "LedgerRow",
    "OutboxRow",
    "Outcome",
    "Ownership",
    "PersonRow",
    "QuarantineRow",
    "Quarantined",
    "ReferenceRow",
    "Settlement",
    "Standing",
    "Store",
    "StoreRefusedError",
    "StoreUnavailableError",
    "StoreUnpreparedError",
    "TimerRow",
    "Transaction",
    "WorkRow",
    "shard_name",
    "shard_of",
]
