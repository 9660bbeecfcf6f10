"""Who may come in: sessions that end, forms of one's own only, nothing kept by a browser, and no stranger anywhere."""

from datetime import timedelta

import httpx2 as httpx
import pytest
from desks import BUCKS, HERE, NOTTS, OPERATOR, at_desk, with_a_missing_child
from hub_in_memory import hub
from test_answers import sent
from wire_messages import MONDAY

from desk.application import PAGES, application
from desk.news import NEWS_PAGES
from desk.people import DeskUser
from desk.sessions import IDLE, WHOLE, Sessions
from homeward.desk.wiring import desk_options, warnings_of
from homeward.settings import Settings, SettingsError
from tests.shipped import shipped_packs

LOCAL = DeskUser("local.officer", "local.officer", NOTTS.grants, operator=True, local=True)


async def test_every_response_keeps_scripts_sites_and_caches_out() -> None:
    async with hub() as running, at_desk(running) as browser:
        for path in ("/sign-in", "/no-such-page", "/assets/desk.css"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == ("public, max-age=3600" if "assets" in path else "no-store")


async def test_no_page_holds_a_script_or_a_style_of_its_own() -> None:
    async with hub() as running, at_desk(running, LOCAL) as browser:
        for page in PAGES:
            if "{" in page.path or "GET" not in page.methods or page in NEWS_PAGES:
                continue
            html = (await browser.client.get(page.path, follow_redirects=True)).text
            assert "<script>" not in html, page.path
            assert " style=" not in html, page.path
            assert " onclick" not in html, page.path


async def test_without_a_session_every_page_leads_to_the_sign_in() -> None:
    async with hub() as running, at_desk(running, None) as browser:
        for page in PAGES:
            if page.who == "anyone":
                continue
            path = page.path.replace("{", "").replace("}", "")
            response = await browser.client.request(page.methods[0], path)
            assert (response.status_code, response.headers.get("location")) == (303, "/sign-in"), page.path


async def test_after_sign_in_somebody_is_back_where_they_were() -> None:
    async with hub() as running, at_desk(running, None, local_user=None) as browser:
        await browser.get("/todo")
        session = browser.desk.sessions.of(browser.client.cookies["homeward_desk"], running.clock.now())
        assert session is not None
        assert session.back == "/todo"


async def test_who_signs_out_is_out_and_the_old_cookie_opens_nothing() -> None:
    async with hub() as running, at_desk(running) as browser:
        before = browser.client.cookies["homeward_desk"]
        await browser.post("/sign-out")
        browser.user = None
        assert "You are signed out." in await browser.text("/now")
        browser.client.cookies.clear()
        browser.client.cookies.set("homeward_desk", before, domain="127.0.0.1")
        assert (await browser.get("/now")).headers["location"] == "/sign-in"


@pytest.mark.parametrize(("path", "form"), [("/cover", {}), ("/sign-out", {"csrf": "guessed"})])
async def test_a_form_that_is_not_ours_does_nothing(path: str, form: dict[str, str]) -> None:
    async with hub() as running, at_desk(running) as browser:
        assert (await browser.client.post(path, data=form)).status_code == 403
        assert "Cover screen" in (await browser.get("/rules")).text


async def test_a_covered_screen_shows_nothing_until_it_is_uncovered() -> None:
    async with hub() as running, at_desk(running) as browser:
        await browser.post("/cover")
        assert "Screen covered" in await browser.text("/now")
        await browser.post("/uncover", page="/now", back="/now")
        assert "Screen covered" not in await browser.text("/now")


async def test_nobody_leads_a_reader_to_another_site() -> None:
    async with hub() as running, at_desk(running) as browser:
        for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
            assert (await browser.post("/stay", back=back)).headers["location"] == "/"


def test_a_session_ends_when_idle_and_in_any_case_at_last() -> None:
    start = MONDAY
    sessions = Sessions()
    session = sessions.begin(start, NOTTS)
    almost = IDLE - timedelta(seconds=1)
    at = start
    while at + almost < start + WHOLE:
        at += almost
        assert sessions.of(session.token, at) is session
    assert sessions.of(session.token, start + WHOLE) is None
    idle = sessions.begin(start, NOTTS)
    assert sessions.of(idle.token, start + IDLE) is None


async def test_too_many_requests_are_refused_for_a_while() -> None:
    async with hub() as running, at_desk(running, requests=5) as browser:
        codes = [(await browser.get("/rules")).status_code for _ in range(7)]
        assert codes == [200] * 5 + [429] * 2


async def test_another_name_than_the_desks_own_is_not_answered() -> None:
    async with hub() as running, at_desk(running, LOCAL, local_user=LOCAL) as browser:
        transport = httpx.ASGITransport(application(browser.desk))
        async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as rebound:
            assert (await rebound.get("/now")).status_code == 400
        assert (await browser.get("/now")).status_code == 200
        assert browser.desk.options.url == HERE


async def test_an_operator_sees_no_page_about_children() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        for page in PAGES:
            if page.who == "people" and "{" not in page.path:
                assert (await browser.client.request(page.methods[0], page.path)).status_code in (403, 404), page.path


def test_without_a_provider_the_desk_serves_this_machine_alone_and_shouts() -> None:
    with pytest.raises(SettingsError, match="HOMEWARD_DESK_HOST"):
        desk_options(Settings(desk_host="0.0.0.0"), shipped_packs())
    options = desk_options(Settings(), shipped_packs())
    assert options.local_user is not None
    assert "NO SIGN-IN" in next(warnings_of(options))


@pytest.mark.parametrize(
    ("meaning", "mend"),
    [
        ({"authority": "nowhere"}, "there is no authority 'nowhere'"),
        ({"authority": "nottinghamshire", "roles": ["king"]}, "has no role 'king'"),
        ({"authority": "nottinghamshire", "may": "decide"}, "may must be answer or read"),
        ({"council": "x"}, "'council' is not understood|council is not understood"),
    ],
)
def test_a_claim_that_means_nothing_is_a_fault_at_start(meaning: dict[str, object], mend: str) -> None:
    settings = Settings(
        desk_oidc_issuer="https://id.example",
        desk_oidc_client_id="desk",
        desk_oidc_client_secret="s" * 40,
        desk_oidc_meanings={"duty": meaning},
    )
    with pytest.raises(SettingsError, match=mend):
        desk_options(settings, shipped_packs())


async def test_no_form_reaches_another_councils_child() -> None:
    async with hub() as running, at_desk(running, BUCKS) as browser:
        episode = await with_a_missing_child(running, 73)
        message = (await sent(running, "task.create", "judge_strategy_meeting")).row.message_id
        told = {
            "name": "yes",
            "why": "to see",
            "checked": "yes",
            "decision": "convene",
            "reason": "x",
            "role": "team_manager",
        }
        for page in PAGES:
            if "POST" not in page.methods or "{" not in page.path or page.who == "anyone":
                continue
            for type_ in ("manager.decision", "worker.found_report"):
                parts = {"episode": episode, "message": message, "type": type_, "kind": "-", "id": "none"}
                assert (await browser.post(page.path.format(**parts), **told)).status_code == 404, page.path
        assert browser.outcomes.taken == []
        assert [line for line in await running.ledger("look") if line.authority == "nottinghamshire"] == []
