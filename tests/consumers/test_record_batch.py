"""A batch of records comes apart record by record, whatever its sender has made of it."""

import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.inflating import NONE, CodecError, inflate
from consumers.record_batch import FetchedRecord, RecordBatch
from homeward.torture.raw_batches import CODECS, Written, batch

GOOD = Written(b"good", b"key", ((b"ce_id", b"1"), (b"x", None)), 5)


def read(raw: bytes, first: int = 0, most: int = 1_000_000) -> list[FetchedRecord]:
    return list(RecordBatch(raw).records(first, most))


@pytest.mark.parametrize("how", CODECS)
def test_every_codec_is_read(how: str) -> None:
    records = read(batch([GOOD, Written(None), Written(os.urandom(50_000))], how, offset=7, first_timestamp=100))
    assert [(r.offset, r.timestamp, r.reason) for r in records] == [(7, 105, ""), (8, 100, ""), (9, 100, "")]
    assert (records[0].key, records[0].value) == (b"key", b"good")
    assert records[0].headers == (("ce_id", b"1"), ("x", None))
    assert records[1].value is None


@pytest.mark.parametrize("how", CODECS)
def test_a_header_name_that_is_not_utf8_costs_neither_its_record_nor_a_neighbour(how: str) -> None:
    odd = Written(b"odd", headers=((b"\xff\xfe", b"1"),))
    records = read(batch([GOOD, odd, GOOD], how))
    assert [(r.value, r.reason) for r in records] == [(b"good", ""), (b"odd", ""), (b"good", "")]
    assert records[1].headers[0][0].encode(errors="surrogateescape") == b"\xff\xfe"


@pytest.mark.parametrize("how", CODECS)
@pytest.mark.parametrize("spoilt", [b"", b"\0", b"\0\0\xff\xff\xff", b"\0\0\2\7abc", b"\0\0\2\1\1\0\0", b"\xff" * 40])
def test_a_record_that_is_not_laid_out_right_is_set_aside_alone(how: str, spoilt: bytes) -> None:
    records = read(batch([GOOD, Written(None, spoilt=spoilt), GOOD], how))
    assert [r.reason for r in records] == ["", "undecodable", ""]
    assert [r.next_offset for r in records] == [1, 2, 3]
    assert records[1].value == spoilt


COMPRESSED = pytest.mark.parametrize("how", [how for how in CODECS if how != "none"])


@COMPRESSED
def test_a_bomb_is_set_aside_alone_and_what_comes_before_and_after_it_is_read(how: str) -> None:
    records = read(batch([GOOD, Written(bytes(5_000_000)), GOOD], how))
    assert [(r.offset, r.reason, r.next_offset) for r in records] == [(0, "", 1), (1, "too_large", 2), (2, "", 3)]
    assert records[2].value == b"good"
    assert len(records[1].value or b"") == 64 * 1024


@COMPRESSED
def test_more_than_memory_is_given_for_comes_out_record_by_record_and_reading_goes_on_from_any_of_them(
    how: str,
) -> None:
    raw = batch([Written(bytes([n]) * 300_000) for n in range(20)], how)
    tracemalloc.start()
    for first in (0, 7, 19):
        given = 0
        for record in RecordBatch(raw).records(first, 1_000_000):
            assert (record.offset, record.value) == (first + given, bytes([first + given]) * 300_000)
            given += 1
        assert given == 20 - first
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert how.startswith("snappy") or peak < 5_000_000


@COMPRESSED
def test_beyond_what_a_batch_may_take_at_all_the_rest_is_one(how: str) -> None:
    raw = batch([GOOD, Written(bytes(900_000)), Written(bytes(900_000)), Written(bytes(900_000)), GOOD], how)
    records = [*RecordBatch(raw).records(0, 1_000_000, 2_000_000)]
    ends = [(0, "", -1), (1, "", -1), (2, "", -1), (3, "too_large", 4)]
    assert [(r.offset, r.reason, r.last) for r in records] == ends
    assert "offsets" in records[-1].detail
    assert records[-1].value == raw


def test_a_block_of_snappy_that_memory_is_not_given_for_sets_its_batch_aside() -> None:
    (record,) = read(batch([Written(bytes(40_000_000))], "snappy, raw"))
    assert (record.reason, record.offset) == ("undecodable", 0)
    assert "too large" in record.detail


def test_a_bomb_of_two_hundred_megabytes_takes_no_more_memory_than_the_bound() -> None:
    raw = batch([Written(bytes(200_000_000))], "zstd")
    tracemalloc.start()
    read(raw, most=4_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 4_000_000


def test_an_unknown_codec_and_broken_compression_set_the_batch_aside() -> None:
    for raw in (_with_codec(batch([GOOD, GOOD]), 6), _with_codec(batch([GOOD, GOOD]), 4)):
        (record,) = read(raw)
        assert (record.reason, record.offset, record.next_offset, record.value) == ("undecodable", 0, 2, raw)


def test_a_batch_is_read_on_from_any_of_its_offsets() -> None:
    for how in CODECS:
        for first in range(4):
            assert [r.offset for r in read(batch([GOOD] * 3, how), first)] == [*range(first, 3)]
            spoilt = batch([GOOD, Written(None, spoilt=b"\xff"), GOOD], how)
            assert [r.offset for r in read(spoilt, first)] == [*range(first, 3)]


def test_a_checksum_says_whether_the_bytes_are_those_that_were_sent() -> None:
    raw = batch([GOOD])
    assert RecordBatch(raw).is_sound()
    assert not RecordBatch(raw[:-1] + b"?").is_sound()


@given(st.binary(max_size=300), st.integers(0, 7), st.integers(-3, 2**31 - 1), st.integers(-3, 2**31 - 1))
def test_no_bytes_make_reading_raise_or_go_back(body: bytes, codec: int, last: int, count: int) -> None:
    raw = bytearray(_with_codec(batch([]) + body, codec))
    raw[23:27], raw[57:61] = last.to_bytes(4, "big", signed=True), count.to_bytes(4, "big", signed=True)
    records = read(bytes(raw))
    offsets = [r.offset for r in records]
    assert offsets == sorted(set(offsets))
    assert all(r.next_offset > r.offset for r in records)


@given(st.sampled_from(range(8)), st.binary(max_size=200), st.integers(1, 400))
def test_decompression_ends_in_bytes_or_in_one_error(codec: int, body: bytes, most: int) -> None:
    try:
        found, whole = inflate(codec, body, most)
    except CodecError:
        return
    assert (codec == NONE or len(found) <= most) if whole else found == b""


def _with_codec(raw: bytes, codec: int) -> bytes:
    changed = bytearray(raw)
    changed[22] = codec
    return bytes(changed)
