"""`MailSender`: a batch of messages out as e-mails over one reused connection, and a receipt for each message.

What one cause makes the hub say to one mailbox is one e-mail. Retrying later, and what to do about an e-mail in doubt,
are the outbox's affair.
"""

import asyncio
from collections.abc import Sequence

from producers.gathering import gathered
from producers.mime import UnwritableError, compose
from producers.smtp import BrokenOffError, Conversation, MailSettings, UnreachableError
from producers.wording import Wordings
from schemas.delivery import Outgoing, Receipt, Verdict


class MailSender:
    """Sends one e-mail after the other. A server that cannot be reached costs one attempt, not one for each e-mail; an
    e-mail at which it hangs up does not hold up the next. `words_of` gives the words of the messages."""

    def __init__(self, settings: MailSettings, words_of: Wordings) -> None:
        self._settings, self._words_of = settings, words_of
        self._conversation = Conversation(settings)
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Nothing to prepare: the connection is opened when the first e-mail goes."""

    async def stop(self) -> None:
        async with self._turn:
            await self._conversation.close()

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        async with self._turn:
            receipts: dict[str, Receipt] = {}
            away, hung_up = "", False
            for items in gathered(batch):
                verdict, detail = Verdict.RETRY, away
                if not away:
                    try:
                        content = compose(items, self._settings.sender, self._settings.domain, self._words_of)
                        verdict, detail = await self._conversation.deliver(items[0].address, content)
                        hung_up = False
                    except UnwritableError as fault:
                        verdict, detail = Verdict.REFUSED, str(fault)
                    except UnreachableError as fault:
                        detail = str(fault)
                        away = detail if hung_up or not isinstance(fault, BrokenOffError) else ""
                        hung_up = True
                receipts |= {item.row: Receipt(item.row, verdict, detail) for item in items}
            return [receipts[item.row] for item in batch]
