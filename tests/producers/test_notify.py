"""What is particular to GOV.UK Notify: its key, its templates, a lost answer, and what becomes of a message."""

from collections.abc import Iterator
from typing import Any

import pytest
from outgoing_examples import mail

from homeward.torture.notify_server import API_KEY, DROP_AFTER, DROP_BEFORE, SERVICE, NotifyServer
from homeward.wordings import words_of
from producers.notify import NotifySender, NotifySettings
from schemas.delivery import Confirmation, Receipt, Verdict


@pytest.fixture
def notify() -> Iterator[NotifyServer]:
    with NotifyServer() as server:
        yield server


def sender(notify: NotifyServer, **changes: Any) -> NotifySender:
    settings: dict[str, Any] = {"api_key": API_KEY, "templates": {"*": "letter"}, "url": notify.url, "timeout": 5}
    return NotifySender(NotifySettings(**settings | changes), words_of)


async def send(notify: NotifyServer, **changes: Any) -> Receipt:
    used = sender(notify, **changes)
    (receipt,) = await used.send([mail()])
    await used.stop()
    return receipt


async def test_the_letter_fills_in_the_template_of_its_type(notify: NotifyServer) -> None:
    notify.templates["request"] = ("subject", "body")
    receipt = await send(notify, templates={"*": "letter", "rhi.request": "request"})
    assert receipt.verdict is Verdict.SENT
    (taken,) = notify.taken.values()
    assert (taken["template"]["id"], taken["reference"], taken["id"]) == ("request", "row-1", receipt.reference)
    assert "Arrange" in taken["subject"]
    assert taken["body"].startswith("Allocated social worker: arrange a return interview")


async def test_a_message_that_may_have_arrived_before_says_so(notify: NotifyServer) -> None:
    used = sender(notify)
    await used.send([mail(repeats=True)])
    await used.stop()
    (taken,) = notify.taken.values()
    assert "You may have received this e-mail before" in taken["body"]


async def test_a_wrong_key_is_no_fault_of_the_message(notify: NotifyServer) -> None:
    other = f"test-{SERVICE}-33333333-3333-4333-8333-333333333333"
    receipt = await send(notify, api_key=other)
    assert receipt.verdict is Verdict.AWAY
    assert "HOMEWARD_NOTIFY_API_KEY" in receipt.detail
    assert notify.taken == {}


@pytest.mark.parametrize(
    ("answer", "verdict", "mend"),
    [
        (400, Verdict.REFUSED, "directory"),
        (429, Verdict.AWAY, "429"),
        (500, Verdict.AWAY, "500"),
        (503, Verdict.AWAY, "503"),
    ],
)
async def test_every_answer_has_its_verdict(notify: NotifyServer, answer: int, verdict: Verdict, mend: str) -> None:
    notify.answers["*"] = answer
    receipt = await send(notify)
    assert receipt.verdict is verdict
    assert mend in receipt.detail
    notify.answers.clear()
    assert (await send(notify)).verdict is Verdict.SENT


@pytest.mark.parametrize("templates", [{"*": "gone"}, {"*": "letter", "rhi.request": "greedy"}])
async def test_a_template_that_cannot_be_used_is_tried_again_and_names_the_setting(
    notify: NotifyServer, templates: dict[str, str]
) -> None:
    notify.templates["greedy"] = ("subject", "shoe_size")
    receipt = await send(notify, templates=templates)
    assert receipt.verdict is Verdict.RETRY
    assert "rhi.request in HOMEWARD_NOTIFY_TEMPLATES" in receipt.detail


async def test_an_answer_that_is_lost_leaves_no_doubt_as_notify_can_be_asked(notify: NotifyServer) -> None:
    notify.answers["*"] = DROP_AFTER
    receipt = await send(notify)
    assert (receipt.verdict, receipt.reference) == (Verdict.SENT, next(iter(notify.taken)))
    notify.taken.clear()
    notify.answers["*"] = DROP_BEFORE
    assert (await send(notify)).verdict is Verdict.AWAY
    assert notify.taken == {}


@pytest.mark.parametrize(
    ("status", "became"),
    [
        ("created", None),
        ("sending", None),
        ("delivered", "delivered"),
        ("permanent-failure", "bounced"),
        ("temporary-failure", "bounced"),
        ("technical-failure", "bounced"),
    ],
)
async def test_what_became_of_a_message_can_be_asked(notify: NotifyServer, status: str, became: str | None) -> None:
    used = sender(notify)
    (receipt,) = await used.send([mail()])
    notify.becomes("duty@children.example", status)
    assert receipt.reference is not None
    heard = await used.ask(receipt.reference)
    await used.stop()
    assert (heard.became if heard else None) == became
    assert heard is None or isinstance(heard, Confirmation)


async def test_a_notify_that_is_away_knows_nothing_of_a_message(notify: NotifyServer) -> None:
    assert await sender(notify, url="http://127.0.0.1:1").ask("some-id") is None
    assert await sender(notify).ask("unknown") is None
