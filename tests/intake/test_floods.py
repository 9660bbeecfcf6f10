"""What fails again and again from one cause is told when it begins, counted at growing intervals, and told once more
when it is over; every record is kept under its cause, over restarts and on both databases."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from hub_in_memory import Hub
from hub_in_memory import hub as running_hub
from wire_messages import case, child, event, found, later, missing, police

from store import OutboxRow, Quarantined, Store
from store.migrating import migrate


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    fresh: Callable[[], str] = request.getfixturevalue("postgres") if request.param == "postgres" else lambda: ""
    made = fresh() or f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    await migrate(made)
    return made


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    store = Store.open(url)
    yield Hub(store)
    await store.close()


def broken(n: int, **wrong: object) -> bytes:
    """A notification that cannot be read, each of its own incident."""
    data = {"force": "XX", "incident": f"B-{n}", "child": {}, "classification": "absconded", **wrong}
    return event("police.missing", later(0), data, f"b-{n}")


def words(rows: list[OutboxRow], kind: str = "unreadable") -> list[str]:
    """What was said of that kind, each message once."""
    told = {row.message_id: row for row in rows if row.kind == kind}
    return [orjson.loads(row.payload)["detail"] for row in told.values()]


async def held(hub: Hub) -> list[Quarantined]:
    async with hub.store.reading() as tx:
        return await tx.quarantined()


async def test_three_hundred_records_that_fail_alike_are_one_word_and_stand_under_one_cause(hub: Hub) -> None:
    for batch in range(6):
        await hub.take(*(broken(50 * batch + n) for n in range(50)))
    said = words(await hub.rows())
    assert len(said) == 1
    assert said[0].startswith("failed_validation: classification: must be")
    kept = await held(hub)
    assert (len(kept), len({each.row.cause for each in kept})) == (300, 1)


async def test_it_is_counted_at_growing_intervals_and_told_when_it_is_over(hub: Hub) -> None:
    for minute in range(0, 300, 5):  # two every five minutes for five hours
        hub.clock.set(later(minute / 60))
        await hub.take(broken(minute), broken(minute + 1))
        await hub.fall(minute / 60)
    counted = words(await hub.rows())
    assert [word.split(";")[0] for word in counted[1:]] == [
        "6 in the same way since 2026-06-01 12:00 UTC, 5 of them new",
        "30 in the same way since 2026-06-01 12:00 UTC, 24 of them new",
    ]
    await hub.fall(200)
    (over,) = words(await hub.rows())[3:]
    assert over.startswith(
        "over: 120 in the same way since 2026-06-01 12:00 UTC, the last at 2026-06-01 16:55 UTC; all are in quar"
    )
    async with hub.store.reading() as tx:
        assert [t for t in await tx.due_timers(later(10_000), 100) if t.rule == "flood"] == []


async def test_the_next_after_it_was_over_is_told_again(hub: Hub) -> None:
    await hub.take(broken(1), broken(2))
    await hub.fall(3)
    hub.clock.set(later(4))
    await hub.take(broken(3))
    assert [word.partition(":")[0] for word in words(await hub.rows())] == [
        "failed_validation", "2 in the same way since 2026-06-01 12", "over", "failed_validation",
    ]  # fmt: skip


async def test_one_fault_alone_is_one_word_and_no_clock(hub: Hub) -> None:
    await hub.take(broken(1))
    await hub.fall(100)
    assert len(words(await hub.rows())) == 1


async def test_another_field_another_reason_and_another_topic_are_causes_of_their_own(hub: Hub) -> None:
    await hub.take(broken(1), broken(2, classification="missing", risk="huge"))
    elsewhere = [hub.raw(b"{", "police.XX.notifications.v1"), hub.raw(broken(4), "police.YY.notifications.v1")]
    await hub.intake.process_batch(elsewhere)
    assert len(words(await hub.rows())) == 4
    assert len({each.row.cause for each in await held(hub)}) == 4


async def test_a_restart_begins_no_flood_anew(url: str) -> None:
    for start in range(3):
        store = Store.open(url)
        hub = Hub(store)
        hub.clock.set(later(start / 10))
        hub._offset = 100 * start
        await hub.take(*(broken(100 * start + n) for n in range(10)))
        said = words(await hub.rows())
        await store.close()
        assert len(said) == 1


async def test_a_sender_that_uses_one_id_again_and_again_is_told_of_three_times_and_then_counted(hub: Hub) -> None:
    for n in range(41):
        await hub.take(missing(n / 100, id_="again"))
    assert len(words(await hub.rows(), "id_reused")) == 3
    await hub.fall(0.5)
    assert words(await hub.rows(), "id_reused")[-1].startswith(
        "40 in the same way since 2026-06-01 12:00 UTC, 37 of them new"
    )


async def test_one_id_for_everything_is_told_three_times_and_every_child_is_taken_in(
    hub: Hub,
) -> None:
    for n in range(30):
        child = {"identifiers": [{"system": "compact", "value": f"K-{n}"}]}
        await hub.take(missing(incident=f"P-{n}", id_="one-for-all", child=child))
    assert len(words(await hub.rows(), "id_reused")) == 3
    assert len({row.message_id for row in await hub.rows() if row.type == "episode.open"}) == 30


async def test_what_a_pack_asks_for_is_never_folded(hub: Hub) -> None:
    child = {"identifiers": [{"system": "compact", "value": "K-9"}]}
    for n in range(12):
        await hub.take(missing(incident=f"P-{n}", id_=f"p-{n}", child=child))
    opened = {row.message_id for row in await hub.rows() if row.type == "episode.open"}
    assert len(opened) == 12


async def test_a_flood_whose_clock_is_late_is_told_when_the_hub_is_back(hub: Hub) -> None:
    await hub.take(*(broken(n) for n in range(5)))
    hub.clock.set(later(0) + timedelta(days=3))
    await hub.fall(80)
    assert [word.partition(":")[0] for word in words(await hub.rows())] == ["failed_validation", "over"]


NOBODY = {"responsible_authority": "atlantis", "host_authority": None}
SENT_ALIKE: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "an authority that has no pack": ("unknown_authority", lambda n: missing(incident=f"P-{n}", **NOBODY)),
    "a return for an authority that has no pack": ("unknown_authority", lambda n: found(1, f"P-{n}", **NOBODY)),
    "an NHS number that fails its check": (
        "data_quality", lambda n: missing(incident=f"P-{n}", child=child(f"nhs:94347{n:04d}", f"compact:K-{n}"))
    ),
    "a child who is not known": (
        "doubtful_match", lambda n: case("case.closed", 0, service="cscs", child=child(f"compact:K-{n}"))
    ),
    "an answer about an episode that is not known": (
        "doubtful_match", lambda n: case("rhi.outcome", 0, result="refused", episode=f"e-{n}", incident=None)
    ),
    "a time that cannot be": ("data_quality", lambda n: missing(incident=f"P-{n}", left_at="2099-01-01T00:00:00Z")),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "sent"), SENT_ALIKE.values(), ids=SENT_ALIKE)
async def test_one_fault_of_a_sender_is_told_three_times_and_then_counted(
    hub: Hub, kind: str, sent: Callable[[int], bytes]
) -> None:
    for n in range(0, 60, 20):
        await hub.take(*map(sent, range(n, n + 20)))
    (detail,) = set(told := words(await hub.rows(), kind))
    assert len(told) == 3
    began = hub.clock.now()
    await hub.fall(8)
    first, *_, over = words(await hub.rows(), kind)[3:]
    assert first.startswith(f"60 in the same way since {began:%Y-%m-%d %H:%M} UTC, 57 of them new")
    assert over.startswith("over: 60 in the same way")
    assert over.endswith(f"first: {detail}")


async def test_word_that_waits_too_long_is_told_three_times_and_then_counted() -> None:
    async with running_hub() as h:
        await h.take(*(police("status_change", 0, f"E-{n}", risk="high") for n in range(40)))
        before = len(words(await h.rows(), "doubtful_match"))
        await h.fall(24.1)
        later_words = words(await h.rows(), "doubtful_match")[before:]
        assert len([word for word in later_words if word.startswith("what it speaks of has not been reported")]) == 3
        await h.fall(25)
        assert any(
            word.startswith("40 in the same way") for word in words(await h.rows(), "doubtful_match")[before + 3 :]
        )


async def test_what_one_sender_floods_is_still_told_of_another() -> None:
    async with running_hub() as h:
        await h.take(*(missing(incident=f"P-{n}", **NOBODY) for n in range(50)))
        data = {"force": "YY", "incident": "Y-1", "child": child("compact:K-1"), "classification": "missing", **NOBODY}
        other = event("police.missing", later(0), data, source="/police/XX")  # whatever it calls itself
        await h.intake.process_batch([h.raw(other, "police.YY.notifications.v1")])
        assert len(words(await h.rows(), "unknown_authority")) == 4


BUCKS = {"responsible_authority": "buckinghamshire"}


async def test_early_returns_of_one_sender_are_told_three_times_and_then_counted_with_their_incidents(hub: Hub) -> None:
    for n in range(0, 60, 20):
        await hub.take(*(found(5, f"P-{m}", **BUCKS) for m in range(n, n + 20)))
    assert len(words(await hub.rows(), "unmatched_found")) == 3
    await hub.fall(8)
    counted = words(await hub.rows(), "unmatched_found")[3]
    assert counted.startswith("60 in the same way since")
    assert _named(counted) == {f"P-{n}" for n in range(3, 60)}


async def test_each_child_of_an_authority_that_is_not_served_can_be_found() -> None:
    async with running_hub() as h:
        for hour in (0.0, 0.1, 0.4):
            h.clock.set(later(hour))
            incidents = [f"P-{hour}-{n}" for n in range(4)]
            await h.take(*(missing(hour, incident, **NOBODY) for incident in incidents))
        await h.fall(8)
        said = await h.said()
        alone = {m["incident"] for m in said if m["kind"] == "unknown_authority" and m["incident"]}
        counted = [_named(m["detail"]) for m in said if m["kind"] == "unknown_authority" and not m["incident"]]
        assert alone.union(*counted) == {f"P-{hour}-{n}" for hour in (0.0, 0.1, 0.4) for n in range(4)}
        assert sum(map(len, counted)) == 12 - len(alone)  # each is named once


def _named(word: str) -> set[str]:
    _, _, listed = word.partition("incidents not named before: ")
    return {*listed.partition(";")[0].split(", ")} - {""}


async def test_children_who_are_on_no_register_are_each_told() -> None:
    async with running_hub() as h:
        await h.take(*(missing(incident=f"P-{n}", child=child(f"compact:K-{n}")) for n in range(30)))
        assert len(words(await h.rows(), "doubtful_match")) == 30


async def test_faults_that_name_no_field_of_the_contract_are_causes_of_their_own(hub: Hub) -> None:
    many = {str(n): 1 for n in range(300)}
    for n in range(3):
        await hub.take(missing(incident=f"P-{n}", whatever="x" * (60_000 + n)), missing(incident=f"Q-{n}", what=many))
    assert len(words(await hub.rows())) == 2
    assert len({each.row.cause for each in await held(hub)}) == 2


async def test_word_about_one_incident_again_and_again_is_told_three_times_and_then_counted() -> None:
    async with running_hub() as h:
        await h.take(missing(child=child("compact:K-1")), missing(child=child("compact:K-2")))
        before = len(words(await h.rows(), "doubtful_match"))
        by = {"role": "children_missing_officer"}
        await h.take(*(case("rhi.outcome", n / 10, result="offered", at=later(n / 10), by=by) for n in range(1, 13)))
        assert len(words(await h.rows(), "doubtful_match")) == before + 3  # of two children it does not say which
        await h.fall(3)
        assert any("in the same way" in word for word in words(await h.rows(), "doubtful_match")[before + 3 :])


async def test_what_is_only_counted_stands_in_the_ledger_for_each_report(hub: Hub) -> None:
    for n in range(6):
        await hub.take(case("case.closed", n / 1000, service="cscs", child=child(f"compact:K-{n}")))
    sent = len(words(await hub.rows(), "doubtful_match"))
    lines = [line for line in await hub.ledger("decision") if line.entry["kind"] == "doubtful_match"]
    counted = [line for line in lines if line.entry.get("counted")]
    assert (sent, len(lines), len({line.causation for line in lines})) == (3, 6, 6)
    assert [line.entry["unsent"] for line in counted] == [True] * 3
