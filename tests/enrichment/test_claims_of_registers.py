"""A register claims a child and silences nobody: who is told of whom, what a number alone is worth, and who hears of a
register that claims too many (AMB-192, AMB-197, AMB-198)."""

import orjson
import pytest
from hub_in_memory import hub
from people_described import ROBIN, doubts, person
from test_two_authorities import BOROUGH, BUCKS, ISLINGTON, NOTTS, arrived, crossed, holders, record, take
from wire_messages import child, found, later, missing

ROBIN_BORN = {**child("compact:K-1"), "date_of_birth": "2011-09-23"}
BORN_APART = {**child("compact:K-1"), "date_of_birth": "2005-02-01"}


async def test_the_register_and_the_police_name_two_and_each_hears_of_the_other() -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, "compact:K-1"), record(NOTTS, "compact:K-1", opened=False))
        said = await take(h, missing(responsible_authority="E10000024"))  # Nottinghamshire by its code
        assert await holders(h) == {NOTTS, ISLINGTON}
        assert crossed(said) == {(NOTTS, ISLINGTON), (ISLINGTON, NOTTS)}
        rows = [m["clauses"] for m in said if "is responsible for this child too" in (m.get("detail") or "")]
        assert rows == [["AMB-198", "HUB"]] * 2


OF_THREE = {
    "the police name another": [missing(responsible_authority=NOTTS), missing(2, responsible_authority=ISLINGTON)],
    "the police name a third": [
        record(ISLINGTON, "compact:K-1"), missing(responsible_authority=NOTTS), missing(2, responsible_authority=BUCKS)
    ],
    "its register names another": [
        record(BUCKS, "compact:K-1"), missing(responsible_authority=None, host_authority=BUCKS),
        record(BUCKS, "compact:K-1", hours=2, responsible_authority=ISLINGTON),
    ],
    "a third register claims the child late": [
        record(ISLINGTON, "compact:K-1"), missing(responsible_authority=NOTTS), record(BUCKS, "compact:K-1", hours=2)
    ],
}  # fmt: skip


@pytest.mark.parametrize("course", OF_THREE.values(), ids=OF_THREE)
async def test_a_second_claim_is_told_to_all_who_have_the_child_both_ways_and_once(course: list[bytes]) -> None:
    async with hub() as h:
        *before, last = course
        await take(h, *before)
        had = await holders(h)
        said = await take(h, last)
        (new,) = await holders(h) - had
        assert had
        assert crossed(said) == {(new, other) for other in had} | {(other, new) for other in had}
        named = [orjson.loads(line)["data"]["responsible_authority"] for line in course if b"police.missing" in line][
            -1
        ]
        assert crossed(await take(h, missing(3, risk="high", responsible_authority=named))) == set()


async def test_of_two_children_of_one_incident_who_share_a_record_each_is_told() -> None:
    async with hub() as h:
        for n, number in enumerate(("K-1", "K-2"), start=1):
            await take(h, missing(child=child(f"compact:{number}"), id_=f"m-{n}", responsible_authority=NOTTS))
        said = await take(h, record(ISLINGTON, "compact:K-1", "compact:K-2"))
        told = [m for m in said if m["type"] == "exception.raise" and m["authority"] == ISLINGTON]
        whose = {tuple(i["value"] for i in m["child"]["identifiers"]) for m in told}
        assert whose == {("K-1",), ("K-2",)}
        assert len({m["id"] for m in told}) == 2
        async with h.store.reading() as tx:
            assert await tx.quarantined() == []


async def test_each_of_two_who_are_handed_over_by_one_record_is_told_of() -> None:
    async with hub() as h:
        for n, number in enumerate(("K-1", "K-2"), start=1):
            told = {"responsible_authority": None, "host_authority": NOTTS}
            await take(h, missing(child=child(f"compact:{number}"), id_=f"m-{n}", **told))
        await take(h, record(ISLINGTON, "compact:K-1", "compact:K-2"))
        lines = [line.entry for line in await h.ledger("decision")]
        assert len([e for e in lines if e["type"] == "exception.raise" and "AMB-197" in e["clauses"]]) == 2
        assert await h.held() == []


async def test_a_number_that_its_register_gives_to_another_child_stops_no_third_register() -> None:
    async with hub() as h:
        await take(h, missing(responsible_authority=BUCKS))
        await take(h, record(NOTTS, "mosaic:A", "compact:K-1"), record(NOTTS, "mosaic:A", hours=1))
        await take(h, record(NOTTS, "mosaic:B", "compact:K-1", hours=2))
        assert (NOTTS, ISLINGTON) in crossed(await take(h, record(ISLINGTON, "compact:K-1", hours=3)))
        assert await h.held() == []


async def test_a_correction_does_not_tell_them_again() -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, "compact:K-1"), missing(responsible_authority=NOTTS))
        assert crossed(await take(h, missing(responsible_authority=NOTTS, risk="high"))) == set()


async def test_one_that_answers_alone_hears_of_nobody() -> None:
    async with hub() as h:
        assert crossed(await take(h, record(NOTTS, "compact:K-1"), missing(responsible_authority=NOTTS))) == set()


@pytest.mark.parametrize("late", [False, True], ids=["before the report", "after it"])
async def test_a_number_alone_claims_nobody_who_was_born_on_another_day(late: bool) -> None:
    async with hub() as h:
        claim = record(ISLINGTON, hours=2, child={**BORN_APART, **child("lcs:L-9", "compact:K-1")})
        report = missing(child=ROBIN_BORN, responsible_authority=NOTTS)
        said = await take(h, *([report, claim] if late else [claim, report]))
        assert await holders(h) == {NOTTS}
        [message] = [m for m in said if m["authority"] == ISLINGTON]
        assert (message["kind"], message["incident"]) == ("doubtful_match", "P-1")
        assert "lcs L-9" in message["detail"]
        assert "2005" not in message["detail"]
        again = record(
            ISLINGTON, hours=3, child={**BORN_APART, **child("lcs:L-9", "compact:K-1")}, plan="child_in_need"
        )
        assert await take(h, again) == []


async def test_the_registers_own_date_of_birth_counts_where_the_police_give_none() -> None:
    async with hub() as h:
        await take(
            h,
            record(NOTTS, child=ROBIN_BORN, opened=False),
            record(ISLINGTON, child=BORN_APART),
            missing(responsible_authority=NOTTS),
        )
        assert await holders(h) == {NOTTS}


async def test_a_slip_in_the_date_of_birth_does_not_stand_against_a_whole_description() -> None:
    async with hub() as h:
        held = record(ISLINGTON, child=person(ROBIN, "compact:K-1", date_of_birth="2011-09-24"))
        await take(h, held, missing(child=person(ROBIN, "compact:K-1"), responsible_authority=NOTTS))
        assert await holders(h) == {NOTTS, ISLINGTON}


async def test_a_child_is_never_nobodys() -> None:
    """A number, another day of birth, and no authority named: better one who may not be meant than none."""
    async with hub() as h:
        await take(h, record(ISLINGTON, child=BORN_APART))
        await take(h, missing(child=ROBIN_BORN, responsible_authority=None, host_authority=None))
        assert await holders(h) == {ISLINGTON}


@pytest.mark.parametrize("named", [None, BUCKS])
async def test_the_register_that_had_the_child_names_another_while_it_is_missing(named: str | None) -> None:
    async with hub() as h:
        await take(h, record(BUCKS, "compact:K-1"))
        await take(h, missing(responsible_authority=named, host_authority=BUCKS))
        said = await take(h, record(BUCKS, "compact:K-1", hours=2, responsible_authority=ISLINGTON))
        assert await holders(h) == {BUCKS, ISLINGTON}
        assert (BUCKS, ISLINGTON) in crossed(said)
        again = record(BUCKS, "compact:K-1", hours=3, responsible_authority=ISLINGTON, plan="child_in_need")
        assert crossed(await take(h, again)) == set()
        said = await take(h, found(30))
        assert {m["authority"] for m in said if m["type"] == "rhi.request"} >= {ISLINGTON}


@pytest.mark.parametrize(
    ("host", "responsible", "expected"),
    [(NOTTS, "Westshire", [NOTTS]), (BUCKS, "Westshire", []), (NOTTS, None, []), (NOTTS, NOTTS, [])],
    ids=["a host without duties", "a host with duties", "nobody named", "its own child"],
)
async def test_a_host_that_acts_for_an_authority_without_a_pack_is_asked_to_pass_it_on(
    host: str, responsible: str | None, expected: list[str]
) -> None:
    async with hub() as h:
        said = await take(h, missing(responsible_authority=responsible, host_authority=host))
        assert await holders(h) == {host}
        assert [m["authority"] for m in said if m["kind"] == "unknown_authority"] == expected
        again = await take(h, missing(responsible_authority=responsible, host_authority=host, risk="high"))
        assert [m for m in again if m["kind"] == "unknown_authority"] == []


def claims(numbers: range, answers: str) -> list[bytes]:
    """Children on the register of Islington for whom, in the words of the police, an authority answers."""
    course = []
    for number in numbers:
        whom = child(f"compact:K-{number}")
        course += [record(ISLINGTON, child=whom), missing(0, f"P-{number}", child=whom, responsible_authority=answers)]
    return course


async def test_a_register_that_claims_very_many_is_told_to_the_operator_once_a_day() -> None:
    async with hub() as h:
        said = await take(h, *claims(range(19), NOTTS))
        assert [m for m in said if m["authority"] == "hub"] == []
        [told] = [m for m in await take(h, *claims(range(19, 22), NOTTS)) if m["authority"] == "hub"]
        assert (told["kind"], told["to"][0]["role"]) == ("data_quality", "operator")
        assert "islington" in told["detail"]
        h.clock.set(later(60))
        said = await take(h, *claims(range(40, 62), NOTTS))
        assert len([m for m in said if m["authority"] == "hub"]) == 1


async def test_a_register_that_holds_many_of_its_own_claims_nobody() -> None:
    async with hub() as h:
        said = await take(h, *claims(range(22), ISLINGTON))
        assert [m for m in said if m["authority"] == "hub"] == []
        assert doubts(said) == []


CLAIM, RETURN = record(BOROUGH, "compact:K-1", hours=5), found(5, found_at=later(4))


@pytest.mark.parametrize(
    "batches", [[[RETURN], [CLAIM]], [[CLAIM], [RETURN]], [[CLAIM, RETURN]]], ids=["after it", "before it", "with it"]
)
async def test_what_follows_the_return_is_asked_for_whenever_a_register_claims(batches: list[list[bytes]]) -> None:
    async with hub() as h:
        await take(h, record(ISLINGTON, "compact:K-1"), missing(responsible_authority=ISLINGTON))
        for batch in batches:
            await h.intake.process_batch([arrived(h, value) for value in batch])
        said = [m for m in await h.said() if m["clauses"] == ["MFH-42"] and m["type"] == "meeting.request"]
        assert [(m["authority"], m["kind"]) for m in said] == [(BOROUGH, "professionals_meeting")]
