"""Whether the rows of a scenario speak of what can be said at all. A mistyped row would otherwise prove nothing: what
must not be said is never said under a name that nobody uses."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from homeward.scenarios.comparing import OF_THE_ROW
from homeward.scenarios.reading import Scenario
from routing.checking_words import BEYOND_THE_SOURCE
from routing.message_types import MESSAGE_TYPES
from routing.pack import Pack
from routing.tables import nearest
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND

OF_THE_HUB = {kind for known in MESSAGE_TYPES.values() for kind in known.kinds}
"""Kinds that the hub itself uses, whatever the pack says."""


def unsayable(scenario: Scenario, packs: tuple[Pack, ...]) -> Iterator[str]:
    """What the scenario says that no report and no message can be, with the nearest right word. `packs`: the versions
    of its authority's pack, and the hub's own."""
    for line in scenario.lines:
        type_ = orjson.loads(line)["type"]
        if type_ not in INBOUND:
            yield f"there is no report '{type_}'{nearest(type_, INBOUND)}"
    pairs = {(r.send, r.kind) for p in packs for r in p.rules} | {("report.data", None)}
    pairs |= {(back, kind) for send, kind in pairs if (back := MESSAGE_TYPES[send].withdrawn_by)}
    for row in (*scenario.expect, *scenario.absent):
        yield from _of_the_message(row, pairs)
        yield from _of_the_pack(row, packs)


def _of_the_message(row: Mapping[str, Any], pairs: set[tuple[str, str | None]]) -> Iterator[str]:
    type_, kind = row.get("type"), row.get("kind")
    types, kinds = {t for t, _ in pairs}, {k for _, k in pairs if k} | OF_THE_HUB
    models = [OUTBOUND[str(type_)]] if type_ in OUTBOUND else [*OUTBOUND.values()]
    fields = {name for model in models for name in model.model_fields}
    for key in row.keys() - OF_THE_ROW - fields:
        yield f"no message has a field '{key}'{nearest(key, OF_THE_ROW | fields)}"
    if kind in OF_THE_HUB:
        return
    if type_ is not None and type_ not in types:
        yield f"no rule sends '{type_}'{nearest(type_, types)}"
    elif kind is not None and kind not in kinds:
        yield f"no rule sends the kind '{kind}'{nearest(kind, kinds)}"
    elif type_ is not None and kind is not None and (type_, kind) not in pairs:
        of_type = [k for t, k in pairs if t == type_ and k]
        yield f"no rule sends '{type_}' of the kind '{kind}'{nearest(kind, of_type)}"


def _of_the_pack(row: Mapping[str, Any], packs: tuple[Pack, ...]) -> Iterator[str]:
    roles, clauses = {role for p in packs for role in p.roles}, {clause for p in packs for clause in p.clauses}
    for word in (*row.get("to", ()), *row.get("to_exactly", ())):
        role = word.partition("=")[0]
        if role not in roles:
            yield f"there is no role '{role}'{nearest(role, roles)}"
    for clause in row.get("clauses", ()):
        if clause not in clauses and not clause.startswith(BEYOND_THE_SOURCE):
            yield f"there is no clause '{clause}'{nearest(clause, clauses)}"
