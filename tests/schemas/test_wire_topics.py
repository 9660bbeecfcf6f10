"""The names of the topics, and that nobody speaks for another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import topics
from schemas.cloudevents import Envelope
from schemas.examples import example
from schemas.inbound import INBOUND, InboundReport, parse_message
from schemas.topics import Topic, TopicKind, check_owner, is_tombstone, kind_of_topic, parse_topic
from schemas.unreadable import Unreadable


def message(name: str, **fields: object) -> InboundReport:
    return parse_message(Envelope(id="1", source="/test", type=name, time=None, data=example(name)["data"] | fields))


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (topics.police_notifications("ZX"), Topic(TopicKind.POLICE, "ZX")),
        (topics.casework_outcomes("exampleshire"), Topic(TopicKind.CASEWORK, "exampleshire")),
        (topics.register_children("exampleshire"), Topic(TopicKind.REGISTER, "exampleshire")),
        (topics.service_topic("exampleshire", "social-care"), Topic(TopicKind.SERVICE, "exampleshire", "social-care")),
        (topics.police_intelligence("zx"), Topic(TopicKind.INTELLIGENCE, "ZX")),
        ("police.ZX.notifications.v1", Topic(TopicKind.POLICE, "ZX")),
        ("hub.operations.v1", Topic(TopicKind.SERVICE, "hub", "operations")),
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
def test_a_subscription_takes_every_owner_and_no_other_kind(kind: TopicKind) -> None:
    names = {
        TopicKind.POLICE: topics.police_notifications("new"),
        TopicKind.CASEWORK: topics.casework_outcomes("new"),
        TopicKind.REGISTER: topics.register_children("new"),
        TopicKind.SERVICE: topics.service_topic("new", "social-care"),
        TopicKind.INTELLIGENCE: topics.police_intelligence("new"),
    }
    assert [k for k, name in names.items() if re.match(topics.PATTERNS[kind], name)] == [kind]


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (topics.canary_start(), Topic(TopicKind.CANARY_START, "HUB")),
        (topics.canary_end("Exampleshire"), Topic(TopicKind.CANARY_END, "exampleshire")),
        ("police.HUB.notifications.v1", None),  # no force is called so, in whatever case
        ("police.hubbard.notifications.v1", Topic(TopicKind.POLICE, "HUBBARD")),
        ("exampleshire.canary-care.v1", Topic(TopicKind.SERVICE, "exampleshire", "canary-care")),
    ],
)
def test_the_hubs_own_topics_are_nobody_elses(name: str, topic: Topic | None) -> None:
    assert parse_topic(name) == topic
    own = [kind for kind, pattern in topics.OWN_PATTERNS.items() if re.match(pattern, name)]
    assert own == ([topic.kind] if topic and topic.kind in topics.OWN_PATTERNS else [])
    assert [kind for kind, pattern in topics.PATTERNS.items() if re.match(pattern, name)] == (
        [topic.kind] if topic and topic.kind in topics.PATTERNS else []
    )


@pytest.mark.parametrize("name", INBOUND)
def test_a_message_is_taken_on_the_topic_of_its_owner(name: str) -> None:
    places = {
        TopicKind.POLICE: topics.police_notifications("zx"),
        TopicKind.CASEWORK: topics.casework_outcomes("Exampleshire"),
        TopicKind.REGISTER: topics.register_children("exampleshire"),
    }
    for kind, topic in places.items():
        if kind is kind_of_topic(INBOUND[name]):
            check_owner(topic, message(name))
        else:
            with pytest.raises(Unreadable, match="type: ") as caught:
                check_owner(topic, message(name))
            assert caught.value.reason == "wrong_topic"


@pytest.mark.parametrize("name", INBOUND)
def test_a_message_is_refused_on_the_topic_of_another_owner(name: str) -> None:
    other = {
        TopicKind.POLICE: topics.police_notifications("zy"),
        TopicKind.CASEWORK: topics.casework_outcomes("elsewhere"),
        TopicKind.REGISTER: topics.register_children("elsewhere"),
    }[kind_of_topic(INBOUND[name])]
    with pytest.raises(Unreadable, match="does not match the name of the topic"):
        check_owner(other, message(name))


def test_a_force_is_the_same_in_any_case() -> None:
    check_owner("police.ZX.notifications.v1", message("police.missing", force="zx"))
    check_owner("police.zx.notifications.v1", message("police.missing", force="ZX"))


def test_only_a_register_topic_has_tombstones() -> None:
    assert is_tombstone("register.exampleshire.children.v1", None)
    assert not is_tombstone("register.exampleshire.children.v1", b"")
    assert not is_tombstone("police.zx.notifications.v1", None)
    assert not is_tombstone("something.else", None)
