"""What was accepted is asked for, and no answer that cannot be read or kept holds up another."""

import logging
from datetime import timedelta

import pytest
from relay_world import MINUTE, World, row

from outbox.addressing import DirectoryBook
from outbox.receipts import Receipts, written_down
from producers.mime import message_id
from schemas.delivery import Confirmation, Receipt, Verdict
from tests.shipped import shipped_directories

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAILED = ("WARNING", "Could not ask for a receipt or keep it, retrying")
OVER = ("INFO", "Every receipt can be asked for again")


class Answers:
    """What the other side says of each row: an answer, nothing, or an error on the way."""

    def __init__(self, **answers: Confirmation | Exception | None) -> None:
        self.by_reference = {message_id(id, "homeward.example"): answer for id, answer in answers.items()}
        self.asked = list[str]()

    async def ask(self, reference: str) -> Confirmation | None:
        self.asked.append(reference)
        answer = self.by_reference[reference]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def accepted(hub: World, *names: str) -> None:
    """One delivery of each name was accepted, and its receipt is to be asked for."""
    await hub.promise(*(row(name, child=name, to="mail/nottinghamshire/team_manager") for name in names))
    hub.fates |= {name: Receipt(name, Verdict.SENT, ask_in=10) for name in names}
    await hub.relay(addresses=DirectoryBook(shipped_directories(), {}, lambda: hub.now)).drain()


async def arrives(hub: World, name: str) -> None:
    """Its receipt comes another way, such as by the mailbox."""
    async with hub.store.transaction() as tx:
        (delivery,) = await tx.by_reference(message_id(name, "homeward.example"))
        assert await written_down(tx, delivery, "delivered", "", hub.now)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(each.levelname, each.getMessage()) for each in caplog.records if each.name == "outbox.receipts"]


@pytest.mark.parametrize("spoilt", [KeyError("status"), Confirmation("bounced", "\ud800")])
async def test_one_receipt_that_fails_holds_up_no_other_is_told_of_and_is_asked_for_later(
    hub: World, spoilt: Confirmation | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await accepted(hub, "a", "b", "c")
    answers = Answers(a=spoilt, b=Confirmation("delivered"), c=None)
    receipts = Receipts(hub.store, {"mail": answers}, lambda: hub.now)
    hub.now += MINUTE
    assert await receipts.look() == 1
    assert await hub.states() == {"a": "accepted", "b": "delivered", "c": "accepted"}
    due = await receipts.next_look()
    assert due is not None
    assert due > hub.now
    assert said(caplog) == [FAILED]
    hub.now += MINUTE
    answers.by_reference[message_id("a", "homeward.example")] = Confirmation("delivered")
    assert await receipts.look() == 1
    assert (await hub.states())["a"] == "delivered"


async def test_a_receipt_that_cannot_be_asked_for_until_it_is_given_up_is_told_of_and_hides_no_other(
    hub: World, caplog: pytest.LogCaptureFixture
) -> None:
    await accepted(hub, "a", "b", "c")
    receipts = Receipts(
        hub.store, {"mail": Answers(a=KeyError("status"), b=KeyError("status"), c=None)}, lambda: hub.now
    )
    hub.now += MINUTE
    await receipts.look()
    receipts.senders = {"mail": Answers(a=KeyError("status"), b=None, c=None)}
    caplog.set_level(logging.INFO)
    caplog.clear()
    hub.now += 4 * DAY
    await receipts.look()
    gave_up = ("ERROR", "Gave up asking for a receipt: nobody knows whether the message arrived")
    assert sorted(said(caplog)) == [gave_up, OVER]
    assert await receipts.next_look() is None


async def test_an_answer_that_cannot_be_kept_is_asked_for_again_until_it_is(
    hub: World, caplog: pytest.LogCaptureFixture
) -> None:
    await accepted(hub, "a")
    spoilt = Confirmation("bounced", "\ud800")
    answers = Answers(a=spoilt)
    receipts = Receipts(hub.store, {"mail": answers}, lambda: hub.now)
    caplog.set_level(logging.INFO, "outbox.receipts")
    for answer in (spoilt, spoilt, None, KeyError("status"), None):
        answers.by_reference[message_id("a", "homeward.example")] = answer
        hub.now += 4 * DAY
        assert await receipts.look() == 0
        assert await receipts.next_look() == hub.now + HOUR
    assert said(caplog) == [FAILED]
    answers.by_reference[message_id("a", "homeward.example")] = Confirmation("bounced", "no such mailbox")
    hub.now += HOUR
    assert await receipts.look() == 1
    assert await hub.states() == {"a": "bounced"}
    assert said(caplog) == [FAILED, OVER]


async def test_the_trouble_of_a_receipt_that_came_another_way_is_over(
    hub: World, caplog: pytest.LogCaptureFixture
) -> None:
    await accepted(hub, "a", "b")
    receipts = Receipts(hub.store, {"mail": Answers(a=KeyError("status"), b=None)}, lambda: hub.now)
    caplog.set_level(logging.INFO, "outbox.receipts")
    hub.now += MINUTE
    await receipts.look()
    await arrives(hub, "a")
    await receipts.look()
    assert said(caplog) == [FAILED]
    hub.now += MINUTE
    await receipts.look()
    assert said(caplog) == [FAILED, OVER]


@pytest.mark.parametrize("answer", [None, KeyError("status")])
async def test_what_arrives_while_it_is_asked_for_has_arrived(
    hub: World, answer: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    class Slow(Answers):
        async def ask(self, reference: str) -> Confirmation | None:
            await arrives(hub, "a")
            return await super().ask(reference)

    await accepted(hub, "a")
    receipts = Receipts(hub.store, {"mail": Slow(a=answer)}, lambda: hub.now)
    caplog.set_level(logging.INFO, "outbox.receipts")
    hub.now += 4 * DAY
    await receipts.look()
    assert await hub.states() == {"a": "delivered"}
    assert said(caplog) == ([FAILED, OVER] if answer else [])
