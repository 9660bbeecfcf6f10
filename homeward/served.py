"""Whether this installation serves everything that is under way in a database: its authorities, and the packs by which
its episodes are governed."""

import logging
from collections.abc import Collection
from datetime import datetime

from enrichment.serialisation import pack_version_in
from homeward.keeping.journal import heal_journal, lacks_keys
from homeward.settings import Settings, SettingsError
from routing.library import Packs
from store import Store, Transaction

log = logging.getLogger(__name__)

KEYS_LOST = (
    "the keys of what was received are not there: nothing of it can be read, and nothing is erased. Correct "
    "HOMEWARD_KEYS_URL or put the keys back, then start again; or see `homeward keys`"
)


JOURNAL_OLD = (
    "the journal of what was erased lacks {} lines that this database has obeyed: an older backup of the keys was put "
    "back, and with it keys of children who were forgotten. Put a newer one back, then start again; or see "
    "`homeward keys`"
)


async def check_served(store: Store, packs: Packs) -> None:
    """Raises SettingsError where something is under way that nobody would look after any more: at an authority that is
    not served, or by a pack that is not there. What has not arrived of such an authority does not keep a hub from
    starting: the log says so, and the operator hears of it."""
    async with store.reading() as tx:
        held = await tx.authorities_at_work()
        unarrived = await tx.authorities_held_up()
    if unserved := sorted(held - packs.all().keys()):
        raise SettingsError(
            f"The database holds episodes of {', '.join(unserved)}, which this hub does not serve. Add what is missing "
            "to HOMEWARD_AUTHORITIES, or its pack to HOMEWARD_PACKS"
        )
    if left := sorted(unarrived - packs.all().keys()):
        log.warning(
            "This hub does not serve %s, and messages of theirs have not arrived: see `homeward deliveries list`. Its "
            "operator hears of them. To tell the authority instead, add it to HOMEWARD_AUTHORITIES until they have",
            ", ".join(left),
        )
    async with store.reading() as tx:
        lacking = await lacking_packs(tx, packs)
    if lacking:
        raise SettingsError(
            f"Episodes that are not over are governed by {', '.join(lacking)}, which this hub does not have. Put the "
            "file back beside the newer version: an episode keeps the version that it began under"
        )


def check_place_of_keys(settings: Settings) -> None:
    """Raises SettingsError where nobody has said where the keys of a Postgres are: a file beside the process would be
    gone with the next container, and each machine would have its own."""
    if settings.database.startswith("postgresql") and settings.keys_url is None and not settings.trial:
        raise SettingsError(
            "HOMEWARD_KEYS_URL: with Postgres, say where the keys of contents are kept. Name a database of their own, "
            'which is backed up apart (see "Keys" in docs/operating.md)'
        )


async def check_keys(store: Store) -> None:
    """Raises SettingsError where what this database holds is sealed under keys that are somewhere else."""
    if await lacks_keys(store):
        raise SettingsError(
            "HOMEWARD_KEYS_URL: the keys of this database's contents are not there. Name the place where they are, "
            "or put them back from their own backup. If they are lost for good, see `homeward keys`"
        )


async def look_for_keys(store: Store, now: datetime) -> str | None:
    """What is wrong with the keys, in words. A hub starts without them: no message to or about a child rests on what
    was received before. That they were not there is remembered, until they are back or somebody gives them up. Where
    an older backup of them was put back, what its journal lacks is written anew as far as the ledger tells it."""
    lost = await lacks_keys(store)
    async with store.transaction() as tx:
        await tx.note_keys(lost, now)
    if lost:
        return KEYS_LOST
    missing = await heal_journal(store)
    return JOURNAL_OLD.format(len(missing)) if missing else None


async def lacking_packs(tx: Transaction, packs: Packs) -> Collection[str]:
    """The packs, such as `nottinghamshire 6.5`, that episodes under way need and that are not there; of authorities
    that are served."""
    have = {f"{pack.authority} {pack.version}" for versions in packs.all().values() for pack in versions}
    needed = await tx.governing(besides=have)
    async for authority, document in tx.unsaid_at_work():
        if version := pack_version_in(document):
            needed.add(f"{authority} {version}")
    return sorted(name for name in needed - have if name.rpartition(" ")[0] in packs.all())
