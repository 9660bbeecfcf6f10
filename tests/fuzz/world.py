"""A hub without a broker: what the client hands over is unpacked and taken in on a database in memory, and everything
that must hold of it is looked at after each batch."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import orjson
from aiokafka import TopicPartition
from sqlalchemy import text

from consumers.fetched import Fetched, PartitionReader
from consumers.parsing import parse_record
from consumers.subscriber import raw_of
from homeward.clock import VirtualClock
from homeward.torture.raw_batches import Written, batch
from intake.intake import Intake
from intake.records import Parsed, RawRecord
from schemas.topics import police_notifications
from store import Store
from tests.fuzz.inputs import chosen_type, kafka_batch, topic_of
from tests.fuzz.over_time import OverTime
from tests.shipped import shipped_directories, shipped_packs

PACKS, DIRECTORIES = shipped_packs(), shipped_directories()
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOOD = police_notifications("ZZ")


@dataclass
class Sheet:
    """What a run has seen."""

    records: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0

    def __add__(self, other: "Sheet") -> "Sheet":
        return Sheet(
            self.records + other.records,
            self.ends + other.ends,
            self.reasons + other.reasons,
            self.types + other.types,
            self.seconds + other.seconds,
            max(self.slowest, other.slowest),
            max(self.memory, other.memory),
        )


class World:
    """One database, from empty. `failures` names what did not hold. `over`: what goes on over time, if anything;
    `gate`: for how long what waits in Kafka is read before it is acted on."""

    def __init__(self, sheet: Sheet, over: Random | None = None, gate: timedelta | None = None) -> None:
        self.sheet, self.failures = sheet, list[str]()
        self.clock = VirtualClock(BEGINS)
        self.over = OverTime(over, BEGINS, PACKS) if over else None
        self.store = Store.open("sqlite+aiosqlite://")
        self.intake = Intake(self.store, PACKS, DIRECTORIES, parse_record, self.clock.now, gate=gate)
        self._offsets: dict[str, int] = defaultdict(int)
        self._told = set[str | None]()
        self._good = 0

    async def open(self) -> "World":
        await self.store.create()
        return self

    async def poll(self, random: Random, number: int, batches: int) -> None:
        """So many batches of a broker, with a good record among them, taken in as one poll."""
        if self.over:
            self.clock.set(self.over.passes())
        raws = [raw for n in range(batches) for raw in self._unpacked(random, number * 1000 + n)]
        good = self._good_record()
        raws.insert(random.randrange(len(raws) + 1), good)
        began = time.perf_counter()
        try:
            if self.over:
                await self._meanwhile(self.over)
                raws = self.over.once_more(raws)
            await self.intake.process_batch(raws)
        except Exception as error:
            self.failures.append(f"poll {number}: {type(error).__name__}: {error}")
            return
        took = time.perf_counter() - began
        self.sheet.records += len(raws)
        self.sheet.seconds += took
        self.sheet.slowest = max(self.sheet.slowest, took / len(raws))
        await self._look(number, raws)

    async def _meanwhile(self, over: OverTime) -> None:
        """What is due falls, and now and then somebody asks for all that stands in quarantine once more."""
        for _ in range(50):
            async with self.store.reading() as tx:
                due = await tx.due_timers(self.clock.now(), 500)
            if not due:
                break
            await self.intake.fire_timers(due)
        if over.random.random() < 0.2:
            async with self.store.transaction() as tx:
                await tx.request_replay()
            await self.intake.replay(1000)
        async with self.store.connection() as connection:
            over.episodes = sorted((await connection.execute(text("SELECT id FROM episodes"))).scalars())

    def _unpacked(self, random: Random, number: int) -> list[RawRecord]:
        type_ = chosen_type(random)
        topic = topic_of(random, type_)
        first = self._offsets[topic]
        raw, many = kafka_batch(random, first, number, topic, type_, self.over)
        self._offsets[topic] += many
        PartitionReader.doubted.clear()
        found: list[RawRecord] = []
        offset = first
        for _ in range(3):  # a batch whose checksum is wrong is fetched again
            reader = PartitionReader(TopicPartition(topic, 0), Fetched(raw), (), offset, None, None, True, 0)
            found += [raw_of(record, "fuzz") for record in reader]
            offset = reader.next_fetch_offset
        if offset != first + many:
            self.failures.append(f"poll {number}: the position is {offset} and not {first + many}")
        self.sheet.types[type_] += many
        return found

    def _good_record(self) -> RawRecord:
        self._good += 1
        data = {
            "incident": f"G-{self._good}", "force": "ZZ", "classification": "missing",
            "reported_at": BEGINS, "responsible_authority": "nottinghamshire",
            "child": {"identifiers": [{"system": "good", "value": f"G-{self._good}"}]},
        }  # fmt: skip
        event = {"specversion": "1.0", "id": f"g-{self._good}", "source": "/good", "type": "police.missing"}
        raw = batch([Written(orjson.dumps({**event, "data": data}))])
        (record,) = PartitionReader(TopicPartition(GOOD, 0), Fetched(raw), (), 0, None, None, True, 0)
        return raw_of(record, f"good-{self._good}")

    async def _look(self, number: int, raws: list[RawRecord]) -> None:
        """Each record is claimed or in quarantine with somebody told, and the good one was taken in."""
        async with self.store.connection() as connection:
            claims = set((await connection.execute(text("SELECT key FROM inbox"))).scalars())
            rows = await connection.execute(text('SELECT topic, "offset", reason, detail, cause FROM quarantine'))
            aside = {(row.topic, row.offset): row for row in rows}
            # What is over is forgotten; who was told of it was told.
            self._told |= set((await connection.execute(text("SELECT cause FROM floods WHERE told > 0"))).scalars())
            known = "SELECT count(*) FROM episode_references WHERE incident = :incident"
            opened = await connection.execute(text(known), {"incident": f"G-{self._good}"})
        if not opened.scalar_one():
            self.failures.append(f"poll {number}: the good record in it was not taken in")
        for raw in raws:
            read = parse_record(raw, self.clock.now())
            held = aside.get((raw.topic, raw.offset))
            if isinstance(read, Parsed) and read.key in claims:
                self.sheet.ends["set aside later" if held else "taken in or repeated"] += 1
            elif held is not None and held.cause in self._told:
                self.sheet.ends["in quarantine, told"] += 1
            else:
                self.failures.append(f"poll {number}: {raw.topic}@{raw.offset} is neither claimed nor told of")
            if held is not None:
                why = f"failed ({held.detail})" if held.reason == "failed" else held.reason
                self.sheet.reasons[why] += 1
                if held.reason == "failed" and "StoreRefused" not in held.detail:
                    self.failures.append(f"poll {number}: {raw.topic}@{raw.offset} met a fault of ours: {held.detail}")
