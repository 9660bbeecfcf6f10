"""What intake keeps: each report once, a failing one set aside with its bytes, replays, what cannot arrive."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hub_in_memory import CASEWORK, POLICE, REGISTER, Hub, hub
from wire_messages import case, child, event, found, later, missing

from routing.library import Packs
from routing.pack import Condition, Rule, Target
from routing.pack import Tests as When
from store import Store, Transaction
from store.errors import StoreUnavailableError
from tests.shipped import shipped_packs

HIGH = Condition("risk", {"is_one_of": ("high",)})
ALERTED = [("hub", "unreadable", ["operator"])]


def broken() -> Packs:
    """The packs of the project with a rule that fails as soon as a child at high risk is reported."""
    packs = shipped_packs()
    pack = packs.all()["nottinghamshire"][0]
    rule = Rule(
        id="broken", clauses=("HUB",), send="notify.info", to=(Target(role="cscs"),),
        tests=When((HIGH, Condition("risk", {"is_one_of": None}))),
    )  # fmt: skip
    return Packs([replace(pack, rules=(*pack.rules, rule)), packs.hub])


async def alerts(h: Hub) -> list[tuple[str, str, list[str]]]:
    return [
        (m["authority"], m["kind"], [r["role"] for r in m["to"]])
        for m in await h.said()
        if m["type"] == "exception.raise" and m["kind"] != "doubtful_match"
    ]


async def test_a_failing_record_is_set_aside_and_its_neighbours_are_decided_once() -> None:
    bad = missing(incident="P-3", child=child("compact:K-3"), risk="high")
    good = [missing(incident=f"P-{n}", child=child(f"compact:K-{n}")) for n in (1, 2, 4)]
    async with hub(broken()) as h:
        await h.take(good[0], good[1], bad, good[2])
        assert sorted(await h.episodes()) == ["P-1", "P-2", "P-4"]
        opened = [m["incident"] for m in await h.said() if m["type"] == "episode.open"]
        assert opened == ["P-1", "P-2", "P-4"]
        held = await h.held()
        assert [(q.row.value, q.row.topic, q.row.reason, q.state) for q in held] == [(bad, POLICE, "failed", "held")]
        assert "TypeError" in held[0].row.detail
        assert await alerts(h) == ALERTED


async def test_a_record_comes_twice_and_is_decided_once() -> None:
    async with hub() as h:
        first, other = missing(id_="same"), missing(id_="other")
        await h.take(first, first)
        said, ledger = await h.said(), await h.ledger("report")
        await h.take(first)
        await h.take(other)
        assert await h.said() == said
        assert len(ledger) == 1
        assert len(await h.ledger("report")) == 2


async def test_one_publisher_cannot_suppress_the_message_of_another() -> None:
    async with hub() as h:
        told = {"force": "YY", "incident": "P-1", "child": child("compact:K-1"), "classification": "missing"}
        forged = event(
            "police.missing", later(0), told | {"responsible_authority": "nottinghamshire"}, "m-1", "/police/XX"
        )
        await h.intake.process_batch([h.raw(forged, "police.YY.notifications.v1")])
        await h.take(missing(id_="m-1"))
        assert len(await h.ledger("report")) == 2


@pytest.mark.parametrize(
    ("value", "topic", "reason"),
    [
        (b"\xff\xfe", POLICE, "bad_bytes"),
        (b"{", POLICE, "bad_json"),
        (None, POLICE, "bad_bytes"),
        (event("police.rumour", later(0), {}), POLICE, "unknown_type"),
        (missing(classification="lost"), POLICE, "failed_validation"),
        (missing(), "police.YY.notifications.v1", "wrong_topic"),
        (missing(), CASEWORK, "wrong_topic"),
    ],
)
async def test_what_cannot_be_read_is_kept_with_its_bytes_and_a_person_is_told(
    value: bytes | None, topic: str, reason: str
) -> None:
    async with hub() as h:
        await h.intake.process_batch([h.raw(value, topic)])
        assert [(q.row.value, q.row.reason) for q in await h.held()] == [(value, reason)]
        owner = [("nottinghamshire", "unreadable", ["children_missing_officer"])]
        assert await alerts(h) == (owner if topic == CASEWORK else ALERTED)
        assert h.woken == 1


@pytest.mark.parametrize(
    ("topic", "owner"),
    [
        (REGISTER, "nottinghamshire"),
        (CASEWORK, "nottinghamshire"),
        ("casework.elsewhere.outcomes.v1", "hub"),
        ("casework.hub.outcomes.v1", "hub"),
        ("some.other.topic", "hub"),
    ],
)
async def test_the_owner_of_a_topic_hears_of_it_and_else_the_operator(topic: str, owner: str) -> None:
    async with hub() as h:
        await h.intake.process_batch([h.raw(b"[]", topic)])
        assert [authority for authority, _, _ in await alerts(h)] == [owner]


async def test_a_tombstone_of_the_register_is_nothing_to_tell_of() -> None:
    async with hub() as h:
        await h.intake.process_batch([h.raw(None, REGISTER)])
        assert await h.held() == []
        assert await h.said() == []


@pytest.mark.parametrize(
    "report",
    [
        case("manager.decision", 1, kind="weather", decision="rain", by={"role": "manager"}),
        case("manager.decision", 1, kind="vulnerability", decision="perhaps", by={"role": "manager"}),
        case("meeting.decision", 1, kind="mam", decision="perhaps", by={"role": "manager"}),
        case("meeting.held", 1, kind="party", held_at=later(1)),
        case("document.updated", 1, child=child("compact:K-1"), kind="map", at=later(1)),
        case("case.opened", 1, child=child("compact:K-1"), service="library"),
    ],
)
async def test_a_word_that_would_be_a_decision_nobody_acts_on_goes_to_quarantine(report: bytes) -> None:
    async with hub() as h:
        await h.take(missing())
        facts = await h.ledger("fact")
        await h.take(report)
        assert [(q.row.value, q.row.reason) for q in await h.held()] == [(report, "unknown_word")]
        assert "Use one of: " in (await h.held())[0].row.detail
        assert await alerts(h) == [("nottinghamshire", "unreadable", ["children_missing_officer"])]
        assert await h.ledger("fact") == facts


async def test_an_unknown_concern_or_end_reason_is_kept_and_means_nothing() -> None:
    async with hub() as h:
        await h.take(missing(concerns=["moonlight"]), found(3, end_reason="teleported"))
        assert await h.held() == []
        assert await alerts(h) == []


async def replayed(h: Hub) -> int:
    async with h.store.transaction() as tx:
        await tx.request_replay(None)
    return await h.intake.replay(100)


async def test_what_failed_is_replayed_after_the_mend() -> None:
    async with hub(broken()) as h:
        await h.take(missing(risk="high"))
        mended = Hub(h.store)
        assert await replayed(mended) == 1
        assert sorted(await h.episodes()) == ["P-1"]
        assert await h.held() == []
        assert await mended.intake.replay(100) == 0


async def test_what_still_cannot_be_taken_in_goes_back_and_does_not_hold_up_the_rest() -> None:
    async with hub(broken()) as h:
        await h.take(missing(risk="high"))
        await h.intake.process_batch(
            [h.raw(b"{", POLICE), h.raw(missing(incident="P-2"), "police.YY.notifications.v1")]
        )
        h.clock.set(later(1))
        assert await replayed(h) == 3
        assert sorted(q.row.reason for q in await h.held()) == ["bad_json", "failed", "wrong_topic"]
        h.clock.set(later(2))
        assert await replayed(h) == 3
        assert len(await h.held()) == 3


class Failing(Store):
    """A store whose connection is lost at the end of a transaction, as often as it is told."""

    lost = 0

    @asynccontextmanager
    async def transaction(self, **how: bool) -> AsyncIterator[Transaction]:
        async with super().transaction(**how) as tx:
            yield tx
            if self.lost:
                self.lost -= 1
                raise StoreUnavailableError("gone")


async def test_a_batch_whose_commit_failed_is_taken_in_whole_the_second_time() -> None:
    async def after(lost: int) -> tuple[list[Any], list[Any]]:
        store = Failing.open("sqlite+aiosqlite://")
        assert isinstance(store, Failing)
        await store.create()
        h, batch = Hub(store), [missing(id_="m"), found(30, id_="f")]
        store.lost = lost
        for _ in range(lost):
            with pytest.raises(StoreUnavailableError):
                await h.take(*batch)
        await h.take(*batch)
        async with store.reading() as tx:
            timers = await tx.due_timers(later(10_000), 1000)
        said = await h.said()
        await store.close()
        return said, [(t.rule, t.due_at) for t in timers]

    assert await after(2) == await after(0)
