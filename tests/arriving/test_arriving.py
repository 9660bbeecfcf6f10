"""A running hub and a mail server that misbehaves: whoever is answerable hears of what has not arrived, within its time
and by another way; one bad mailbox is one fault; and the log, the command and the readiness say what is the matter."""

import logging
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import pytest_asyncio
from arriving_hub import (
    DUTY,
    DUTY_BOX,
    HOUR,
    MANAGER,
    MANAGER_BOX,
    MINUTE,
    OFFICER,
    OFFICER_BOX,
    SECOND,
    TOPIC,
    ArrivingHub,
    arriving,
)

from homeward.torture.mail_server import DROP, MailServer, Taken


@pytest_asyncio.fixture
async def hub(tmp_path: Path, server: MailServer) -> AsyncIterator[ArrivingHub]:
    async with arriving(tmp_path, server) as made:
        yield made


def text(post: Taken) -> str:
    body = message_from_bytes(post.content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def only_mail_waits(hub: ArrivingHub) -> bool:
    """The mail server is known to be away, and the topics have got theirs."""
    topics = {each.state for each in await hub.deliveries() if each.row.destination.startswith("topic/")}
    return "mail" in (await hub.hub.health.state()).get("channels_away", {}) and topics <= {"accepted"}


async def is_listed(hub: ArrivingHub, line: str) -> bool:
    """In time: a probe may be under way, which is listed apart."""
    return line in await hub.command("list")


async def one_is_accepted(hub: ArrivingHub) -> bool:
    return "accepted" in (await hub.states()).values()


async def test_a_dead_mail_server_is_told_of_by_another_way_in_five_minutes_and_then_all_arrives(
    hub: ArrivingHub, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.down = True
    await hub.report()
    await hub.until(lambda: only_mail_waits(hub))
    hub.passes(5 * MINUTE - SECOND)
    assert await hub.parts.undelivered.tell() == 0
    hub.passes(SECOND)
    ((destination, word),) = await hub.said(1)
    assert destination == TOPIC
    assert word["detail"].startswith("Not accepted after 5 minutes: 3 messages")
    assert [recipient["role"] for recipient in word["to"]] == ["children_missing_officer"]
    state = await hub.hub.health.state()
    assert state["checks"]["database"]
    assert state["channels_away"]["mail"] >= 299
    assert state["oldest_delivery"] == 300
    await hub.until(lambda: is_listed(hub, "2 prepared by mail (immediate), oldest since 2026-03-02 12:00Z"))
    await hub.report(2)
    await hub.until(lambda: only_mail_waits(hub))
    hub.passes(5 * MINUTE - SECOND)
    assert await hub.parts.undelivered.tell() == 0
    hub.passes(SECOND)
    _, (destination, word) = await hub.said(2)
    assert destination == TOPIC
    assert "3 messages" in word["detail"]
    assert "the same fault as told since 2026-03-02 12:05 UTC" in word["detail"]
    server.down = False
    hub.passes(MINUTE)
    mails = [each.row.id for each in await hub.deliveries() if each.row.destination.startswith("mail/")]
    await hub.come_to("accepted", *mails)
    assert {each.attempts for each in await hub.deliveries()} == {1}
    assert await hub.command("list") == "Nothing is held up.\n"
    lines = [record.getMessage() for record in caplog.records if record.name == "outbox.circuits"]
    assert lines[0] == "Deliveries began to fail: on hold, retrying"
    assert lines[-1] == "Deliveries are getting through again"
    assert lines.count(lines[0]) == lines.count(lines[-1]) == 1
    assert not any(task.done() for task in hub.hub._tasks), "a part that ends by itself ends the hub"


async def test_a_person_hears_through_whom_nothing_went_out_and_the_next_of_the_ladder_too(
    tmp_path: Path, server: MailServer
) -> None:
    local = '[acknowledge."referral.create"]\nwithin = "2h"\nladder = ["team_manager", "service_director"]\n'
    second = {"children_missing_officer": ("topic", "nottinghamshire.duty-phone.v1")}
    async with arriving(tmp_path, server, second, local) as hub:
        server.down = True
        await hub.report()
        await hub.until(lambda: only_mail_waits(hub))
        hub.passes(5 * MINUTE)
        words = await hub.said(2)
        assert [destination for destination, _ in words] == [
            TOPIC, "topic/nottinghamshire.duty-phone.v1",
        ]  # fmt: skip
        assert [recipient["role"] for recipient in words[0][1]["to"]] == ["children_missing_officer", "team_manager"]


async def test_each_state_is_shown_with_its_time_its_reason_and_a_count(hub: ArrivingHub, server: MailServer) -> None:
    server.answers["RCPT", DUTY_BOX] = f"550 5.1.1 {DUTY_BOX} unknown"
    server.answers["RCPT", MANAGER_BOX] = "451 4.7.1 greylisted"
    server.answers["END", "mash@nottinghamshire.example"] = DROP
    await hub.promise("refused", to=DUTY)
    await hub.promise("put off", to=MANAGER)
    await hub.promise("lost", to="mail/nottinghamshire/mash")
    await hub.come_to("failed", "refused")
    await hub.come_to("retrying", "put off")
    await hub.come_to("in_doubt", "lost")
    listed = (await hub.command("list")).splitlines()
    for state, reason in (
        ("failed", "no such mailbox. Correct the address in the directory"),
        ("retrying", "Deferred by the mail server (451 4.7.1); next attempt 2026-03-02 12:00Z"),
        ("in doubt", "Connection lost after the message was sent"),
    ):
        (line,) = (line for line in listed if f"  {state}  since 2026-03-02 12:00Z after 1 attempt" in line)
        assert reason in line
    assert not any("@" in line for line in listed)
    counts = (await hub.hub.health.state())["deliveries"]
    assert {state: counts[state] for state in ("failed", "retrying", "in_doubt")} == dict.fromkeys(
        ("failed", "retrying", "in_doubt"), 1
    )
    await hub.until(lambda: one_is_accepted(hub))  # the word about what did not arrive
    async with hub.store.reading() as tx:
        ledger = [line.entry["outcome"] for line in await tx.ledger_after(0, 1000) if line.kind == "delivery"]
    assert {"failed", "retrying", "in_doubt", "accepted"} <= set(ledger)


async def test_one_bad_mailbox_is_one_fault_and_a_corrected_directory_frees_every_row(
    hub: ArrivingHub, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers["RCPT", DUTY_BOX] = "550 5.1.1 unknown"
    names = [f"{place:02}" for place in range(17)]
    await hub.promise(*names)
    await hub.promise("behind", child="00")
    await hub.come_to("failed", *names)
    words = await hub.said(2)
    assert [destination for destination, _ in words] == [TOPIC, OFFICER]
    hub.passes(20 * MINUTE)
    assert await hub.parts.undelivered.tell() == 0
    held = [record for record in caplog.records if "it waits for a person" in record.getMessage()]
    assert len(held) == 17
    hub.readdress("cscs", "duty.desk@nottinghamshire.example")
    assert "17 released." in await hub.command("release", "--all", "--new-address")
    hub.passes(SECOND)
    await hub.come_to("accepted", *names, "behind")
    assert [post.mailbox for post in server.posts].count("duty.desk@nottinghamshire.example") == 18


async def test_a_released_row_takes_the_rest_of_its_lane_to_the_new_address(
    hub: ArrivingHub, server: MailServer
) -> None:
    server.answers["END", DUTY_BOX] = DROP
    await hub.promise("first", child="one")
    await hub.come_to("in_doubt", "first")
    server.answers.clear()
    server.answers["RCPT", DUTY_BOX] = "550 5.1.1 unknown"
    await hub.promise("second", child="one")
    await hub.come_to("failed", "second")
    hub.readdress("cscs", "duty.desk@nottinghamshire.example")
    held = {line.split()[1]: line.split()[0] for line in (await hub.command("list")).splitlines()}
    assert "1 released." in await hub.command("release", held["failed"], "--new-address")
    assert "1 released." in await hub.command("release", held["in"])
    hub.passes(SECOND)
    await hub.come_to("accepted", "first", "second")
    assert [post.mailbox for post in server.posts if post.mailbox != OFFICER_BOX] == [
        DUTY_BOX, *["duty.desk@nottinghamshire.example"] * 2,
    ]  # fmt: skip


async def test_an_address_is_fixed_only_when_a_row_was_handed_to_a_server(hub: ArrivingHub, server: MailServer) -> None:
    server.down = True
    await hub.promise("a")
    await hub.until(lambda: only_mail_waits(hub))
    hub.readdress("cscs", "duty.desk@nottinghamshire.example")
    server.down = False
    hub.passes(MINUTE)
    await hub.come_to("accepted", "a")
    assert [post.mailbox for post in server.posts] == ["duty.desk@nottinghamshire.example"]


async def test_what_is_immediate_and_in_doubt_goes_again_once_and_says_so_and_what_can_wait_does_not(
    hub: ArrivingHub, server: MailServer
) -> None:
    server.answers["END", DUTY_BOX] = DROP
    await hub.promise("can wait")
    await hub.come_to("in_doubt", "can wait")
    await hub.said(2)
    await hub.promise("at once", urgency="immediate")

    async def twice() -> bool:
        return len([post for post in server.posts if post.mailbox == DUTY_BOX]) == 3

    await hub.until(twice)
    await hub.come_to("in_doubt", "at once", "can wait")
    hub.passes(HOUR)
    await hub.parts.undelivered.tell()
    _, first, again = (post for post in server.posts if post.mailbox == DUTY_BOX)
    assert first.content != again.content
    assert "You may have received this e-mail before" not in text(first)
    assert "You may have received this e-mail before" in text(again)
    assert await twice()
    assert "not sent again: ask, then release it" in (await hub.words())[0][1]["detail"]


async def test_a_greylisted_mailbox_is_tried_every_minute_where_the_message_cannot_wait(
    hub: ArrivingHub, server: MailServer
) -> None:
    server.greylist = 8
    await hub.promise("at once", urgency="immediate")
    for tries in range(1, 9):

        async def tried(count: int = tries) -> bool:
            (each,) = (each for each in await hub.deliveries() if each.row.id == "at once")
            return each.attempts == count and each.state == "retrying"

        await hub.until(tried)
        hub.passes(72 * SECOND)
    await hub.come_to("accepted", "at once")
    assert [post.mailbox for post in server.posts if post.mailbox == DUTY_BOX] == [DUTY_BOX]
    assert "451 4.7.1" in (await hub.words())[0][1]["detail"]  # told, as it took longer than five minutes


async def test_the_log_has_a_line_for_each_batch_and_for_each_record_in_quarantine(
    hub: ArrivingHub, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await hub.report(7)
    await hub.report(8, force="ZZ")  # not the force of the topic
    taken = [record for record in caplog.records if record.getMessage() == "Took in a batch"]
    assert [vars(record)["records"] for record in taken] == [
        "police.AR.notifications.v1/0:7-7", "police.AR.notifications.v1/0:8-8",
    ]  # fmt: skip
    assert [(vars(record)["count"], vars(record)["quarantined"]) for record in taken] == [(1, 0), (1, 1)]
    assert all(vars(record)["milliseconds"] >= 0 and vars(record)["messages"] > 0 for record in taken)
    (aside,) = (record for record in caplog.records if record.getMessage() == "Moved a record to quarantine")
    assert (vars(aside)["record"], vars(aside)["reason"]) == ("police.AR.notifications.v1/0/8", "wrong_topic")

    async def posted() -> bool:
        return len(server.posts) >= 3

    await hub.until(posted)
    await hub.until(lambda: sent(caplog))
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the test server's
    assert not any("@" in str(vars(record)) or "K-7" in str(vars(record)) for record in ours)


async def sent(caplog: pytest.LogCaptureFixture) -> bool:
    lines = [vars(record) for record in caplog.records if record.getMessage() == "Sent a batch"]
    return {line["channel"] for line in lines} == {"mail", "topic"} and all(line["accepted"] > 0 for line in lines)
