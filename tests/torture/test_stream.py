"""The stream that a tortured hub reads: the same seed gives the same records, and every kind of disorder is in it."""

from collections import Counter
from datetime import UTC, datetime

from consumers.parsing import parse_record
from homeward.torture.stream import Published, Stream
from intake.records import Parsed, RawRecord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def records(seed: str, count: int = 2_000) -> list[Published]:
    stream = Stream(seed)
    return [stream.next(NOON) for _ in range(count)]


def is_read(record: Published) -> bool:
    return isinstance(parse_record(RawRecord(record.topic, 0, 0, record.value, NOON, record.key), NOON), Parsed)


def test_the_same_seed_gives_the_same_records_and_another_does_not() -> None:
    assert records("7") == records("7")
    assert records("7") != records("8")


def test_what_is_no_garbage_is_read_and_garbage_is_not() -> None:
    for record in records("1"):
        assert is_read(record) is (record.name is not None), record.value


def test_there_are_repeats_garbage_and_word_that_comes_early() -> None:
    told = records("1")
    names = [record.name for record in told if record.name]
    assert 0.03 < sum(record.name is None for record in told) / len(told) < 0.08
    assert max(Counter(names).values()) == 2
    first = {name: place for place, name in reversed([*enumerate(names)])}
    ids = [id_ for _, id_ in names]
    lives = {id_.removeprefix("police.missing-") for id_ in ids if id_.startswith("police.missing-")}
    place = {id_: at for (_, id_), at in first.items()}
    early = [n for n in lives if place.get(f"police.found-{n}", len(names)) < place[f"police.missing-{n}"]]
    assert len(early) > 20


def test_a_backlog_is_of_a_child_who_is_back() -> None:
    stream = Stream("1")
    missing, found = stream.returned(NOON)
    assert is_read(missing)
    assert is_read(found)
    assert len(stream.back) == 1
