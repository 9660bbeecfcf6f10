"""The audit of a tortured hub notices what it is for: what is lost, said twice, out of order, or alarms in vain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from homeward.torture import audit
from homeward.torture.audit import alarms, disorder, effects_twice, messages_lost, records_lost
from homeward.torture.promised import Promised
from homeward.torture.rig import Rig
from homeward.torture.stream import Published

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOPIC = "nottinghamshire.social-care.v1"


def promised(position: int, **other: Any) -> Promised:
    payload = {"incident": "T-1", "causation": {"source": "/police/ZT", "id": "r1"}, "kind": f"kind-{position}"}
    row = Promised(position, f"m{position}", f"topic/{TOPIC}", "lane", "accepted", "task.create", NOON, payload)
    return replace(row, **other)


ROWS = [promised(1), promised(2), promised(3)]
HEARD = {TOPIC: {0: ["m1", "m2", "m3"]}}


def test_nothing_is_said_of_what_is_well() -> None:
    assert [*messages_lost(ROWS, HEARD, {}), *disorder(ROWS, HEARD), *effects_twice(ROWS), *alarms(ROWS, {"T-1"})] == []


def test_a_message_that_was_accepted_and_is_not_there_is_lost() -> None:
    assert [*messages_lost(ROWS, {TOPIC: {0: ["m1", "m3"]}}, {})] == [f"message m2 to {TOPIC}: accepted, and not there"]


def test_a_message_that_has_not_left_is_lost() -> None:
    (said,) = messages_lost([promised(1, state="parked")], HEARD, {})
    assert said.endswith("parked")


def test_emails_that_were_accepted_and_never_arrived_are_lost() -> None:
    mails = [promised(1, destination="mail/nottinghamshire/cscs")]
    assert [*messages_lost(mails, {}, {})] == ["e-mails were accepted, and none arrived"]
    assert [*messages_lost(mails, {}, {("cscs@x.example", "<m1@x>"): 1})] == []


def test_what_overtakes_another_of_its_lane_is_out_of_order_and_a_repeat_is_not() -> None:
    assert [*disorder(ROWS, {TOPIC: {0: ["m2", "m1", "m3"]}})] == [f"m1 on {TOPIC}, lane lane"]
    assert [*disorder(ROWS, {TOPIC: {0: ["m1", "m2", "m1", "m3"]}})] == []
    other = [promised(1), promised(2, lane="another")]
    assert [*disorder(other, {TOPIC: {0: ["m2", "m1"]}})] == []


def test_a_return_passes_what_was_refused_and_nothing_else_does() -> None:
    rows = [promised(1), promised(2), promised(3, type="episode.found")]
    heard = {TOPIC: {0: ["m3", "m1", "m2"]}}
    assert [*disorder(rows, heard, released={1})] == []
    assert [*disorder(rows, heard)] == [f"m1 on {TOPIC}, lane lane", f"m2 on {TOPIC}, lane lane"]
    assert [*disorder(ROWS, heard, released={1})] == [f"m1 on {TOPIC}, lane lane", f"m2 on {TOPIC}, lane lane"]


def test_what_nobody_promised_is_out_of_order_unless_a_database_had_that_is_no_more() -> None:
    assert [*disorder(ROWS, {TOPIC: {0: ["m9"]}})] == [f"m9 on {TOPIC} was never promised"]
    assert [*disorder(ROWS, {TOPIC: {0: ["m9"]}}, {"m9"})] == []


def test_a_record_is_lost_that_is_neither_taken_in_nor_a_repeat_nor_in_quarantine() -> None:
    place, name = ("police.zt.notifications.v1", 0, 7), ("/police/ZT", "police.missing-1")
    sound, garbage = Published("", b"", b"", name), Published("", b"", b"", None)
    assert [*records_lost([(place, sound)], {}, {name})] == []
    assert [*records_lost([(place, sound)], {}, set())] == ["record police.zt.notifications.v1[0]@7"]
    assert [*records_lost([(place, garbage)], {place: 1}, set())] == []
    in_two_lives_of_a_topic = [(place, garbage), (place, garbage)]
    assert [*records_lost(in_two_lives_of_a_topic, {place: 1}, set())] == ["record police.zt.notifications.v1[0]@7"]


def test_one_cause_that_is_acted_upon_at_two_instants_is_an_effect_twice() -> None:
    twice = promised(2, payload=promised(1).payload, at=NOON + timedelta(seconds=1))
    assert [*effects_twice([promised(1), replace(twice, message="m1")])] == []  # said again, after a restore
    assert [*effects_twice([promised(1), twice])] == [f"task.create to topic/{TOPIC}: m1, and m2"]


def test_two_alike_of_one_instant_are_two_effects_also_where_a_restored_database_says_them_again() -> None:
    both = [promised(1), promised(2, payload=promised(1).payload)]
    again = [replace(row, at=NOON + timedelta(seconds=1)) for row in both]
    third = replace(again[0], message="m3")
    assert [*effects_twice([*both, *again])] == []
    assert [*effects_twice([*both, *again, third])] == [f"task.create to topic/{TOPIC}: m1 and m2, and m3"]


def test_an_alarm_about_a_child_who_is_back_is_in_vain() -> None:
    alarm = promised(1, type="senior.alert")
    assert [*alarms([alarm], {"T-1"})] == ["senior.alert m1"]
    assert [*alarms([alarm], {"T-2"})] == []


async def test_what_a_hub_without_rest_says_between_two_looks_is_neither_lost_nor_without_a_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = [ROWS[:2], ROWS]

    async def promised_by_then(store: object) -> list[Promised]:
        return looks.pop(0)

    async def heard(bootstrap: str, topics: object) -> dict[str, dict[int, list[str]]]:
        return HEARD

    monkeypatch.setattr(audit, "all_promised", promised_by_then)
    monkeypatch.setattr(audit, "overheard", heard)
    monkeypatch.setattr(audit, "_STILL_WITHIN", -1.0)
    rig = cast("Rig", SimpleNamespace(store=None, bootstrap="", kept={}))
    before, told, later = await audit._of_one_moment(rig)
    assert [*messages_lost(before, told, {}), *disorder(later, told)] == []
    assert [*disorder(before, told)] == [f"m3 on {TOPIC} was never promised"]
