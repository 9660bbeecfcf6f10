"""The one record that spoils a batch is found and set aside alone; what is the database's own trouble is waited for."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hub_in_memory import hub
from wire_messages import child as child_of
from wire_messages import missing

from enrichment.children import Child
from episodes.reports import Missing, Report
from intake.isolating import Isolation, Read
from intake.placing import place
from intake.records import RawRecord, Rejected
from intake.resolving import Doubt
from intake.step import Context, Step
from intake.writing import write_batch
from store.errors import StoreCrowdedError, StoreForbiddenError, StoreRefusedError, StoreUnavailableError

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Database:
    """Keeps batches, unless `fault` says for one of them what it fails with. `is_there`: whether it answers."""

    def __init__(self, fault: Callable[[Sequence[Read]], Exception | None]) -> None:
        self.fault, self.is_there = fault, True
        self.kept: list[Read] = []
        self.transactions = 0

    async def transact(self, batch: Sequence[Read], now: datetime) -> None:
        self.transactions += 1
        if error := self.fault(batch):
            raise error
        self.kept += batch

    async def answers(self) -> bool:
        return self.is_there


def record(n: int) -> Rejected:
    """Any record will do; one that is set aside again looks different by its reason."""
    return Rejected(RawRecord("t", 0, n, b"%d" % n, NOW), "good", "")


def spoilt(
    *numbers: int, error: Exception | None = None, by: tuple[str, ...] = ("good",)
) -> Callable[..., Exception | None]:
    """Batches with one of these records fail, as long as it is `by` one of these reasons that it is kept."""

    def fault(batch: Sequence[Read]) -> Exception | None:
        hit = any(each.raw.offset in numbers and isinstance(each, Rejected) and each.reason in by for each in batch)
        return (error or StoreRefusedError("54000")) if hit else None

    return fault


async def taken(database: Database, many: int = 100) -> list[int]:
    """The records, and what became of them: those that were kept as they are, in order."""
    isolation = Isolation(database, database.transact)  # type: ignore[arg-type]
    await isolation.take([record(n) for n in range(many)], NOW)
    return [each.raw.offset for each in database.kept if isinstance(each, Rejected) and each.reason == "good"]


def aside(database: Database) -> list[Rejected]:
    return [each for each in database.kept if isinstance(each, Rejected) and each.reason == "failed"]


@pytest.mark.parametrize("error", [StoreRefusedError("54000"), ValueError("ours"), RecursionError(), MemoryError()])
async def test_all_but_the_record_at_fault_are_taken_in_their_order(error: Exception) -> None:
    database = Database(spoilt(37, error=error))
    assert await taken(database) == [n for n in range(100) if n != 37]
    (failed,) = aside(database)
    assert (failed.raw.offset, failed.raw.value) == (37, b"37")
    assert failed.detail == f"Processing failed ({type(error).__name__})"


async def test_one_record_among_hundreds_costs_a_few_transactions_and_not_hundreds() -> None:
    database = Database(spoilt(444))
    await taken(database, 500)
    assert database.transactions < 30


async def test_every_record_may_be_at_fault() -> None:
    database = Database(spoilt(*range(40)))
    assert await taken(database, 40) == []
    assert [each.raw.offset for each in aside(database)] == [*range(40)]


async def test_what_cannot_be_kept_with_its_bytes_is_kept_with_its_place() -> None:
    def fault(batch: Sequence[Read]) -> Exception | None:
        return StoreRefusedError("too big") if any(e.raw.offset == 3 and e.raw.value for e in batch) else None

    database = Database(fault)
    assert await taken(database, 6) == [0, 1, 2, 4, 5]
    (failed,) = aside(database)
    assert (failed.raw.offset, failed.raw.value) == (3, None)
    assert "they are in Kafka at its offset" in failed.detail


async def test_a_transaction_that_asks_for_too_much_room_is_made_smaller() -> None:
    database = Database(lambda batch: StoreCrowdedError("53200") if len(batch) > 10 else None)
    assert await taken(database) == [*range(100)]
    assert aside(database) == []


async def test_a_database_that_is_away_isolates_nothing_however_often_it_is_asked() -> None:
    database = Database(lambda batch: StoreUnavailableError("away"))
    database.is_there = False
    isolation = Isolation(database, database.transact)  # type: ignore[arg-type]
    for _ in range(10):
        with pytest.raises(StoreUnavailableError):
            await isolation.take([record(n) for n in range(4)], NOW)
    assert (database.kept, database.transactions) == ([], 10)


async def test_a_missing_right_isolates_nothing_although_the_database_answers() -> None:
    database = Database(lambda batch: StoreForbiddenError("permission denied for table outbox"))
    isolation = Isolation(database, database.transact)  # type: ignore[arg-type]
    for _ in range(10):
        with pytest.raises(StoreForbiddenError):
            await isolation.take([record(n) for n in range(4)], NOW)
    assert database.kept == []


async def test_a_record_that_the_database_never_gets_done_with_holds_up_the_others_three_times_at_most() -> None:
    database = Database(spoilt(2, error=StoreUnavailableError("57014 cancelled")))
    isolation = Isolation(database, database.transact)  # type: ignore[arg-type]
    batch = [record(n) for n in range(4)]
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            await isolation.take(batch, NOW)
    assert database.kept == []
    await isolation.take(batch, NOW)
    assert [each.raw.offset for each in database.kept] == [0, 1, 2, 3]
    assert [each.raw.offset for each in aside(database)] == [2]


async def test_two_hubs_in_each_others_way_set_nothing_aside() -> None:
    times = 0

    def sometimes(batch: Sequence[Read]) -> Exception | None:
        nonlocal times
        if any(each.raw.offset == 2 for each in batch) and len(batch) == 1 and not times:
            times += 1
            return StoreUnavailableError("40P01 deadlock")
        return spoilt(3)(batch)

    database = Database(sometimes)
    assert await taken(database, 4) == [0, 1, 2]
    assert (times, [each.raw.offset for each in aside(database)]) == (1, [3])


async def test_a_database_that_goes_away_while_a_record_is_looked_for_is_waited_for() -> None:
    database = Database(spoilt(2))

    def then_away(batch: Sequence[Read]) -> Exception | None:
        if len(batch) == 1:
            database.is_there = False
        return StoreUnavailableError("away") if not database.is_there else spoilt(2)(batch)

    database.fault = then_away
    with pytest.raises(StoreUnavailableError):
        await taken(database, 4)
    assert aside(database) == []


async def test_a_record_that_was_set_aside_spoils_no_batch_that_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str | None] = []

    def refused(context: Context, child: Child, report: Report, doubt: Doubt | None = None) -> Step | None:
        tried.append(report.about.incident)
        if report.about.incident == "P-3":
            raise StoreRefusedError("54000")
        return place(context, child, report, doubt)

    monkeypatch.setattr("intake.batch.place", refused)
    async with hub() as h:
        batch = [h.raw(missing(incident=f"P-{n}", child=child_of(f"compact:K-{n}"))) for n in range(8)]
        await h.intake.process_batch(batch)
        tried.clear()
        await h.intake.process_batch(batch)
        assert tried == []
        assert [each.row.offset for each in await h.held()] == [batch[3].offset]


async def test_another_message_of_the_name_of_one_that_was_set_aside_is_taken_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(context: Context, child: Child, report: Report, doubt: Doubt | None = None) -> Step | None:
        if isinstance(report, Missing) and report.risk == "low":
            raise StoreRefusedError("54000")
        return place(context, child, report, doubt)

    monkeypatch.setattr("intake.batch.place", refused)
    async with hub() as h:
        for risk in ("high", "low", "medium"):
            await h.take(missing(incident=f"P-{risk}", id_="one-name", risk=risk))
        assert len(await h.held()) == 1
        assert {"P-high", "P-medium"} == {*await h.episodes()}


async def test_what_was_kept_is_said_although_the_rest_of_its_batch_comes_to_grief(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [RuntimeError("of the batch"), None, StoreUnavailableError("away")]

    async def writing(*given: Any, **named: Any) -> None:
        if fault := faults.pop(0):
            raise fault
        await write_batch(*given, **named)

    async def answers() -> bool:
        return False

    async with hub() as h:
        batch = [h.raw(b"not json", "police.XX.notifications.v1"), h.raw(missing())]
        monkeypatch.setattr("intake.intake.write_batch", writing)
        monkeypatch.setattr(h.store, "answers", answers)
        with pytest.raises(StoreUnavailableError):
            await h.intake.process_batch(batch)
        assert len(await h.held()) == 1
        assert "Moved a record to quarantine" in caplog.text
        assert h.woken == 1
