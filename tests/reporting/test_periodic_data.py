"""The monthly and quarterly data that the hub sends by itself carry their figures (NOTTS-92, NOTTS-95, NOTTS-96)."""

from dataclasses import asdict

from reporting_hub import Hub

from reporting.figures import Figures
from reporting.reading import children_of, children_since, figures_of
from reporting.span import Span
from reporting.tally import Tally
from schemas.outbound.figures import Figures as OnTheWire

IN_CARE = {"legal_status": "care_order", "plan": "looked_after", "services": [{"service": "cscs", "worker": "sw1"}]}


async def test_a_month_and_a_quarter_are_sent_with_what_happened_in_them(hub: Hub) -> None:
    await hub.register("2026-08-31 09:00", **IN_CARE)
    await hub.missing("2026-08-31 22:00")
    await hub.found("2026-09-01 10:00")
    await hub.missing("2026-09-10 12:00", "P-2")
    await hub.found("2026-09-11 18:00", "P-2")
    await hub.outcome("2026-09-14 18:00", "completed", "P-2")
    await hub.missing("2026-09-30 23:30", "P-3")
    await hub.until("2026-10-01 00:00")
    sent = {data["period"]: data for data in await hub.sent("report.data")}
    assert sent.keys() == {"2026-08", "2026-09", "2026-07/2026-09"}
    assert sent["2026-08"]["figures"]["episodes"]["missing_at_end"] == 1
    told = sent["2026-09"]["figures"]
    assert told["episodes"] == {
        "missing_at_start": 1,
        "started": 2,
        "returned": 2,
        "ended_without_return": 0,
        "missing_at_end": 1,
        "absent_only": 0,
        "retracted": 0,
    }
    assert told["durations"]["longest_hours"] == 30
    assert told["children"] == {"missing": 1, "more_than_once": 1, "repeat": 1, "three_in_90_days": 1}
    assert (told["interviews"]["done"], told["interviews"]["done_within_72_hours"]) == (1, 1)
    assert told["meetings"] == {"requested": 1, "held": 0, "by_kind": [{"kind": "mam", "requested": 1, "held": 0}]}
    assert sent["2026-07/2026-09"]["figures"]["episodes"]["started"] == 3
    assert sent["2026-07/2026-09"]["clauses"] == ["NOTTS-92"]


async def test_a_month_in_which_nothing_happened_says_so(hub: Hub) -> None:
    await hub.missing("2026-09-10 12:00")
    await hub.found("2026-09-10 13:00")
    await hub.until("2026-11-01 00:00")
    (october,) = [data for data in await hub.sent("report.data") if data["period"] == "2026-10"]
    assert october["figures"] == asdict(Figures())


async def test_the_figures_name_nobody(hub: Hub) -> None:
    await hub.register("2026-09-01 09:00", **IN_CARE)
    await hub.missing("2026-09-10 12:00")
    await hub.until("2026-10-01 00:00")
    told = str(await hub.sent("report.data"))
    assert not [word for word in ("M31", "K-1", "2011-09-01", "P-1") if word in told]


async def test_every_page_of_children_is_read_and_nobody_else_is_counted(hub: Hub) -> None:
    for number in range(5):
        await hub.missing("2026-09-10 12:00", f"P-{number}", f"K-{number}")
    async with hub.store.reading() as tx:
        children = [child.id async for child in children_of(tx, "nottinghamshire", page=2)]
        (counted,) = await figures_of(tx, "nottinghamshire", [Span.parse("2026-09")])
        (nobody,) = await figures_of(tx, "elsewhere", [Span.parse("2026-09")])
    assert len(set(children)) == 5
    assert children == sorted(children)
    assert counted.episodes.started == counted.children.missing == 5
    assert nobody == Figures()


async def test_whom_nobody_has_heard_of_since_counts_for_nothing_and_everybody_else_is_read(hub: Hub) -> None:
    await hub.register("2026-08-31 09:00", **IN_CARE)  # M31 and K-1, who is missing still
    await hub.missing("2026-09-01 22:00", "P-1", "K-1")
    await hub.missing("2026-09-02 10:00", "P-2", "K-2")
    await hub.tell("2026-09-02 12:00", "police.retracted", incident="P-2", force="XX")
    await hub.missing("2026-09-03 10:00", "P-3", "K-3")
    await hub.found("2026-11-20 12:00", "P-3")
    await hub.missing("2026-11-21 10:00", "P-4", "K-4")
    await hub.found("2026-11-21 11:00", "P-4")
    for month in ("2026-08", "2026-09", "2026-11"):
        span = Span.parse(month)
        tally = Tally(span)
        async with hub.store.reading() as tx:
            for child in [each async for each in children_of(tx, "nottinghamshire")]:
                tally.add(child)
            (counted,) = await figures_of(tx, "nottinghamshire", [span])
            read = [child.id async for child in children_since(tx, "nottinghamshire", span.since)]
        assert counted == tally.figures(), month
    assert len(read) < 4  # of P-2 nothing was heard in November, and nothing waits
    assert read == sorted(read)


def test_what_is_counted_is_what_the_contract_describes() -> None:
    assert asdict(Figures()) == _plain(OnTheWire.model_validate(asdict(Figures())).model_dump())
    assert not OnTheWire.model_validate(asdict(Figures())).model_extra


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value
