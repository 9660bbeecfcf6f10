"""Whose child it is where no number tells: certain, possible, nobody."""

import pytest
from hub_in_memory import hub
from people_described import JACK, KIT, ROBIN, SOME_JACK, doubts, on_register, person, reported, since, told
from wire_messages import child, context, found, missing, police

ROBIN_HELD = on_register(ROBIN, "mosaic:M-1", "sw1")
JACK_HELD = on_register(JACK, "mosaic:M-1", "sw1")
STRANGER = {"given_name": "Ottoline", "family_name": "Quarrie", "date_of_birth": "2009-01-30"}
KIT_HELD = on_register(KIT, "mosaic:M-2", "sw2")


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
@pytest.mark.parametrize(
    "slip",
    [
        {},
        {"given_name": "Robyn"},
        {"family_name": "Fetherstonhaugh"},
        {"date_of_birth": "2011-09-24"},
        {"home_address": None},
        {"known_as": "Rob"},
        {"given_name": "Featherstonehaugh", "family_name": "Robin"},
    ],
    ids=["same", "misspelt", "misheard", "a digit off", "no address", "known as", "exchanged"],
)
async def test_a_child_is_known_by_description(slip: dict[str, str], together: bool) -> None:
    async with hub() as h:
        course = (ROBIN_HELD, KIT_HELD, reported(ROBIN, "compact:K-9", **slip))
        for batch in [course] if together else [(value,) for value in course]:
            await h.take(*batch)
        assert told(await h.said()) == ["sw1"]
        assert doubts(await h.said()) == []


async def test_the_number_is_known_from_then_on() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, reported(ROBIN, "compact:K-9"))
        assert told(await since(h, missing(60, "P-2", child=child("compact:K-9")))) == ["sw1"]


async def test_why_it_is_certain_is_kept_without_a_value_of_anybody() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, reported(ROBIN))
        [line] = await h.ledger("match")
        assert line.entry["outcome"] == "certain"
        [ranked] = line.entry["candidates"]
        assert ranked["person"] == line.entry["person"]
        assert any("surname: the same" in reason for reason in ranked["reasons"])
        assert ranked["probability"] > 0.99
        assert {line.episode} == (await h.episodes())["P-1"]
        text = str(line.entry)
        assert not [word for word in ("Robin", "Feather", "2011", "Larch", "M-1") if word in text]


async def test_who_may_be_meant_is_for_a_person_and_nothing_waits() -> None:
    async with hub() as h:
        await h.take(JACK_HELD, KIT_HELD)
        said = await since(h, reported(SOME_JACK, "compact:K-9"))
        [detail] = doubts(said)
        assert "mosaic M-1" in detail
        assert detail.startswith("Possible match: ")
        assert not [word for word in ("Jack", "Smith", "2011", "14") if word in detail]
        assert told(said) == []
        assert ("task.create", "process_notification") in {(m["type"], m["kind"]) for m in said}
        [exception] = [m for m in said if m["type"] == "exception.raise"]
        assert [r["role"] for r in exception["to"]] == ["children_missing_officer"]
        assert exception["urgency"] == "immediate"


async def test_two_who_are_certain_are_a_question() -> None:
    async with hub() as h:
        said = await since(h, ROBIN_HELD, on_register(ROBIN, "mosaic:M-7", "sw7"), reported(ROBIN))
        [detail] = doubts(said)
        assert "mosaic M-1" in detail
        assert "mosaic M-7" in detail
        assert told(said) == []


async def test_twins_are_not_taken_for_one_another() -> None:
    async with hub() as h:
        twin = {**ROBIN, "given_name": "Wren"}
        said = await since(h, ROBIN_HELD, on_register(twin, "mosaic:M-3", "sw3"), reported(twin))
        assert "sw1" not in told(said)


async def test_nobody_near_is_a_new_child() -> None:
    async with hub() as h:
        said = await since(h, ROBIN_HELD, reported(STRANGER))
        [detail] = doubts(said)
        assert "No match on the register" in detail
        assert "M-1" not in detail
        assert told(said) == []
        assert await h.ledger("match") == []


async def test_what_follows_finds_the_child_by_its_incident() -> None:
    async with hub() as h:
        await h.take(ROBIN_HELD, reported(ROBIN, home_address=None))
        said = await since(
            h,
            found(30, child=person({"given_name": "Robin"})),
            police("status_change", 31, to="absent", child=person(ROBIN, given_name="Robyn")),
        )
        assert told(said, "rhi.request") == ["sw1"]
        assert doubts(said) == []


async def test_a_correction_of_the_name_is_still_the_same_child() -> None:
    async with hub() as h:
        await h.take(reported({"given_name": "Robin"}), reported(ROBIN, hours=1))
        assert len((await h.episodes())["P-1"]) == 1


async def test_brother_and_sister_of_one_incident_stay_apart() -> None:
    async with hub() as h:
        await h.take(reported(ROBIN), reported(KIT, hours=1))
        assert len((await h.episodes())["P-1"]) == 2
        said = await since(h, found(30, child=person(KIT, date_of_birth=None)))
        [back] = {m["episode"] for m in said if m["type"] == "episode.found"}
        said = await since(h, found(31, child=person(ROBIN)))
        assert {m["episode"] for m in said if m["type"] == "episode.found"} == (await h.episodes())["P-1"] - {back}


async def test_of_two_children_of_an_incident_a_report_must_say_which() -> None:
    async with hub() as h:
        await h.take(reported(ROBIN), reported(KIT, hours=1))
        said = await since(h, found(30))
        assert ["more than one child" in detail for detail in doubts(said)] == [True]


async def test_the_same_child_under_the_numbers_of_two_forces() -> None:
    async with hub() as h:
        await h.take(reported(ROBIN, "compact:K-9"), found(30))
        said = await since(h, reported(ROBIN, "niche:N-3", hours=50, incident="YY-1", force="YY"))
        assert doubts(said) == []
        async with h.store.reading() as tx:
            where = await tx.find([], [("XX", "P-1"), ("YY", "YY-1")], [])
        assert len({row.person for row in where.references}) == 1


async def test_a_record_that_comes_later_finds_its_episode() -> None:
    async with hub() as h:
        await h.take(reported(ROBIN, "compact:K-9"))
        assert told(await since(h, on_register(ROBIN, "mosaic:M-1", "sw1", hours=1))) == ["sw1"]
        assert told(await since(h, found(30)), "rhi.request") == ["sw1"]


async def test_a_withdrawn_record_is_no_candidate_any_more() -> None:
    from dataclasses import replace

    from hub_in_memory import REGISTER

    async with hub() as h:
        await h.intake.process_batch([replace(h.raw(ROBIN_HELD, REGISTER), key=b"M-1")])
        await h.intake.process_batch([replace(h.raw(None, REGISTER), key=b"M-1")])
        said = await since(h, reported(ROBIN))
        assert told(said) == []
        assert ["No match on the register" in detail for detail in doubts(said)] == [True]


async def test_a_record_that_changes_is_found_by_what_it_says_now() -> None:
    async with hub() as h:
        new_name = {**ROBIN, "given_name": "Ottoline", "family_name": "Quarrie"}
        await h.take(ROBIN_HELD)
        await h.take(on_register(new_name, "mosaic:M-1", "sw1", hours=-4))
        assert told(await since(h, reported(new_name))) == ["sw1"]


async def test_a_decision_ends_the_doubt() -> None:
    from wire_messages import case

    async with hub() as h:
        await h.take(JACK_HELD, KIT_HELD, reported(SOME_JACK, "compact:K-9"))
        decision = case(
            "match.decision", 1, incident="P-1", force="XX", child=child("mosaic:M-1"), by={"role": "officer"}
        )
        assert told(await since(h, decision)) == ["sw1"]


@pytest.mark.parametrize(
    "odd",
    [
        {"date_of_birth": "2026-06-01"},
        {"date_of_birth": "2027-01-01"},
        {"date_of_birth": None},
        {"date_of_birth": None, "age": 14},
        {"date_of_birth": None, "age": 0},
        {"date_of_birth": None, "age": 120},
        {"given_name": "…", "family_name": "-"},
        {"given_name": "张", "family_name": "伟"},
        {"given_name": "x" * 500},
        {"home_address": {"postcode": "??"}},
    ],
    ids=["born today", "unborn", "not known", "age only", "age 0", "age 120", "no letters", "no Latin", "long", "odd"],
)
async def test_a_description_is_never_too_odd_to_be_taken_in(odd: dict[str, str]) -> None:
    async with hub() as h:
        await h.take(on_register(ROBIN, "mosaic:M-1", "sw1", **odd), reported(ROBIN, **odd), found(30))
        assert await h.held() == []
        assert "episode.found" in {m["type"] for m in await h.said()}


async def test_an_empty_register_and_one_that_fell_silent_are_told() -> None:
    async with hub() as h:
        assert "which has sent nothing so far" in doubts(await since(h, reported(ROBIN)))[0]
        await h.take(context(0, "mosaic:M-9"))
        h.clock.set(h.clock.now().replace(day=20))
        said = await since(h, reported(STRANGER, incident="P-2"))
        assert "456 hours old" in doubts(said)[0]
        assert ("task.create", "process_notification") in {(m["type"], m["kind"]) for m in said}
