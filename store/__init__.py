"""Everything Homeward keeps, and every SQL statement, behind functions named for what they do."""

from store.database import Store
from store.errors import StoreRefusedError, StoreUnavailableError
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
    "LedgerRow",
    "OutboxRow",
    "PersonRow",
    "QuarantineRow",
    "ReferenceRow",
    "Store",
    "StoreRefusedError",
    "StoreUnavailableError",
    "TimerRow",
    "Transaction",
    "shard_of",
]
