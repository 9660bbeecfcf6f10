"""*Find*, *Whose child*, *Held up*, *Rules* and *Figures*: what each finds, counts and says, and what it keeps back."""

import csv
import io
import json
import re
from datetime import timedelta

import orjson
import pytest
from desks import BUCKS, MANAGER, NAMED, NOTTS, OPERATOR, at_desk, plain, with_a_missing_child
from hub_in_memory import hub
from wire_messages import case, child, found, missing

from desk.people import DeskUser
from desk.views.quarantined import masked
from store.listening import FeedState

TWIN = {
    **child("mosaic:M-2"),
    "given_name": "Robin",
    "family_name": "Madeup",
    "date_of_birth": "2011-09-11",
}


@pytest.mark.parametrize(
    ("sought", "how"),
    [("XX-0303", "exactly this"), ("M-1", "has this number"), ("K-1", "has this number"), ("Robin Madeup", "possible")],
)
async def test_a_child_is_found_by_whatever_somebody_has_in_hand(sought: str, how: str) -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        text = plain((await browser.post("/find", "/find", sought=sought)).text)
        assert "Found: 1" in text
        assert "XX-0303" in text
        assert how in text.replace("certain", "possible")
        (look,) = [line for line in await running.ledger("look") if line.entry["what"] == "find"]
        assert sought not in str(look.entry)


async def test_an_episode_is_found_by_its_id_and_by_that_of_a_message() -> None:
    async with hub() as running, at_desk(running) as browser:
        episode = await with_a_missing_child(running)
        message = next(row.message_id for row in await running.rows() if row.subject == episode)
        for sought in (episode, message):
            assert "XX-0303" in plain((await browser.post("/find", "/find", sought=sought)).text)


@pytest.mark.parametrize("sought", ["XX-0303", "M-1", "Robin Madeup"])
async def test_another_council_finds_nothing(sought: str) -> None:
    async with hub() as running, at_desk(running, BUCKS) as browser:
        await with_a_missing_child(running)
        assert "Found: 0" in plain((await browser.post("/find", "/find", sought=sought, born="2011-09-01")).text)


async def test_whose_child_sets_the_candidates_side_by_side_and_chooses_none() -> None:
    async with hub() as running, at_desk(running) as browser:
        await running.take(case("case.context", -2, child=NAMED), case("case.context", -2, child=TWIN))
        described = {"given_name": "Robin", "family_name": "Madeup", "date_of_birth": "2011-09-01"}
        await running.take(missing(0, "XX-0401", child=described))
        exceptions = [m for m in await running.said() if m["type"] == "exception.raise"]
        assert [m["kind"] for m in exceptions] == ["doubtful_match"]
        message = exceptions[0]["id"]
        html = (await browser.get(f"/m/{message}/whose")).text
        text = plain(html)
        assert "Date of birth (differs)" in text
        assert "1 September 2011" in text
        assert "11 September 2011" in text
        assert "Nobody who is known" in text
        assert " checked" not in html
        refused = await browser.post(f"/m/{message}/whose", f"/m/{message}/whose")
        assert "Select whose child" in plain(refused.text)
        person = re.search(r'name="child" value="([^"]+)"', html)
        assert person
        form = {"child": person[1], "form_id": "f-1"}
        check = await browser.post(f"/m/{message}/whose", f"/m/{message}/whose", **form)
        assert "Check your answer" in plain(check.text)
        assert "If you send this Homeward will tell or ask" in plain(check.text), plain(check.text)
        assert browser.outcomes.taken == []
        sent = await browser.post(f"/m/{message}/whose", f"/m/{message}/whose", **form, checked="yes")
        assert sent.status_code == 303
        ((_, _, value),) = browser.outcomes.taken
        event = orjson.loads(value)
        assert (event["type"], event["data"]["incident"], event["data"]["force"]) == ("match.decision", "XX-0401", "XX")
        await running.intake.process_batch([running.raw(value)])
        assert "Taken in" in await browser.text(sent.headers["location"])


async def test_what_cannot_be_read_is_shown_by_cause_without_a_value_and_read_again_only_after_a_dry_run() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        bad = missing(0, "XX-0501", reported_at="soon", child={"given_name": "Robin", "family_name": "Madeup"})
        await running.take(bad, missing(1, "XX-0502", reported_at="soon"))
        html = (await browser.get("/held-up")).text
        assert "2 are held up" in plain(html)
        look = re.search(r"/held-up/quarantine/[^\"]+", html)
        assert look
        shown = await browser.text(look[0])
        assert "reported_at" in shown
        assert "given_name" in shown
        for value in ("Robin", "Madeup", "XX-0501", "soon"):
            assert value not in shown
        cause = re.search(r'name="cause" value="([^"]+)"', html)
        assert cause
        dry = await browser.post("/held-up/replay", "/held-up", cause=cause[1])
        assert "Nothing has been done yet." in plain(dry.text)
        assert {q.state for q in await running.held()} == {"held"}
        await browser.post("/held-up/replay", "/held-up", cause=cause[1], sure="yes")
        assert {q.state for q in await running.held()} == {"replay_requested"}
        assert "2 will be read again" in await browser.text("/held-up")


async def test_a_canary_that_has_not_come_home_is_shown_with_where_it_is_held_up() -> None:
    every = timedelta(minutes=15)
    async with hub() as running, at_desk(running, OPERATOR, canaries=every) as browser:
        assert "No canary has set out yet." in await browser.text("/held-up")
        begun = running.clock.now()
        async with running.store.transaction() as tx:
            await tx.begin_canary("islington", "walk", False, begun, begun - every)
            await tx.reach("sent", ["walk"], begun)
        assert "Every canary comes home." in await browser.text("/held-up")
        running.clock.set(begun + timedelta(minutes=31))
        shown = plain((await browser.get("/held-up")).text)
        assert "Not come home. Islington: last came home never; it is in Kafka and has not been taken in" in shown
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        assert "canaries are turned off" in await browser.text("/held-up")


async def test_the_fault_is_marked_and_one_message_is_read_again_alone() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        await running.take(missing(0, "XX-0501", reported_at="soon"), missing(1, "XX-0502", reported_at="soon"))
        html = (await browser.get("/held-up")).text
        look = re.search(r"/held-up/quarantine/([^\"]+)", html)
        assert look
        shown = (await browser.get(look[0])).text
        (fault,) = re.findall(r"<mark[^>]*>(.*?)</mark>", shown)
        assert "reported_at" in fault
        await browser.post("/held-up/replay", look[0], id=look[1])
        assert sorted(q.state for q in await running.held()) == ["held", "replay_requested"]


async def test_the_oldest_of_a_cause_is_read_again_alone() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        await running.take(missing(0, "XX-0501", reported_at="soon"), missing(1, "XX-0502", reported_at="soon"))
        cause = re.search(r'name="cause" value="([^"]+)"', (await browser.get("/held-up")).text)
        assert cause
        await browser.post("/held-up/replay", "/held-up", cause=cause[1], sure="yes", only="oldest")
        assert sorted(q.state for q in await running.held()) == ["held", "replay_requested"]


async def test_values_are_shown_to_people_of_the_authority_alone_who_say_why_and_that_is_recorded() -> None:
    both = DeskUser("h.ops", "H. Ops", NOTTS.grants, operator=True)
    bad = missing(0, "XX-0501", reported_at="soon", child={"given_name": "Robin", "family_name": "Madeup"})
    async with hub() as running:
        await running.take(bad)
        (held,) = await running.held()
        page = f"/held-up/quarantine/{held.row.id}"
        async with at_desk(running, OPERATOR) as browser:
            assert "Show the values" not in (await browser.get(page)).text
            assert (await browser.post(page, page, why="to mend it")).status_code == 404
        async with at_desk(running, both) as browser:
            refused = await browser.post(page, page)
            assert "Say why you need the values" in plain(refused.text)
            assert "Robin" not in refused.text
            assert "Robin" in (await browser.post(page, page, why="to mend it with the force")).text
        looks = [(line.entry["what"], line.authority) for line in await running.ledger("look")]
        assert looks[-1] == (f"quarantined {held.row.id}, with values", "nottinghamshire")


async def test_nothing_stuck_says_so() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        text = await browser.text("/held-up")
        for words in ("Every message has gone out.", "Nothing is in quarantine.", "No register has sent anything yet."):
            assert words in text


async def test_who_is_no_operator_has_no_way_to_what_is_held_up() -> None:
    async with hub() as running, at_desk(running) as browser:
        assert "Held up" not in await browser.text("/rules")
        assert "We cannot find that here" in await browser.text("/held-up", 404)
        assert (await browser.post("/held-up/release", cause="x", sure="yes")).status_code == 404


@pytest.mark.parametrize("body", [b'{"child": {"Robin Madeup": "x", "age": 14}, "list": ["a", null]}', b"\xff", None])
def test_a_mask_lets_no_value_through_and_no_name_that_is_none_of_a_contract(body: bytes | None) -> None:
    shown = masked(body)
    for value in ("Robin", "14", '"a"', 'x"'):
        assert value not in shown
    if body and body.startswith(b"{"):
        assert json.loads(shown)["child"]["age"] == "•••"


async def test_rules_stand_by_clause_with_what_homeward_does_and_what_people_judge() -> None:
    async with hub() as running, at_desk(running, MANAGER) as browser:
        assert "nottinghamshire" in (await browser.get("/rules")).text
        text = await browser.text("/rules/nottinghamshire?words=6.2")
        assert "NOTTS" in text
        assert "Homeward:" in text
        assert "People judge" in await browser.text("/rules/nottinghamshire")
        assert "No clause has these words." in await browser.text("/rules/nottinghamshire?words=xyzzy")
        assert "We cannot find that here" in await browser.text("/rules/nowhere", 404)


async def test_figures_stand_beside_their_chart_and_as_files() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        await running.take(found(26, "XX-0303"))
        period = "authority=nottinghamshire&first=2026-06-01&last=2026-06-30"
        html = (await browser.get(f"/figures?{period}")).text
        assert "Jun 2026 1" in plain(html)
        assert "<rect" in html  # the chart, drawn on the server
        listed = await browser.get(f"/figures/download?{period}&table=episodes&form=csv")
        (row,) = csv.DictReader(io.StringIO(listed.text))
        assert row["incidents"] == "XX XX-0303"
        book = await browser.get(f"/figures/download?{period}&table=summary&form=xlsx")
        assert book.content.startswith(b"PK")
        assert [line.entry["what"] for line in await running.ledger("look")] == ["download episodes"]
        assert "Enter a first and a last day" in await browser.text("/figures?first=x&last=y", 422)


async def test_figures_are_counted_once_for_all_who_ask_within_a_minute_and_say_when() -> None:
    async with hub() as running, at_desk(running) as browser:
        await with_a_missing_child(running)
        period = "/figures?authority=nottinghamshire&first=2026-06-01&last=2026-06-30"
        text = await browser.text(period)
        assert "Returned 0" in text
        assert "Counted at" in text
        await running.take(found(26, "XX-0303"))
        assert "Returned 0" in await browser.text(period)
        running.clock.set(running.clock.now() + timedelta(minutes=1))
        assert "Returned 1" in await browser.text(period)


async def test_figures_of_another_authority_are_not_there() -> None:
    async with hub() as running, at_desk(running, BUCKS) as browser:
        assert "We cannot find that here" in await browser.text("/figures?authority=nottinghamshire", 404)
        path = "/figures/download?authority=nottinghamshire&table=episodes&form=csv"
        assert "We cannot find that here" in await browser.text(path, 404)


async def test_an_operator_sees_which_feed_is_silent_and_since_when_it_was_heard() -> None:
    async with hub() as running, at_desk(running, OPERATOR) as browser:
        assert "No feed is silent for longer than is usual." in await browser.text("/held-up")
        now = running.clock.now()
        async with running.store.transaction() as tx:
            states = [
                FeedState("police.xx.notifications.v1", now, now, now, 6.1, now),
                FeedState("police.yy.notifications.v1", now, now, quiet_since=now),
                FeedState("police.zz.notifications.v1", now, now, now, 0.1),
            ]
            await tx.keep_heard(states, [])
        text = await browser.text("/held-up")
        assert "Silent. police.xx.notifications.v1: last heard 13:00 today" in text
        assert "Silent. police.yy.notifications.v1: never heard" in text
        assert "police.zz" not in text
