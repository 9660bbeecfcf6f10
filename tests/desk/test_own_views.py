"""From outside a council: a police force sees its own incidents and nothing of social care, an interviewer the requests
that were sent to them and no other child."""

import re
from typing import Any

import pytest
from desks import NAMED, NOTTS, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub
from test_answers import fill_in, sent
from wire_messages import case, child, found, missing

from desk.application import PAGES
from desk.news import NEWS_PAGES
from desk.options import Meaning, Provider
from desk.people import DeskUser, Grant
from desk.provider import user_of
from homeward.desk.wiring import desk_options
from homeward.settings import Settings, SettingsError
from tests.shipped import shipped_packs

WORKER = "allocated_social_worker"
FORCE = DeskUser("c.coord", "C. Coordinator", forces=frozenset({"XX"}))
OTHER_FORCE = DeskUser("y.coord", "Y. Coordinator", forces=frozenset({"YY"}))
INTERVIEWER = DeskUser("sw1", "I. Interviewer", asked=(Grant("nottinghamshire", frozenset({WORKER})),))
OTHER_INTERVIEWER = DeskUser("sw9", "J. Interviewer", asked=(Grant("nottinghamshire", frozenset({WORKER})),))


async def after_an_interview(running: Hub) -> str:
    """A child who is back, whose interview told something for the police."""
    episode = await with_a_missing_child(running)
    await running.take(found(30, "XX-0303"))
    held = {"result": "completed", "intelligence": "a flat above the shop", "at": "2026-06-03T09:00:00Z"}
    by = {"role": WORKER, "person": "sw1"}
    await running.take(case("rhi.outcome", 44, incident="XX-0303", force="XX", child=NAMED, by=by, **held))
    return episode


async def test_a_force_sees_how_its_incident_stands_whether_the_council_heard_and_what_was_sent_to_it() -> None:
    async with hub() as running, at_desk(running, FORCE) as browser:
        await with_a_missing_child(running)
        text = await browser.text("/force")
        assert "XX-0303: missing 26 h" in text
        assert "Police risk: high" in text
        assert "Being passed on to the council; it has not arrived yet" in text
        assert "Nothing was asked of the police." in text
        assert (await browser.get("/")).headers["location"] == "/force"


async def test_what_was_sent_to_the_force_is_listed_and_can_be_read() -> None:
    async with hub() as running, at_desk(running, FORCE) as browser:
        await after_an_interview(running)
        html = (await browser.get("/force")).text
        way = re.search(r"/force/m/[^\"]+", html)
        assert way, plain(html)
        assert "a flat above the shop" in await browser.text(way[0])
        looks = [(line.entry["what"], line.entry["who"]) for line in await running.ledger("look")]
        assert looks == [("own force", "c.coord"), ("message to own force", "c.coord")]


async def test_a_force_sees_nothing_of_social_care() -> None:
    async with hub() as running, at_desk(running, FORCE) as browser:
        await after_an_interview(running)
        text = await browser.text("/force")
        for word in (
            "sw1",
            "tm1",
            "in care",
            "looked",
            "section",
            "strategy",
            "nterview offered",
            "Robin",
            "M-1",
            "K-1",
        ):
            assert word not in text, word


async def test_a_force_finds_no_incident_of_another_force_and_no_message_that_was_not_sent_to_it() -> None:
    async with hub() as running, at_desk(running, OTHER_FORCE) as other, at_desk(running, FORCE) as browser:
        await after_an_interview(running)
        assert "XX-0303" not in await other.text("/force")
        assert "No incident of your force has this reference." in await other.text("/force?incident=XX-0303")
        assert "XX-0303: back since" in await browser.text("/force?incident=XX-0303")
        told = await sent(running, "police.intel", "intelligence")
        assert "We cannot find that here" in await other.text(f"/force/m/{told.row.message_id}", 404)
        inside = (await sent(running, "rhi.request")).row.message_id
        assert "We cannot find that here" in await browser.text(f"/force/m/{inside}", 404)


async def test_an_interviewer_sees_the_requests_to_them_by_when_and_answers_one() -> None:
    async with hub() as running, at_desk(running, INTERVIEWER) as browser:
        await with_a_missing_child(running)
        await running.take(found(30, "XX-0303"))
        text = await browser.text("/requests")
        assert "XX-0303" in text
        assert "interview" in text
        assert "Process a notification" not in text
        message = (await sent(running, "rhi.request")).row.message_id
        shown = await browser.text(f"/m/{message}")
        assert "Record what became of the interview" in shown
        assert "My requests" in shown
        way = re.search(rf"/m/{message}/answer/[^\"]+", (await browser.get(f"/m/{message}")).text)
        assert way
        assert (await browser.get(way[0])).status_code == 200
        assert "People answer" not in shown


async def test_an_interviewer_finds_nothing_that_was_sent_to_somebody_else() -> None:
    async with hub() as running, at_desk(running, OTHER_INTERVIEWER) as other, at_desk(running, INTERVIEWER) as browser:
        await with_a_missing_child(running)
        await running.take(found(30, "XX-0303"))
        assert "Nothing waits for you." in await other.text("/requests")
        mine = (await sent(running, "rhi.request")).row.message_id
        assert "We cannot find that here" in await other.text(f"/m/{mine}", 404)
        for type_, kind in (("task.create", "judge_strategy_meeting"), ("task.create", "process_notification")):
            async with running.store.reading() as tx:
                rows = [d.row for d in await tx.outbox_after(0, 1000) if (d.row.type, d.row.kind) == (type_, kind)]
            for row in rows:
                assert (await browser.get(f"/m/{row.message_id}")).status_code == 404


async def test_what_an_interviewer_answered_says_how_far_it_came_and_not_what_others_were_told() -> None:
    async with hub() as running, at_desk(running, INTERVIEWER) as browser, at_desk(running, NOTTS) as officer:
        await with_a_missing_child(running)
        await running.take(found(30, "XX-0303"))
        message = (await sent(running, "task.create", "explain_information_sharing")).row.message_id
        way = f"/m/{message}/answer/task.completed/explain_information_sharing"
        answer = await fill_in(browser, way, outcome="done")
        ((topic, _, value),) = browser.outcomes.taken
        await running.intake.process_batch([running.raw(value, topic)])
        text = await browser.text(answer.headers["location"])
        assert "Taken in" in text
        assert "What followed" not in text
        assert "What followed" in await officer.text(answer.headers["location"])


@pytest.mark.parametrize("user", [FORCE, INTERVIEWER], ids=["police", "interviewer"])
async def test_whoever_is_from_outside_has_no_other_page(user: DeskUser) -> None:
    async with hub() as running, at_desk(running, user) as browser:
        episode = await with_a_missing_child(running)
        message = (await sent(running, "task.create", "process_notification")).row.message_id
        for page in PAGES:
            if page.who in ("anyone", "signed_in") or page in NEWS_PAGES:
                continue
            browser.stay()
            response = await browser.client.request(page.methods[0], _address(page.path, episode, message))
            text = plain(response.text)
            assert "XX-0303" not in text or page.path in ("/force", "/requests"), page.path
            assert response.status_code in (403, 404) or page.path in ("/force", "/requests"), page.path


def _address(path: str, episode: str, message: str) -> str:
    given: dict[str, Any] = dict.fromkeys(re.findall(r"{(\w+)", path), "x")
    return path.format(**given | {"episode": episode, "message": message, "authority": "nottinghamshire"})


async def test_children_of_an_authority_are_no_business_of_somebody_who_is_asked_there() -> None:
    mixed = DeskUser("sw1", "M", (Grant("buckinghamshire"),), asked=INTERVIEWER.asked)
    async with hub() as running, at_desk(running, mixed) as browser:
        episode = await with_a_missing_child(running)
        assert (await browser.get(f"/e/{episode}")).status_code == 404
        assert "XX-0303" not in await browser.text("/now")
        assert "Found: 0" in plain((await browser.post("/find", "/find", sought="XX-0303")).text)
        await running.take(missing(1, "XX-0404", child=child("compact:K-9")))
        assert "XX-0404" not in await browser.text("/todo?whose=others")


def test_claims_make_a_force_and_an_interviewer_of_somebody_and_nothing_more() -> None:
    asked = Grant("nottinghamshire", frozenset({WORKER}))
    meanings = {"xx-police": Meaning(force="XX"), "providers": Meaning(asked, own=True)}
    provider = Provider("https://id.example", "desk", "s", "groups", meanings)
    police = user_of({"sub": "c", "groups": ["xx-police"]}, provider)
    assert (police.forces, police.grants, police.asked, police.operator) == (frozenset({"XX"}), (), (), False)
    interviewer = user_of({"sub": "i", "groups": ["providers"]}, provider)
    assert (interviewer.asked, interviewer.grants, interviewer.authorities) == ((asked,), (), ())


@pytest.mark.parametrize(
    ("meaning", "mend"),
    [
        ({"authority": "nottinghamshire", "sees": "own_requests"}, "own_requests needs the roles"),
        ({"authority": "nottinghamshire", "sees": "some"}, "sees must be all, own_requests or who_looked"),
    ],
)
def test_an_interviewer_without_a_role_is_a_fault_at_start(meaning: dict[str, Any], mend: str) -> None:
    given = {"desk_oidc_issuer": "https://id.example", "desk_oidc_client_id": "desk"}
    settings = Settings(**given, desk_oidc_client_secret="s" * 40, desk_oidc_meanings={"word": meaning})
    with pytest.raises(SettingsError, match=mend):
        desk_options(settings, shipped_packs())


async def test_nobody_else_has_the_pages_of_those_outside() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        assert await _closed(browser, "/force")
        assert "Own force" not in await browser.text("/now")


async def _closed(browser: Browser, path: str) -> bool:
    return (await browser.get(path)).status_code == 404
