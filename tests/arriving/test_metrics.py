"""The gauges of a running hub: how many deliveries are in which state, by way out, and nothing about anybody."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from arriving_hub import DUTY_BOX, MANAGER, ArrivingHub, arriving
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from homeward.health.gauges import Gauges
from homeward.torture.mail_server import MailServer
from store import SHARDS, AnswerRow
from store.errors import StoreUnavailableError
from store.listening import FeedState

Labels = frozenset[tuple[str, str]]


async def scraped(hub: ArrivingHub) -> str:
    """What Prometheus would read now."""
    await hub.hub.health.state()
    registry = CollectorRegistry()
    registry.register(Gauges(hub.hub.health.board))
    return generate_latest(registry).decode()


def gauges(text: str, name: str) -> dict[Labels, float]:
    families = {family.name: family for family in text_string_to_metric_families(text)}
    return {frozenset(s.labels.items()): s.value for s in families[f"homeward_{name}"].samples}


def deliveries(text: str, channel: str) -> dict[str, float]:
    """The states that something is in."""
    told = [(dict(labels), n) for labels, n in gauges(text, "deliveries").items()]
    counted = {labels["state"]: n for labels, n in told if labels["channel"] == channel}
    assert {"prepared", "sending", "retrying", "bounced", "parked", "failed", "in_doubt"} == {*counted}
    return {state: value for state, value in counted.items() if value}


async def test_deliveries_are_counted_by_state_and_way_out_and_nobody_is_named(
    tmp_path: Path, server: MailServer
) -> None:
    async with arriving(tmp_path, server) as hub:
        server.answers["RCPT", DUTY_BOX] = "550 5.1.1 no such mailbox"
        await hub.promise("refused")
        await hub.promise("arrives", to=MANAGER)
        await hub.come_to("failed", "refused")
        await hub.come_to("accepted", "arrives")
        text = await scraped(hub)
        assert deliveries(text, "mail")["failed"] == 1  # of which the officer may be being told just now
        assert "failed" not in deliveries(text, "topic")
        assert gauges(text, "ready") == {frozenset(): float((await hub.hub.health.state())["ready"])}
        assert gauges(text, "channel_away_seconds")[frozenset({("channel", "mail")})] == 0
        assert gauges(text, "timers_overdue") == {frozenset(): 0}
        assert not re.search(r"@|K-|ep-|AR-|refused|cscs", text)
        assert (await hub.hub.health.state())["deliveries_by_channel"]["mail"]["failed"] == 1


async def test_what_waits_is_told_by_way_out_and_urgency(tmp_path: Path, server: MailServer) -> None:
    async with arriving(tmp_path, server) as hub:
        server.answers["RCPT", DUTY_BOX] = "451 4.7.1 greylisted"
        await hub.promise("waits")
        await hub.come_to("retrying", "waits")
        text = await scraped(hub)
        (labels,) = gauges(text, "oldest_waiting_seconds")
        assert dict(labels).keys() == {"channel", "urgency"}
        assert dict(labels)["channel"] == "mail"
        assert gauges(text, "waiting") == {labels: 1}


async def test_a_silent_feed_is_told_by_its_topic(tmp_path: Path, server: MailServer) -> None:
    async with arriving(tmp_path, server) as hub:
        parts, topic = hub.hub.parts, "police.xx.notifications.v1"
        now = parts.now()
        async with parts.store.transaction() as tx:
            spoke, never = FeedState(topic, now, now, now, 1.5), FeedState("police.yy", now, now, quiet_since=now)
            await tx.keep_heard([spoke, never], [])
        text = await scraped(hub)
        assert gauges(text, "feed_expected")[frozenset({("topic", topic)})] == 1.5
        assert sorted(gauges(text, "feed_silent").values()) == [0, 1]
        assert [dict(labels)["topic"] for labels in gauges(text, "feed_heard_seconds")] == [topic]


async def test_an_answer_of_the_desk_that_waits_for_kafka_is_counted(tmp_path: Path, server: MailServer) -> None:
    async with arriving(tmp_path, server) as hub:
        assert gauges(await scraped(hub), "unsent_answers") == {frozenset(): 0}
        parts = hub.hub.parts
        made, topic = parts.now() - timedelta(minutes=6), "casework.n.outcomes.v1"
        async with parts.store.transaction() as tx:
            await tx.keep_answer(
                AnswerRow("a", "n", "o.kaur", "rhi.outcome", "e", None, "held", topic, made, event=b"")
            )
        text = await scraped(hub)
        assert gauges(text, "unsent_answers") == {frozenset(): 1}
        assert gauges(text, "oldest_unsent_answer_seconds")[frozenset()] >= 360


async def test_attempts_are_counted_by_way_out_and_what_came_of_them(tmp_path: Path, server: MailServer) -> None:
    def attempts(outcome: str) -> float:
        return REGISTRY.get_sample_value("homeward_attempts_total", {"channel": "mail", "outcome": outcome}) or 0

    before = attempts("refused"), attempts("sent")
    async with arriving(tmp_path, server) as hub:
        server.answers["RCPT", DUTY_BOX] = "550 5.1.1 no such mailbox"
        await hub.promise("refused")
        await hub.promise("arrives", to=MANAGER)
        await hub.come_to("failed", "refused")
        await hub.come_to("accepted", "arrives")
    assert attempts("refused") == before[0] + 1
    assert attempts("sent") > before[1]


async def test_each_shard_has_an_owner_and_each_part_the_time_since_it_was_purged(
    tmp_path: Path, server: MailServer
) -> None:
    async with arriving(tmp_path, server) as hub:
        await hub.promise("arrives", to=MANAGER)
        await hub.come_to("accepted", "arrives")
        assert gauges(await scraped(hub), "purge_age_seconds") == {}
        async with hub.store.transaction() as tx:
            await tx.purged(["reports"], hub.hub.parts.now() - timedelta(days=3))
            await tx.purged(["reports", "claims"], hub.hub.parts.now() - timedelta(days=2))
        text = await scraped(hub)
        assert {dict(labels)["shard"] for labels in gauges(text, "shard_owner")} == {str(n) for n in range(SHARDS)}
        assert gauges(text, "purge_age_seconds") == {
            frozenset({("part", part)}): pytest.approx(2 * 86_400, abs=60) for part in ("claims", "reports")
        }


async def test_a_database_that_is_away_makes_no_gauge_of_what_nobody_knows(tmp_path: Path, server: MailServer) -> None:
    def away(_: ArrivingHub) -> None:
        raise StoreUnavailableError("away")

    async with arriving(tmp_path, server) as hub:
        before = hub.store.reading
        hub.store.reading = lambda: away(hub)  # type: ignore[method-assign, assignment, return-value]
        text = await scraped(hub)
        hub.store.reading = before  # type: ignore[method-assign]
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {name for name in names if not name.startswith("homeward_consumer_")} == {"homeward_ready", "homeward_check"}
    assert gauges(text, "check")[frozenset({("check", "database")})] == 0
    assert gauges(text, "ready") == {frozenset(): 0}
