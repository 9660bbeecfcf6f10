"""A topic that no member of the group reads is noticed, and so is a group that never comes to rest."""

import pytest

from consumers.subscriber import PATTERN
from homeward.membership import Membership

POLICE, OTHER = "police.xx.notifications.v1", "somebody.elses.topic"


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def membership(clock: Clock) -> Membership:
    return Membership(PATTERN, clock, stuck=60)


def test_a_topic_that_nobody_reads_is_a_fault_after_a_minute(clock: Clock, membership: Membership) -> None:
    membership.saw({POLICE, OTHER})
    clock.seconds = 59
    membership.saw({POLICE, OTHER})
    assert membership.fault() is None
    clock.seconds = 60
    assert membership.fault() == f"nobody reads {POLICE}"
    membership.saw(set())
    assert membership.fault() is None


def test_a_topic_that_may_not_be_read_is_none_of_its_affairs(clock: Clock, membership: Membership) -> None:
    membership.saw({POLICE}, without=[POLICE])
    clock.seconds = 100
    assert membership.fault() is None


def test_a_group_that_shares_out_for_ever_is_a_fault(clock: Clock, membership: Membership) -> None:
    membership.saw(None)
    clock.seconds = 30
    membership.saw(None)
    assert membership.fault() is None
    clock.seconds = 61
    assert membership.fault() == "the consumer group does not come to rest"


def test_new_consumers_have_their_time(clock: Clock, membership: Membership) -> None:
    membership.saw({POLICE})
    clock.seconds = 100
    membership.forget()
    membership.saw({POLICE})
    assert membership.fault() is None


def test_what_was_unread_before_the_group_shared_out_is_unread_since_then(clock: Clock, membership: Membership) -> None:
    membership.saw({POLICE})
    clock.seconds = 50
    membership.saw(None)
    clock.seconds = 70
    membership.saw({POLICE})
    assert membership.fault() == f"nobody reads {POLICE}"
