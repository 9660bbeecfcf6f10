"""The link in an e-mail that must be confirmed: no account, a typed name, POST only; altered, reused, settled and ended
ones confirm nothing. Who confirmed, when and from which e-mail is in the ledger."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from desks import HERE, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub
from wire_messages import later

from desk.links import read_link, sign
from desk.sending import send_kept
from homeward.library import read_packs
from homeward.settings import Settings, SettingsError
from homeward.wiring import wordings_of
from producers.mime import compose
from schemas.delivery import Outgoing
from store import OutboxRow

SECRET = "a secret of more than thirty-two characters"
LADDER = """
authority = "nottinghamshire"
[acknowledge."senior.alert/absence_24h"]
within = "2h"
ladder = ["team_manager", "group_manager_cscs"]
"""


@asynccontextmanager
async def with_an_alert(tmp_path: Path) -> AsyncIterator[tuple[Hub, Browser, OutboxRow]]:
    """An alert that somebody must confirm within two hours, the row of its e-mail, and a browser without an account."""
    (tmp_path / "nottinghamshire").mkdir()
    (tmp_path / "nottinghamshire" / "local.toml").write_text(LADDER)
    async with hub(read_packs((), tmp_path)) as running, at_desk(running, None, secret=SECRET) as browser:
        await with_a_missing_child(running, 24.5)
        rows = [row for row in await running.rows() if row.type == "senior.alert"]
        yield running, browser, next(row for row in rows if row.destination.startswith("mail/"))


async def confirm(browser: Browser, row: OutboxRow, **form: str) -> str:
    path = f"/s/{sign(SECRET, row.id)}"
    return plain((await browser.post(path, page=path, **form)).text)


async def test_the_e_mail_holds_the_link_and_says_that_it_needs_no_account(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (running, browser, row):
        settings = Settings(desk_url=HERE, desk_secret=SECRET)
        item = Outgoing(
            row.id,
            row.message_id,
            row.type,
            row.subject,
            row.at,
            "k",
            "sd@nottinghamshire.example",
            row.payload,
            role="service_director",
        )
        words = wordings_of(settings, running.packs)
        mail = message_from_bytes(compose([item], "h@hub.example", "hub.example", words), policy=policy.default)
        text = mail.get_body(("plain",)).get_content().replace("\n", " ")  # type: ignore[union-attr]
        link = f"{HERE}/s/{sign(SECRET, row.id)}"
        assert f"Confirm (no account): {link}" in text
        page = await browser.text(link.removeprefix(HERE))
        assert "Service Director" in page
        assert "I have seen this" in page


async def test_a_typed_name_confirms_once_and_the_name_stands_only_where_it_can_be_purged(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (running, browser, row):
        assert "Thank you" in await confirm(browser, row, name="Jo Director")
        ((_, _, value),) = browser.outcomes.taken
        assert "Jo" not in value.decode()
        await running.intake.process_batch([running.raw(value)])
        (look,) = [line for line in await running.ledger("look") if line.entry["what"] == "confirmed from the e-mail"]
        assert (look.entry["who"], look.episode, look.at) == (f"link {row.id}", row.subject, running.clock.now())
        async with running.store.reading() as tx:
            assert look.contents_hash is not None
            assert await tx.contents(look.contents_hash) == b"Jo Director"
        async with running.store.transaction() as tx:
            await tx.purge_contents(later(100))
        async with running.store.reading() as tx:
            assert await tx.contents(look.contents_hash) is None
        await running.fall(48)
        steps = [message for message in await running.said() if message["type"] == "escalation.open"]
        assert steps == []  # the ladder has stopped


async def test_nobody_confirming_climbs_the_ladder(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (running, _, __):
        await running.fall(26.6)
        assert [m["kind"] for m in await running.said() if m["type"] == "escalation.open"] == ["unacknowledged"]


async def test_neither_a_look_nor_a_form_without_a_name_confirms(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (_, browser, row):
        path = f"/s/{sign(SECRET, row.id)}"
        for _ in range(3):
            await browser.get(path)
            await browser.client.head(path)
        assert "Enter your name" in await confirm(browser, row, name="  ")
        assert (await browser.client.post(path, data={"name": "Robot"})).status_code == 403
        assert browser.outcomes.taken == []


async def test_a_link_that_was_used_says_when_and_confirms_no_more(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (_, browser, row):
        await confirm(browser, row, name="Jo Director")
        assert "Confirmed 13:30 tomorrow" not in await browser.text(f"/s/{sign(SECRET, row.id)}")
        assert "Confirmed 13:30 today" in await confirm(browser, row, name="Somebody Else")
        assert len(browser.outcomes.taken) == 1


async def test_a_link_that_was_used_while_kafka_is_away_says_that_nobody_knows_yet(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (_, browser, row):
        browser.outcomes.away = True
        assert "It is kept" in await confirm(browser, row, name="Jo Director")
        assert "Kafka does not take it yet" in await browser.text(f"/s/{sign(SECRET, row.id)}")
        browser.outcomes.away = False
        await send_kept(browser.desk)
        assert "Thank you" in await browser.text(f"/s/{sign(SECRET, row.id)}")


async def test_a_link_ends_with_its_message_or_after_its_time(tmp_path: Path) -> None:
    async with with_an_alert(tmp_path) as (running, browser, row):
        running.clock.set(later(24.5 + 24 * 8))
        assert "This link has ended" in await browser.text(f"/s/{sign(SECRET, row.id)}")
    assert timedelta(days=8) > browser.desk.options.link_lasts


@pytest.mark.parametrize("change", ["another secret", "altered", "made up", "no secret"])
async def test_a_link_that_is_not_ours_opens_nothing(tmp_path: Path, change: str) -> None:
    async with with_an_alert(tmp_path) as (running, browser, row):
        token = sign(SECRET, row.id)
        tokens = {
            "another secret": sign("x" * 40, row.id),
            "altered": token[:10] + ("A" if token[10] != "A" else "B") + token[11:],
            "made up": sign(SECRET, "00000000-0000-5000-8000-000000000000"),
        }
        if change == "no secret":
            async with at_desk(running, None) as other:
                assert "We cannot find that here" in await other.text(f"/s/{token}", 404)
        else:
            assert "We cannot find that here" in await browser.text(f"/s/{tokens[change]}", 404)


def test_the_same_row_gives_the_same_link_and_the_link_its_row() -> None:
    assert sign(SECRET, "row-1") == sign(SECRET, "row-1") != sign(SECRET, "row-2")
    assert read_link(SECRET, sign(SECRET, "row-1")) == "row-1"


def test_links_in_e_mails_need_a_secret_that_is_long_enough() -> None:
    with pytest.raises(ValueError, match="HOMEWARD_DESK_SECRET: set it"):
        Settings(desk_url=HERE)
    with pytest.raises(ValueError, match="at least 32 characters"):
        Settings(desk_url=HERE, desk_secret="short")
    assert SettingsError
    assert json.dumps(SECRET) not in repr(Settings(desk_url=HERE, desk_secret=SECRET))
