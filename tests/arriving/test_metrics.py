"""The gauges of a running hub: how many deliveries are in which state, by way out, and nothing about anybody."""

import re
from pathlib import Path

from arriving_hub import DUTY_BOX, MANAGER, ArrivingHub, arriving
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from homeward.health.gauges import Gauges
from homeward.torture.mail_server import MailServer
from store.errors import StoreUnavailableError

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
        waiting = gauges(await scraped(hub), "oldest_waiting_seconds")
        (labels,) = (dict(each) for each in waiting)
        assert labels.keys() == {"channel", "urgency"}
        assert labels["channel"] == "mail"


async def test_a_database_that_is_away_makes_no_gauge_of_what_nobody_knows(tmp_path: Path, server: MailServer) -> None:
    def away(_: ArrivingHub) -> None:
        raise StoreUnavailableError("away")

    async with arriving(tmp_path, server) as hub:
        before = hub.store.reading
        hub.store.reading = lambda: away(hub)  # type: ignore[method-assign, assignment, return-value]
        text = await scraped(hub)
        hub.store.reading = before  # type: ignore[method-assign]
    names = {family.name for family in text_string_to_metric_families(text)}
    assert names <= {"homeward_ready", "homeward_check", "homeward_consumer_lag", "homeward_consumer_position"}
    assert gauges(text, "check")[frozenset({("check", "database")})] == 0
    assert gauges(text, "ready") == {frozenset(): 0}
