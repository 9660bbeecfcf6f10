"""What was accepted is asked for, and no answer that cannot be read or kept holds up another."""

import pytest
from relay_world import MINUTE, World, row

from outbox.addressing import DirectoryBook
from outbox.receipts import Receipts
from producers.mime import message_id
from schemas.delivery import Confirmation, Receipt, Verdict
from tests.shipped import shipped_directories


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


@pytest.mark.parametrize("spoilt", [KeyError("status"), Confirmation("bounced", "\ud800")])
async def test_one_receipt_that_fails_holds_up_no_other_is_told_of_and_is_asked_for_later(
    hub: World, spoilt: Confirmation | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("a", "b", "c")
    await hub.promise(*(row(name, child=name, to="mail/nottinghamshire/team_manager") for name in names))
    hub.fates |= {name: Receipt(name, Verdict.SENT, ask_in=10) for name in names}
    await hub.relay(addresses=DirectoryBook(shipped_directories(), {}, lambda: hub.now)).drain()
    answers = Answers(a=spoilt, b=Confirmation("delivered"), c=None)
    receipts = Receipts(hub.store, {"mail": answers}, lambda: hub.now)
    hub.now += MINUTE
    assert await receipts.look() == 1
    assert await hub.states() == {"a": "accepted", "b": "delivered", "c": "accepted"}
    due = await receipts.next_look()
    assert due is not None
    assert due > hub.now
    assert [record.getMessage() for record in caplog.records] == ["Could not ask for a receipt, retrying"]
    hub.now += MINUTE
    answers.by_reference[message_id("a", "homeward.example")] = Confirmation("delivered")
    assert await receipts.look() == 1
    assert (await hub.states())["a"] == "delivered"
