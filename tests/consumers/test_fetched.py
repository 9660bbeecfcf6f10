"""The client reads by our reader: on a real consumer, whatever was published comes out once and in order, and the names
inside aiokafka that it stands in for are used as they were."""

import asyncio
import inspect

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer import fetcher

from consumers.fetched import AT_ONCE, Fetched, PartitionReader, SetAside, install
from homeward.torture.raw_batches import Written, batch, publish

TP = TopicPartition("t", 0)


def reader(data: bytes, offset: int = 0, **more: object) -> PartitionReader:
    return PartitionReader(TP, Fetched(data), (), offset, None, None, True, 0, **more)  # type: ignore[arg-type]


def test_aiokafka_still_makes_its_reader_in_the_way_that_ours_stands_in_for() -> None:
    source = inspect.getsource(fetcher.Fetcher._proc_fetch_request)
    assert "records = MemoryRecords(part_data[-1])" in source
    assert "partition_records = PartitionRecords(" in source
    taken = [name for name in inspect.signature(PartitionReader.__init__).parameters if name != "self"]
    original = inspect.getsource(fetcher)
    assert all(f"        {name}," in original for name in taken)
    used = inspect.getsource(fetcher.FetchResult)
    assert "self._partition_records.next_fetch_offset" in used
    assert "for msg in self._partition_records:" in used


def test_a_wrong_checksum_is_fetched_again_twice_and_then_set_aside() -> None:
    good, spoilt = batch([Written(b"a")]), batch([Written(b"b")], offset=1)
    data = good + spoilt[:-1] + b"?" + batch([Written(b"c")], offset=2)
    PartitionReader.doubted.clear()
    assert [record.value for record in reader(data)] == [b"a"]
    again = reader(data, offset=1)
    assert ([*again], again.next_fetch_offset) == ([], 1)
    third = reader(data, offset=1)
    records = [*third]
    assert [type(record) is SetAside for record in records] == [True, False]
    assert (records[0].reason, records[1].value, third.next_fetch_offset) == ("undecodable", b"c", 3)


def test_a_batch_that_was_cut_short_is_left_for_the_next_fetch() -> None:
    data = batch([Written(b"a")]) + batch([Written(b"b")], offset=1)[:-3]
    first = reader(data)
    assert [record.value for record in first] == [b"a"]
    assert first.next_fetch_offset == 1


def test_no_more_comes_at_once_than_memory_is_given_for() -> None:
    big = [Written(bytes(AT_ONCE // 4)) for _ in range(12)]
    data, offset, turns = batch(big, "zstd"), 0, 0
    while offset < 12:
        turn = reader(data, offset)
        assert sum(len(record.value) for record in turn) <= AT_ONCE * 1.5
        assert turn.next_fetch_offset > offset
        offset, turns = turn.next_fetch_offset, turns + 1
    assert turns > 1


def test_bombs_are_defused_one_at_a_time_so_that_heartbeats_have_their_turn() -> None:
    bombs = [batch([Written(bytes(60_000_000))], "zstd", offset) for offset in range(3)]
    data, offset, turns = b"".join(bombs) + batch([Written(b"last")], offset=3), 0, list[list[str]]()
    while offset < 4:
        turn = reader(data[sum(map(len, bombs[:offset])) :], offset)
        turns.append([getattr(record, "reason", "") for record in turn])
        offset = turn.next_fetch_offset
    assert turns == [["too_large"], ["too_large"], ["too_large"], [""]]


def test_what_a_transaction_took_back_is_passed_over_where_only_what_was_kept_is_wanted() -> None:
    aborted = bytearray(batch([Written(b"never")]))
    aborted[22] |= 0x10
    aborted[43:51] = (7).to_bytes(8, "big")
    kept = batch([Written(b"kept")], offset=1)
    for committed_only, expected in ((1, [b"kept"]), (0, [b"never", b"kept"])):
        read = PartitionReader(TP, Fetched(bytes(aborted) + kept), [(7, 0)], 0, None, None, False, committed_only)
        assert [record.value for record in read] == expected


@pytest.mark.kafka
async def test_a_consumer_reads_all_of_it_in_order_with_what_cannot_be_decoded_in_its_place(
    kafka: str, topic_prefix: str
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic_prefix, 1, 1)])
    await admin.close()
    values = [b"%d" % n for n in range(30)]
    batches = [
        batch([Written(v, headers=((b"\xff", None),))], "gzip" if n % 2 else "none") for n, v in enumerate(values)
    ]
    bomb = batch([Written(b"before"), Written(bytes(60_000_000)), Written(b"after")], "zstd")
    await publish(kafka, topic_prefix, *batches[:15], bomb, *batches[15:])
    install()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(topic_prefix, 0)])
    found: list[object] = []
    async with asyncio.timeout(60):
        while len(found) < 33:
            for records in (await consumer.getmany(timeout_ms=500, max_records=7)).values():
                found += [r.reason if isinstance(r, SetAside) else r.value for r in records]
    assert await consumer.position(TopicPartition(topic_prefix, 0)) == 33
    await consumer.stop()
    assert found == [*values[:15], b"before", "too_large", b"after", *values[15:]]
