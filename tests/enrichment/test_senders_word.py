"""What a hostile reading of the running hub has found: a sender whose word reached further than what is the sender's.
Each input as it was found; the kinds behind them are tried in `tests/intake`, by `test_undeclared_fields` and
`test_who_may_act`."""

from typing import Any

import pytest
from hub_in_memory import Hub, hub
from people_described import ROBIN, doubts, on_register, person, reported, since, told
from wire_messages import case, child, context, event, found, later, missing

OPEN = [{"service": "cscs", "worker": "sw1"}]


async def of_force(h: Hub, force: str, type_: str, hours: float, **fields: Any) -> None:
    value = event(f"police.{type_}", later(hours), {"force": force, **fields}, source=f"/police/{force}")
    await h.intake.process_batch([h.raw(value, f"police.{force}.notifications.v1")])


# ---- fields that the contract does not declare


async def test_the_clocks_of_an_episode_go_on_when_another_force_takes_it_back_by_its_id() -> None:
    async with hub() as h:
        await h.take(context(-1, "compact:K-1", services=OPEN, plan="looked_after"), missing())
        [[episode]] = [[*ids] for ids in (await h.episodes()).values()]
        await of_force(h, "YY", "retracted", 1, incident="Z-9", episode=episode)
        await h.fall(73)
        said = await h.said()
        assert {"senior.alert", "meeting.request"} <= {m["type"] for m in said if m["incident"] == "P-1"}
        assert "task.cancel" not in {m["type"] for m in said}
        assert await h.held() == []
        assert (await h.kinds()).count("unknown_authority") == 1  # the operator hears of a word about nobody


@pytest.mark.parametrize("authority", ["islington", "nobody", 1, None])
async def test_an_authority_in_a_message_of_the_police_diverts_nothing(authority: object) -> None:
    async with hub() as h:
        await h.take(missing(authority=authority))
        assert {m["authority"] for m in await h.said()} == {"nottinghamshire"}


@pytest.mark.parametrize("field", ["episode", "incident", "force"])
@pytest.mark.parametrize("value", [1, "P-1", None, [], {"a": 1}])
async def test_a_register_record_may_hold_anything_besides(field: str, value: object) -> None:
    async with hub() as h:
        await h.take(
            missing(),
            event(
                "case.context",
                later(1),
                {"authority": "nottinghamshire", "child": child("compact:K-1"), "services": OPEN, field: value},
            ),
        )
        assert await h.held() == []
        assert len(await h.episodes()) == 1
        assert told(await h.said()) == ["sw1"]


# ---- a number is evidence


async def test_a_number_that_another_force_gave_and_took_back_leads_to_nobody() -> None:
    async with hub() as h:
        other = {"given_name": "Ottoline", "family_name": "Quarrie", "date_of_birth": "2009-01-30"}
        await h.take(on_register(ROBIN, "mosaic:M-1", "sw1"), on_register(other, "mosaic:M-2", "sw2"))
        named = {"responsible_authority": "nottinghamshire", "classification": "missing"}
        await of_force(h, "YY", "missing", 0, incident="Y-1", child=person(ROBIN, "compact:K-9"), **named)
        await of_force(h, "YY", "retracted", 1, incident="Y-1")
        assert told(await since(h, reported(other, "compact:K-9", hours=2))) == ["sw2"]


@pytest.mark.parametrize("born", ["2011-01-01", "2011-09-23"])
async def test_a_first_of_january_does_not_settle_whose_number_it_is(born: str) -> None:
    async with hub() as h:
        robin = {**ROBIN, "date_of_birth": "2011-01-01"}
        namesake = {**robin, "family_name": "Quarrie", "home_address": {"line": "1 Ash Row", "postcode": "ZZ7 7ZZ"}}
        await h.take(on_register(robin, "mosaic:M-1", "sw1"), on_register(namesake, "mosaic:M-2", "sw2"))
        said = await since(h, reported({**robin, "date_of_birth": born}, "mosaic:M-2"))
        assert told(said) == []
        [detail] = doubts(said)
        assert "mosaic M-1" in detail
        assert "mosaic M-2" in detail
        assert told(await since(h, reported(robin, "mosaic:M-1", hours=1, incident="P-2"))) == ["sw1"]


@pytest.mark.parametrize("system", ["NHS", "nhs_number", "NHS-Number", "https://fhir.nhs.uk/Id/nhs-number"])
@pytest.mark.parametrize(("value", "heard"), [("943 476 5919", ["sw1"]), ("943-476-5918", [])])
async def test_a_health_number_leads_to_its_child_by_any_name_if_its_check_digit_is_right(
    system: str, value: str, heard: list[str]
) -> None:
    async with hub() as h:
        whom = {"identifiers": [{"system": system, "value": value}]}  # the address of a system holds a colon
        record = case("case.context", -1, child=whom, services=OPEN)
        said = await since(h, record, missing(child=child(f"nhs:{value}")))
        assert told(said) == heard
        assert ("data_quality" in {m["kind"] for m in said}) == (heard == [])


# ---- a name that somebody else has used


async def test_no_alarm_goes_out_for_a_child_who_is_home_whoever_used_the_id_before() -> None:
    async with hub() as h:
        by_worker = {"authority": "nottinghamshire", "force": "XX", "incident": "P-2", "by": {"role": "carer"}}
        await h.take(context(-1, "compact:K-1", services=OPEN), missing())
        await h.take(event("worker.found_report", later(1), {**by_worker, "found_at": later(1)}, "7", "/police/XX"))
        await h.take(found(3, id_="7"))
        await h.fall(80)
        assert await h.held() == []
        assert "senior.alert" not in {m["type"] for m in await h.said()}
