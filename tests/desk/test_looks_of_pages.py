"""Every route of the desk either leaves a row of the ledger when it shows a child, or says here why it shows none. A
route that is in no list fails."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from desks import Browser, at_desk
from hub_in_memory import Hub, hub
from test_answers import fill_in, sent
from test_every_page import EVERYTHING, SECRET, with_everything
from wire_messages import found

from desk.application import PAGES
from desk.links import sign
from desk.news import NEWS_PAGES

HERE = replace(EVERYTHING, id="sw1")
"""Who may see every page, and whom the case is allocated to."""
SHOWS = {
    "/now": "now", "/now/wall": "wall", "/now/since": "handover", "/todo": "to do", "/force": "own force",
    "/e/{episode}": "episode", "/e/{episode}/name": "name", "/e/{episode}/print": "print",
    "/e/{episode}/say": "report about", "/e/{episode}/say/{type}/{kind}": "report about",
    "/m/{message}": "message", "/m/{message}/answer/{type}/{kind}": "answer to message",
    "/m/{message}/whose": "whose child", "/a/{answer}": "answer", "/force/m/{message}": "message to own force",
    "/requests": "own requests", "/access": "who looked",
    "/find": "find", "/figures/download": "download episodes", "/s/{token}": "message",
}  # fmt: skip
"""What the row says that each leaves."""
OF_NO_CHILD = {"/held-up/quarantine/{id}": "quarantined", "/held-up/release": "release", "/held-up/replay": "replay"}
"""What leaves a row although it names no child: who looked into a message, and who had things sent or read again."""
SHOWS_NONE = {
    "/": "leads on", "/t/{message}": "leads on to the message", "/stay": "leads on", "/cover": "hides what was shown",
    "/uncover": "leads on", "/sign-in": "nobody is signed in", "/sign-in/start": "leads to the provider",
    "/sign-in/done": "leads on from the provider", "/sign-out": "leads on",
    "/rules": "the procedures", "/rules/{authority}": "the procedures",
    "/figures": "counts", "/held-up": "causes and counts, no row and no reference",
    "/held-up/pause": "destinations and counts", "/held-up/resume": "leads on",
    **{page.path: "a number of changes, not what changed" for page in NEWS_PAGES},
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A desk over a hub with a child of every kind."""

    running: Hub
    browser: Browser
    episode: str

    async def get(self, path: str) -> None:
        shown = await self.browser.get(path)
        assert shown.status_code == 200, (path, shown.status_code)

    async def message(self, type_: str, kind: str | None) -> str:
        return (await sent(self.running, type_, kind)).row.message_id

    async def question(self) -> str:
        return await self.message("task.create", "judge_strategy_meeting")


async def _name(at: Asked) -> None:
    await at.browser.post(f"/e/{at.episode}/name", f"/e/{at.episode}", why="mother on the phone")


async def _find(at: Asked) -> None:
    await at.browser.post("/find", "/find", sought="XX-0304")


async def _access(at: Asked) -> None:
    await at.get(f"/e/{at.episode}")
    await at.browser.post("/access", "/access", number="XX-0304", since="2026-06-01")


async def _answer_form(at: Asked) -> None:
    await at.get(f"/m/{await at.question()}/answer/manager.decision/strategy_meeting")


async def _answer(at: Asked) -> None:
    path = f"/e/{at.episode}/say/clock.override/-"
    done = await fill_in(at.browser, path, which="keep", reason="the report is right", checked="yes")
    await at.get(done.headers["location"])


async def _whose(at: Asked) -> None:
    await at.get(f"/m/{await at.message('exception.raise', 'doubtful_match')}/whose")


async def _force_message(at: Asked) -> None:
    told = next(row for row in await at.running.rows() if row.type == "police.intel")
    await at.get(f"/force/m/{told.message_id}")


async def _requests(at: Asked) -> None:
    await at.running.take(found(120, "XX-0304"))
    await at.get("/requests")


async def _signed(at: Asked) -> None:
    rows = [row for row in await at.running.rows() if row.type == "senior.alert"]
    mail = next(row for row in rows if row.destination.startswith("mail/"))
    await at.get(f"/s/{sign(SECRET, mail.id)}")


WAYS: dict[str, Callable[[Asked], Awaitable[None]]] = {
    "/e/{episode}/name": _name,
    "/find": _find,
    "/access": _access,
    "/m/{message}/answer/{type}/{kind}": _answer_form,
    "/a/{answer}": _answer,
    "/m/{message}/whose": _whose,
    "/force/m/{message}": _force_message,
    "/requests": _requests,
    "/s/{token}": _signed,
}
"""Where an address alone does not lead to a child."""


async def ask(at: Asked, path: str) -> None:
    if path in WAYS:
        await WAYS[path](at)
        return
    question = await at.question() if "{message}" in path else ""
    query = "?authority=nottinghamshire&table=episodes&form=csv" if path == "/figures/download" else ""
    query += "&first=2026-06-01&last=2026-06-30" if query else ""
    await at.get(path.format(episode=at.episode, message=question, type="worker.found_report", kind="-") + query)


def test_every_route_is_in_one_list_and_no_list_has_more() -> None:
    lists = (SHOWS, OF_NO_CHILD, SHOWS_NONE)
    assert sorted(path for each in lists for path in each) == sorted({page.path for page in PAGES})


async def test_every_route_that_shows_a_child_leaves_a_row_that_says_who_what_and_which() -> None:
    async with hub() as running, at_desk(running, HERE, secret=SECRET) as browser:
        at = Asked(running, browser, await with_everything(running))
        for path, what in SHOWS.items():
            before = len(await running.ledger("look"))
            await ask(at, path)
            new = (await running.ledger("look"))[before:]
            said = [line for line in new if line.entry["what"] == what]
            assert said, f"{path} shows a child and leaves no row"
            assert all(line.episode for line in said), path
            who = "link" if path == "/s/{token}" else HERE.id
            assert {line.entry["who"].partition(" ")[0] for line in said} == {who}, path


@pytest.mark.parametrize("path", ["/rules", "/figures", "/held-up", "/held-up/pause"])
async def test_a_page_that_shows_no_child_leaves_no_row(path: str) -> None:
    async with hub() as running, at_desk(running, HERE) as browser:
        await Asked(running, browser, await with_everything(running)).get(path)
        assert await running.ledger("look") == []
