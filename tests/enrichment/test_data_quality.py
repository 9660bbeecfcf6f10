"""What a message says that tells nothing: two children who share it stay two, and a person hears of it once."""

import pytest
from hub_in_memory import Hub, hub
from people_described import ROBIN, doubts, on_register, person, reported, since, told
from wire_messages import case, child, context, event, later, missing

OPEN = [{"service": "cscs", "worker": "sw1"}]


async def quality(h: Hub) -> list[str]:
    return [m["detail"] for m in await h.said() if m["kind"] == "data_quality"]


@pytest.mark.parametrize("value", ["UNKNOWN", "0000000000", "UN1", "n/a"])
async def test_children_who_share_what_stands_for_not_known_stay_apart(value: str) -> None:
    async with hub() as h:
        await h.take(missing(child=child(f"upn:{value}")), missing(1, "P-2", child=child(f"upn:{value}")))
        assert len(await h.episodes()) == 2
        async with h.store.reading() as tx:
            assert len(await tx.people_of("nottinghamshire", "", 10)) == 2


async def test_it_is_told_once_for_a_sender_and_a_value_also_after_a_restart() -> None:
    async with hub() as h:
        await h.take(context(-3, "mosaic:M-1", "upn:UN1"), context(-2, "mosaic:M-2", "upn:UN1"))
        again = Hub(h.store)
        again._offset = 100
        await again.take(context(-1, "mosaic:M-3", "upn:UN1"))
        assert len(await quality(h)) == 1
        await h.take(context(-1, "mosaic:M-4", "upn:UN2"))
        assert len(await quality(h)) == 2
        await h.take(missing(child=child("compact:K-1", "upn:UN1")))  # another sender
        assert len(await quality(h)) == 3


async def test_two_forces_are_two_senders_whatever_they_call_themselves() -> None:
    async with hub() as h:
        for number, (force, source) in enumerate((("XX", "/a"), ("XX", "/b"), ("YY", "/a"))):
            whom = {"identifiers": [{"system": "upn", "value": "UN1"}]}
            data = {"force": force, "incident": f"P-{number}", "child": whom, "classification": "missing"}
            told_ = event(
                "police.missing", later(0), {**data, "responsible_authority": "nottinghamshire"}, None, source
            )
            await h.intake.process_batch([h.raw(told_, f"police.{force}.notifications.v1")])
        assert len(await quality(h)) == 2


async def test_the_intake_role_hears_of_it_and_nothing_about_anybody_is_said() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:M-1", "nhs:9434765918"))
        [message] = [m for m in await h.said() if m["kind"] == "data_quality"]
        assert [r["role"] for r in message["to"]] == ["children_missing_officer"]
        assert "check digit" in message["detail"]
        assert "9434765918" not in message["detail"]


async def test_a_number_of_the_health_service_is_found_under_any_name_of_its_system() -> None:
    async with hub() as h:
        await h.take(context(-1, "mosaic:M-1", "nhs_number:943 476 5919", services=OPEN))
        said = await since(h, missing(child=child("NHS:943-476-5919")))
        assert told(said) == ["sw1"]


async def test_twins_without_names_are_not_taken_for_one_another() -> None:
    async with hub() as h:
        baby = {**ROBIN, "given_name": "Baby"}
        said = await since(h, on_register(baby, "mosaic:M-1", "sw1"), reported(baby, "compact:K-9"))
        assert told(said) == []
        assert len(doubts(said)) == 1


async def test_no_fixed_abode_is_no_common_home() -> None:
    async with hub() as h:
        nowhere = {"line": "No fixed abode", "postcode": "ZZ99 3VZ"}
        held = on_register({**ROBIN, "home_address": nowhere, "date_of_birth": None}, "mosaic:M-1", "sw1")
        said = await since(h, held, reported({**ROBIN, "home_address": nowhere, "date_of_birth": None}))
        assert told(said) == []


@pytest.mark.parametrize(
    ("held", "said", "expected"),
    [
        ({"date_of_birth": "1900-01-01"}, {"age": 14}, ["register"]),
        ({"date_of_birth": "2008-01-10"}, {"age": 15}, ["register"]),
        ({"date_of_birth": "2008-01-10"}, {"age": 16}, []),
        ({"date_of_birth": "2011-09-01"}, {"date_of_birth": "1970-01-01"}, ["report"]),
        ({}, {"date_of_birth": "1999-09-01", "age": 14}, ["report"]),
        ({}, {"date_of_birth": "1999-09-01"}, []),
        ({}, {}, []),
    ],
)
async def test_a_birth_date_that_cannot_be_is_told_with_the_child_who_is_missing(
    held: dict[str, str], said: dict[str, object], expected: list[str]
) -> None:
    async with hub() as h:
        await h.take(case("case.context", -1, child=person({}, "compact:K-1", **held), services=OPEN))
        new = await since(h, missing(child={**child("compact:K-1"), **said}))
        told_ = [m for m in new if m["kind"] == "data_quality"]
        assert [next(w for w in ("register", "report") if f"in the {w} " in m["detail"]) for m in told_] == expected
        assert {m["incident"] for m in told_} <= {"P-1"}
        assert told(new) == ["sw1"]
        again = await since(h, missing(child={**child("compact:K-1"), **said}))
        assert [m for m in again if m["kind"] == "data_quality"] == []


async def test_a_record_that_comes_later_with_such_a_date_is_told() -> None:
    async with hub() as h:
        await h.take(missing(child={**child("compact:K-1"), "age": 14}))
        record = person({}, "compact:K-1", date_of_birth="1999-09-01")
        new = await since(h, case("case.context", 1, child=record), case("case.context", 2, child=record))
        assert [m["incident"] for m in new if m["kind"] == "data_quality"] == ["P-1"]


@pytest.mark.parametrize(
    ("held", "report", "told_"),
    [
        ({}, {"classification": "absent", "missing_from": "home", "location_known": True}, 1),
        ({}, {"child": {**child("compact:K-1"), "date_of_birth": "1998-01-02"}}, 1),
        ({"services": [{"service": "cla", "worker": "sw1"}]}, {}, 0),
        ({"responsible_authority": "Westshire"}, {"classification": "absent"}, 0),
    ],
    ids=["absent from home", "an adult", "the whole set", "another authority's"],
)
async def test_a_report_for_which_a_procedure_has_no_word_is_told(
    held: dict[str, object], report: dict[str, object], told_: int
) -> None:
    async with hub() as h:
        whom = {**child("compact:K-1"), "date_of_birth": "2012-05-05"}
        data = {"authority": "islington", "child": child("compact:K-1"), **held}
        record = event("case.context", later(-5), data)
        await h.intake.process_batch([h.raw(record, "register.islington.children.v1")])
        course = missing(**{"child": whom, "responsible_authority": "islington", **report})
        await h.take(course)
        silent = [m for m in await h.said() if m["kind"] == "data_quality" and "no message" in m["detail"]]
        assert [m["authority"] for m in silent] == ["islington"] * told_
        said = await h.said()
        await h.take(missing(**{"child": whom, "responsible_authority": "islington", **report}))
        assert [m for m in await h.said() if m not in said] == []
