"""Everything Homeward keeps, and every SQL statement, behind functions named for what they do."""

from store.database import Store
from store.deliveries import shard_name
from store.errors import StoreRefusedError, StoreUnavailableError
from store.leased import LeasedRow, Outcome, Settlement
from store.ownership import Ownership
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
    shard_of,
)
from store.transaction import Transaction

__all__ = [
    "SHARDS",
    "Claim",
    "EpisodeRow",
    "Found",
    "IdentifierRow",
    "LeasedRow",
    "LedgerRow",
    "OutboxRow",
    "Outcome",
    "Ownership",
    "PersonRow",
    "QuarantineRow",
    "ReferenceRow",
    "Settlement",
    "Store",
    "StoreRefusedError",
    "StoreUnavailableError",
    "TimerRow",
    "Transaction",
    "shard_name",
    "shard_of",
]
