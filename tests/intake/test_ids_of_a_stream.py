"""A message is called after its cause, its rule and its occurrence, and never after the instant at which the hub was
told: one stream gives the same ids whenever it is read and however it is cut into batches."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hub_in_memory import Hub, hub
from wire_messages import MONDAY, case, child, context, event, found, later, missing, police

from homeward.demo.story import ENDS, Scene, fortnight
from intake.records import RawRecord
from schemas.topics import casework_outcomes, police_notifications, register_children

BEGINS = fortnight()[0].at
OFFICER = {"role": "children_missing_officer"}
_TOPICS = {
    "police": police_notifications("XX"),
    "casework": casework_outcomes("nottinghamshire"),
    "register": register_children("nottinghamshire"),
}


def _raw(scene: Scene, number: int, partitions: int) -> RawRecord:
    kind = "register" if scene.type == "case.context" else scene.type.partition(".")[0]
    topic = _TOPICS.get(kind, _TOPICS["casework"])
    body = scene.raw or event(scene.type, scene.at, scene.data, f"scene-{number}")
    # What cannot be read has no name but its place.
    place = 0 if scene.raw else number % partitions
    return RawRecord(topic, place, number, body, scene.at, scene.key.encode())


async def _live(told: Hub, scenes: Sequence[Scene], late: timedelta, partitions: int) -> set[str]:
    """Reads each scene so long after it was sent; returns the ids of all messages."""
    for number, scene in enumerate(scenes):
        await _fall(told, scene.at + late)
        await told.intake.process_batch([_raw(scene, number, partitions)])
    await _fall(told, ENDS + late)
    return {message["id"] for message in await told.said()}


async def _afterwards(told: Hub, scenes: Sequence[Scene], late: timedelta, at_once: int) -> set[str]:
    """Reads all of it so long after its end, so many in a batch, as a backlog."""
    told.intake._gate = timedelta(minutes=5)
    told.clock.set(ENDS + late)
    for first in range(0, len(scenes), at_once):
        batch = scenes[first : first + at_once]
        await told.intake.process_batch([_raw(scene, first + n, 2) for n, scene in enumerate(batch)])
    await _fall(told, ENDS + late)
    return {message["id"] for message in await told.said()}


async def _fall(told: Hub, until: datetime) -> None:
    await told.fall_until(until)
    told.clock.set(max(until, told.clock.now()))


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(seconds=50)])
async def test_a_stream_read_a_little_later_and_in_other_partitions_says_the_same_under_the_same_ids(
    late: timedelta,
) -> None:
    async with hub(begins=BEGINS) as one, hub(begins=BEGINS) as other:
        said = await _live(one, fortnight(), timedelta(), 1)
        assert len(said) > 30
        assert await _live(other, fortnight(), late, 3) == said


@pytest.mark.parametrize("at_once", [1, 7, 1000])
@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=10)])
async def test_a_stream_that_is_read_again_afterwards_says_nothing_under_a_new_id(
    late: timedelta, at_once: int
) -> None:
    async with hub(begins=BEGINS) as one, hub(begins=BEGINS) as other:
        said = await _live(one, fortnight(), timedelta(), 1)
        again = await _afterwards(other, fortnight(), late, at_once)
        assert len(again) > 10
        new = [m for m in await other.said() if m["id"] in again - said]
        assert [(m["type"], m["kind"], m["incident"], m["due"]) for m in new] == []


async def test_what_follows_from_a_limit_has_one_id_whether_the_report_came_before_it_or_after() -> None:
    """The copy of a referral at 72 hours follows from the referral, and no report asks for either."""

    async def copies(read_at: float) -> list[str]:
        async with hub(begins=MONDAY) as told:
            told.intake._gate = timedelta(minutes=5)
            told.clock.set(later(read_at))
            await told.intake.process_batch([told.raw(missing(id_="r-1", child_protection_concern=True))])
            await told.fall(74)
            return [m["id"] for m in await told.said() if m["kind"] in ("mash_72h", "communication_copy")]

    in_time, late = await copies(71.9), await copies(72.1)
    assert len(in_time) == 3, "the copy of the first referral, the referral at 72 hours, and its copy"
    assert sorted(late) == sorted(in_time)


async def test_what_waits_for_its_incident_leads_to_the_same_ids_as_what_comes_in_order() -> None:
    async def ids(*records: bytes) -> set[str]:
        async with hub() as told:
            told.clock.set(later(6))
            for record in records:
                await told.take(record)
            return {m["id"] for m in await told.said() if m["kind"] not in ("unknown_authority", "doubtful_match")}

    gone, back = missing(reported_at=later(-1)), found(3)
    outcome = case("rhi.outcome", 5, result="completed", at=later(4), by=OFFICER)
    in_order, early = await ids(gone, back, outcome), await ids(back, outcome, gone)
    assert len(early) > 5
    assert early < in_order  # what was over before the hub heard of it is asked of nobody


async def test_what_takes_back_a_request_has_one_id_whether_that_was_said_once_or_again() -> None:
    """Who holds the work now may be known when it is asked for, or only later: then it is said again to that person."""

    async def taken_back(*records: bytes) -> list[tuple[str, str]]:
        async with hub() as told:
            for record in records:
                topic = None if record in (gone, error) else register_children("islington")
                await told.intake.process_batch([told.raw(record, topic)])
            said = [m for m in await told.said() if m["type"] in ("task.cancel", "rhi.withdrawn", "meeting.cancel")]
            return sorted((m["kind"] or "", m["id"]) for m in said)

    gone = missing(id_="gone", responsible_authority="islington", child=child("lcs:Z-1"))
    held = {"authority": "islington", "plan": "looked_after"}
    former = context(-2, "lcs:Z-1", **held, services=[{"service": "cla", "worker": "sw0"}])
    now = context(1, "lcs:Z-1", **held, services=[{"service": "cla", "worker": "sw1"}])
    error = police("retracted", 3, id_="error", reason="in error")
    beforehand = await taken_back(former, now, gone, error)
    assert beforehand
    assert await taken_back(former, gone, now, error) == beforehand
