"""`NotifySender`: e-mails by GOV.UK Notify, through its own client, and what Notify says later of each.

Notify knows a letter by the reference that we give it (see `rows_key`), so that an answer that was lost is no doubt: it
can be asked. Its client is synchronous, and works in threads here.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from producers.gathering import gathered
from producers.mime import UnwritableError, in_order, rows_key, written_letter
from producers.wording import Wordings
from schemas.delivery import Confirmation, Outgoing, Receipt, Verdict

# It repeats the words of the service, which may name a recipient; our receipts tell what went wrong.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)

_ASK_IN = 10.0  # seconds until it may know more
_NEVER_LEFT = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.InvalidURL)
_STATUSES = {
    "permanent-failure": "Notify could not deliver it: no such mailbox. Correct the address in the directory",
    "temporary-failure": "Notify could not deliver it within three days: ask the recipient whether the mailbox is full",
    "technical-failure": "Notify had a fault of its own and did not send it: release it to send it again",
}


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """`templates`: the template's id for a type of message, `*` for all others. `timeout` in seconds."""

    api_key: str = field(repr=False)
    templates: Mapping[str, str]
    url: str = "https://api.notifications.service.gov.uk"
    timeout: float = 30.0


class NotifySender:
    """Sends each letter by a request of its own. `words_of` gives the words of the messages."""

    def __init__(self, settings: NotifySettings, words_of: Wordings) -> None:
        self._settings, self._words_of = settings, words_of
        self._idle: list[Any] = []

    async def start(self) -> None:
        """Nothing to prepare: each request stands for itself."""

    async def stop(self) -> None:
        idle, self._idle = self._idle, []
        for client in idle:
            client.request_session.close()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        receipts: dict[str, Receipt] = {}
        for items in gathered(batch):
            made = await self._one(items)
            receipts |= {item.row: made._replace(row=item.row) for item in items}
            if made.verdict is Verdict.AWAY:
                late = (item.row for item in batch if item.row not in receipts)
                receipts |= {row: Receipt(row, Verdict.AWAY, made.detail) for row in late}
                break
        return [receipts[item.row] for item in batch]

    async def ask(self, reference: str) -> Confirmation | None:
        """What became of a notification, by Notify's id; None while it is under way, or cannot be asked."""
        try:
            status = (await self._call(lambda client: client.get_notification_by_id(reference)))["status"]
        except (APIError, requests.RequestException, OSError):
            return None
        if status == "delivered":
            return Confirmation("delivered")
        return Confirmation("bounced", _STATUSES[status]) if status in _STATUSES else None

    async def _one(self, items: Sequence[Outgoing]) -> Receipt:
        """The receipt of one letter, as that of its leading row."""
        try:
            messages = in_order(items)
            letter, body = written_letter(messages, self._words_of)
        except UnwritableError as fault:
            return Receipt(items[0].row, Verdict.REFUSED, str(fault))
        lead, reference = messages[0][0], rows_key(items)
        template = self._settings.templates.get(lead.type) or self._settings.templates["*"]
        filled = {"subject": letter.subject, "body": body}
        try:
            answer = await self._call(
                lambda client: client.send_email_notification(lead.address, template, filled, reference=reference)
            )
        except APIError as fault:
            return await self._failed(lead, reference, fault)
        return Receipt(lead.row, Verdict.SENT, reference=str(answer["id"]), ask_in=_ASK_IN)

    async def _failed(self, item: Outgoing, reference: str, fault: APIError) -> Receipt:
        status, message = fault.status_code, str(fault.message)
        if status == 400:
            return _bad_request(item, message)
        cause = type(fault.__cause__).__name__ if fault.response is None else str(status)
        if status == 403:
            return Receipt(item.row, Verdict.AWAY, "Notify refuses the key (403): check HOMEWARD_NOTIFY_API_KEY")
        away = f"Notify takes nothing at the moment ({cause})"
        if status == 429 or isinstance(fault.__cause__, _NEVER_LEFT) or _refused(fault.__cause__):
            return Receipt(item.row, Verdict.AWAY, away)
        # It broke off after it had the request, which may have been taken.
        try:
            known = await self._call(lambda client: client.get_all_notifications(reference=reference))
        except APIError:
            return Receipt(item.row, Verdict.IN_DOUBT, f"{away}, and cannot be asked whether it has this message")
        if found := known["notifications"]:
            return Receipt(item.row, Verdict.SENT, reference=str(found[0]["id"]), ask_in=_ASK_IN)
        return Receipt(item.row, Verdict.AWAY, away)

    async def _call(self, work: Callable[[Any], Any]) -> Any:
        """In a thread, with a client of its own: they are not made to be shared."""
        asked = self._settings
        make: Any = NotificationsAPIClient
        client = self._idle.pop() if self._idle else make(asked.api_key, asked.url, asked.timeout)
        try:
            return await asyncio.to_thread(work, client)
        finally:
            self._idle.append(client)


def _bad_request(item: Outgoing, message: str) -> Receipt:
    if "email_address" in message or "recipient" in message:
        fix = "Notify does not send to this recipient: correct the address in the directory, or check the kind of key"
        return Receipt(item.row, Verdict.REFUSED, fix)
    fix = f"check the template of {item.type} in HOMEWARD_NOTIFY_TEMPLATES"
    return Receipt(item.row, Verdict.RETRY, f"Notify cannot use the template: {fix}")


def _refused(cause: BaseException | None) -> bool:
    """Whether no connection came about at all."""
    return isinstance(cause, requests.ConnectionError) and "NewConnectionError" in repr(cause)
