"""Moving, backing up and restoring the whole database, and looking at what a backup would give back."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from homeward import clock
from homeward.keeping.journal import lacks_keys, obey_journal
from homeward.served import lacking_packs
from routing.library import Packs
from store import Store
from store.copying import copy_all
from store.engine import KEYS_IN_URL, keys_beside, keys_named
from store.migrating import migrate, missing_steps
from store.ownership import owners_at_work

_NO_JOURNAL = (
    "The keys of this backup's contents are not there, nor is the journal of what was erased since it was made: "
    "whoever was forgotten would be back. Set HOMEWARD_KEYS_URL to where they are, or put them back from their own "
    "backup."
)
Noted = Callable[[str, int], None]
"""Hears of each table when it is copied: its name, and how many rows it has."""


class CustodyError(Exception):
    """Why it cannot be done, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a backup holds: its rows by table, what is wrong with the ledger, and the packs that its
    episodes need and that this installation lacks."""

    rows: Mapping[str, int]
    faulty: tuple[str, ...]
    lacking: tuple[str, ...]


async def move(source: str, target: str, noted: Noted) -> Mapping[str, int]:
    """Copies everything from one database into another, empty one, and checks the ledger there. Returns the rows of
    each table. Raises CustodyError, NotEmptyError and StoreUnavailableError; then the target is as it was."""
    await _up_to_date(source)
    async with _opened(source) as there:
        if owners := await owners_at_work(there, clock.now()):
            raise CustodyError(f"A hub works on the database to move ({', '.join(owners)}). Stop it, then try again.")
    return await _copied(source, target, noted)


async def back_up(source: str, file: Path, noted: Noted) -> Mapping[str, int]:
    """Copies everything into a new SQLite file for its owner alone, as it stands at one instant; a hub may go on.
    Returns the rows of each table. Raises CustodyError and StoreUnavailableError; then there is no file."""
    _check(file, there=False)
    await _up_to_date(source)
    try:
        return await _copied(source, _url(file), noted)
    except BaseException:
        _remove(file)
        raise


async def restore(file: Path, target: str, noted: Noted) -> Mapping[str, int]:
    """Copies a backup, also that of an older version, into an empty database. Returns the rows of each table. Raises
    CustodyError, NotEmptyError and StoreUnavailableError; then the target is as it was."""
    async with _thrown_away(file) as copy:
        async with _opened(_with_keys_of(target, copy)) as there:
            if await lacks_keys(there):
                raise CustodyError(_NO_JOURNAL)
        return await _copied(_url(copy), target, noted)


async def drill(file: Path, packs: Packs) -> Inspected:
    """What a backup would give back: restored into a file that is thrown away, and looked at. Nothing is sent."""
    async with _thrown_away(file) as copy:
        restored = _url(copy.with_name("restored.db"))
        counts = await _copied(_url(copy), restored, lambda *_: None, check=False)
        async with _opened(restored) as store, store.reading() as tx:
            return Inspected(
                counts, tuple(map(str, (await tx.prove_ledger()).faults)), tuple(await lacking_packs(tx, packs))
            )


def _with_keys_of(target: str, file: Path) -> str:
    keys = keys_named(target) or keys_beside(target)
    url = make_url(_url(file))
    return (url.update_query_dict({KEYS_IN_URL: keys}) if keys else url).render_as_string(hide_password=False)


def ledger_faults_told(faults: Iterable[str]) -> str:
    """What is wrong with a ledger, in a few lines."""
    first, *others = faults
    more = f" ({len(others)} more: run `homeward ledger verify` there)" if others else ""
    return f"The ledger is not what was written. {first}{more}"


async def _copied(source: str, target: str, noted: Noted, check: bool = True) -> Mapping[str, int]:
    await migrate(target)
    async with _opened(source) as there, _opened(target) as here:
        counts = await copy_all(there, here, noted)
        await obey_journal(here, clock.now())
        async with here.reading() as tx:
            if check and (faults := (await tx.prove_ledger()).faults):
                raise CustodyError(ledger_faults_told(map(str, faults)))
    return counts


async def _up_to_date(url: str) -> None:
    if steps := await missing_steps(url):
        raise CustodyError(f"The database is out of date (missing: {', '.join(steps)}). Run `homeward migrate` first.")


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = Store.open(url, within=None)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def _thrown_away(file: Path) -> AsyncIterator[Path]:
    """A copy of a backup, at the newest form."""
    _check(file, there=True)
    with tempfile.TemporaryDirectory(prefix="homeward-restore-") as folder:  # for its owner alone
        copy = Path(folder, "backup.db")
        shutil.copyfile(file, copy)
        await migrate(_url(copy))
        yield copy


def _check(file: Path, there: bool) -> None:
    if file.exists() is not there:
        raise CustodyError(f"There is no file {file}." if there else f"{file} exists. Name a new file.")


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file.absolute()}"


def _remove(file: Path) -> None:
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        each.unlink(missing_ok=True)
