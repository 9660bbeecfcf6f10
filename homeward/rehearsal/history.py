"""What the hub has heard, from its ledger, as the records that it came in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from homeward.simulation import BEGINNING
from intake.records import RawRecord
from schemas.cloudevents import Envelope, binary
from store import Store
from store.history import LedgerEntry
from store.rows import SendersName

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class KeptReports:
    """`records`, in the order in which they were taken in; `lost`: how many reports there were whose words are not kept
    any more (or never were: a register's withdrawal has none)."""

    records: tuple[RawRecord, ...]
    lost: int


async def read_reports(store: Store, notice: Callable[[str], None]) -> KeptReports:
    """Everything that was taken in. Raises StoreUnavailableError."""
    records, lost, position, at = list[RawRecord](), 0, 0, BEGINNING
    async with store.reading() as tx:
        while lines := await tx.ledger_after(position, _PAGE):
            position = lines[-1].position
            reports = [line for line in lines if line.kind == "report"]
            hashes = [line.contents_hash for line in reports if line.contents_hash]
            words, names = await tx.contents_of(hashes), await tx.names_of(hashes)
            for line in reports:
                value = words.get(line.contents_hash or "")
                if value is None:
                    lost += 1
                    continue
                at = max(at, line.at)  # of two hubs, the clock of one may have been behind
                records.append(_record(line, value, at, names.get(line.contents_hash or "")))
            notice(f"{len(records)} reports read")
    return KeptReports(tuple(records), lost)


def _record(line: LedgerEntry, value: bytes, at: datetime, said: SendersName | None) -> RawRecord:
    """The record at its place, received at that instant. What a binary CloudEvent had in its headers stands in the
    line, and what its sender called itself and it with the contents; of older ones all of it stands in the line."""
    entry = line.entry
    raw = RawRecord(entry["topic"], entry["partition"], entry["offset"], value, at)
    if b'"specversion"' in value:
        return raw
    id_ = said.id if said else entry["id"]
    source = said.source if said and said.source is not None else entry["source"]
    headers, _ = binary(Envelope(id_, source, entry["type"], time=None, data=value))
    return replace(raw, headers=tuple(headers))
