"""*Now*, *To do*, *Episode*: what they say, in which order, without a name; that every look is written down; and that
another council's child cannot be found."""

import re

from desks import BUCKS, MANAGER, NOTTS, OPERATOR, Browser, at_desk, plain, with_a_missing_child
from hub_in_memory import Hub, hub
from wire_messages import case, child, found, later, missing

from desk.application import PAGES
from desk.news import NEWS_PAGES
from desk.people import DeskUser, Grant
from desk.views.missing import first_limit, missing_card, team_of
from reporting.held_cases import held_cases
from reporting.open_heads import open_heads

READER = DeskUser("r.only", "R. Only", (Grant("nottinghamshire", may="read"),))


async def every_page(browser: Browser, episode: str) -> dict[str, str]:
    """The HTML of every page that can be had by GET, by its address."""
    said = {m["id"]: m for m in await _said(browser)}
    found = {}
    for page in PAGES:
        if "GET" not in page.methods or page in NEWS_PAGES:
            continue
        message = next(iter(said))
        parts = dict.fromkeys(re.findall(r"{(\w+)", page.path), "none") | {"episode": episode, "message": message}
        path = page.path.format(**parts | {"type": "worker.found_report", "kind": "-", "authority": "nottinghamshire"})
        found[path] = (await browser.get(path, follow=True)).text
    return found


async def _said(browser: Browser) -> list[dict[str, str]]:
    async with browser.desk.store.reading() as tx:
        return [{"id": d.row.message_id} for d in await tx.outbox_after(0, 1000) if d.row.subject]


async def test_now_tells_who_is_missing_since_when_and_whose_case_it_is() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        text = await browser.text("/now")
        assert "Missing now: 1" in text
        for fact in ("XX-0303", "Age 14, in care, missing (not absent), from placement", "26 h missing", "high", "sw1"):
            assert fact in text


async def test_an_empty_page_says_what_would_be_there() -> None:
    async with hub() as running, at_desk(running) as browser:
        assert "Nobody is reported missing. No police message has come yet." in await browser.text("/now")
        assert "Nothing waits for you. 0 wait for others." in await browser.text("/todo")
        await running.take(missing(0, "XX-0303"), found(0.5, "XX-0303"))
        assert "Last police message 13:30 today" in await browser.text("/now")


async def test_what_runs_out_first_stands_first_and_what_has_no_limit_last() -> None:
    async with hub() as running, at_desk(running) as browser:
        for number, hours in ((1, 0), (2, 30), (3, 60)):
            who = child(f"mosaic:M-{number}", f"compact:K-{number}")
            await running.take(case("case.context", hours - 1, plan="child_in_need", child=who, services=[]))
            await running.take(missing(hours, f"XX-030{number}", child=child(f"compact:K-{number}")))
            running.clock.set(later(hours + 1))
        text = await browser.text("/now")
        assert [*dict.fromkeys(re.findall(r"XX-030\d", text))] == ["XX-0301", "XX-0302", "XX-0303"]
        assert text.index("Overdue") < text.index("Soon") if "Soon" in text else True


async def test_a_name_is_shown_on_no_page_until_somebody_asks_for_it_and_that_is_recorded() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        for path, html in (await every_page(browser, episode)).items():
            assert "Robin" not in html, path
            assert "Madeup" not in html, path
            assert "2011" not in html, path
        refused = await browser.post(f"/e/{episode}/name", page=f"/e/{episode}")
        assert "Say why you need the name" in plain(refused.text)
        shown = plain((await browser.post(f"/e/{episode}/name", f"/e/{episode}", why="mother on the phone")).text)
        assert "Robin Madeup" in shown
        assert "Born 1 September 2011" in shown
        (look,) = [line for line in await running.ledger("look") if line.entry["what"] == "name"]
        assert (look.episode, look.entry["who"]) == (episode, "o.kaur")
        assert "mother" not in str(look.entry)
        assert "Robin" not in (await browser.text(f"/e/{episode}"))


async def test_who_was_told_of_a_child_gives_no_reason_for_the_name() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        episode = await with_a_missing_child(running, 73)
        assert "Robin Madeup" in plain((await browser.post(f"/e/{episode}/name", f"/e/{episode}")).text)


async def test_every_look_at_a_child_is_a_row_of_the_ledger() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        for path, what in (
            ("/now", "now"), ("/now/wall", "wall"), ("/now/since", "handover"), ("/todo", "to do"),
            (f"/e/{episode}", "episode"), (f"/e/{episode}/print", "print"),
            (f"/e/{episode}/print?name=yes", "print"),
        ):  # fmt: skip
            before = len(await running.ledger("look"))
            await browser.get(path)
            new = (await running.ledger("look"))[before:]
            assert [(line.entry["what"], line.episode, line.at) for line in new if line.episode] == [
                (what, episode, running.clock.now())
            ], path
        async with running.store.reading() as tx:
            assert (await tx.prove_ledger()).faults == []


async def test_a_name_is_printed_only_where_it_is_ticked_with_a_reason_and_recorded() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        page = f"/e/{episode}/print"
        assert "Robin" not in (await browser.get(f"{page}?name=yes&why=court")).text
        assert "Say why you need the name" in plain((await browser.post(page, page, name="yes")).text)
        assert "Robin Madeup" in plain((await browser.post(page, page, name="yes", why="for the court")).text)
        printed = [line.entry["what"] for line in await running.ledger("look") if line.episode]
        assert printed[-1] == "print, with name"


async def test_who_works_the_case_gives_no_reason_for_the_name() -> None:
    worker = DeskUser("sw1", "S. Worker", (Grant("nottinghamshire", frozenset({"cscs"})),))
    async with hub() as running, at_desk(running, worker) as browser:
        episode = await with_a_missing_child(running)
        assert "Why do you need the name?" not in await browser.text(f"/e/{episode}")
        assert "Robin Madeup" in plain((await browser.post(f"/e/{episode}/name", f"/e/{episode}")).text)


async def test_a_step_says_what_was_said_in_it_and_by_whom() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        text = await browser.text(f"/e/{episode}")
        assert "from police XX They said: missing, risk high, from placement" in text
        by = {"role": "team_manager", "person": "tm1"}
        decided = {"kind": "strategy_meeting", "decision": "convene", "by": by, "episode": episode}
        await running.take(case("manager.decision", 73, **decided))
        text = await browser.text(f"/e/{episode}")
        assert "from Relevant manager (tm1), by the case system" in text


async def test_another_councils_child_is_as_unknown_as_one_that_does_not_exist() -> None:
    async with hub() as running, at_desk(running, BUCKS) as browser:
        episode = await with_a_missing_child(running)
        unknown = {
            path: plain(html)
            for path, html in (await every_page(browser, "00000000-0000-5000-8000-000000000000")).items()
        }
        for path, html in (await every_page(browser, episode)).items():
            text = plain(html)
            assert "XX-0303" not in text, path
            assert "sw1" not in text, path
            if episode in path:
                assert text == unknown[path.replace(episode, "00000000-0000-5000-8000-000000000000")], path
                assert "We cannot find that here" in text
        assert [line for line in await running.ledger("look") if line.authority == "nottinghamshire"] == []


async def test_an_operator_meets_no_child_at_any_address() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        episode = await with_a_missing_child(running)
        for path, html in (await every_page(browser, episode)).items():
            assert "XX-0303" not in html, path
            assert "Age 14" not in html, path


async def test_an_episode_tells_what_happened_why_and_who_was_told() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        text = await browser.text(f"/e/{episode}")
        assert "XX-0303: missing 26 h" in text
        assert "Ask for a strategy discussion about a child who is still missing" in text  # ahead
        assert "Reported missing from police XX" in text
        assert "Tell the Service Director early" in text  # the rule
        assert "guidance" in text  # where its clause stands
        assert "Register record M-1: received" in text
        assert "Service Director" in text
        assert "not sent yet" in text  # nothing was delivered: told is not known


async def test_the_limit_of_a_senior_alert_is_never_its_readers() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        text = await browser.text("/todo?whose=roles")
        assert "Know: 24 h missing" not in text
        assert "Process a notification" in text


async def test_to_do_is_mine_or_my_roles_or_others_and_counts_what_is_mine_beside_the_link() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        await with_a_missing_child(running, 73)
        text = await browser.text("/todo")
        assert "Decide: hold a strategy meeting?" in text
        assert "Process a notification" not in text
        assert "To do (1)" in text
        assert "No time limit in the procedure" in text
        assert "Process a notification" in await browser.text("/todo?whose=others")


async def test_the_handover_tells_on_one_page_what_came_since_five() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running, 7)
        text = await browser.text("/now/since")
        assert "Handover: since 17:00 Mon 1 Jun 2026" in text
        assert "New: 0" in text
        await running.take(found(7, "XX-0303"))
        assert "Back, ended or taken back: 1" in await browser.text("/now/since")
        running.clock.set(later(60))
        late = await browser.text("/now/since")
        assert "XX-0303: Process a notification (Children Missing Officer)." in late


async def test_a_long_handover_is_told_25_at_a_time_and_counts_all() -> None:
    async with hub() as running, at_desk(running) as browser:
        running.clock.set(later(8))
        await with_children_missing(running, 30, 8)
        pages = [await browser.text(f"/now/since?page={number}") for number in (1, 2)]
        assert all("New: 30" in page for page in pages)
        assert "Page 1 of 2" in pages[0]
        told = [{*re.findall(r"(XX-\d{4}) Reported missing", page)} for page in pages]
        assert [len(each) for each in told] == [25, 5]
        assert not told[0] & told[1]
        assert "Nobody was reported back." in pages[1]
        looks = [line for line in await running.ledger("look") if line.entry["what"] == "handover"]
        assert len({line.episode for line in looks}) == 30


async def test_a_chronology_is_printed_oldest_first() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        text = await browser.text(f"/e/{episode}/print")
        assert text.index("Reported missing") < text.index("Know: 24 h missing")
        assert "O. Kaur" in text


async def test_a_reader_sees_no_way_to_answer() -> None:
    async with hub() as running, at_desk(running, READER) as browser:
        episode = await with_a_missing_child(running)
        assert "Report or record something" not in await browser.text(f"/e/{episode}")
        assert "This is for the people" in await browser.text(f"/e/{episode}/say/worker.found_report/-", 403)
        assert NOTTS.may_answer("nottinghamshire", "team_manager")


async def with_children_missing(running: Hub, count: int, first: float = 0) -> None:
    """So many from an hour on, whose limits run out in the order of their numbers, each with a worker of their own."""
    for n in range(count):
        who, hours = child(f"mosaic:M-{n}", f"compact:K-{n}"), first + n / 4
        services = [{"service": "cscs" if n % 2 else "nrs", "worker": f"sw{n}"}]
        await running.take(case("case.context", hours - 9, plan="looked_after", child=who, services=services))
        risk = ("high", "medium", "low")[n % 3]
        await running.take(missing(hours, f"XX-{n:04}", child=child(f"compact:K-{n}"), risk=risk))
    await running.fall(first + count / 4 + 1)


async def test_many_children_are_shown_25_at_a_time_in_one_order() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_children_missing(running, 30)
        pages = [await browser.text(f"/now?page={number}") for number in (1, 2)]
        assert all("Missing now: 30" in page for page in pages)
        shown = [[*dict.fromkeys(re.findall(r"XX-\d{4}", page))] for page in pages]
        assert [len(each) for each in shown] == [25, 5]
        assert shown[0] + shown[1] == [f"XX-{n:04}" for n in range(30)]
        wall = await browser.text("/now/wall")
        assert "Missing now: 30" in wall
        assert "And 5 more, whose limits run out later." in wall


async def test_a_filter_and_an_order_hold_over_all_pages() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_children_missing(running, 30)
        by_risk = re.findall(r"Police risk: (\w+)", await browser.text("/now?by=risk"))
        assert by_risk == ["high"] * 10 + ["medium"] * 10 + ["low"] * 5
        low = await browser.text("/now?risk=low")
        assert {*re.findall(r"XX-\d{4}", low)} == {f"XX-{n:04}" for n in range(2, 30, 3)}
        assert "Nobody fits this filter." in await browser.text("/now?mine=1")


async def test_the_head_of_an_episode_says_what_its_card_says() -> None:
    async with hub() as running:
        await with_children_missing(running, 6)
        now = running.clock.now()
        async with running.store.reading() as tx:
            heads = await open_heads(tx, "nottinghamshire")
            held = await held_cases(tx, [head.episode for head in heads])
        assert len(heads) == 6
        for head, case_ in zip(heads, held, strict=True):
            pack = running.packs.version(head.authority, head.pack)
            card = missing_card(case_, pack, now)
            assert card.clock is not None
            assert first_limit(head, pack, now) == card.clock.due
            assert (team_of(head, pack), head.worker, head.risk) == (card.team, card.owner, card.risk)
            assert (head.start, ", ".join(head.references)) == (card.start, card.reference)
