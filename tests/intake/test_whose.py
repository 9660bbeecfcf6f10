"""Whose child it is: by number, by reference, two children in one incident, a register record that comes later."""

import pytest
from hub_in_memory import hub
from wire_messages import case, child, context, found, missing, police


async def test_a_child_is_found_by_any_number_that_the_register_holds() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:M-1", "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}]))
        await h.take(missing())
        told = [m for m in await h.said() if m["type"] == "notify.missing"]
        assert [m["to"] for m in told] == [[{"role": "allocated_social_worker", "person": "sw1"}]]
        assert {"system": "mosaic", "value": "M-1"} in told[0]["child"]["identifiers"]
        assert await h.kinds() == []


async def test_numbers_of_two_systems_are_not_mistaken_for_one_another() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:7", services=[{"service": "cscs", "worker": "sw1"}]))
        await h.take(missing(child=child("compact:7")))
        assert await h.kinds("notify.missing") == []
        assert await h.kinds() == ["doubtful_match"]


async def test_a_report_without_a_number_follows_its_reference() -> None:
    async with hub() as h:
        await h.take(missing(), found(30), case("rhi.outcome", 40, result="completed"))
        assert {k: len(v) for k, v in (await h.episodes()).items()} == {"P-1": 1}
        assert "rhi.completed" in {m["type"] for m in await h.said()} or len(await h.said()) > 3


async def test_two_children_of_one_incident_are_two_episodes() -> None:
    async with hub() as h:
        await h.take(missing(), missing(child=child("compact:K-2")))
        assert len((await h.episodes())["P-1"]) == 2
        await h.take(found(5, child=child("compact:K-2")))
        back = [m for m in await h.said() if m["type"] == "episode.found"]
        assert [m["child"]["identifiers"] for m in back] == [child("compact:K-2")["identifiers"]]


@pytest.mark.parametrize(
    "report",
    [
        found(5),
        police("retracted", 5),
        police("status_change", 5, to="absent"),
        case("rhi.outcome", 5, result="refused"),
    ],
    ids=["found", "retracted", "status", "outcome"],
)
async def test_a_report_that_does_not_say_which_of_two_children_changes_nothing(report: bytes) -> None:
    async with hub() as h:
        await h.take(missing(), missing(child=child("compact:K-2")))
        before, facts = await h.said(), await h.ledger("fact")
        await h.take(report)
        new = [m for m in await h.said() if m not in before]
        assert [(m["type"], m["kind"]) for m in new] == [("exception.raise", "doubtful_match")]
        assert "more than one child" in new[0]["detail"]
        assert await h.ledger("fact") == facts


async def test_numbers_of_two_children_in_one_report_are_a_matter_for_a_person_and_nothing_waits() -> None:
    async with hub() as h:
        services = [{"service": "cscs", "worker": "sw1"}]
        await h.take(context(-2, "compact:K-1", services=services), context(-1, "compact:K-2", services=services))
        await h.take(missing(child=child("compact:K-1", "compact:K-2")))
        assert await h.kinds() == ["doubtful_match"]
        [detail] = [m["detail"] for m in await h.said() if m["kind"] == "doubtful_match"]
        assert "compact K-1" in detail
        assert "compact K-2" in detail
        assert len(await h.episodes()) == 1
        assert await h.kinds("notify.missing") == []


async def test_a_register_record_that_comes_later_joins_what_belongs_together() -> None:
    async with hub() as h:
        await h.take(missing(), missing(2, "P-2", child=child("niche:N-1")))
        assert await h.kinds() == ["doubtful_match", "doubtful_match"]
        await h.take(context(3, "compact:K-1", "niche:N-1", "mosaic:M-1", services=[{"service": "cscs"}]))
        await h.take(found(4), found(5, "P-2"))
        async with h.store.transaction() as tx:
            numbers = [("nottinghamshire", *n.split(":")) for n in ("compact:K-1", "niche:N-1", "mosaic:M-1")]
            held = await tx.find(numbers, [("XX", "P-1"), ("XX", "P-2")], [])
            people, episodes = await tx.load({row.person for row in held.identifiers})
        assert len({row.person for row in held.identifiers}) == 1
        assert {row.person for row in held.references} == set(people)
        assert [row.state for row in episodes] == ["found", "found"]
        requests = [m["incident"] for m in await h.said() if m["type"] == "rhi.request"]
        assert "P-2" in requests  # the second occasion of one child; apart, each would have been a first


async def test_timers_follow_a_child_who_is_joined() -> None:
    async with hub() as h:
        await h.take(missing(), missing(1, "P-2", child=child("niche:N-1")))
        await h.take(context(2, "compact:K-1", "niche:N-1", services=[{"service": "cscs", "worker": "sw1"}]))
        await h.fall(100)
        asked = [(m["incident"], m["kind"]) for m in await h.said() if m["type"] == "meeting.request"]
        assert asked.count(("P-1", "strategy_discussion")) == 1
        assert asked.count(("P-2", "strategy_discussion")) == 1


async def test_a_changed_record_is_told_to_the_episodes_that_are_open() -> None:
    async with hub() as h:
        await h.take(context(-1, "compact:K-1"), missing())
        assert await h.kinds("notify.missing") == []
        await h.take(context(3, "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}]))
        assert len(await h.kinds("notify.missing")) == 1
        await h.take(context(4, "compact:K-1", services=[{"service": "cscs", "worker": "sw1"}]))
        assert len(await h.kinds("notify.missing")) == 1


async def test_a_case_that_opens_is_part_of_the_record_from_then_on() -> None:
    async with hub() as h:
        await h.take(context(-1, "compact:K-1"), missing())
        await h.take(case("case.opened", 1, child=child("compact:K-1"), service="cscs", worker="sw7"))
        told = [m for m in await h.said() if m["type"] == "notify.missing"]
        assert [m["to"][0]["person"] for m in told] == ["sw7"]


async def test_a_report_about_a_child_who_is_not_known_is_a_matter_for_a_person() -> None:
    async with hub() as h:
        await h.take(
            case("rhi.outcome", 1, result="completed", incident="P-9", force="XX"), police("retracted", 1, "P-8")
        )
        assert await h.kinds() == ["doubtful_match", "unknown_authority"]


@pytest.mark.parametrize("code", ["nottinghamshire", "E10000024", "e10000024", " Nottinghamshire "])
async def test_an_authority_is_known_by_its_key_or_code(code: str) -> None:
    async with hub() as h:
        await h.take(missing(responsible_authority=code))
        assert len(await h.episodes()) == 1


@pytest.mark.parametrize("code", ["hub", "Nottinghamshire County Council", "E99", None])
async def test_a_report_of_no_authority_that_is_known_goes_to_the_operator(code: str | None) -> None:
    async with hub() as h:
        await h.take(missing(responsible_authority=code))
        assert [(m["authority"], m["kind"]) for m in await h.said()] == [("hub", "unknown_authority")]


async def test_the_register_is_asked_before_the_words_of_the_police() -> None:
    async with hub() as h:
        await h.take(context(-1, "compact:K-1"), missing(responsible_authority="E99"))
        assert len(await h.episodes()) == 1
        await h.take(
            missing(1, "P-2", child=child("compact:K-9"), responsible_authority=None, host_authority="E10000024")
        )
        assert len(await h.episodes()) == 2
