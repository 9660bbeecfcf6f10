"""`MailSender`: e-mails out over a few reused connections, and a receipt for each.

Retrying later, and what to do about an e-mail in doubt, are the outbox's affair.
"""

import asyncio
from collections.abc import Sequence

from producers.mime import UnwritableError, compose, message_id
from producers.smtp import BrokenOffError, Conversation, MailSettings, UnreachableError
from producers.wording import Wordings
from schemas.delivery import Outgoing, Receipt, Verdict


class MailSender:
    """Sends the e-mails of a batch one after the other, and several batches side by side, each over a connection of its
    own. A server that cannot be reached costs one attempt, not one for each e-mail. `words_of` gives the words of a
    type of message."""

    def __init__(self, settings: MailSettings, words_of: Wordings) -> None:
        self._settings, self._words_of = settings, words_of
        self._idle: list[Conversation] = []
        self._places = asyncio.Semaphore(settings.connections)

    async def start(self) -> None:
        """Nothing to prepare: a connection is opened when the first e-mail goes."""

    async def stop(self) -> None:
        idle, self._idle = self._idle, []
        for conversation in idle:
            await conversation.close()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        async with self._places:
            conversation = self._idle.pop() if self._idle else Conversation(self._settings)
            try:
                return await self._send(conversation, batch)
            finally:
                self._idle.append(conversation)

    async def _send(self, conversation: Conversation, batch: Sequence[Outgoing]) -> list[Receipt]:
        receipts: list[Receipt] = []
        for place, item in enumerate(batch):
            try:
                receipts.append(await self._one(conversation, item))
            except UnreachableError as fault:
                return [*receipts, *(Receipt(late.row, Verdict.AWAY, str(fault)) for late in batch[place:])]
        return receipts

    async def _one(self, conversation: Conversation, item: Outgoing) -> Receipt:
        name = message_id(item.row, self._settings.domain)
        try:
            content = compose(item, self._settings.sender, self._settings.domain, self._words_of)
            mark = name.strip("<>").partition("@")[0]
            return Receipt(item.row, *await conversation.deliver(item.address, content, mark), reference=name)
        except UnwritableError as fault:
            return Receipt(item.row, Verdict.REFUSED, str(fault))
        except BrokenOffError as fault:
            return Receipt(item.row, Verdict.BROKE_OFF, str(fault))
