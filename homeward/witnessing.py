"""What becomes of the root that closes a day: a service stamps it, and a mailbox outside of the hub gets it, where the
settings name one. It vouches for all roots before it; nothing in it tells of a child. Where nobody vouches for any root
for two days of trying, that is a fault of the hub."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson

from homeward.stamping import StampError, keep_stamp
from routing.library import HUB
from routing.messages import derived_id
from schemas.delivery import Outgoing, Sender, Verdict
from store import Store, Transaction
from store.noting import Note
from store.roots import LedgerRoot
from store.trouble import do_again_and_again

log = logging.getLogger(__name__)
_LOOK_EVERY = 60.0  # seconds
_LATE = timedelta(days=2)
_AGAIN = timedelta(minutes=10)  # after a service or a mail server could not be reached
_ABOUT = "root"
_STAMP, _MAIL = "stamp", "mail"
_WORDS = {_STAMP: "stamped", _MAIL: "sent"}


class Witnesses:
    """Whoever hears of roots. `url`: of the service; `mail`: the way out for e-mails and the mailbox."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], url: str | None, mail: tuple[Sender, str] | None
    ) -> None:
        self._store, self._now, self._url, self._mail = store, now, url, mail
        self._not_before: datetime | None = None
        # By witness, since when roots of days wait for it: at most since it was first tried.
        self._waits: dict[str, datetime] = {}

    async def run(self) -> None:
        """Tells of roots until it is cancelled. Whatever fails, it goes on."""
        failed = "Could not have the root of a day vouched for, retrying"
        await do_again_and_again(self.attend, _LOOK_EVERY, log, "roots of days", failed)

    async def attend(self) -> None:
        """Tells of the newest root that closes a day, once. What fails is tried again later."""
        now = self._now()
        if (self._url is None and self._mail is None) or (self._not_before and now < self._not_before):
            return
        async with self._store.reading() as tx:
            root = await tx.closing_root()
            waiting = await self._waiting(tx, root) if root else {}
            tried = {each: await tx.noted_at(_tried(each)) for each in waiting}
        if untried := [Note(_tried(each), _tried(each), now) for each, at in tried.items() if at is None]:
            # In the database, before anything can fail: a process that starts anew must not hide what keeps failing.
            async with self._store.transaction(brief=True) as tx:
                await tx.note(untried)
        self._waits = {each: max(since, tried[each] or now) for each, since in waiting.items()}
        self._not_before = None
        if root and self._url and _STAMP in self._waits:
            await self._stamp(root, self._url)
        if root and self._mail and _MAIL in self._waits:
            await self._tell(root, *self._mail)

    async def _waiting(self, tx: Transaction, root: LedgerRoot) -> dict[str, datetime]:
        """Which witnesses have not heard of this root, and when the first was made of those they have not heard of."""
        heard: dict[str, int] = {}
        if self._url and not await tx.is_stamped(root.number):
            heard[_STAMP] = await tx.stamped_through()
        if self._mail and not await tx.noted([_key(root)]):
            heard[_MAIL] = _number(await tx.newest_note(_ABOUT))
        return {each: await tx.closed_after(number) or root.at for each, number in heard.items()}

    def waits(self) -> dict[str, int]:
        """For how many seconds roots of days have waited for each witness that there is."""
        named = {_STAMP: self._url, _MAIL: self._mail}
        now = self._now()
        return {
            each: round((now - self._waits.get(each, now)).total_seconds()) for each, given in named.items() if given
        }

    def fault(self) -> str | None:
        """What is wrong: for two days of trying no root of a day was stamped, or sent."""
        late = {each: since for each, since in self._waits.items() if self._now() - since >= _LATE}
        told = [f"roots of days have not been {_WORDS[each]} since {at:%Y-%m-%d %H:%M}" for each, at in late.items()]
        return f"{'; '.join(told)}: see the log" if told else None

    async def _stamp(self, root: LedgerRoot, url: str) -> None:
        try:
            await keep_stamp(self._store, root, url, self._now())
        except StampError as error:
            self._failed("Could not have the root of a day stamped, retrying", str(error))
        else:
            del self._waits[_STAMP]

    async def _tell(self, root: LedgerRoot, sender: Sender, address: str) -> None:
        (receipt,) = await sender.send([_letter(root, address)])
        if receipt.verdict not in (Verdict.SENT, Verdict.IN_DOUBT):
            self._failed("Could not send the root of a day, retrying", receipt.detail)
            return
        async with self._store.transaction(brief=True) as tx:
            await tx.note([Note(_key(root), _ABOUT, self._now())])
        del self._waits[_MAIL]

    def _failed(self, what: str, why: str) -> None:
        self._not_before = self._now() + _AGAIN
        log.warning(what, extra={"why": why})


def _key(root: LedgerRoot) -> str:
    return f"{_ABOUT}/{root.number}/{root.root}"


def _tried(witness: str) -> str:
    """The key of the note of when this witness was first to be told of a root; also what the note is about."""
    return f"{_ABOUT} to be {_WORDS[witness]}"


def _number(key: str | None) -> int:
    """That of the root with this key; 0 without one."""
    return int(key.split("/")[1]) if key else 0


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
