"""The rehearsal itself: the history by the packs as they are, and by the changed one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from consumers.parsing import parse_record
from homeward.library import LOCAL
from homeward.looking import Looker
from homeward.rehearsal.history import read_reports
from homeward.rehearsal.messages import Differences, SaidMessage, message_differences, said_in
from homeward.simulation import played
from intake.records import RawRecord
from outbox.directory import Directory, missing_addresses
from routing.library import Packs
from routing.loading import load_pack
from routing.local import load_local, localised
from routing.pack import Pack
from routing.tables import PackError
from store import Store

_ALWAYS = date.min


@dataclass(frozen=True, slots=True)
class RehearsedPack:
    """`reports` were heard; the words of `lost` further ones are not kept."""

    pack: Pack
    since: datetime
    until: datetime
    reports: int
    lost: int
    found: Differences


def changed_pack(file: Path, packs: Packs) -> Pack:
    """The pack of a file, or the newest pack of an authority with the local settings of a file. Raises PackError."""
    text = file.read_text(encoding="utf-8")
    if file.name != LOCAL:
        return load_pack(text, str(file))
    local = load_local(text, str(file))
    if local.authority not in packs.authorities:
        raise PackError(f"{file}: there is no pack '{local.authority}'; name one that is there")
    return localised(packs.newest(local.authority), local)


async def rehearse_pack(
    store: Store,
    packs: Packs,
    directories: Mapping[str, Directory],
    changed: Pack,
    since: datetime,
    now: datetime,
    looker: Looker,
    notice: Callable[[str], None],
) -> RehearsedPack:
    """Plays all that the hub has heard until now, once by the packs and once with the changed one in the place of its
    authority's, and compares what was said to whom since an instant. Writes down who looked, and at which episodes that
    differ, and nothing else. Raises where the changed pack names a role that cannot be reached, StoreUnavailableError
    and UnwrittenLookError."""
    if faults := [*missing_addresses(changed, directories[changed.authority])]:
        raise PackError("\n".join(faults))
    what = f"{changed.authority} {changed.version}"
    await looker.write(store, changed.authority, (), now, what)
    history = await read_reports(store, notice)
    runs: list[tuple[SaidMessage, ...]] = []
    for name, chosen in (("as it is", packs), ("changed", _with(packs, changed))):
        records = _told_of(history.records, name, notice)
        async with played(chosen, directories, parse_record, records, now) as memory:
            runs.append(await said_in(memory, changed.authority, since))
    found = message_differences(*runs)
    if shown := found.episodes:
        await looker.write(store, changed.authority, shown, now, what)
    return RehearsedPack(changed, since, now, len(history.records), history.lost, found)


def _with(packs: Packs, changed: Pack) -> Packs:
    """The packs with this one alone for its authority, in force at any time."""
    others = (pack for versions in packs.all().values() for pack in versions if pack.authority != changed.authority)
    return Packs([*others, replace(changed, in_force_from=_ALWAYS)])


def _told_of(records: tuple[RawRecord, ...], name: str, notice: Callable[[str], None]) -> Iterator[RawRecord]:
    for number, record in enumerate(records):
        if number % max(len(records) // 20, 1) == 0:
            notice(f"{name}: {100 * number // len(records)} %")
        yield record
