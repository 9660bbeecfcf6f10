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

from routing.loading_rules import limit
from routing.pack import Acknowledgement, Limit, Pack, Rule
from routing.periods import Period
from routing.tables import PackError, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """The settings of one authority. `limits`: rule → limit; `switched_off`: rules that the source leaves open;
    `systems`: another name of a system that gives numbers, in small letters → the one that is used for it."""

    authority: str
    file: str
    opens: time | None = None
    closes: time | None = None
    closures: frozenset[date] = frozenset()
    auto_release: bool | None = None
    switched_off: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    acknowledge: tuple[Acknowledgement, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)


def load_local(text: str, file: str) -> Local:
    """The settings in a TOML text. PackError names the file, the place and the mend."""
    try:
        top = Table(file, "the local settings", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{file}: not TOML: {error}") from None
    limits = top.table("limits")
    local = Local(
        authority=top.get("authority", str),
        file=file,
        opens=top.maybe("opens", time),
        closes=top.maybe("closes", time),
        closures=_days(top),
        auto_release=top.maybe("auto_release", bool),
        switched_off=top.words("switched_off"),
        limits={name: replace(_limit(limits, name), basis="local") for name in limits.names()},
        acknowledge=tuple(
            _acknowledgement(file, what, values) for what, values in top.table("acknowledge").rest().items()
        ),
        systems=_systems(top.table("systems")),
    )
    top.done()
    return local


def _days(table: Table) -> frozenset[date]:
    days = table.get("closures", list, [])
    if not all(isinstance(day, date) for day in days):
        raise table.fault("'closures' must be a list of days such as 2026-12-24")
    return frozenset(days)


def _systems(table: Table) -> dict[str, str]:
    """Each further name of a system with the one that is used."""
    used: dict[str, str] = {}
    for system in table.names():
        for name in (*table.words(system), system):
            if used.setdefault(name.casefold(), system) != system:
                raise table.fault(f"'{name}' is a name of {used[name.casefold()]} and of {system}; leave one out")
    return used


def _limit(table: Table, name: str) -> Limit:
    read = limit(table, name)
    assert read is not None
    return read[0]


def _acknowledgement(file: str, what: str, values: object) -> Acknowledgement:
    table = Table(file, f"acknowledge.{what}", values)
    try:
        within = Period.parse(table.get("within", str))
    except ValueError as error:
        raise table.fault(f"'within': {error}") from None
    read = Acknowledgement(what, within, table.words("ladder"))
    table.done()
    if not read.ladder or not within.length:
        raise table.fault("'ladder' needs at least one role, and 'within' a length that is not nothing")
    return read


def localised(pack: Pack, local: Local) -> Pack:
    """The pack as the authority runs it. PackError where a setting speaks of what the pack does not have."""
    for fault in _faults(pack, local):
        raise PackError(f"{local.file}: {fault}")
    calendar = replace(
        pack.calendar,
        opens=local.opens or pack.calendar.opens,
        closes=local.closes or pack.calendar.closes,
        closures=local.closures,
    )
    return replace(
        pack,
        calendar=calendar,
        rules=tuple(_limited(rule, local) for rule in pack.rules if rule.id not in local.switched_off),
        acknowledge=local.acknowledge,
        systems=local.systems,
        auto_release=pack.auto_release if local.auto_release is None else local.auto_release,
    )


def _limited(rule: Rule, local: Local) -> Rule:
    return replace(rule, due=local.limits[rule.id]) if rule.id in local.limits else rule


def _faults(pack: Pack, local: Local) -> Iterator[str]:
    rules = {rule.id: rule for rule in pack.rules}
    for name in (*local.switched_off, *local.limits):
        if name not in rules:
            yield f"{pack.authority} {pack.version} has no rule '{name}'; `homeward packs {pack.authority}` lists them"
    for name in local.switched_off:
        if rules[name].modality != "may":
            yield f"switched_off: the source does not leave '{name}' open; only rules marked may can be switched off"
    for name in local.limits:
        if rules[name].due is not None:
            yield f"limits.{name}: the source sets a limit there already; take this one out"
    if local.auto_release is False and pack.release is None:
        yield f"auto_release: nothing in {pack.authority} {pack.version} can wait for a person; take it out"
    names = {what for rule in pack.rules for what in rule.names}
    for entry in local.acknowledge:
        if entry.what not in names:
            yield f"acknowledge.{entry.what}: it names no rule, message type or type with kind of the pack"
        for role in entry.ladder:
            if role not in pack.roles:
                yield f"acknowledge.{entry.what}: there is no role '{role}' in the pack"
