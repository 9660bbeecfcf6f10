"""Whether a scenario speaks of what can be reported and said at all. A mistyped row would otherwise prove nothing: what
must not be said is never said under a name that nobody uses, and a field that the contract does not know never acts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from homeward.scenarios.reading import OF_THE_ROW, Scenario
from routing.checking_words import BEYOND_THE_SOURCE
from routing.message_types import MESSAGE_TYPES
from routing.pack import Pack
from routing.tables import nearest
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from schemas.undeclared import undeclared

OF_THE_HUB = {kind for known in MESSAGE_TYPES.values() for kind in known.kinds}
"""Kinds that the hub itself uses, whatever the pack says."""
ANY_INCIDENT = "*"


def unsayable(scenario: Scenario, packs: tuple[Pack, ...]) -> Iterator[str]:
    """What the scenario says that no report and no message can be: the place, the word and the nearest right one.
    `packs`: the versions of its authority's pack, and the hub's own."""
    incidents = {"P-1"}
    for place, line in zip(scenario.places, scenario.lines, strict=True):
        event = orjson.loads(line)
        incidents |= {*_incidents(event["data"])}
        yield from (f"{place}: {fault}" for fault in _of_the_report(event["type"], event["data"]))
    pairs = {(r.send, r.kind) for p in packs for r in p.rules} | {("report.data", None)}
    pairs |= {(back, kind) for send, kind in pairs if (back := MESSAGE_TYPES[send].withdrawn_by)}
    for key, rows in (("expect", scenario.expect), ("absent", scenario.absent)):
        for n, row in enumerate(rows, 1):
            faults = (*_of_the_message(row, pairs), *_of_the_pack(row, packs), *_of_the_reports(row, incidents))
            yield from (f"{key} {n}: {fault}" for fault in faults)


def _of_the_report(type_: str, data: Mapping[str, Any]) -> Iterator[str]:
    """Words outside a closed list are left to the run, in which the hub cannot read the report."""
    if type_ not in INBOUND:
        yield f"there is no report '{type_}'{nearest(type_, INBOUND)}"
        return
    for found in undeclared(INBOUND[type_], data):
        if found.is_field:
            yield f"'{type_}' has no field '{found.at}'{nearest(found.word, found.known)}"


def _of_the_message(row: Mapping[str, Any], pairs: set[tuple[str, str | None]]) -> Iterator[str]:
    type_, kind = row.get("type"), row.get("kind")
    types, kinds = {t for t, _ in pairs}, {k for _, k in pairs if k} | OF_THE_HUB
    yield from _of_the_fields(row, str(type_))
    if kind in OF_THE_HUB:
        return
    if type_ is not None and type_ not in types:
        yield f"no rule sends '{type_}'{nearest(type_, types)}"
    elif kind is not None and kind not in kinds:
        yield f"no rule sends the kind '{kind}'{nearest(kind, kinds)}"
    elif type_ is not None and kind is not None and (type_, kind) not in pairs:
        of_type = [k for t, k in pairs if t == type_ and k]
        yield f"no rule sends '{type_}' of the kind '{kind}'{nearest(kind, of_type)}"


def _of_the_fields(row: Mapping[str, Any], type_: str) -> Iterator[str]:
    """Fields and words that no message has; where the row names its type, none of that type."""
    models = [OUTBOUND[type_]] if type_ in OUTBOUND else [*OUTBOUND.values()]
    whose = f"'{type_}'" if type_ in OUTBOUND else "no message"
    has = "has no field" if type_ in OUTBOUND else "has a field"
    fields = {name for model in models for name in model.model_fields}
    for name in row.keys() - OF_THE_ROW - fields:
        yield f"{whose} {has} '{name}'{nearest(name, OF_THE_ROW | fields)}"
    for key in ("has", "lacks"):
        for name in row.get(key, ()):
            if name not in fields:
                yield f"'{key}': {whose} {has} '{name}'{nearest(name, fields)}"
    for name in row.keys() - OF_THE_ROW & fields:
        every = [[*undeclared(m, {name: row[name]})] for m in models if name in m.model_fields]
        for found in min(every, key=len):
            of = f"it has no field '{found.word}'" if found.is_field else f"'{found.word}' is not one of its words"
            yield f"'{found.at}': {of}{nearest(found.word, found.known)}"


def _of_the_pack(row: Mapping[str, Any], packs: tuple[Pack, ...]) -> Iterator[str]:
    roles, clauses = {role for p in packs for role in p.roles}, {clause for p in packs for clause in p.clauses}
    for word in (*row.get("to", ()), *row.get("to_exactly", ())):
        role = word.partition("=")[0]
        if role not in roles:
            yield f"there is no role '{role}'{nearest(role, roles)}"
    for clause in row.get("clauses", ()):
        if clause not in clauses and not clause.startswith(BEYOND_THE_SOURCE):
            yield f"there is no clause '{clause}'{nearest(clause, clauses)}"


def _of_the_reports(row: Mapping[str, Any], incidents: Iterable[str]) -> Iterator[str]:
    """A message about an incident that nobody reports is never said."""
    incident = row.get("incident", ANY_INCIDENT)
    if incident != ANY_INCIDENT and incident not in incidents:
        yield f"no report is about the incident '{incident}'{nearest(incident, incidents)}"


def _incidents(value: Any) -> Iterator[str]:
    """Every incident that a report names, itself or among others."""
    if isinstance(value, list):
        for item in value:
            yield from _incidents(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "incident" and isinstance(item, str):
                yield item
            else:
                yield from _incidents(item)
