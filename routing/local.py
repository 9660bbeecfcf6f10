"""What an authority settles for itself beside its published procedure: closed days, hours, limits where the source sets
none, optional messages that it does not want, whether requests wait for a person, what must be acknowledged, and by
what names its systems go.

One TOML an authority, in a folder of whoever runs the hub; no shipped pack has one. It changes a pack as a value, so
that the rules themselves never learn of it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from routing.loading_rules import limit
from routing.naming import Names
from routing.pack import Acknowledgement, Limit, Pack
from routing.periods import Period
from routing.tables import PackError, TomlTable, nearest

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The settings of one authority. `limits`: rule → limit; `switched_off`: rules that the source leaves open.
    `answer_at`: where people answer, to stand behind "Answer:"; `contact`: whom they ring, in a sentence. `systems`:
    another name of a system that gives numbers, in small letters → the one that is used for it."""

    authority: str
    file: str
    opens: time | None = None
    closes: time | None = None
    closures: frozenset[date] = frozenset()
    auto_release: bool | None = None
    switched_off: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    acknowledge: tuple[Acknowledgement, ...] = ()
    answer_at: str = ""
    contact: str = ""
    systems: Mapping[str, str] = field(default_factory=dict)


def load_local(text: str, file: str) -> Local:
    """The settings in a TOML text. PackError names the file, the place and the mend."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from None
    return local_of(values, file)


def local_of(values: Mapping[str, Any], file: str) -> Local:
    """The settings in the values of a TOML text. PackError names the file, the place and the mend."""
    top = TomlTable(file, "the local settings", values)
    limits = top.table("limits")
    local = Local(
        authority=top.get("authority", str),
        file=file,
        opens=top.maybe("opens", time),
        closes=top.maybe("closes", time),
        closures=_days(top),
        auto_release=top.maybe("auto_release", bool),
        switched_off=top.words("switched_off", alone=True),
        limits={name: replace(_limit(limits, name), basis="local") for name in limits.names()},
        acknowledge=tuple(
            _acknowledgement(file, what, values) for what, values in top.table("acknowledge").rest().items()
        ),
        answer_at=_line(top, "answer_at"),
        contact=_line(top, "contact"),
        systems=_systems(top.table("systems")),
    )
    top.done()
    return local


def _line(table: TomlTable, key: str) -> str:
    text = table.get(key, str, "")
    if not text.isprintable() or len(text) > _LONGEST:
        raise table.fault(f"'{key}' must be one line of at most {_LONGEST} characters")
    return text.strip()


def _days(table: TomlTable) -> frozenset[date]:
    days = table.get("closures", list, [])
    if not all(isinstance(day, date) for day in days):
        raise table.fault("'closures' must be a list of days such as 2026-12-24")
    return frozenset(days)


def _systems(table: TomlTable) -> dict[str, str]:
    """Each further name of a system with the one that is used."""
    used: dict[str, str] = {}
    for system in table.names():
        for name in (*table.words(system), system):
            if used.setdefault(name.casefold(), system) != system:
                raise table.fault(f"'{name}' is a name of {used[name.casefold()]} and of {system}; leave one out")
    return used


def _limit(table: TomlTable, name: str) -> Limit:
    read = limit(table, name, Names())
    assert read is not None
    return read[0]


def _acknowledgement(file: str, what: str, values: object) -> Acknowledgement:
    table = TomlTable(file, f"acknowledge.{what}", values)
    try:
        within = Period.parse(table.get("within", str))
    except ValueError as error:
        raise table.fault(f"'within': {error}") from None
    read = Acknowledgement(what, within, table.words("ladder", alone=True))
    table.done()
    if not read.ladder or not within.length:
        raise table.fault("'ladder' needs at least one role, and 'within' a length that is not nothing")
    return read


def localised(pack: Pack, local: Local) -> Pack:
    """The pack as the authority runs it. PackError where a setting speaks of what the pack does not have."""
    for fault in _faults(pack, local):
        raise PackError(f"{local.file}: {fault}")
    off = {rule.id for name in local.switched_off for rule in pack.named(name)}
    limits = {rule.id: limit for name, limit in local.limits.items() for rule in pack.named(name)}
    calendar = replace(
        pack.calendar,
        opens=local.opens or pack.calendar.opens,
        closes=local.closes or pack.calendar.closes,
        closures=local.closures,
    )
    return replace(
        pack,
        calendar=calendar,
        rules=tuple(replace(r, due=limits.get(r.id, r.due)) for r in pack.rules if r.id not in off),
        acknowledge=tuple(own for entry in local.acknowledge for own in _each_of(pack, entry)),
        answer_at=local.answer_at,
        contact=local.contact,
        systems=local.systems,
        auto_release=pack.auto_release if local.auto_release is None else local.auto_release,
    )


def _each_of(pack: Pack, entry: Acknowledgement) -> tuple[Acknowledgement, ...]:
    """What must be acknowledged: of a rule with `each`, what any of its parts sends."""
    return tuple(replace(entry, what=rule.id) for rule in pack.named(entry.what)) or (entry,)


def _faults(pack: Pack, local: Local) -> Iterator[str]:
    known = [name for rule in pack.rules for name in (rule.id, rule.family) if name]
    for name in (*local.switched_off, *local.limits):
        if name not in known:
            near, lists = nearest(name, known), f"`homeward packs {pack.authority}` lists them"
            yield f"{pack.authority} {pack.version} has no rule '{name}'{near}; {lists}"
    for name in local.switched_off:
        if any(rule.modality != "may" for rule in pack.named(name)):
            yield f"switched_off: the source does not leave '{name}' open; only rules marked may can be switched off"
    for name in local.limits:
        if any(rule.due is not None for rule in pack.named(name)):
            yield f"limits.{name}: the source sets a limit there already; take this one out"
    if local.auto_release is False and pack.release is None:
        yield f"auto_release: nothing in {pack.authority} {pack.version} can wait for a person; take it out"
    names = {what for rule in pack.rules for what in (rule.id, rule.family, rule.send, f"{rule.send}/{rule.kind}")}
    for entry in local.acknowledge:
        if entry.what not in names:
            near = nearest(entry.what, (name for name in names if name))
            yield f"acknowledge.{entry.what}: it names no rule, message type or type with kind of the pack{near}"
        for role in entry.ladder:
            if role not in pack.roles:
                near = nearest(role, pack.roles)
                yield f"acknowledge.{entry.what}: there is no role '{role}' in the pack{near}"
