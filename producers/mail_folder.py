"""`MailFolder`: every e-mail becomes a file and goes nowhere, for a hub that is tried out without a mail server."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from producers.gathering import gathered
from producers.mime import UnwritableError, compose, message_id, rows_key
from producers.wording import Wordings
from schemas.delivery import Outgoing, Receipt, Verdict


class MailFolder:
    """Writes `<Message-ID without its domain>.eml` into `folder`, readable by its owner only. Repeated rows give the
    same file again. `sender` and `domain` as for a mail server."""

    def __init__(self, folder: Path, sender: str, domain: str, words_of: Wordings) -> None:
        self.folder, self._sender, self._domain, self._words_of = folder, sender, domain, words_of

    async def start(self) -> None:
        """Makes the folder. Raises OSError where that cannot be done."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def stop(self) -> None:
        """Nothing stays open."""

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        receipts: dict[str, Receipt] = {}
        for items in gathered(batch):
            verdict, detail = await asyncio.to_thread(self._write, items)
            receipts |= {item.row: Receipt(item.row, verdict, detail) for item in items}
        return [receipts[item.row] for item in batch]

    def _write(self, items: Sequence[Outgoing]) -> tuple[Verdict, str]:
        try:
            content = compose(items, self._sender, self._domain, self._words_of)
            name = message_id(rows_key(items), self._domain).strip("<>").partition("@")[0]
            draft = self.folder / f"{name}.new"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(self.folder / f"{name}.eml")
        except UnwritableError as fault:
            return Verdict.REFUSED, str(fault)
        except OSError as fault:
            return Verdict.RETRY, f"cannot write to the folder for e-mails ({fault.strerror})"
        return Verdict.SENT, "written to a file"
