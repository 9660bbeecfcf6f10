"""A record that gives one name twice says two things: it is set aside with a person told, and nothing acts by it."""

from dataclasses import replace

import orjson
import pytest
from hub_in_memory import POLICE, hub
from wire_messages import missing

from intake.records import RawRecord

TWICE = [
    (b'"incident":"P-1"', b'"incident":"P-1","incident":"P-2"', "incident"),
    (b'"incident":"P-1"', b'"incident":"P-1","incident":"P-1"', "incident"),
    (b'"system":"compact"', b'"system":"mosaic","system":"compact"', "system"),
    (b'"incident":"P-1"', b'"incident":"P-1","Robin Ashdown":1,"Robin Ashdown":2', "an unknown field"),
    (b'"incident":"P-1"', b'"incident":"P-1","n":{"a":[{"reason":' + b"9" * 5000 + b',"reason":1}]}', "reason"),
    (b'"incident":"P-1"', b'"incident":"P-1","\\u0069ncident":"P-2"', "incident"),
]


def in_binary_mode(raw: RawRecord, good: bytes) -> RawRecord:
    """The same with the attributes of a good one as headers. Its data is cut out as it stands: a parser would mend
    it."""
    whole, value = orjson.loads(good), raw.value or b""
    headers = tuple((f"ce_{name}", str(whole[name]).encode()) for name in ("specversion", "id", "source", "type"))
    return replace(raw, value=value[value.index(b'"data":') + 7 : -1], headers=headers)


@pytest.mark.parametrize("mode", ["structured", "binary"])
@pytest.mark.parametrize(("once", "twice", "named"), TWICE)
async def test_a_name_given_twice_sets_the_record_aside_and_is_named(
    mode: str, once: bytes, twice: bytes, named: str
) -> None:
    async with hub() as h:
        good = missing()
        assert good.count(once) == 1
        raw = h.raw(good.replace(once, twice), POLICE)
        if mode == "binary":
            raw = in_binary_mode(raw, good)
        await h.intake.process_batch([raw, h.raw(missing(incident="P-9"))])
        (kept,) = await h.held()
        expected = f"{named}: is given twice in one object. Send it once"
        assert (kept.row.reason, kept.row.detail) == ("failed_validation", expected)
        assert "unreadable" in await h.kinds()
        assert set(await h.episodes()) == {"P-9"}


async def test_an_attribute_given_twice_is_one_too() -> None:
    async with hub() as h:
        await h.take(missing(id_="n-1").replace(b'"id":"n-1"', b'"id":"n-1","id":"n-2"', 1))
        (kept,) = await h.held()
        assert kept.row.detail.startswith("id: is given twice")


async def test_one_name_in_two_objects_is_given_once() -> None:
    async with hub() as h:
        await h.take(missing(child={"identifiers": [{"system": s, "value": "K-1"} for s in ("compact", "mosaic")]}))
        assert await h.held() == []
