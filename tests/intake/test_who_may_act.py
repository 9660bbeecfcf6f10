"""Each inbound type, by each kind of topic owner, with each field that names somebody: what may act and what may not.

The child is Robin, missing by the word of force XX, on the register of Nottinghamshire. Force YY and Islington are
strangers to it: whatever they name, they touch nothing of Nottinghamshire's but what the table says."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hub_in_memory import Hub, hub
from inbound_examples import CHILD, example, topic_of
from wire_messages import child, event, later

from consumers.parsing import parse_record
from homeward.library import read_packs
from intake.records import Parsed
from schemas.inbound import INBOUND
from schemas.topics import TopicKind, kind_of_topic

POLICE, CASEWORK = ("XX", "YY"), ("nottinghamshire", "islington")
OWNERS = [*(("police.{}.notifications.v1", f) for f in POLICE), *(("casework.{}.outcomes.v1", a) for a in CASEWORK)]
OWNERS += [("register.{}.children.v1", a) for a in CASEWORK]
OTHER = {"identifiers": [{"system": "compact", "value": "K-9"}], "given_name": "Kit", "family_name": "Quarrie"}

NAMING: dict[str, tuple[dict[str, Any], ...]] = {
    TopicKind.POLICE: (
        {"incident": "P-1"},
        {"child": child("compact:K-1")},
        {"child": {**CHILD, "identifiers": []}},
        {"responsible_authority": "nottinghamshire"},
        {"host_authority": "nottinghamshire"},
        {"linked_incidents": ["P-1"]},
    ),
    TopicKind.CASEWORK: (
        {"force": "XX", "incident": "P-1"},
        {"episode": "THE EPISODE"},
        {"episode": "THE EPISODE", "force": "XX", "incident": "P-1", "child": CHILD},
        {"child": child("compact:K-1")},
        {"child": child("mosaic:M-1")},
        {"child": {**CHILD, "identifiers": []}},
        {"message": "THE MESSAGE"},
        {"by": {"role": "team_manager", "person": "tm1"}},
    ),
    TopicKind.REGISTER: (
        {"child": child("compact:K-1")},
        {"child": child("mosaic:M-1")},
        {"child": CHILD},
        {"relations": [{"identifier": {"system": "compact", "value": "K-1"}, "relation": "sibling"}]},
        {"responsible_authority": "nottinghamshire"},
        {"interview_commissioned_by": "nottinghamshire"},
        {"linked_forces": ["XX"]},
        {"involved": ["sw1"]},
    ),
}
# A force may say of a child whom it names that it is missing, or back: that may be one absence of the same child.
MAY = {("police.missing", "child"), ("police.found", "child")}


@pytest.mark.parametrize("type_", INBOUND)
@pytest.mark.parametrize(("topic", "owner"), OWNERS, ids=lambda value: str(value).partition(".")[0])
def test_a_type_comes_on_the_topic_of_its_own_owner_alone(type_: str, topic: str, owner: str) -> None:
    from intake.records import RawRecord

    raw = RawRecord(topic.format(owner), 0, 1, event(type_, later(0), example(type_)), later(3), b"key")
    kind = kind_of_topic(INBOUND[type_])
    own = topic.startswith(f"{kind}.") and owner in ("XX", "nottinghamshire")
    read = parse_record(raw, later(3))
    assert isinstance(read, Parsed) is own
    assert own or read.reason == "wrong_topic"  # type: ignore[union-attr]


@pytest.fixture
async def missing_child() -> AsyncIterator[Hub]:
    async with hub() as h:
        numbers = [{"system": "mosaic", "value": "M-1"}, *CHILD["identifiers"]]  # type: ignore[misc]
        record = {**example("case.context"), "child": {**CHILD, "identifiers": numbers}}
        await h.take(event("case.context", later(-5), record))
        await h.take(event("police.missing", later(0), example("police.missing")))
        yield h


async def held(h: Hub) -> tuple[Any, ...]:
    """What Nottinghamshire holds of the child: the record, the episode with all that was promised in it, the clocks."""
    async with h.store.reading() as tx:
        where = await tx.find([("nottinghamshire", "mosaic", "M-1")], [], [])
        people, cases = await tx.load({row.person for row in where.identifiers})
        timers = [t for t in await tx.due_timers(later(10_000), 1000) if t.person in people]
    return people, cases, timers


async def names(h: Hub) -> dict[str, str]:
    said = await h.said()
    return {
        "THE EPISODE": next(m["episode"] for m in said if m["type"] == "episode.open"),
        "THE MESSAGE": next(m["id"] for m in said if m["type"] == "notify.missing"),
    }


@pytest.mark.parametrize("type_", INBOUND)
async def test_a_stranger_touches_nothing_whatever_it_names(missing_child: Hub, type_: str) -> None:
    h = missing_child
    kind, known, before = kind_of_topic(INBOUND[type_]), await names(h), await held(h)
    declared = {field.alias or name for name, field in INBOUND[type_].model_fields.items()}
    plain = example(type_, "YY", "islington", "Y-1") | ({"child": OTHER} if "child" in declared else {})
    plain |= {"responsible_authority": "islington"} if "responsible_authority" in declared else {}
    plain |= words_of_islington(type_)
    tried = 0
    for number, naming in enumerate(NAMING[kind]):
        told = {name: known.get(value, value) if isinstance(value, str) else value for name, value in naming.items()}
        if not declared.issuperset(told) or any((type_, name) in MAY for name in told):
            continue
        value = event(type_, later(2), {**plain, **told}, None, f"/stranger/{number}")
        await h.intake.process_batch([h.raw(value, topic_of(type_, "YY" if kind is TopicKind.POLICE else "islington"))])
        assert await held(h) == before, naming
        tried += 1
    assert tried >= 2
    assert await h.held() == []


def words_of_islington(type_: str) -> dict[str, str]:
    """The kinds and decisions that its own vocabulary knows, so that nothing stops a message but whom it names."""
    words = read_packs().newest("islington").words
    decision = next(iter(words.decisions))
    meeting = next(kind for kind, values in words.meetings.items() if values)
    known = {
        "manager.decision": {"kind": decision, "decision": words.decisions[decision][0]},
        "meeting.decision": {"kind": meeting, "decision": words.meetings[meeting][0]},
        "meeting.held": {"kind": meeting},
        "document.updated": {"kind": words.documents[0]},
        "task.completed": {"kind": "review_18th_birthday"},
        "case.opened": {"service": words.services[0]},
        "case.closed": {"service": words.services[0]},
    }
    return known.get(type_, {})


@pytest.mark.parametrize("type_", INBOUND)
async def test_the_owner_itself_is_heard(missing_child: Hub, type_: str) -> None:
    h = missing_child
    before, facts = await held(h), await h.ledger("fact")
    told = {**example(type_), **({"risk": "high"} if type_ == "police.missing" else {})}
    if type_ == "case.context":
        told = {**told, "plan": "child_protection"}
    await h.take(event(type_, later(3), told))
    assert [q.row.detail for q in await h.held()] == []
    assert await held(h) != before or type_ == "match.decision"
    assert len(await h.ledger("fact")) > len(facts)


@pytest.mark.parametrize("responsible", ["nottinghamshire", "islington", None])
@pytest.mark.parametrize("naming", [{"child": child("compact:K-1")}, {"child": CHILD}], ids=["number", "description"])
async def test_another_force_that_reports_the_child_begins_an_absence_of_its_own(
    missing_child: Hub, naming: dict[str, Any], responsible: str | None
) -> None:
    h = missing_child
    told = {**example("police.missing", "YY", incident="Y-1"), **naming, "responsible_authority": responsible}
    await h.intake.process_batch([h.raw(event("police.missing", later(2), told), "police.YY.notifications.v1")])
    taken_back = event("police.retracted", later(3), example("police.retracted", "YY", incident="Y-1"))
    await h.intake.process_batch([h.raw(taken_back, "police.YY.notifications.v1")])
    _, cases, _ = await held(h)
    states = {case.state for case in cases}
    assert "open" in states
