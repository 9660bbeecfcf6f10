"""Who owns a topic: two owners never share one, and a force that nobody expected is heard and told of once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hub_in_memory import Hub, hub
from wire_messages import child, event, later

from homeward.library import check_addresses, read_directories, read_packs
from homeward.settings import PREFIX, SettingsError, load_settings
from intake.intake import Intake
from routing.library import Packs
from routing.tables import PackError
from schemas.topics import same_topic


@pytest.mark.parametrize(
    ("codes", "double"),
    [
        (("XX", "YY"), None),
        (("X.X", "X-X"), ("X.X", "X-X")),
        (("A B", "A", "a b", "B"), ("A B", "a b")),
        (("XX", "XX"), None),
        ((), None),
    ],
)
def test_two_codes_that_would_have_one_topic_are_found(codes: Sequence[str], double: tuple[str, str] | None) -> None:
    assert same_topic(codes) == double


@pytest.mark.parametrize("code", ["nottingham.shire", "NOTTINGHAM SHIRE"])
def test_two_authorities_of_one_topic_are_refused_at_start(code: str) -> None:
    packs, directories = read_packs(), read_directories()
    [[notts]] = [versions for key, versions in packs.all().items() if key == "nottinghamshire"]
    [[bucks]] = [versions for key, versions in packs.all().items() if key == "buckinghamshire"]
    named = replace(notts, codes=(*notts.codes, "nottingham-shire"))
    with pytest.raises(PackError, match="would share a topic"):
        check_addresses(Packs([named, replace(bucks, codes=(code,)), packs.hub]), directories)


def test_the_shipped_authorities_have_topics_of_their_own() -> None:
    check_addresses(read_packs(), read_directories())


def test_forces_are_read_in_capitals_and_two_of_one_topic_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}FORCES", " xx, YY ,,x-y ")
    assert load_settings().forces == ("XX", "YY", "X-Y")
    monkeypatch.setenv(f"{PREFIX}FORCES", "x.y,x-y")
    with pytest.raises(SettingsError, match="would share a topic"):
        load_settings()
    monkeypatch.setenv(f"{PREFIX}FORCES", "xx, hub")
    with pytest.raises(SettingsError, match="HUB is the hub's own code"):
        load_settings()


def of(force: str, incident: str) -> bytes:
    told = {"force": force, "incident": incident, "child": child(f"compact:{incident}"), "classification": "missing"}
    return event("police.missing", later(0), {**told, "responsible_authority": "nottinghamshire"})


async def take(h: Hub, forces: Sequence[str], *reports: tuple[str, str]) -> list[str]:
    """What the operator hears."""
    packs, directories = read_packs(), read_directories()
    from consumers.parsing import parse_record

    intake = Intake(h.store, packs, directories, parse_record, h.clock.now, forces=forces)
    for force, incident in reports:
        await intake.process_batch([h.raw(of(force, incident), f"police.{force}.notifications.v1")])
    return [m["detail"] for m in await h.said() if m["authority"] == "hub"]


async def test_a_force_that_nobody_expected_is_taken_in_and_told_once() -> None:
    async with hub() as h:
        [detail] = await take(h, ("XX",), ("XX", "P-1"), ("ZZ", "P-2"), ("ZZ", "P-3"))
        assert "reporting: ZZ." in detail
        assert {m["incident"] for m in await h.said() if m["type"] == "episode.open"} == {"P-1", "P-2", "P-3"}
        assert len(await take(h, ("XX",), ("ZZ", "P-4"), ("YY", "P-5"))) == 2


async def test_where_no_force_is_named_any_is_expected() -> None:
    async with hub() as h:
        assert await take(h, (), ("ZZ", "P-1")) == []
