"""A hub that starts paused takes in and sends nothing, lets somebody look, and sends all of it once it may."""

from pathlib import Path

import pytest
from arriving_hub import ArrivingHub, arriving

from homeward.torture.mail_server import MailServer


async def destinations(hub: ArrivingHub) -> dict[str, str]:
    return {each.row.id: each.row.destination for each in await hub.deliveries()}


async def test_it_takes_in_holds_what_it_would_send_and_lets_one_way_go_after_the_other(
    tmp_path: Path, server: MailServer
) -> None:
    async with arriving(tmp_path, server, paused=True) as hub:
        await hub.report()
        rows = await destinations(hub)
        assert {destination.partition("/")[0] for destination in rows.values()} == {"mail", "topic"}
        assert await hub.parts.relay.drain() == 0
        assert {*(await hub.states()).values()} == {"prepared"}
        told = await hub.command("list")
        assert "mail  paused" in told
        assert "by homeward run --paused" in told
        state = await hub.hub.health.state()
        assert (state["channels_paused"], state["checks"]["relay"]) == (["mail", "topic"], True)

        await hub.command("resume", "topic", "--by", "h.ops")
        await hub.come_to("accepted", *(row for row, to in rows.items() if to.startswith("topic/")))
        assert server.posts == []
        await hub.command("resume", "mail", "--by", "h.ops")
        await hub.come_to("accepted", *rows)
    assert server.posts


async def test_what_was_paused_before_stays_paused_for_its_own_reason(tmp_path: Path, server: MailServer) -> None:
    async with arriving(tmp_path, server) as hub:
        await hub.command("pause", "mail", "--by", "h.ops", "--why", "the mailbox is being moved")
    async with arriving(tmp_path, server, paused=True) as hub:
        told = await hub.command("list")
    assert "the mailbox is being moved" in told
    assert "topic  paused" in told


@pytest.mark.parametrize("way", ["mail", "topic", "notify"])
async def test_every_way_out_can_be_let_go_by_its_name(tmp_path: Path, server: MailServer, way: str) -> None:
    async with arriving(tmp_path, server) as hub:
        await hub.command("pause", way, "--by", "h.ops", "--why", "to look first")
        assert f"{way} is resumed" in await hub.command("resume", way, "--by", "h.ops")
