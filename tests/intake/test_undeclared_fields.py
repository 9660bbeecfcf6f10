"""A field that the contract does not declare never acts: every field of any other type, at any depth, with a value that
would fit there or a strange one, changes nothing of what a message does."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hub_in_memory import Hub, hub
from inbound_examples import example, topic_of
from pydantic import BaseModel
from wire_messages import child, event, later, missing

from consumers.parsing import parse_record
from intake.records import Parsed, RawRecord
from routing.library import HUB
from schemas import parts
from schemas.inbound import INBOUND, case_context, police_found

PARTS: tuple[type[BaseModel], ...] = (
    *(parts.Person, parts.Identifier, parts.Address, parts.Actor, case_context.OpenService, case_context.Placement),
    *(case_context.Professional, case_context.Relation, case_context.Document, police_found.SafeAndWell),
)
FREE = ("content", "value")  # what a form or a decision holds besides is the sender's own


def fields_of(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


EVERY_FIELD = sorted(
    {name for model in (*INBOUND.values(), *PARTS) for name in fields_of(model)}
    | {"subject", "id", "source", "type", "time", "pack", "to", "handling", "by_number", "registered", "origin"}
)
STRANGE: tuple[Any, ...] = (1, True, "", "Z-9", -1.5, [], {}, None, [[{}]], {"role": 1}, "2026-06-01T12:00:00Z", [None])
FITTING = {name: value for type_ in INBOUND for name, value in example(type_).items()}


def objects(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Every object in the data, with the way to it."""
    if isinstance(data, dict):
        yield path, data
        for name, value in data.items():
            if name not in FREE:
                yield from objects(value, (*path, name))
    if isinstance(data, list):
        for place, value in enumerate(data):
            yield from objects(value, (*path, place))


def undeclared(type_: str, path: tuple[Any, ...]) -> list[str]:
    """The fields that the object at that place does not declare."""
    if not path:
        return [name for name in EVERY_FIELD if name not in fields_of(INBOUND[type_])]
    known = {"child": parts.Person, "home_address": parts.Address, "identifiers": parts.Identifier}
    known |= {"by": parts.Actor, "interviewer": parts.Actor, "attendees": parts.Actor, "between": parts.Actor}
    known |= {"identifier": parts.Identifier, "services": case_context.OpenService, "documents": case_context.Document}
    known |= {"placement": case_context.Placement, "professionals": case_context.Professional}
    known |= {"relations": case_context.Relation, "safe_and_well": police_found.SafeAndWell}
    name = next(step for step in reversed(path) if isinstance(step, str))
    return [field for field in EVERY_FIELD if field not in fields_of(known[name])]


def with_field(data: dict[str, Any], path: tuple[Any, ...], name: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    there: Any = changed
    for step in path:
        there = there[step]
    there[name] = value
    return changed


def raw(type_: str, data: dict[str, Any]) -> RawRecord:
    owner = "xx" if type_.startswith("police.") else "nottinghamshire"
    told = event(type_, later(3), data, "m-1", "/source")
    return RawRecord(topic_of(type_, owner), 0, 7, told, later(3), b"key")


def said(type_: str, data: dict[str, Any]) -> tuple[object, ...]:
    """All that a message says, however it was written."""
    parsed = parse_record(raw(type_, data), later(3))
    assert isinstance(parsed, Parsed), parsed
    place = parsed.at and (parsed.at.key, parsed.at.topic, parsed.at.offset)
    return parsed.key, parsed.report, parsed.record, place, parsed.described, parsed.left_out


@pytest.mark.parametrize("type_", INBOUND)
def test_no_undeclared_field_of_any_type_is_read(type_: str) -> None:
    data = orjson.loads(orjson.dumps(example(type_)))
    plain, tried, chance = said(type_, data), 0, random.Random(type_)
    for path, _ in objects(data):
        for name in undeclared(type_, path):
            fitting = (FITTING[name],) if name in FITTING else ()
            for value in (*chance.sample(STRANGE, 1 if path else 4), *fitting):
                assert said(type_, with_field(data, path, name, value)) == plain, (path, name, value)
                tried += 1
    assert tried > 300


async def everything(h: Hub) -> list[Any]:
    """All that is kept and promised, but for the bytes of the message itself, and for the hub's own clocks."""
    async with h.store.reading() as tx:
        people, cases = await tx.load(await tx.people_of("nottinghamshire", "", 100))
        timers = [t for t in await tx.due_timers(later(10_000), 1000) if t.authority != HUB]
    return [await h.rows(), people, cases, timers, [q.row.reason for q in await h.held()]]


async def after(type_: str, data: dict[str, Any]) -> list[Any]:
    async with hub() as h:
        victim = {"force": "YY", "incident": "Y-1", "child": child("compact:K-9"), "classification": "missing"}
        of_another = event("police.missing", later(0), {**victim, "responsible_authority": "nottinghamshire"}, "y-1")
        await h.take(event("case.context", later(-1), example("case.context"), "c-1"))
        await h.intake.process_batch([h.raw(of_another, "police.YY.notifications.v1")])
        await h.take(missing(id_="first"))
        h.clock.set(later(3))
        await h.intake.process_batch([raw(type_, data)])
        return await everything(h)


@pytest.mark.parametrize("type_", INBOUND)
async def test_a_message_with_every_other_field_does_what_it_does_without(type_: str) -> None:
    """At the level of the whole hub, with all fields at once: fitting values that name the other force's incident, its
    child and everybody's ids, and strange ones."""
    data = orjson.loads(orjson.dumps(example(type_)))
    names = undeclared(type_, ())
    pointing = {
        "episode": "",
        "incident": "Y-1",
        "force": "YY",
        "authority": "islington",
        "child": child("compact:K-9"),
    }
    pointing |= {"responsible_authority": "islington", "host_authority": "islington", "identifiers": ["K-9"]}
    plain = await after(type_, data)
    async with hub() as h:  # the id of the other force's episode is no secret: it can be worked out
        victim = {"force": "YY", "incident": "Y-1", "child": child("compact:K-9"), "classification": "missing"}
        of_another = event("police.missing", later(0), {**victim, "responsible_authority": "nottinghamshire"}, "y-1")
        await h.intake.process_batch([h.raw(of_another, "police.YY.notifications.v1")])
        [[pointing["episode"]]] = [[*ids] for incident, ids in (await h.episodes()).items() if incident == "Y-1"]
    chance = random.Random(type_)
    fitting = {name: pointing.get(name, FITTING.get(name, "Z-9")) for name in names}
    strange = {name: chance.choice(STRANGE) for name in names}
    assert await after(type_, {**data, **fitting}) == plain
    assert await after(type_, {**data, **strange}) == plain


async def test_a_force_cannot_take_back_the_report_of_another_by_naming_its_episode() -> None:
    async with hub() as h:
        await h.take(missing())
        [[episode]] = [[*ids] for ids in (await h.episodes()).values()]
        before = await everything(h)
        forged = {"force": "YY", "incident": "Z-9", "episode": episode, "authority": "nottinghamshire"}
        for type_ in (name for name in INBOUND if name.startswith("police.") and name != "police.missing"):
            own = {name: value for name, value in example(type_).items() if name not in ("force", "incident")}
            told = event(type_, later(1), {**own, **forged}, None, "/police/YY")
            await h.intake.process_batch([h.raw(told, "police.YY.notifications.v1")])
        rows, *rest = await everything(h)
        assert rest[:3] == before[1:4]
        assert {row.kind for row in rows[len(before[0]) :]} <= {"unknown_authority", "doubtful_match"}


def test_what_is_declared_does_act() -> None:
    """The test above would hold of a program that reads nothing."""
    data = example("police.retracted")
    assert said("police.retracted", data) != said("police.retracted", {**data, "incident": "P-2"})
    assert said("police.retracted", data) != said("police.retracted", {**data, "child": child("compact:K-9")})
