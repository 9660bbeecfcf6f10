"""Whoever is answerable hears of what has not arrived, within its limit, by another way, and once for one fault."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from relay_world import CARE, HOUR, MINUTE, SECOND, World, row

from homeward.library import read_packs
from intake.undelivered import Undelivered
from outbox.addressing import DirectoryBook
from outbox.relay import Relay
from schemas.delivery import Outgoing, Receipt, Verdict
from store import OutboxRow, StoreUnavailableError
from tests.shipped import shipped_directories, shipped_packs

LEADER, OFFICER = "mail/nottinghamshire/team_manager", "mail/nottinghamshire/children_missing_officer"
DAY = timedelta(days=1)


class Office:
    """Nottinghamshire with its relay, and what was said about what did not arrive."""

    def __init__(self, world: World, local: Path | None = None, second: str | None = None) -> None:
        self.world = world
        self.packs = read_packs([], local) if local else shipped_packs()
        self.directories = dict(shipped_directories())
        if second:
            notts = self.directories["nottinghamshire"]
            way, _, address = second.partition(":")
            ways = {"children_missing_officer": (way, address)}
            self.directories["nottinghamshire"] = replace(notts, second=ways)
        self.telling = Undelivered(world.store, self.packs, self.directories, lambda: world.now)
        self.relay = self.another()

    def another(self, owner: str = "one") -> Relay:
        addresses = DirectoryBook(self.directories, {}, lambda: self.world.now)
        return self.world.relay(owner, tell=self.telling.tell, addresses=addresses)

    async def promise(self, *names: str, to: str = LEADER, urgency: str = "routine", **changes: Any) -> None:
        rows = [row(name, child=name, to=to, **changes)._replace(urgency=urgency, at=self.world.now) for name in names]
        await self.world.promise(*rows)

    def befall(self, given: Verdict, *names: str) -> None:
        self.world.fates |= {name: Receipt(name, given, "as told") for name in names}

    async def words(self) -> list[tuple[OutboxRow, str]]:
        """Each row of a word, with what it says."""
        found = [promise.row for promise in (await self.world.promises()).values()]
        return [(each, str(orjson.loads(each.payload)["detail"])) for each in found if each.kind == "delivery_failed"]

    async def heard(self) -> list[str]:
        """Where words went, in order."""
        return [each.destination for each, _ in await self.words()]


def with_ladder(world: World, folder: Path, *roles: str) -> Office:
    """Where a senior alert that nobody acknowledges climbs to these roles."""
    (folder / "nottinghamshire").mkdir()
    (folder / "nottinghamshire" / "local.toml").write_text(
        f'authority = "nottinghamshire"\n[acknowledge."senior.alert"]\nwithin = "1h"\nladder = {[*roles]}\n'
    )
    return Office(world, folder)


@pytest.fixture
def office(hub: World) -> Office:
    return Office(hub)


async def test_what_is_refused_is_told_to_the_intake_role_at_once(office: Office) -> None:
    await office.promise("a", urgency="immediate")
    office.befall(Verdict.REFUSED, "a")
    await office.relay.drain()
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1", OFFICER]
    (word, detail), _ = await office.words()
    assert detail == "Refused for good: “Child reported missing” (m-a) to the relevant manager by e-mail: as told"
    assert (word.type, word.urgency, word.clauses) == ("exception.raise", "immediate", ("HUB",))
    assert {item.row for item in office.world.mails.delivered} == {(await office.words())[1][0].id}


async def test_one_bad_mailbox_is_one_word_with_a_count_and_later_one_more(office: Office) -> None:
    names = [f"{place:02}" for place in range(18)]
    await office.promise(*names)
    office.befall(Verdict.REFUSED, *names)
    await office.relay.drain()
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1", OFFICER]
    assert "18 messages, the first “Child reported missing” (m-00)," in (await office.words())[0][1]
    for hours in range(1, 6):
        office.world.now += HOUR
        await office.promise(f"more {hours}")
        office.befall(Verdict.REFUSED, f"more {hours}")
        await office.relay.drain()
    assert len(await office.words()) == 2
    office.world.now += HOUR
    await office.relay.drain()
    later = (await office.words())[2][1]
    assert "5 messages" in later
    assert "the same fault as told since 2026-03-17 12:00 UTC" in later


@pytest.mark.parametrize(("urgency", "limit"), [("immediate", 5 * MINUTE), ("same_day", HOUR), ("routine", DAY)])
async def test_what_no_server_takes_is_told_when_its_urgency_says_and_not_before(
    office: Office, urgency: str, limit: timedelta
) -> None:
    await office.promise("a", "b", urgency=urgency)
    office.befall(Verdict.AWAY, "a", "b")
    await office.relay.drain()
    office.world.now += limit - SECOND
    await office.relay.drain()
    assert await office.heard() == []
    office.world.now += SECOND
    await office.relay.drain()
    # By another way: an e-mail would wait for the same server.
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1"]
    ((_, detail),) = await office.words()
    minutes = round(limit / MINUTE)
    told = "2 messages, the first “Child reported missing” (m-a), to anybody by e-mail"
    assert detail.startswith(f"Not accepted after {minutes} minutes: {told}")
    office.world.now += MINUTE
    await office.relay.drain()
    assert len(await office.words()) == 1


async def test_a_second_way_is_used_where_the_directory_has_one(hub: World) -> None:
    office = Office(hub, second="topic:nottinghamshire.duty-phone.v1")
    await office.promise("a", urgency="immediate")
    office.befall(Verdict.AWAY, "a")
    await office.relay.drain()
    hub.now += 5 * MINUTE
    await office.relay.drain()
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1", "topic/nottinghamshire.duty-phone.v1"]
    assert sorted(item.address for item in hub.topics.delivered)[:1] == ["nottinghamshire.duty-phone.v1"]


async def test_a_second_mailbox_hears_that_the_first_is_bad(hub: World) -> None:
    office = Office(hub, second="mail:duty@nottinghamshire.example")
    await office.promise("a", to=OFFICER)
    office.befall(Verdict.REFUSED, "a")
    await office.relay.drain()
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1", f"{OFFICER}?second"]
    assert [item.address for item in hub.mails.delivered] == ["duty@nottinghamshire.example"]
    assert [item.role for item in hub.mails.delivered] == ["children_missing_officer"]


async def test_where_the_intake_role_cannot_be_reached_the_operator_of_the_hub_hears_and_no_chain_begins(
    office: Office,
) -> None:
    def refuse_all(batch: Sequence[Outgoing]) -> None:
        office.befall(Verdict.REFUSED, *(item.row for item in batch))

    office.world.mails.before = refuse_all
    await office.promise("a", to=OFFICER)
    await office.relay.drain()
    assert await office.heard() == ["topic/hub.operators.v1", "mail/hub/operator"]
    office.world.now += DAY
    await office.relay.drain()
    assert len(await office.words()) == 2


async def test_the_next_of_the_ladder_hears_with_the_intake_role(hub: World, tmp_path: Path) -> None:
    office = with_ladder(hub, tmp_path, "team_manager", "service_director")
    await office.promise("a", "b", to="mail/nottinghamshire/service_director", urgency="immediate", type="senior.alert")
    office.befall(Verdict.REFUSED, "a", "b")
    await office.relay.drain()
    assert await office.heard() == ["topic/nottinghamshire.escalations.v1", OFFICER, LEADER]
    hub.now += 90 * MINUTE
    await hub.release()
    await office.relay.drain()
    told = [orjson.loads(word.payload)["to"][-1]["role"] for word, _ in await office.words()]
    assert told == ["team_manager"] * 3 + ["service_director"] * len(told[3:])
    assert len(told) > 3


async def test_what_is_immediate_and_in_doubt_is_sent_again_once_and_says_so(office: Office) -> None:
    await office.promise("a", urgency="immediate")
    office.befall(Verdict.IN_DOUBT, "a")
    await office.relay.drain()
    sent = [item for item in office.world.mails.delivered if item.row == "a"]
    assert [item.repeats for item in sent] == [False, True]
    assert (await office.world.states())["a"] == "in_doubt"
    assert len([word for word, _ in await office.words()]) == 2
    assert "sent again, and says so" in (await office.words())[0][1]
    office.world.now += HOUR
    await office.relay.drain()
    assert len([item for item in office.world.mails.delivered if item.row == "a"]) == 2


async def test_what_can_wait_and_is_in_doubt_is_held_and_told(office: Office) -> None:
    await office.promise("a")
    office.befall(Verdict.IN_DOUBT, "a")
    await office.relay.drain()
    assert [item.repeats for item in office.world.mails.delivered if item.row == "a"] == [False]
    assert "not sent again: ask, then release it" in (await office.words())[0][1]
    office.world.fates.clear()
    await office.world.release()
    await office.relay.drain()
    assert [item.repeats for item in office.world.mails.delivered if item.row == "a"] == [False, True]
    assert (await office.world.states())["a"] == "accepted"


async def test_what_is_told_is_marked_in_the_same_transaction(office: Office) -> None:
    await office.promise("a", to=CARE, urgency="immediate")
    office.befall(Verdict.AWAY, "a")
    await office.relay.drain()
    office.world.now += 5 * MINUTE
    office.world.store.fail("away")
    with pytest.raises(StoreUnavailableError):
        await office.telling.tell()
    assert await office.words() == []
    office.world.store.fail("answer")
    with pytest.raises(StoreUnavailableError):
        await office.telling.tell()
    assert [await office.telling.tell() for _ in range(3)] == [0, 0, 0]
    assert len(await office.words()) == 1


async def test_two_that_tell_at_one_time_tell_once(office: Office) -> None:
    await office.promise("a", "b", urgency="immediate")
    office.befall(Verdict.AWAY, "a", "b")
    await office.relay.drain()
    office.world.now += 5 * MINUTE
    assert sum(await asyncio.gather(*(office.telling.tell() for _ in range(4)))) == 1
