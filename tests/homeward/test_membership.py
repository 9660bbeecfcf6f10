"""A topic that no member of the group reads is noticed, and so is a group that never comes to rest."""

import pytest
from seconds import Seconds

from consumers.subscriber import PATTERN
from homeward.membership import Membership

POLICE, OTHER = "police.xx.notifications.v1", "somebody.elses.topic"


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def membership(clock: Seconds) -> Membership:
    return Membership(PATTERN, clock, stuck=60)


def test_a_topic_that_nobody_reads_is_a_fault_after_a_minute(clock: Seconds, membership: Membership) -> None:
    membership.saw({POLICE, OTHER})
    clock.now = 59
    membership.saw({POLICE, OTHER})
    assert membership.fault() is None
    clock.now = 60
    assert membership.fault() == f"nobody reads {POLICE}"
    membership.saw(set())
    assert membership.fault() is None


def test_a_topic_is_new_among_those_that_nobody_reads_once(membership: Membership) -> None:
    assert not membership.saw(set())
    assert membership.saw({POLICE})
    assert not membership.saw({POLICE})
    assert not membership.saw(None)
    assert not membership.saw({POLICE, OTHER})
    membership.saw(set())
    assert membership.saw({POLICE})


def test_a_topic_that_may_not_be_read_is_none_of_its_affairs(clock: Seconds, membership: Membership) -> None:
    membership.saw({POLICE}, without=[POLICE])
    clock.now = 100
    assert membership.fault() is None


def test_a_group_that_shares_out_for_ever_is_a_fault(clock: Seconds, membership: Membership) -> None:
    membership.saw(None)
    clock.now = 30
    membership.saw(None)
    assert membership.fault() is None
    clock.now = 61
    assert membership.fault() == "the consumer group does not come to rest"


def test_new_consumers_have_their_time(clock: Seconds, membership: Membership) -> None:
    membership.saw({POLICE})
    clock.now = 100
    membership.forget()
    membership.saw({POLICE})
    assert membership.fault() is None


def test_what_was_unread_before_the_group_shared_out_is_unread_since_then(
    clock: Seconds, membership: Membership
) -> None:
    membership.saw({POLICE})
    clock.now = 50
    membership.saw(None)
    clock.now = 70
    membership.saw({POLICE})
    assert membership.fault() == f"nobody reads {POLICE}"
