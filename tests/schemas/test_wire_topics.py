"""The names of the topics, and that nobody speaks for another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import topics
from schemas.cloudevents import Envelope
from schemas.examples import example
from schemas.inbound import INBOUND, Report, parse
from schemas.topics import Kind, Topic, check_owner, home, is_tombstone, parse_topic
from schemas.unreadable import Unreadable


def message(name: str, **fields: object) -> Report:
    return parse(Envelope(id="1", source="/test", type=name, time=None, data=example(name)["data"] | fields))


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (topics.police_notifications("ZX"), Topic(Kind.POLICE, "ZX")),
        (topics.casework_outcomes("exampleshire"), Topic(Kind.CASEWORK, "exampleshire")),
        (topics.register_children("exampleshire"), Topic(Kind.REGISTER, "exampleshire")),
        (topics.service_topic("exampleshire", "social-care"), Topic(Kind.SERVICE, "exampleshire", "social-care")),
        (topics.police_intelligence("zx"), Topic(Kind.INTELLIGENCE, "ZX")),
        ("police.ZX.notifications.v1", Topic(Kind.POLICE, "ZX")),
        ("hub.operations.v1", Topic(Kind.SERVICE, "hub", "operations")),
    ],
)
def test_a_name_says_what_the_topic_is_and_whose(name: str, topic: Topic) -> None:
    assert parse_topic(name) == topic


def test_names_are_written_in_lower_case() -> None:
    assert topics.police_notifications(" XX ") == "police.xx.notifications.v1"
    assert topics.police_intelligence("West Mercia") == "police.west-mercia.intelligence.v1"
    assert topics.register_children("MFH-Borough") == "register.mfh-borough.children.v1"


@pytest.mark.parametrize(
    "name",
    ["", "police", "police.zx.notifications", "police.zx.notifications.v2", "police.zx.y.notifications.v1",
     "police.zx.secrets.v1", "register.exampleshire.v1", "x.police.zx.notifications.v1", "police..notifications.v1"],
)  # fmt: skip
def test_other_names_are_none_of_ours(name: str) -> None:
    assert parse_topic(name) is None


@given(st.text())
def test_any_text_makes_a_name_that_kafka_takes(text: str) -> None:
    name = topics.service_topic("a", text)
    assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
    assert parse_topic(name) is not None


@pytest.mark.parametrize("kind", topics.PATTERNS)
def test_a_subscription_takes_every_owner_and_no_other_kind(kind: Kind) -> None:
    names = {
        Kind.POLICE: topics.police_notifications("new"),
        Kind.CASEWORK: topics.casework_outcomes("new"),
        Kind.REGISTER: topics.register_children("new"),
        Kind.SERVICE: topics.service_topic("new", "social-care"),
        Kind.INTELLIGENCE: topics.police_intelligence("new"),
    }
    assert [k for k, name in names.items() if re.match(topics.PATTERNS[kind], name)] == [kind]


@pytest.mark.parametrize("name", INBOUND)
def test_a_message_is_taken_on_the_topic_of_its_owner(name: str) -> None:
    places = {
        Kind.POLICE: topics.police_notifications("zx"),
        Kind.CASEWORK: topics.casework_outcomes("Exampleshire"),
        Kind.REGISTER: topics.register_children("exampleshire"),
    }
    for kind, topic in places.items():
        if kind is home(INBOUND[name]):
            check_owner(topic, message(name))
        else:
            with pytest.raises(Unreadable, match="type: ") as caught:
                check_owner(topic, message(name))
            assert caught.value.reason == "wrong_topic"


@pytest.mark.parametrize("name", INBOUND)
def test_a_message_is_refused_on_the_topic_of_another_owner(name: str) -> None:
    other = {
        Kind.POLICE: topics.police_notifications("zy"),
        Kind.CASEWORK: topics.casework_outcomes("elsewhere"),
        Kind.REGISTER: topics.register_children("elsewhere"),
    }[home(INBOUND[name])]
    with pytest.raises(Unreadable, match="is not the one in the name of the topic"):
        check_owner(other, message(name))


def test_a_force_is_the_same_in_any_case() -> None:
    check_owner("police.ZX.notifications.v1", message("police.missing", force="zx"))
    check_owner("police.zx.notifications.v1", message("police.missing", force="ZX"))


def test_only_a_register_topic_has_tombstones() -> None:
    assert is_tombstone("register.exampleshire.children.v1", None)
    assert not is_tombstone("register.exampleshire.children.v1", b"")
    assert not is_tombstone("police.zx.notifications.v1", None)
    assert not is_tombstone("something.else", None)
