"""What becomes of the root that closes a day: a service stamps it, and a mailbox outside of the hub gets it, where the
settings name one. It vouches for all roots before it; nothing in it tells of a child."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson

from homeward.stamping import StampError, keep_stamp
from routing.library import HUB
from routing.messages import derived_id
from schemas.delivery import Outgoing, Sender, Verdict
from store import Store
from store.noting import Note
from store.roots import LedgerRoot

log = logging.getLogger(__name__)
_AGAIN = timedelta(minutes=10)  # after a service or a mail server could not be reached
_ABOUT = "root"


class Witnesses:
    """Whoever hears of roots. `url`: of the service; `mail`: the way out for e-mails and the mailbox."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], url: str | None, mail: tuple[Sender, str] | None
    ) -> None:
        self._store, self._now, self._url, self._mail = store, now, url, mail
        self._not_before: datetime | None = None

    async def attend(self) -> None:
        """Tells of the newest root that closes a day, once. What fails is tried again later."""
        now = self._now()
        if (self._url is None and self._mail is None) or (self._not_before and now < self._not_before):
            return
        async with self._store.reading() as tx:
            root = await tx.closing_root()
            told = root is None or bool(await tx.noted([_key(root)]))
            is_stamped = root is None or await tx.is_stamped(root.number)
        self._not_before = None
        if root and self._url and not is_stamped:
            await self._stamp(root, self._url)
        if root and self._mail and not told:
            await self._tell(root, *self._mail)

    async def _stamp(self, root: LedgerRoot, url: str) -> None:
        try:
            await keep_stamp(self._store, root, url, self._now())
        except StampError as error:
            self._failed("Could not have the root of a day stamped, retrying", str(error))

    async def _tell(self, root: LedgerRoot, sender: Sender, address: str) -> None:
        (receipt,) = await sender.send([_letter(root, address)])
        if receipt.verdict not in (Verdict.SENT, Verdict.IN_DOUBT):
            self._failed("Could not send the root of a day, retrying", receipt.detail)
            return
        async with self._store.transaction(brief=True) as tx:
            await tx.note([Note(_key(root), _ABOUT, self._now())])

    def _failed(self, what: str, why: str) -> None:
        self._not_before = self._now() + _AGAIN
        log.warning(what, extra={"why": why})


def _key(root: LedgerRoot) -> str:
    return f"{_ABOUT}/{root.number}/{root.root}"


def _letter(root: LedgerRoot, address: str) -> Outgoing:
    told = {
        "authority": HUB,
        "urgency": "routine",
        "detail": "Keep this e-mail. With the root in it, `homeward ledger verify --root` shows later whether anything "
        "in the ledger was changed, put in or taken out that was written before",
        "root": root.root,
        "number": root.number,
        "made_at": root.at.isoformat(),
        "closes": root.closes,
    }
    row = derived_id("root", str(root.number), root.root)
    return Outgoing(row, row, "ledger.root", None, root.at, f"{HUB}/roots", address, orjson.dumps(told))
