"""`MailFolder`: every e-mail becomes a file and goes nowhere, for a hub that is tried out without a mail server."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from producers.mime import UnwritableError, compose, message_id
from producers.wording import Wordings
from schemas.delivery import Outgoing, Receipt, Verdict


class MailFolder:
    """Writes `<Message-ID without its domain>.eml` into `folder`, readable by its owner only. A repeated row gives the
    same file again. `sender` and `domain` as for a mail server."""

    def __init__(self, folder: Path, sender: str, domain: str, words_of: Wordings) -> None:
        self.folder, self._sender, self._domain, self._words_of = folder, sender, domain, words_of

    async def start(self) -> None:
        """Makes the folder. Raises OSError where that cannot be done."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def stop(self) -> None:
        """Nothing stays open."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        return [await asyncio.to_thread(self._write, item) for item in batch]

    def _write(self, item: Outgoing) -> Receipt:
        try:
            content = compose(item, self._sender, self._domain, self._words_of)
            name = message_id(item.row, self._domain).strip("<>").partition("@")[0]
            draft = self.folder / f"{name}.new"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(self.folder / f"{name}.eml")
        except UnwritableError as fault:
            return Receipt(item.row, Verdict.REFUSED, str(fault))
        except OSError as fault:
            return Receipt(item.row, Verdict.RETRY, f"cannot write to the folder for e-mails ({fault.strerror})")
        return Receipt(item.row, Verdict.SENT, "written to a file")
