"""`homeward deliveries`: what is held up is shown with its reason, and let go on once the cause is mended."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from homeward.commands.deliveries import command
from outbox.addressing import DirectoryBook
from outbox.directory import Directory
from outbox.relay import Relay
from producers.fakes import MemoryKafkaSender, MemoryMailSender
from store import OutboxRow, Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def deliver(url: str, mailboxes: dict[str, str], promise: bool) -> int:
    """Promises an e-mail, if asked, and lets a relay deliver with this directory; returns how many arrived."""
    store = Store.open(url)
    await store.create()
    if promise:
        row = OutboxRow("row-1", "m-1", "authority", "hub", "exception.raise", b"{}", NOW, None, ("HUB",), "hub", None,
                        "mail/hub/operator", "routine", None)  # fmt: skip
        async with store.transaction() as tx:
            await tx.append((), [row])
    mail = MemoryMailSender()
    book = DirectoryBook({"hub": Directory("hub", {}, mailboxes)}, {}, lambda: NOW)
    relay = Relay(store, {"topic": MemoryKafkaSender(), "mail": mail}, book, now=lambda: NOW, owner="test")
    await relay.drain()
    await relay.stop()
    await store.close()
    return len(mail.posts)


def test_what_is_held_up_is_shown_and_released(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    runner = CliRunner()
    assert asyncio.run(deliver(url, {}, promise=True)) == 0
    listed = runner.invoke(command, ["list", "--database", url])
    assert listed.exit_code == 0
    assert "failed" in listed.output
    assert "mail/hub/operator" in listed.output
    number = listed.output.split()[0]
    assert "1 released." in runner.invoke(command, ["release", number, "--new-address", "--database", url]).output
    assert asyncio.run(deliver(url, {"operator": "operator@homeward.example"}, promise=False)) == 1
    assert "Nothing is held up." in runner.invoke(command, ["list", "--database", url]).output


def test_mistakes_are_told(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    asyncio.run(deliver(url, {}, promise=False))
    runner = CliRunner()
    assert runner.invoke(command, ["release", "--database", url]).exit_code == 2
    missing = runner.invoke(command, ["release", "7", "--database", url])
    assert missing.exit_code == 1
    assert "not held up" in missing.output


def test_what_is_paused_is_not_sent_until_it_is_resumed_and_is_listed_with_who_and_why(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    mailboxes, given = {"operator": "operator@homeward.example"}, ["--by", "h.ops", "--database", url]
    asyncio.run(deliver(url, {}, promise=False))
    runner = CliRunner()
    paused = runner.invoke(command, ["pause", "mail/hub/operator", "--why", "moving house", *given])
    assert "mail/hub/operator is paused. 0 wait behind it now." in paused.output
    assert asyncio.run(deliver(url, mailboxes, promise=True)) == 0
    listed = runner.invoke(command, ["list", "--database", url]).output
    assert "mail/hub/operator  paused" in listed
    assert "by h.ops, 1 waiting, oldest since 2026-03-02 09:00Z: moving house" in listed
    again = runner.invoke(command, ["pause", "mail/hub/operator", "--why", "still", *given])
    assert (again.exit_code, "is paused already" in again.output) == (1, True)
    assert "is resumed" in runner.invoke(command, ["resume", "mail/hub/operator", *given]).output
    assert asyncio.run(deliver(url, mailboxes, promise=False)) == 1
    assert "is not paused" in runner.invoke(command, ["resume", "mail/hub/operator", *given]).output


def test_a_lane_is_paused_by_the_number_of_a_delivery_and_a_mistyped_name_by_none(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/hub.db"
    asyncio.run(deliver(url, {}, promise=True))
    runner, given = CliRunner(), ["--by", "h.ops", "--why", "wrong team", "--database", url]
    assert "hub|mail/hub/operator is paused" in runner.invoke(command, ["pause", "1", *given]).output
    for name, says in (("9", "There is no delivery 9"), ("mail/hub", "is no destination"), ("letters", "no destin")):
        refused = runner.invoke(command, ["pause", name, *given])
        assert (refused.exit_code, says in refused.output) == (1, True), name
