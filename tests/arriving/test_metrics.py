"""`/metrics` of a running hub: how many deliveries are in which state, by way out, and nothing about anybody."""

import asyncio
import re
from pathlib import Path

from arriving_hub import DUTY_BOX, MANAGER, ArrivingHub, arriving

from homeward.embedded.probe import free_port
from homeward.torture.mail_server import MailServer
from store.errors import StoreUnavailableError


async def read(port: int, path: str = "/metrics") -> tuple[str, str]:
    """The head and the text of an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: hub\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    return head, body


def gauges(text: str) -> dict[str, float]:
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in text.splitlines() if line[0] != "#")
    }


def deliveries(text: str, channel: str) -> dict[str, float]:
    """The states that something is in."""
    shape = re.compile(rf'homeward_deliveries{{channel="{channel}",state="(\w+)"}}')
    found = {match[1]: value for name, value in gauges(text).items() if (match := shape.fullmatch(name))}
    assert {"prepared", "sending", "retrying", "bounced", "parked", "failed", "in_doubt"} == {*found}
    return {state: value for state, value in found.items() if value}


async def test_deliveries_are_counted_by_state_and_way_out_and_nobody_is_named(
    tmp_path: Path, server: MailServer
) -> None:
    port = free_port([])
    async with arriving(tmp_path, server, health_port=port) as hub:
        server.answers["RCPT", DUTY_BOX] = "550 5.1.1 no such mailbox"
        await hub.promise("refused")
        await hub.promise("arrives", to=MANAGER)
        await hub.come_to("failed", "refused")
        await hub.come_to("accepted", "arrives")
        head, text = await read(port)
        assert head.splitlines()[0] == "HTTP/1.1 200 OK"
        assert "Content-Type: text/plain; version=0.0.4" in head
        assert deliveries(text, "mail")["failed"] == 1  # of which the officer may be being told just now
        assert "failed" not in deliveries(text, "topic")
        assert gauges(text)["homeward_ready"] == (await hub.hub.health.state())["ready"]
        assert gauges(text)['homeward_channel_away_seconds{channel="mail"}'] == 0
        assert not re.search(r"@|K-|ep-|AR-|refused|cscs", text)
        assert (await hub.hub.health.state())["deliveries_by_channel"]["mail"]["failed"] == 1


async def test_a_database_that_is_away_makes_no_gauge_of_what_nobody_knows(tmp_path: Path, server: MailServer) -> None:
    port = free_port([])

    def away(_: ArrivingHub) -> None:
        raise StoreUnavailableError("away")

    async with arriving(tmp_path, server, health_port=port) as hub:
        before = hub.store.reading
        hub.store.reading = lambda: away(hub)  # type: ignore[method-assign, assignment, return-value]
        _, text = await read(port)
        hub.store.reading = before  # type: ignore[method-assign]
    checks = {name for name in gauges(text) if name.startswith("homeward_check{")}
    assert {*gauges(text)} == {"homeward_ready", *checks}
    assert gauges(text)['homeward_check{check="database"}'] == gauges(text)["homeward_ready"] == 0
