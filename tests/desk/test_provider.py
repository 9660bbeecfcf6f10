"""Signing in with a real OpenID Connect provider: claims become a place at the desk; nobody without one comes in."""

import asyncio
import re
from dataclasses import replace
from html import unescape

import httpx2 as httpx
import pytest
from desks import HERE, Browser, at_desk, plain
from hub_in_memory import hub

from desk.options import Meaning, Provider
from desk.people import Grant
from desk.provider import user_of
from tests.services.keycloak import CLIENT, PASSWORD, SECRET

PATIENCE = 120.0  # seconds for a page of a provider that has just started
MEANINGS = {
    "notts-duty": Meaning(Grant("nottinghamshire", frozenset({"team_manager"}))),
    "hub-operators": Meaning(operator=True),
}


def provider(issuer: str) -> Provider:
    return Provider(issuer, CLIENT, SECRET, "groups", MEANINGS)


async def sign_in(browser: Browser, name: str, back: str = "/todo") -> str:
    """As a person does it: from the page that they wanted, over the provider's own form, and back. Returns where to."""
    await browser.client.get(back)
    to_provider = await browser.client.get("/sign-in/start")
    async with httpx.AsyncClient(timeout=PATIENCE) as outside:
        form = await outside.get(to_provider.headers["location"])
        action = re.search(r'action="([^"]+)"', form.text)
        assert action, form.text
        typed = {"username": name, "password": PASSWORD}
        # A browser takes this machine for secure, and sends cookies that are for secure addresses only.
        kept = "; ".join(cookie.partition(";")[0] for cookie in form.headers.get_list("set-cookie"))
        outside.cookies.clear()
        answer = await outside.post(unescape(action[1]), data=typed, headers={"cookie": kept})
    assert answer.status_code == 302, plain(answer.text)
    done = await browser.client.get(answer.headers["location"].removeprefix(HERE))
    return str(done.headers["location"])


async def test_claims_become_a_place_at_the_desk_and_people_come_back_to_where_they_were(keycloak: str) -> None:
    async with hub() as running, at_desk(running, None, provider=provider(keycloak)) as browser:
        planted = None
        await browser.client.get("/todo")
        planted = browser.client.cookies["homeward_desk"]
        assert await sign_in(browser, "o.kaur") == "/todo"
        assert browser.client.cookies["homeward_desk"] != planted
        session = browser.desk.sessions.of(browser.client.cookies["homeward_desk"], running.clock.now())
        assert session is not None
        assert session.user is not None
        assert (session.user.id, session.user.name, session.user.authorities) == (
            "o.kaur",
            "O. Kaur",
            ("nottinghamshire",),
        )
        assert session.user.may_answer("nottinghamshire", "team_manager")
        assert not session.user.may_answer("nottinghamshire", "service_director")
        assert not session.user.operator


async def test_an_operator_comes_in_and_somebody_without_a_place_does_not(keycloak: str) -> None:
    async with hub() as running, at_desk(running, None, provider=provider(keycloak)) as browser:
        assert await sign_in(browser, "stranger") == "/sign-in"
        assert "nobody has given you a place at this desk" in await browser.text("/todo")
        assert await sign_in(browser, "h.ops", "/held-up") == "/held-up"
        assert "Held up" in await browser.text("/held-up")
        assert "We cannot find that here" in await browser.text("/now", 404)


async def test_an_answer_that_nobody_asked_the_provider_for_signs_nobody_in(keycloak: str) -> None:
    async with hub() as running, at_desk(running, None, provider=provider(keycloak)) as browser:
        done = await browser.client.get("/sign-in/done?code=made-up&state=made-up")
        assert done.headers["location"] == "/sign-in"
        assert "Signing in did not work" in await browser.text("/sign-in")


async def test_a_provider_that_is_away_is_said_so() -> None:
    async with hub() as running, at_desk(running, None, provider=provider("http://127.0.0.1:9")) as browser:
        await browser.client.get("/sign-in/start")
        assert "cannot be reached" in await browser.text("/sign-in")


@pytest.mark.parametrize(
    ("groups", "authorities", "operator"),
    [
        (["notts-duty"], ("nottinghamshire",), False),
        (["/notts-duty"], ("nottinghamshire",), False),
        ("notts-duty hub-operators", ("nottinghamshire",), True),
        (["somewhere-else"], (), False),
        (None, (), False),
    ],
)
def test_only_words_that_have_a_meaning_say_anything(
    groups: object, authorities: tuple[str, ...], operator: bool
) -> None:
    user = user_of({"sub": "1", "groups": groups}, provider("http://id.example"))
    assert (user.authorities, user.operator) == (authorities, operator)


def test_to_read_in_one_role_adds_nothing_to_answer_in() -> None:
    reading = Meaning(Grant("nottinghamshire", frozenset({"service_director"}), "read"))
    one = replace(provider("http://id.example"), meanings={**MEANINGS, "readers": reading})
    for groups in (["notts-duty", "readers"], ["readers", "notts-duty"]):
        user = user_of({"sub": "1", "groups": groups}, one)
        assert user.may_answer("nottinghamshire", "team_manager")
        assert not user.may_answer("nottinghamshire", "service_director")


async def test_a_provider_that_answers_with_a_page_for_people_is_said_to_be_away() -> None:
    async def maintenance(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<h1>Back</h1>")
        writer.close()

    server = await asyncio.start_server(maintenance, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    there = provider(f"http://127.0.0.1:{port}")
    async with server, hub() as running, at_desk(running, None, provider=there) as browser:
        await browser.client.get("/sign-in/start")
        assert "cannot be reached" in await browser.text("/sign-in")
