"""A child whom more than one authority knows: who answers, who has an episode, what is done when that is known late.

Buckinghamshire has duties towards other authorities' children in its area; Nottinghamshire and Islington have none.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hub_in_memory import Hub, hub
from people_described import ROBIN, doubts, person, since, told
from wire_messages import child, event, found, later, missing

from intake.records import RawRecord

NOTTS, BUCKS, ISLINGTON, BOROUGH = "nottinghamshire", "buckinghamshire", "islington", "mfh-borough"
WORKERS = {NOTTS: "cscs", BUCKS: "childrens_social_care", ISLINGTON: "csct", BOROUGH: "childrens_social_care"}


def record(authority: str, *numbers: str, hours: float = -5, opened: bool = True, **fields: Any) -> bytes:
    """What an authority's register holds of the child."""
    services = [{"service": WORKERS[authority], "worker": f"sw@{authority}"}] if opened else []
    told = {"authority": authority, "child": child(*numbers), "services": services, **fields}
    return event("case.context", later(hours), told, source=f"/casework/{authority}")


def arrived(h: Hub, value: bytes) -> RawRecord:
    """What comes in on the topic of whoever sends it."""
    authority = next((a for a in WORKERS if f"/casework/{a}".encode() in value), NOTTS)
    kind = "register.{}.children.v1" if b"case.context" in value else "casework.{}.outcomes.v1"
    return h.raw(value, None if b'"type":"police.' in value else kind.format(authority))


async def take(h: Hub, *values: bytes) -> list[dict[str, Any]]:
    """What is said because of these, whoever's register they come from."""
    before = {m["id"] for m in await h.said()}
    for value in values:
        await h.intake.process_batch([arrived(h, value)])
    return [m for m in await h.said() if m["id"] not in before]


async def holders(h: Hub, incident: str = "P-1") -> set[str]:
    """The authorities that have an episode of the incident."""
    async with h.store.reading() as tx:
        where = await tx.find([], [("XX", incident)], [])
    return {row.authority for row in where.references}


def crossed(said: Sequence[dict[str, Any]]) -> set[tuple[str, str]]:
    """Who is told of which other authority that it answers for the child too."""
    words = [(m["authority"], doubt) for m in said for doubt in doubts([m])]
    return {(one, other) for one, doubt in words for other in WORKERS if other in doubt and other != one}


def asking(said: Sequence[dict[str, Any]]) -> set[str]:
    """The authorities that ask for an interview."""
    return {m["authority"] for m in said if m["type"] == "rhi.request"}


@pytest.mark.parametrize(
    ("registers", "responsible", "expected"),
    [
        ((), NOTTS, {NOTTS}),
        ((record(ISLINGTON, "compact:K-1"),), None, {ISLINGTON}),
        ((record(ISLINGTON, "compact:K-1"),), NOTTS, {ISLINGTON, NOTTS}),
        ((record(ISLINGTON, "compact:K-1"), record(NOTTS, "compact:K-1", opened=False)), NOTTS, {ISLINGTON, NOTTS}),
        ((record(NOTTS, "compact:K-1", responsible_authority=ISLINGTON),), NOTTS, {ISLINGTON}),
        ((record(ISLINGTON, "compact:K-1"), record(NOTTS, "compact:K-1")), NOTTS, {ISLINGTON, NOTTS}),
        (
            (record(ISLINGTON, "compact:K-1", opened=False), record(NOTTS, "compact:K-1", opened=False)),
            ISLINGTON,
            {ISLINGTON},
        ),
        ((record(ISLINGTON, "compact:K-1", responsible_authority=NOTTS),), None, {NOTTS}),
        ((record(BUCKS, "compact:K-1", responsible_authority=NOTTS),), None, {NOTTS, BUCKS}),
        ((record(ISLINGTON, "compact:K-1", responsible_authority="Westshire"),), None, {ISLINGTON}),
    ],
    ids=[
        "the police's word",
        "the register before the host",
        "a register does not silence whom the police name",
        "also where its case is not open",
        "its own register names another",
        "open with both",
        "open with neither",
        "the register names another",
        "a host with duties",
        "the register names one without a pack",
    ],
)
async def test_who_has_an_episode(registers: tuple[bytes, ...], responsible: str | None, expected: set[str]) -> None:
    async with hub() as h:
        await take(h, *registers)
        await take(h, missing(responsible_authority=responsible, host_authority=ISLINGTON))
        assert await holders(h) == expected
        await take(h, found(30))
        async with h.store.reading() as tx:
            where = await tx.find([], [("XX", "P-1")], [])
            _, episodes = await tx.load({row.person for row in where.references})
        assert {(e.authority, e.state) for e in episodes} == {(authority, "found") for authority in expected}
        assert len(episodes) == len(expected)


async def test_one_number_of_two_children_is_told_apart_by_the_date_of_birth() -> None:
    async with hub() as h:
        await take(
            h,
            record(NOTTS, "mosaic:7", child={**child("mosaic:7"), "date_of_birth": "2011-09-23"}),
            record(ISLINGTON, "mosaic:7", child={**child("mosaic:7"), "date_of_birth": "2009-02-01"}),
        )
        whom = {**child("mosaic:7"), "date_of_birth": "2011-09-23"}
        await take(h, missing(child=whom, responsible_authority=None))
        assert await holders(h) == {NOTTS}


async def test_a_description_tells_the_authority_where_no_number_does() -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, "lcs:L-1", child=person(ROBIN, "lcs:L-1")))
        said = await take(h, missing(child=person(ROBIN, "compact:K-9"), responsible_authority=NOTTS))
        assert await holders(h) == {ISLINGTON, NOTTS}
        assert told(said) == [f"sw@{ISLINGTON}"] * len(told(said))


async def test_an_authority_that_answers_and_is_known_late_gets_its_own_episode() -> None:
    async with hub() as h:
        await take(h, missing(responsible_authority=NOTTS))
        before = await h.said()
        said = await take(h, record(ISLINGTON, "compact:K-1", "lcs:L-1", hours=2))
        assert await holders(h) == {NOTTS, ISLINGTON}
        [told] = [m for m in said if m["authority"] == NOTTS]
        assert "is responsible for this child" in told["detail"]
        assert (told["type"], told["kind"], told["incident"]) == ("exception.raise", "doubtful_match", "P-1")
        assert (await h.said())[: len(before)] == before
        assert asking(await take(h, found(30))) == {ISLINGTON}
        assert await take(h, record(ISLINGTON, "compact:K-1", "lcs:L-1", hours=40)) == []


async def test_two_registers_that_answer_have_an_episode_each_and_know_of_one_another() -> None:
    async with hub() as h:
        await take(h, record(NOTTS, "compact:K-1"), missing(responsible_authority=NOTTS))
        said = await take(h, record(ISLINGTON, "compact:K-1", hours=2))
        assert crossed(said) == {(NOTTS, ISLINGTON), (ISLINGTON, NOTTS)}
        assert await holders(h) == {NOTTS, ISLINGTON}
        assert asking(await take(h, found(30))) == {NOTTS, ISLINGTON}


async def test_a_return_that_is_still_to_be_asked_about_is_known_late_too() -> None:
    async with hub() as h:
        await take(h, record(NOTTS, "compact:K-1"), missing(), found(40))
        said = await take(h, record(ISLINGTON, "compact:K-1", hours=41))
        assert asking(said) == {ISLINGTON}
        [asked] = [m for m in said if m["type"] == "rhi.request"]
        assert asked["causation"]["source"] == "/police/XX"


async def test_a_host_with_duties_is_not_told_that_another_answers() -> None:
    async with hub() as h:
        await take(h, missing(responsible_authority="Northshire", host_authority=BUCKS))
        said = await take(h, record(NOTTS, "compact:K-1", hours=2))
        assert await holders(h) == {NOTTS, BUCKS}
        assert [
            m for m in said if m["authority"] == BUCKS and "is responsible for this child" in (m.get("detail") or "")
        ] == []


@pytest.mark.parametrize(
    "late",
    [
        record(ISLINGTON, "compact:K-1", hours=2, responsible_authority=NOTTS),
        record(ISLINGTON, "lcs:L-1", hours=2),
    ],
    ids=["it does not answer", "another number"],
)
async def test_what_is_not_its_own_is_left_where_it_is(late: bytes) -> None:
    async with hub() as h:
        whom = {**child("compact:K-1"), "date_of_birth": "2011-09-23"}
        await take(h, missing(child=whom, responsible_authority=NOTTS))
        assert await take(h, late) == []


async def test_what_is_over_is_not_begun_again_elsewhere() -> None:
    async with hub() as h:
        await take(h, missing(responsible_authority=ISLINGTON), found(5), *_interview())
        assert await since(h, found(6)) == []
        await take(h, record(NOTTS, "compact:K-1", hours=200))
        assert await holders(h) == {ISLINGTON}


def _interview() -> list[bytes]:
    told = {"authority": ISLINGTON, "incident": "P-1", "force": "XX", "result": "completed", "at": later(20)}
    return [event("rhi.outcome", later(20), told, source=f"/casework/{ISLINGTON}")]
