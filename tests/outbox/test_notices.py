"""A notice about an e-mail is taken once, is refused aloud where the database will not have it, and reaches a person
also where its authority is served no more."""

import orjson
import pytest
from relay_world import World, row

from intake.notices import Notices
from outbox.addressing import DirectoryBook
from producers.mime import message_id
from schemas.delivery import Notice
from store import StoreRefusedError
from tests.shipped import shipped_directories, shipped_packs

OURS = message_id("a", "homeward.example")
MANAGER = "mail/nottinghamshire/team_manager"
REPLY = Notice("automatic_reply", (OURS,), "<reply@x.example>", "An automatic reply came")
PASSED_ON = Notice("relayed", (OURS,), "<on@x.example>", "Passed on")


async def sent(hub: World) -> Notices:
    """One e-mail that a server has taken, and what takes in notices about it at a hub that serves Islington alone."""
    packs, directories = shipped_packs(), shipped_directories()
    await hub.promise(row("a", to=MANAGER)._replace(urgency="immediate"))
    await hub.relay(addresses=DirectoryBook(directories, {}, lambda: hub.now)).drain()
    return Notices(hub.store, packs.serving(["islington"]), directories, lambda: hub.now)


async def test_the_operator_hears_of_an_automatic_reply_where_the_authority_is_served_no_more(hub: World) -> None:
    notices = await sent(hub)
    assert await notices.take(REPLY) == "told"
    words = [each.row for each in (await hub.promises()).values() if each.row.kind == "delivery_failed"]
    assert {word.authority for word in words} == {"hub"}
    assert "mail/hub/operator" in [word.destination for word in words]
    assert f"(m-a) to {MANAGER}: nobody may read it" in orjson.loads(words[0].payload)["detail"]


async def test_a_notice_is_taken_once(hub: World) -> None:
    notices = await sent(hub)
    assert [await notices.take(each) for each in (PASSED_ON, PASSED_ON, REPLY, REPLY)] == [
        "relayed", "again", "told", "again",
    ]  # fmt: skip
    outcomes = [line.entry["outcome"] for line in await hub.ledger() if line.kind == "delivery"]
    assert outcomes == ["accepted", "relayed", "automatic_reply"]


async def test_a_notice_that_the_database_will_not_have_was_not_taken_before(hub: World) -> None:
    notices = await sent(hub)
    with pytest.raises(StoreRefusedError):
        await notices.take(Notice("bounced", (OURS,), "<back@x.example>", "\ud800"))
