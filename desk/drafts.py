"""Drafts: what somebody has typed into a form and not sent. It outlives their session, sealed for the same person, for
a day at most, and is gone once the answer is sent."""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken

from desk.desk import Desk
from store.trouble import do_again_and_again

log = logging.getLogger(__name__)
LASTS = timedelta(hours=24)
"""How long a draft is kept after it was last typed in."""
_EVERY = 3600.0
"""Seconds between two clearings of old drafts."""
Fields = Mapping[str, list[str]]
"""What was typed, by the name of the field."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was kept, and until when it is."""

    fields: Fields
    kept_at: datetime

    @property
    def until(self) -> datetime:
        return self.kept_at + LASTS


async def keep_draft(desk: Desk, who: str, path: str, fields: Fields) -> None:
    """Keeps what is typed on the page of a form, in place of what was kept there before."""
    sealed = _seal(desk, who).encrypt(json.dumps(dict(fields)).encode())
    async with desk.store.transaction() as tx:
        await tx.keep_draft(_key(desk, who, path), sealed, desk.now())


async def draft_of(desk: Desk, who: str, path: str) -> Draft | None:
    """What this person has typed there; None where nothing is kept, or nobody can open it any more."""
    async with desk.store.reading() as tx:
        kept = await tx.draft(_key(desk, who, path))
    if kept is None or kept[0] + LASTS <= desk.now():
        return None
    try:
        return Draft(json.loads(_seal(desk, who).decrypt(kept[1])), kept[0])
    except InvalidToken:  # sealed with a secret that has changed since
        return None


async def drop_draft(desk: Desk, who: str, path: str) -> None:
    """Forgets it."""
    async with desk.store.transaction() as tx:
        await tx.drop_draft(_key(desk, who, path))


async def keep_forgetting(desk: Desk) -> None:
    """Forgets what is too old, for as long as the desk runs."""

    async def forget() -> None:
        async with desk.store.transaction() as tx:
            await tx.drop_drafts_before(desk.now() - LASTS)

    await do_again_and_again(forget, _EVERY, log, "old drafts", "Could not forget old drafts, retrying")


def _key(desk: Desk, who: str, path: str) -> str:
    return _digest(desk, "key", who, path).hex()


def _seal(desk: Desk, who: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_digest(desk, "seal", who)))


def _digest(desk: Desk, *parts: str) -> bytes:
    return hmac.new(desk.sealing.encode(), json.dumps(["homeward draft", *parts]).encode(), hashlib.sha256).digest()
