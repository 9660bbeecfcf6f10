"""Periodic data while a new version of a procedure comes into force under a running hub: what it adds begins, and what
it drops is sent for the period that ended under the old one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hub_in_memory import Hub, hub
from wire_messages import missing

from routing.library import Packs
from routing.pack import Periodic
from routing.tables import PackError
from store.rows import TimerRow
from tests.shipped import shipped_packs

OWNER = "nottinghamshire"
JULY = date(2026, 7, 1)
[NOTTS] = shipped_packs().all()[OWNER]
MONTH, QUARTER = (next(r for r in NOTTS.periodic if r.period == period) for period in ("month", "quarter"))
RENAMED = replace(QUARTER, id="figures_of_the_quarter")


def versions(old: list[Periodic], new: list[Periodic], begins: date = JULY) -> Packs:
    """Two versions of a procedure with these reports."""
    others = [pack for name, packs in shipped_packs().all().items() if name != OWNER for pack in packs]
    later = replace(NOTTS, version="next", in_force_from=begins, periodic=tuple(new))
    return Packs([*others, replace(NOTTS, periodic=tuple(old)), later])


async def _timers(h: Hub) -> list[TimerRow]:
    async with h.store.reading() as tx:
        due = await tx.due_timers(datetime(2030, 1, 1, tzinfo=UTC), 1000)
    return [timer for timer in due if timer.person.startswith("authority/")]


async def _sent(h: Hub) -> set[tuple[str, str]]:
    rules = {line.entry["message"]: line.entry["rule"] for line in await h.ledger("decision")}
    return {(rules[m["id"]], m["period"]) for m in await h.said() if m["type"] == "report.data"}


async def _by_october(packs: Packs) -> tuple[set[tuple[str, str]], set[str]]:
    """What a hub that runs from June has sent by October, where it hears of a child each month; what is due next."""
    async with hub(packs) as h:
        for month in range(6, 11):
            at = datetime(2026, month, 10, 12, tzinfo=UTC)
            await h.fall_until(at)
            h.clock.set(max(at, h.clock.now()))
            await h.take(missing(incident=f"P-{month}", id_=f"m-{month}"))
        return await _sent(h), {timer.rule for timer in await _timers(h)}


async def test_a_report_that_a_new_version_adds_begins_with_it() -> None:
    sent, due = await _by_october(versions([MONTH], [MONTH, QUARTER]))
    assert {period for rule, period in sent if rule == QUARTER.id} == {"2026-07/2026-09"}
    assert {period for rule, period in sent if rule == MONTH.id} == {f"2026-0{n}" for n in range(6, 10)}
    assert due == {MONTH.id, QUARTER.id}


async def test_a_report_that_a_new_version_drops_is_sent_once_more_and_no_further() -> None:
    sent, due = await _by_october(versions([MONTH, QUARTER], [MONTH]))
    assert {period for rule, period in sent if rule == QUARTER.id} == {"2026-04/2026-06"}
    assert {period for rule, period in sent if rule == MONTH.id} == {f"2026-0{n}" for n in range(6, 10)}
    assert due == {MONTH.id}


async def test_a_report_that_a_new_version_drops_within_a_period_is_sent_for_that_one() -> None:
    sent, due = await _by_october(versions([MONTH, QUARTER], [MONTH], date(2026, 6, 15)))
    assert {period for rule, period in sent if rule == QUARTER.id} == {"2026-04/2026-06"}
    assert due == {MONTH.id}


async def test_a_report_that_a_new_version_renames_goes_on_under_its_new_name() -> None:
    sent, due = await _by_october(versions([QUARTER], [RENAMED]))
    assert sent == {
        (QUARTER.id, "2026-04/2026-06"),
        (RENAMED.id, "2026-07/2026-09"),
    }
    assert due == {RENAMED.id}


async def test_what_is_due_falls_under_the_version_in_force_when_its_period_ended() -> None:
    sooner = replace(QUARTER, period="month")
    sent, _ = await _by_october(versions([QUARTER], [sooner]))
    assert {period for _, period in sent} == {"2026-04/2026-06", "2026-07", "2026-08", "2026-09"}


@pytest.mark.parametrize(
    ("old", "new", "begins", "periods"),
    [
        ("month", "quarter", date(2026, 7, 15), {"2026-06", "2026-07", "2026-07/2026-09"}),
        ("quarter", "month", date(2026, 6, 15), {"2026-04/2026-06", "2026-07", "2026-08", "2026-09"}),
        ("quarter", "month", date(2026, 5, 15), {"2026-04/2026-06", "2026-07", "2026-08", "2026-09"}),
    ],
)
async def test_where_the_period_itself_changes_within_one_no_month_is_left_out(
    old: str, new: str, begins: date, periods: set[str]
) -> None:
    before, after = (replace(QUARTER, period=period) for period in (old, new))
    sent, _ = await _by_october(versions([before], [after], begins))
    assert {period for _, period in sent} == periods


async def test_a_version_that_is_put_in_force_afterwards_sends_no_period_before_its_end() -> None:
    monthly = replace(QUARTER, period="month")
    before = versions([monthly], [monthly])
    async with hub(before) as h:
        h.clock.set(datetime(2026, 8, 10, 12, tzinfo=UTC))
        await h.take(missing())
        late = Hub(h.store, versions([monthly], [QUARTER]))
        for month in (9, 10):
            await late.fall_until(datetime(2026, month, 2, 12, tzinfo=UTC))
            late.clock.set(datetime(2026, month, 3, 12, tzinfo=UTC))
            await late.take(missing(incident=f"P-{month}", id_=f"m-{month}"))
        assert {period for _, period in await _sent(late)} == {"2026-08", "2026-07/2026-09"}


async def test_a_report_that_no_version_knows_names_the_mend() -> None:
    async with hub(versions([QUARTER], [QUARTER])) as h:
        await h.take(missing())
        [timer] = await _timers(h)
        gone = Hub(h.store, versions([], []))
        gone.clock.set(timer.due_at + timedelta(seconds=1))
        with pytest.raises(PackError, match=f"{QUARTER.id}.*put"):
            await gone.intake.fire_timers([timer])
