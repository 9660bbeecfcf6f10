"""What was accepted is asked for, and no answer that cannot be read or kept holds up another."""

import logging
from datetime import timedelta

import pytest
from relay_world import MINUTE, World, row

from outbox.addressing import DirectoryBook
from outbox.receipts import Receipts
from producers.mime import message_id
from schemas.delivery import Confirmation, Receipt, Verdict
from tests.shipped import shipped_directories

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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
    said = ["Could not ask for a receipt or keep it, retrying"]
    assert [each.getMessage() for each in caplog.records if each.name == "outbox.receipts"] == said
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
    said = [(each.levelname, each.getMessage()) for each in caplog.records if each.name == "outbox.receipts"]
    gave_up = ("ERROR", "Gave up asking for a receipt: nobody knows whether the message arrived")
    assert sorted(said) == [gave_up, ("INFO", "Every receipt can be asked for again")]
    assert await receipts.next_look() is None


async def test_an_answer_that_cannot_be_kept_is_asked_for_again_until_it_is(hub: World) -> None:
    await accepted(hub, "a")
    answers = Answers(a=Confirmation("bounced", "\ud800"))
    receipts = Receipts(hub.store, {"mail": answers}, lambda: hub.now)
    for _ in range(3):
        hub.now += 4 * DAY
        assert await receipts.look() == 0
        assert await receipts.next_look() == hub.now + HOUR
    answers.by_reference[message_id("a", "homeward.example")] = Confirmation("bounced", "no such mailbox")
    hub.now += HOUR
    assert await receipts.look() == 1
    assert await hub.states() == {"a": "bounced"}
