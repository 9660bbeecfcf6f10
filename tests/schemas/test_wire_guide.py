"""What docs/integrating.md shows is true: its examples are read, its topics and reasons are the ones that there are."""

import json
import re
from pathlib import Path

from schemas.channels import CANARY_TYPE, CHANNELS
from schemas.cloudevents import read
from schemas.inbound import INBOUND, parse_message
from schemas.inbound.police_found import PoliceFound
from schemas.inbound.police_missing import PoliceMissing
from schemas.outbound import OUTBOUND
from schemas.topics import check_owner
from schemas.unreadable import REASONS

GUIDE = (Path(__file__).parents[2] / "docs" / "integrating.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def first_column(heading: str) -> list[str]:
    table = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def test_the_example_in_binary_mode_is_read() -> None:
    headers = [
        (name, value.encode()) for name, _, value in (line.partition(": ") for line in blocks("text")[0].split("\n"))
    ]
    report = parse_message(read(headers[:-1], blocks("json")[0].encode()))
    assert isinstance(report, PoliceMissing)
    assert not report.model_extra


def test_the_command_line_sends_the_same_on_the_topic_of_its_owner() -> None:
    command = blocks("sh")[0]
    headers = [(name, value.encode()) for name, value in re.findall(r"-H ([\w-]+)=(\S+)", command)]
    assert [f"{name}: {value.decode()}" for name, value in headers] == blocks("text")[0].splitlines()
    topic = re.findall(r"-t (\S+)", command)[0]
    check_owner(topic, parse_message(read(headers, blocks("json")[0].encode())))


def test_the_example_in_structured_mode_is_read() -> None:
    report = parse_message(read([], blocks("json")[1].encode()))
    assert isinstance(report, PoliceFound)
    assert not report.model_extra


def test_the_topics_are_those_that_there_are() -> None:
    assert first_column("Topics") == [channel.address for channel in CHANNELS]
    for channel, cleanup in zip(CHANNELS, re.findall(r"\| (delete|compact) \|$", GUIDE, re.MULTILINE), strict=True):
        assert channel.cleanup == cleanup


def test_the_reasons_are_those_that_there_are() -> None:
    assert first_column("What cannot be read") == list(REASONS)


def test_every_type_that_it_names_exists() -> None:
    known = {*INBOUND, *OUTBOUND, CANARY_TYPE}
    families = {name.partition(".")[0] for name in known}
    named = set(re.findall(r"`([a-z]+\.[a-z_.]+)`", GUIDE))
    assert {name for name in named if name.partition(".")[0] in families} <= known


def test_its_json_is_json() -> None:
    assert len([json.loads(block) for block in blocks("json")]) == 2
