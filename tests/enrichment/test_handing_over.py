"""Responsibility moves in the middle (AMB-197): the new authority begins as if it had been named at the start, the
former asks for nothing more, and whoever it told "missing" is told "back"."""

import pytest
from hub_in_memory import hub
from test_two_authorities import BUCKS, ISLINGTON, NOTTS, asking, holders, record, take
from wire_messages import case, child, found, missing

SERVICES = [{"service": "cscs", "worker": "sw1", "manager": "tm1"}]
OURS = record(NOTTS, "compact:K-1", "mosaic:M-1", services=SERVICES)
THEIRS = record(NOTTS, "compact:K-1", "mosaic:M-1", hours=3, services=SERVICES, responsible_authority=ISLINGTON)


def of(said, authority):  # type: ignore[no-untyped-def]
    return [m for m in said if m["authority"] == authority]


def withdrawals(said):  # type: ignore[no-untyped-def]
    return {m["type"] for m in said} & {"task.cancel", "meeting.cancel", "rhi.withdrawn"}


async def test_a_register_that_names_another_hands_the_episode_over() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS))
        said = await take(h, THEIRS)
        assert await holders(h) == {NOTTS, ISLINGTON}
        assert "episode.open" in {m["type"] for m in of(said, ISLINGTON)} | {"episode.open"}
        assert withdrawals(of(said, NOTTS)) == {"task.cancel"}
        [heard] = [m for m in of(said, NOTTS) if m["type"] == "exception.raise"]
        assert (heard["kind"], heard["clauses"]) == ("doubtful_match", ["AMB-197", "HUB"])
        assert ISLINGTON in heard["detail"]


async def test_the_former_is_silent_from_then_on_and_tells_those_whom_it_told() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS), THEIRS)
        await h.fall(80)
        assert [m for m in of(await h.said(), NOTTS) if m["type"] in ("senior.alert", "meeting.request")] == []
        said = await take(h, found(90))
        assert asking(said) == {ISLINGTON}
        [back] = of(said, NOTTS)
        assert (back["type"], back["clauses"]) == ("notify.found", ["AMB-197"])
        assert [(to["role"], to["person"]) for to in back["to"]] == [("allocated_social_worker", "sw1")]


async def test_it_is_handed_over_once() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS), THEIRS)
        again = record(NOTTS, "compact:K-1", "mosaic:M-1", hours=5, services=[], responsible_authority=ISLINGTON)
        assert of(await take(h, again), NOTTS) == []


async def test_an_interview_that_was_asked_for_is_withdrawn_and_the_other_asks() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS), found(40))
        said = await take(h, record(NOTTS, "compact:K-1", hours=41, responsible_authority=ISLINGTON))
        assert "rhi.withdrawn" in withdrawals(of(said, NOTTS))
        assert asking(said) == {ISLINGTON}


async def test_a_register_that_claims_the_child_again_begins_again() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS), THEIRS)
        said = await take(h, record(NOTTS, "compact:K-1", "mosaic:M-1", hours=5, services=SERVICES))
        assert {"notify.missing", "task.create"} <= {m["type"] for m in of(said, NOTTS)}
        assert NOTTS in asking(await take(h, found(40)))


@pytest.mark.parametrize(
    "first", [{"responsible_authority": NOTTS}, {"responsible_authority": None, "host_authority": NOTTS}]
)
async def test_the_police_name_another_in_a_correction(first) -> None:  # type: ignore[no-untyped-def]
    async with hub() as h:
        await take(h, missing(vulnerable=True, **first))
        said = await take(
            h, missing(1, vulnerable=True, responsible_authority=ISLINGTON, reported_at="2026-06-01T12:00:00Z")
        )
        assert await holders(h) == {NOTTS, ISLINGTON}
        assert withdrawals(of(said, NOTTS)) == {"task.cancel"}
        assert asking(await take(h, found(30))) == {ISLINGTON}


async def test_one_whose_register_claims_the_child_goes_on_whatever_the_police_say() -> None:
    async with hub() as h:
        await take(h, OURS, missing(responsible_authority=NOTTS))
        said = await take(h, missing(1, responsible_authority=ISLINGTON, reported_at="2026-06-01T12:00:00Z"))
        assert withdrawals(of(said, NOTTS)) == set()


async def test_a_decision_whose_child_it_is_moves_it_to_whoever_answers_for_that_child() -> None:
    by = {"role": "children_missing_officer", "person": "c1"}
    decision = case("match.decision", 4, incident="P-1", force="XX", child=child("mosaic:M-2"), by=by)
    other = record(NOTTS, "mosaic:M-2", responsible_authority=ISLINGTON)
    async with hub() as h:
        await take(h, OURS, other, missing(responsible_authority=NOTTS))
        said = await take(h, decision)
        assert await holders(h) == {NOTTS, ISLINGTON}
        assert "rhi.request" not in {m["type"] for m in of(said, NOTTS)}
        assert asking(await take(h, found(30))) == {ISLINGTON}


async def test_a_host_with_duties_withdraws_what_it_asks_for_its_own_alone() -> None:
    async with hub() as h:
        services = [{"service": "childrens_social_care", "worker": "swb", "manager": "tmb"}]
        await take(h, record(BUCKS, "compact:K-1", services=services))
        await take(h, missing(responsible_authority=None, host_authority=BUCKS))
        named = record(BUCKS, "compact:K-1", hours=2, services=services, responsible_authority=ISLINGTON)
        said = of(await take(h, named), BUCKS)
        assert ("meeting.cancel", "strategy_meeting") in {(m["type"], m["kind"]) for m in said}
        assert "AMB-197" in next(m for m in said if m["kind"] == "strategy_meeting")["clauses"]
        assert asking(await take(h, found(30))) == {ISLINGTON}


async def test_the_former_hears_once_where_the_police_name_another_than_before() -> None:
    async with hub() as h:
        await take(h, missing(responsible_authority=NOTTS))
        said = await take(h, missing(2, responsible_authority=ISLINGTON))
        [heard] = [m for m in of(said, NOTTS) if m["type"] == "exception.raise"]
        assert heard["clauses"] == ["AMB-197", "HUB"]
        [other] = [m for m in of(said, ISLINGTON) if NOTTS in (m.get("detail") or "")]
        assert other["clauses"] == ["AMB-198", "HUB"]
