"""What a broker handed over of one partition, as the consumer reads it: ours in place of the client's own reader, which
raises at one record that it cannot decode, loses what it had drained of other partitions, and reads the same for ever.

`install` puts it in place, for every consumer of the process. Two names inside aiokafka are replaced for it;
`tests/consumers/test_fetched.py` fails when aiokafka makes other use of them.
"""

import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from aiokafka import ConsumerRecord, TopicPartition  # type: ignore[import-untyped]
from aiokafka.consumer import fetcher  # type: ignore[import-untyped]
from aiokafka.record.legacy_records import LegacyRecordBatch  # type: ignore[import-untyped]

from consumers.inflating import NONE, CodecError, inflate
from consumers.record_batch import BATCH_HEAD, FetchedRecord, RecordBatch

AT_ONCE = 16 * 1024 * 1024
"""Bytes of records handed out of one partition at a time, and bytes inflated for it; the rest is fetched again. It
bounds the memory that a poll takes, which asks twice at most, and the time until heartbeats have their turn."""

_TRIES = 3  # a checksum that is wrong in the network is right at the next fetch, one on the disk is not
_READ_COMMITTED = 1
_OVERHEAD, _MAGIC, _LEGACY_HEAD = 12, 16, 26
_ABORT = struct.pack(">hh", 0, 0)


@dataclass
class SetAside(ConsumerRecord):  # type: ignore[misc]
    """In place of a record that cannot be decoded, or of several up to `last`: their bytes as `value`, and why."""

    reason: str = ""
    detail: str = ""
    last: int = -1


class OldBatch:
    """A message of the formats before Kafka 0.11, or a compressed set of them. They can stand in old logs only."""

    producer_id, is_transactional, is_control, inflated = -1, False, False, 0

    def __init__(self, raw: bytes, magic: int) -> None:
        self.raw, self._magic = raw, magic
        self.base_offset = int.from_bytes(raw[:8])
        self.next_offset = self.base_offset + 1

    def is_sound(self) -> bool:
        try:
            return bool(LegacyRecordBatch(self.raw, self._magic).validate_crc())
        except Exception:
            return False

    def records(self, first: int = 0) -> Iterator[FetchedRecord]:
        try:
            if not self._is_bounded():
                yield from self.aside(first, "a set of messages is too large when decompressed")
                return
            for r in LegacyRecordBatch(self.raw, self._magic):
                if r.offset >= first:
                    first = r.offset + 1
                    yield FetchedRecord(r.offset, r.timestamp or 0, r.timestamp_type or 0, r.key, r.value)
        except Exception:
            yield from self.aside(first, "a message of an old format cannot be unpacked")

    def aside(self, first: int, detail: str) -> Iterator[FetchedRecord]:
        offset = max(self.base_offset, first)
        yield FetchedRecord(offset, 0, 0, None, self.raw, reason="undecodable", detail=detail, last=offset)

    def _is_bounded(self) -> bool:
        codec, place = self.raw[17] & 0x07, 26 if self._magic else 18
        if codec == NONE:
            return True
        for _ in ("key", "value"):
            length = max(struct.unpack_from(">i", self.raw, place)[0], 0)
            place += 4 + length
        try:
            return inflate(codec, self.raw[place - length : place])[1]
        except CodecError:
            return True  # the oldest writers of LZ4 framed it wrongly, which the client knows


class Fetched:
    """The bytes that a broker answered with, batch by batch. The last may be cut short: it is fetched again."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def size_in_bytes(self) -> int:
        return len(self._data)

    def has_next(self) -> bool:
        return self._end() <= len(self._data)

    def next_batch(self) -> RecordBatch | OldBatch:
        end = self._end()
        raw = bytes(self._data[self._place : end])
        self._place = end
        magic = raw[_MAGIC] if len(raw) > _MAGIC else 0
        return RecordBatch(raw) if magic >= 2 and len(raw) >= BATCH_HEAD else OldBatch(raw, magic)

    def _end(self) -> int:
        """Where the next batch ends; beyond the data where there is none."""
        head = self._place + _OVERHEAD
        if head > len(self._data):
            return len(self._data) + 1
        length: int = struct.unpack_from(">i", self._data, self._place + 8)[0]
        return head + max(length, _LEGACY_HEAD - _OVERHEAD)


class PartitionReader:
    """The records of a fetched partition, in the form in which the client asks for them: an iterator with the offset of
    the next record to fetch. It never raises. Less may come than was fetched: the client then fetches the rest."""

    doubted: ClassVar[OrderedDict[tuple[TopicPartition, int], int]] = OrderedDict()
    """How often a batch has come with a wrong checksum; the newest few."""

    def __init__(
        self,
        tp: TopicPartition,
        records: Fetched,
        aborted_transactions: Sequence[tuple[int, int]] | None,
        fetch_offset: int,
        key_deserializer: object,
        value_deserializer: object,
        check_crcs: bool,
        isolation_level: int,
    ) -> None:
        self.next_fetch_offset = fetch_offset
        self._partition, self._fetched, self._checks = tp, records, check_crcs
        committed_only = isolation_level == _READ_COMMITTED
        self._aborted = sorted(aborted_transactions or (), key=lambda each: each[1]) if committed_only else []
        self._aborting: set[int] = set()
        self._records = self._read()

    def __iter__(self) -> "PartitionReader":
        return self

    def __next__(self) -> Any:
        return next(self._records)

    def _read(self) -> Iterator[Any]:
        given = inflated = 0
        while self._fetched.has_next() and inflated <= AT_ONCE:
            batch = self._fetched.next_batch()
            records: Iterator[FetchedRecord] = iter(())
            if self._checks and not batch.is_sound():
                if self._may_be_mended(batch.base_offset):
                    return
                records = batch.aside(self.next_fetch_offset, "the checksum does not match the bytes")
            elif not self._passes_over(batch):
                records = batch.records(self.next_fetch_offset)
            for record in records:
                self.next_fetch_offset = record.next_offset
                yield self._as_consumed(record)
                given += record.size
                if given > AT_ONCE:
                    return
            self.next_fetch_offset = max(self.next_fetch_offset, batch.next_offset)
            inflated += batch.inflated

    def _passes_over(self, batch: RecordBatch | OldBatch) -> bool:
        """Whether a batch holds nothing that was told: the marks of transactions, and what was taken back by one."""
        while self._aborted and self._aborted[0][1] <= batch.base_offset:
            self._aborting.add(self._aborted.pop(0)[0])
        if batch.is_control:
            if any((mark.key or b"").startswith(_ABORT) for mark in batch.records()):
                self._aborting.discard(batch.producer_id)
            return True
        return batch.is_transactional and batch.producer_id in self._aborting

    def _may_be_mended(self, offset: int) -> bool:
        key = (self._partition, offset)
        tries = self.doubted.pop(key, 0) + 1
        if tries < _TRIES:
            self.doubted[key] = tries
        while len(self.doubted) > 1000:
            self.doubted.popitem(last=False)
        return tries < _TRIES

    def _as_consumed(self, record: FetchedRecord) -> Any:
        key, value = record.key, record.value
        sizes = (-1 if key is None else len(key), -1 if value is None else len(value))
        at = (*self._partition, record.offset, record.timestamp, record.timestamp_type)
        told = (*at, key, value, None, *sizes, record.headers)
        return SetAside(*told, record.reason, record.detail, record.last) if record.reason else ConsumerRecord(*told)


def install() -> None:
    """From now on every consumer of this process reads by these."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = Fetched, PartitionReader
