"""*Who looked*: what it finds, who may ask, and that it shows no child."""

from desks import MANAGER, NAMED, NOTTS, OPERATOR, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub
from wire_messages import missing

from desk.options import Meaning, Provider
from desk.people import DeskUser
from desk.provider import user_of
from homeward.desk.wiring import desk_options
from homeward.settings import Settings
from tests.shipped import shipped_packs

GOVERNANCE = DeskUser("i.gov", "I. Governance", governs=("nottinghamshire",))
ELSEWHERE = DeskUser("j.gov", "J. Governance", governs=("buckinghamshire",))


async def ask(browser: Browser, **typed: str) -> str:
    return plain((await browser.post("/access", "/access", **{"since": "2026-06-01", **typed})).text)


async def looked_at(running: Hub) -> str:
    """An episode at which an officer has looked, with and without the name."""
    episode = await with_a_missing_child(running)
    async with at_desk(running, NOTTS) as browser:
        await browser.get(f"/e/{episode}")
        await browser.post(f"/e/{episode}/name", f"/e/{episode}", why="mother on the phone")
    return episode


async def test_it_tells_who_looked_at_a_child_by_what_and_why_and_that_is_a_look_too() -> None:
    async with hub() as running, at_desk(running, GOVERNANCE) as browser:
        episode = await looked_at(running)
        for number in ("M-1", "XX-0303"):
            text = await ask(browser, number=number)
            assert "o.kaur episode XX-0303 not said" in text
            assert "o.kaur name XX-0303 mother on the phone" in text
            assert "Robin" not in text
        own = [line for line in await running.ledger("look") if line.entry["who"] == "i.gov"]
        assert {(line.entry["what"], line.episode) for line in own} >= {("who looked", episode)}
        assert "i.gov who looked XX-0303" in await ask(browser, number="M-1")


async def test_it_tells_what_somebody_looked_at_since_a_day_the_newest_first() -> None:
    async with hub() as running, at_desk(running, GOVERNANCE) as browser:
        await looked_at(running)
        text = await ask(browser, who="o.kaur")
        assert text.index("o.kaur name XX-0303") < text.index("o.kaur episode XX-0303")
        assert "Looks: 0 Nobody has looked since then" in await ask(browser, who="o.kaur", since="2026-06-03")
        assert "Looks: 0" in await ask(browser, who="o")


async def test_a_long_list_says_how_much_it_leaves_out() -> None:
    async with hub() as running, at_desk(running, GOVERNANCE) as browser:
        await running.take(*(missing(0, f"XX-{n}", child=NAMED) for n in range(3)))
        async with at_desk(running, NOTTS) as officer:
            for _ in range(70):
                await officer.get("/now")
        text = await ask(browser, who="o.kaur")
        assert "Looks: 210 These are the newest. 10 earlier ones are not shown." in text


async def test_what_is_missing_or_too_much_is_said() -> None:
    async with hub() as running, at_desk(running, GOVERNANCE) as browser:
        wrong = "Enter a number or reference of a child, or who looked, but not both"
        assert wrong in await ask(browser)
        assert wrong in await ask(browser, number="M-1", who="o.kaur")
        assert "Enter the first day" in await ask(browser, number="M-1", since="")
        assert await running.ledger("look") == []


async def test_another_councils_governance_finds_nothing_and_nobody_else_has_the_page() -> None:
    async with hub() as running:
        await looked_at(running)
        async with at_desk(running, ELSEWHERE) as browser:
            assert "Looks: 0" in await ask(browser, number="M-1")
            assert "Looks: 0" in await ask(browser, who="o.kaur")
        for user in (NOTTS, MANAGER, OPERATOR):
            async with at_desk(running, user) as browser:
                assert (await browser.get("/access")).status_code == 404


async def test_governance_meets_no_child_on_any_other_page() -> None:
    async with hub() as running, at_desk(running, GOVERNANCE) as browser:
        episode = await with_a_missing_child(running)
        assert (await browser.get("/")).headers["location"] == "/access"
        for path in ("/now", "/todo", f"/e/{episode}", "/force", "/requests", "/held-up", "/figures"):
            assert (await browser.get(path)).status_code == 404, path


def test_a_word_of_the_claim_means_it() -> None:
    settings = Settings(
        desk_oidc_issuer="https://id.example",
        desk_oidc_client_id="desk",
        desk_oidc_client_secret="s" * 40,
        desk_oidc_meanings={"governance": {"authority": "nottinghamshire", "sees": "who_looked"}},
    )
    options = desk_options(settings, shipped_packs())
    assert isinstance(options.provider, Provider)
    assert options.provider.meanings["governance"] == Meaning(governs="nottinghamshire")
    user = user_of({"sub": "1", "groups": ["governance"]}, options.provider)
    assert (user.governs, user.grants, user.sees_children) == (("nottinghamshire",), (), True)
