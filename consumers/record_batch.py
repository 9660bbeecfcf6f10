"""One batch of records as a broker stored it, taken apart so that no record can stop another.

The client's own reader gives up a whole partition at one header name that is not UTF-8, one codec that it lacks or one
bomb. Here every record comes out, each by itself: as the record it is, or as bytes that were set aside with the reason.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatch  # type: ignore[import-untyped]

from consumers.inflating import FAR, MOST, NONE, CodecError, inflate, inflate_far

BATCH_HEAD = 61
"""Bytes before the records of a batch: offsets, checksum, attributes, timestamps, producer, count."""

_HEADER = struct.Struct(">q13xhiqqq6xi")
"""Of these bytes: the first offset, attributes, how far to the last offset, first and greatest timestamp, producer, and
how many records there are."""

_KEPT = 64 * 1024
"""Bytes that are kept of a record that is too large."""
_CODEC_MASK = 0x07
_LOG_APPEND_TIME = 0x08


@dataclass(frozen=True, slots=True)
class FetchedRecord:
    """A record, or what stands in its place: `reason` and `detail` say why bytes were set aside as `value`, and `last`
    is the last offset that they stand for. A header name that is not UTF-8 holds surrogates for its bytes."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    reason: str = ""
    detail: str = ""
    last: int = -1

    @property
    def next_offset(self) -> int:
        return max(self.offset, self.last) + 1

    @property
    def size(self) -> int:
        """About how much memory it takes."""
        return len(self.key or b"") + len(self.value or b"") + sum(len(n) + len(v or b"") for n, v in self.headers)


class RecordBatch:
    """A batch of the present format. `raw` is all of its bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        offset, self._attributes, last_delta, first_at, latest_at, producer, self._count = _HEADER.unpack_from(raw)
        self.base_offset: int = offset
        self.next_offset: int = offset + last_delta + 1
        self.producer_id: int = producer
        self._first_timestamp: int = first_at
        self._max_timestamp: int = latest_at
        self.inflated = 0
        """Bytes that it became when its records were read; 0 where it was not compressed."""
        self.is_transactional = bool(self._attributes & 0x10)
        self.is_control = bool(self._attributes & 0x20)

    def is_sound(self) -> bool:
        """Whether the checksum is that of the bytes."""
        return bool(DefaultRecordBatch(self.raw).validate_crc())

    def records(self, first: int = 0, most: int = MOST, far: int = FAR) -> Iterator[FetchedRecord]:
        """Those from the offset `first` on, in order. Never raises; what cannot be taken apart is set aside. `most`:
        bytes that a batch may take in memory, or one of its records; `far`: those that it may take at all."""
        codec = self._attributes & _CODEC_MASK
        try:
            body, is_whole = inflate(codec, self.raw[BATCH_HEAD:], most)
            self.inflated = 0 if codec == NONE else len(body)
        except CodecError as why:
            yield from self._rest_aside(self.base_offset, first, "undecodable", f"a batch of records: {why}")
            return
        if is_whole:
            try:
                for record in DefaultRecordBatch(self._uncompressed(body)):
                    if record.offset >= first:
                        first = record.offset + 1
                        yield _as_read(record)
                return
            except Exception:  # noqa: S110 - whatever the client stumbles over: the slow way says which record it was
                pass
            yield from self._one_by_one(body, is_whole, first, most)
            return
        del body
        yield from self._in_parts(codec, first, most, far)

    def _in_parts(self, codec: int, first: int, most: int, far: int) -> Iterator[FetchedRecord]:
        """The records of a batch that is too large for memory, each by itself."""
        try:
            room, is_whole = inflate_far(codec, self.raw[BATCH_HEAD:], far)
        except (CodecError, OSError) as why:
            yield from self._rest_aside(self.base_offset, first, "too_large", f"a batch of records: {why}")
            return
        yield from self._one_by_one(room, is_whole, first, most)
        inflate_far.cache_clear()

    def aside(self, first: int, detail: str) -> Iterator[FetchedRecord]:
        """The whole batch set aside, where its bytes cannot be trusted."""
        return self._rest_aside(self.base_offset, first, "undecodable", detail)

    def _uncompressed(self, body: bytes) -> bytes:
        """The batch as it would be if its sender had not compressed it. The checksum is wrong then, and not asked."""
        if self._attributes & _CODEC_MASK == NONE:
            return self.raw
        head = bytearray(self.raw[:BATCH_HEAD])
        head[22] &= ~_CODEC_MASK
        return bytes(head) + body

    def _one_by_one(self, body: bytes | mmap, is_whole: bool, first: int, most: int) -> Iterator[FetchedRecord]:
        place, expected = 0, self.base_offset
        for _ in range(self._count):
            try:
                length, start = _varint(body, place)
            except IndexError:
                length, start = -1, place
            if length > most and start + length <= len(body):
                place, offset = start + length, expected
                expected += 1
                if offset >= first:
                    yield self._too_large(offset, length, body[start : start + _KEPT])
                continue
            if length < 0 or start + length > len(body):
                if is_whole:
                    yield from self._rest_aside(expected, first, "undecodable", "a record has no end")
                else:
                    mend = f"the batch decompresses to more than {len(body)} bytes: send smaller batches"
                    yield from self._rest_aside(expected, first, "too_large", mend)
                return
            place = start + length
            record = self._record(body[start:place], expected)
            expected = record.offset + 1
            if record.offset >= first:
                yield record

    def _too_large(self, offset: int, size: int, body: bytes) -> FetchedRecord:
        detail = f"the record has {size} bytes when decompressed: send smaller messages; the first {_KEPT} are kept"
        return FetchedRecord(offset, self._max_timestamp, 0, None, body, reason="too_large", detail=detail)

    def _record(self, body: bytes, expected: int) -> FetchedRecord:
        try:
            return self._decoded(body)
        except (IndexError, ValueError):
            at = (expected, self._max_timestamp, 0, None, body)
            return FetchedRecord(*at, reason="undecodable", detail="the record does not have Kafka's layout")

    def _decoded(self, body: bytes) -> FetchedRecord:
        delta, place = _varint(body, 1)
        is_stamped = self._attributes & _LOG_APPEND_TIME
        timestamp = self._max_timestamp if is_stamped else self._first_timestamp + delta
        offset_delta, place = _varint(body, place)
        if not 0 <= offset_delta < self.next_offset - self.base_offset:
            raise ValueError("an offset outside the batch")
        key, place = _bytes(body, place)
        value, place = _bytes(body, place)
        count, place = _varint(body, place)
        headers = []
        for _ in range(count):
            name, place = _bytes(body, place)
            header, place = _bytes(body, place)
            headers.append(((name or b"").decode(errors="surrogateescape"), header))
        if place != len(body):
            raise ValueError("bytes are left over")
        at = (self.base_offset + offset_delta, timestamp, int(bool(is_stamped)))
        return FetchedRecord(*at, key, value, tuple(headers))

    def _rest_aside(self, offset: int, first: int, reason: str, detail: str) -> Iterator[FetchedRecord]:
        """What is left of the batch from an offset on, as one: with the bytes of the batch as they came."""
        offset, last = max(offset, first), self.next_offset - 1
        if offset > last:
            return
        many = f" (offsets {offset} to {last})" if last > offset else ""
        at = (offset, self._max_timestamp, 0, None, self.raw)
        yield FetchedRecord(*at, reason=reason, detail=detail + many, last=last)


def _as_read(record: Any) -> FetchedRecord:
    at = (record.offset, record.timestamp, record.timestamp_type)
    return FetchedRecord(*at, record.key, record.value, tuple(record.headers))


def _varint(body: bytes | mmap, place: int) -> tuple[int, int]:
    """A zigzag number and where it ends. IndexError where the bytes end before it does."""
    value = shift = 0
    while True:
        byte = body[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return (value >> 1) ^ -(value & 1), place
        shift += 7
        if shift > 63:
            raise IndexError("no number is that long")


def _bytes(body: bytes, place: int) -> tuple[bytes | None, int]:
    length, place = _varint(body, place)
    if length < 0:
        return None, place
    if place + length > len(body):
        raise IndexError("the bytes end before")
    return body[place : place + length], place + length
