"""Feeds that fall silent: what is learnt by hour of the week, which silence is told, and which is as usual."""

import asyncio
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from hub_in_memory import Hub, hub
from wire_messages import MONDAY, found, later, missing

from homeward.cli import main
from intake.listening import LOOK_EVERY, ONCE_IN, FeedHour, FeedState, Listening, heard_until, hour_of_week
from routing.calendar import LONDON, Calendar
from routing.library import HUB
from store import Store, StoreUnavailableError
from tests.shipped import shipped_directories

FEED = "police.xx.notifications.v1"
OFFICE = Calendar()
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday in winter."""
Speaks = Callable[[datetime], bool]


@dataclass
class OneFeed:
    """A feed that is looked at every five minutes, without a database."""

    now: datetime = BEGINS
    state: FeedState = field(default_factory=lambda: FeedState(FEED, BEGINS, BEGINS))
    hours: dict[int, FeedHour] = field(default_factory=dict)

    def run(self, length: timedelta, speaks: Speaks, listens: bool = True) -> list[datetime]:
        """When it was told that it is silent."""
        told, until = [], self.now + length
        while self.now < until:
            self.now += LOOK_EVERY
            place = hour_of_week(self.now, OFFICE)
            known = self.hours.get(place, FeedHour(place, FEED, 0, 0, self.now))
            arrived = {FEED: self.now} if speaks(self.now) else {}
            heard = heard_until(
                self.now,
                LOOK_EVERY if listens else timedelta(),
                [self.state],
                {FEED: known},
                arrived,
                timedelta(days=3),
            )
            (self.state,) = heard.states
            self.hours |= {hour.hour: hour for hour in heard.hours}
            told += [self.now] * len(heard.quiet)
        return told


def hourly(at: datetime) -> bool:
    """Once an hour, day and night."""
    return at.minute == 0


def in_office_hours(at: datetime) -> bool:
    """Every quarter of an hour from nine to five on working days."""
    local = at.astimezone(LONDON)
    return OFFICE.is_working_day(local.date()) and 9 <= local.hour < 17 and local.minute % 15 == 0


def never(at: datetime) -> bool:
    return False


def learnt(speaks: Speaks) -> OneFeed:
    feed = OneFeed()
    feed.run(timedelta(weeks=9), speaks)
    return feed


@pytest.fixture(scope="module")
def of_the_office() -> OneFeed:
    """Up to a Monday, 9 March 2026."""
    return learnt(in_office_hours)


@pytest.fixture(scope="module")
def of_the_police() -> OneFeed:
    return learnt(hourly)


def test_nothing_is_told_while_a_feed_speaks_as_it_is_used_to() -> None:
    feed = OneFeed()
    assert feed.run(timedelta(weeks=5), in_office_hours) == []
    assert feed.run(timedelta(weeks=2), in_office_hours) == []


def test_silence_is_told_once_when_six_times_were_to_be_expected(of_the_police: OneFeed) -> None:
    feed = deepcopy(of_the_police)
    begins = feed.now
    (told,) = feed.run(timedelta(days=2), never)
    assert timedelta(hours=6) <= told - begins <= timedelta(hours=7)


def test_a_night_and_a_week_end_are_no_silence_for_an_office(of_the_office: OneFeed) -> None:
    feed = deepcopy(of_the_office)
    feed.run(timedelta(days=4, hours=17), in_office_hours)  # Friday, 17:00
    begins = feed.now
    (told,) = feed.run(timedelta(days=4), never)
    monday = begins.replace(hour=9, minute=0) + timedelta(days=3)
    assert monday + timedelta(hours=1) <= told <= monday + timedelta(hours=2)


def test_a_bank_holiday_is_like_a_sunday(of_the_office: OneFeed) -> None:
    feed = deepcopy(of_the_office)
    easter_monday = datetime(2026, 4, 6, tzinfo=UTC)
    assert hour_of_week(easter_monday + timedelta(hours=10), OFFICE) == 6 * 24 + 11
    assert feed.run(easter_monday + timedelta(days=2) - feed.now, in_office_hours) == []


def test_when_the_clocks_change_the_office_begins_at_nine_still(of_the_office: OneFeed) -> None:
    feed = deepcopy(of_the_office)
    assert date(2026, 3, 29).weekday() == 6  # the clocks go forward
    assert feed.run(datetime(2026, 4, 3, tzinfo=UTC) - feed.now, in_office_hours) == []
    assert hour_of_week(datetime(2026, 3, 27, 9, tzinfo=UTC), OFFICE) == 4 * 24 + 9
    assert hour_of_week(datetime(2026, 4, 10, 8, tzinfo=UTC), OFFICE) == 4 * 24 + 9


def test_a_week_of_holiday_is_told_once_and_teaches_nothing(of_the_office: OneFeed) -> None:
    feed = deepcopy(of_the_office)
    before = feed.hours[2 * 24 + 10]
    assert len(feed.run(timedelta(weeks=1), never)) == 1
    assert feed.state.quiet_since
    assert feed.run(timedelta(days=1), in_office_hours) == []
    assert feed.state.quiet_since is None
    after = feed.hours[2 * 24 + 10]
    assert after.heard / after.listened == pytest.approx(before.heard / before.listened, rel=0.01)
    assert len(feed.run(timedelta(days=3), never)) == 1


def test_in_its_first_week_a_feed_is_only_listened_to() -> None:
    feed = OneFeed()
    feed.run(timedelta(hours=12), lambda at: at.hour < 12)
    assert feed.run(timedelta(days=6), never) == []
    assert not feed.state.quiet_since


def test_where_the_hub_did_not_listen_nobody_was_silent(of_the_police: OneFeed) -> None:
    feed = deepcopy(of_the_police)
    known = feed.state.expected
    assert feed.run(timedelta(days=3), never, listens=False) == []
    assert feed.state.expected == known


def test_a_feed_that_never_began_is_told_of_once_after_its_time() -> None:
    feed = OneFeed()
    assert feed.run(timedelta(days=5), never) == [BEGINS + timedelta(days=3)]


def test_what_is_eight_weeks_old_is_mostly_forgotten(of_the_police: OneFeed) -> None:
    feed = deepcopy(of_the_police)
    feed.run(timedelta(weeks=16), lambda at: at.minute in (0, 30))
    rates = [hour.heard / hour.listened for hour in feed.hours.values()]
    assert 1.8 < min(rates) <= max(rates) < 2.1


def test_by_chance_hardly_any_gap_of_a_feed_that_works_is_told_of() -> None:
    chance = random.Random(17)
    feed, spoke = OneFeed(), 0

    def at_random(at: datetime) -> bool:
        nonlocal spoke
        speaks = chance.random() < 1 / 12  # once an hour on average
        spoke += speaks
        return speaks

    told = feed.run(timedelta(weeks=20), at_random)
    assert spoke > 3000
    assert len(told) < 3 * spoke / ONCE_IN


# ---- in a hub


def listening(running: Hub, *expected: str) -> Listening:
    return Listening(running.store, running.packs, shipped_directories(), running.clock.now, expected)


async def test_the_operator_is_told_of_a_police_force_that_has_never_reported_and_only_once() -> None:
    async with hub() as running:
        look = listening(running, "police.YY.notifications.v1").look
        for hours in (0, 71, 73, 80):
            running.clock.set(later(hours))
            await look()
        await running.take(missing(81))
        (message,) = [said for said in await running.said() if said["kind"] == "feed_silent"]
        assert (message["authority"], [to["role"] for to in message["to"]]) == (HUB, ["operator"])
        assert message["detail"].startswith("Nothing has ever come from police.yy.notifications.v1")
        async with running.store.reading() as tx:
            assert [s.feed for s in await tx.feed_states() if s.quiet_since] == ["police.yy.notifications.v1"]
            assert (await tx.prove_ledger()).faults == []


async def test_what_is_taken_in_is_heard_by_topic_and_hour_and_silence_is_told() -> None:
    async with hub() as running:
        now, look = running.clock.now(), listening(running).look
        async with running.store.transaction() as tx:
            week = [FeedHour(hour, FEED, 8, 8, now) for hour in range(168)]
            await tx.keep_heard([FeedState(FEED, now - timedelta(weeks=8), now)], week)
        await running.take(missing(0.05, "P-1"), found(0.05, "P-1"))
        running.clock.set(now + LOOK_EVERY)
        assert await look() == ()
        async with running.store.reading() as tx:
            (state,) = await tx.feed_states()
            (hour,) = await tx.feed_hours({13})
        assert (state.heard_at, state.expected) == (later(0.05), 0)
        assert (hour.heard, hour.listened) == (pytest.approx(9, abs=0.01), pytest.approx(8 + 1 / 12, abs=0.01))
        told = []
        for turn in range(2, 100):
            running.clock.set(now + turn * LOOK_EVERY)
            told += [(state.feed, running.clock.now()) for state in await look()]
        ((feed, at),) = told
        assert feed == FEED
        assert later(6) < at < later(7)
        (message,) = [said for said in await running.said() if said["kind"] == "feed_silent"]
        assert "Nothing has come from police.xx.notifications.v1 since 01 June 2026 13:03" in message["detail"]


async def test_of_two_processes_one_looks() -> None:
    async with hub() as running:
        one, other = listening(running, FEED), listening(running, FEED)
        await one.look()
        running.clock.set(later(100))
        assert len(await one.look()) + len(await other.look()) == 1


async def test_it_goes_on_whatever_fails_and_learns_nothing_while_the_hub_does_not_hear(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub() as running:
        looked, done, one = list[bool](), asyncio.Event(), listening(running)
        faults = [StoreUnavailableError("away"), RuntimeError("a fault of ours")]

        async def look(listens: bool) -> tuple[FeedState, ...]:
            looked.append(listens)
            if faults:
                raise faults.pop(0)
            done.set()
            return ()

        monkeypatch.setattr(one, "look", look)
        hears = iter([True, False, True])
        looking = asyncio.create_task(one.keep_looking(lambda: next(hears, True), every=0))
        async with asyncio.timeout(60):
            await done.wait()
        looking.cancel()
        assert looked[:3] == [True, False, True]
        assert "Cannot reach the database: looks for silent feeds are on hold" in caplog.text
        assert "Looking for silent feeds failed unexpectedly" in caplog.text


def test_the_command_tells_every_feed_as_data_and_does_not_know_any_other(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"

    async def fill() -> None:
        store = Store.open(url)
        await store.create()
        async with store.transaction() as tx:
            await tx.keep_heard([FeedState(FEED, MONDAY, MONDAY, MONDAY, 3.0)], [FeedHour(0, FEED, 4, 2, MONDAY)])
        await store.close()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["feeds", *words, "--database", url])

    asyncio.run(fill())
    (told,) = orjson.loads(run("list", "--json").output)
    assert (told["topic"], told["expected"], told["silent_since"]) == (FEED, 3.0, None)
    assert told["by_chance"] == pytest.approx(0.0498, abs=0.0001)
    assert run("week", FEED.upper()).output.splitlines()[1].split() == ["Monday", "2.0", *["-"] * 23]
    assert run("forget", FEED).exit_code == 0
    for words in (("week", FEED), ("forget", FEED)):
        assert f"Nothing is known of {FEED}" in run(*words).output
    assert "No feed has been heard yet" in run("list").output
