"""How long a relay waits after which attempt, where it sends to, and how claimed rows are dealt into letters."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from relay_world import BOOK, CARE, WORKER, row

from outbox.relay_rows import letters, outgoing
from outbox.retry import Retry
from store import LeasedRow

SECOND = timedelta(seconds=1)


def test_waits_double_up_to_the_longest_and_end_with_the_last_attempt() -> None:
    retry = Retry(first=SECOND, longest=10 * SECOND, attempts=7, spread=0)
    waits = [retry.wait(attempt) for attempt in range(1, 8)]
    assert waits == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 10 * SECOND, 10 * SECOND, None]


def test_what_cannot_wait_is_tried_in_shorter_pauses_for_as_long() -> None:
    retry = Retry(spread=0)
    for urgency, longest in (("immediate", 60), ("same_day", 300), ("routine", 900)):
        used = retry.of_urgency(urgency)
        waits = [wait for n in range(1, 2000) if (wait := used.wait(n)) is not None]
        assert max(waits) == longest * SECOND
        patience, before = sum(waits, 0 * SECOND), sum((retry.wait(n) or 0 * SECOND for n in range(1, 24)), 0 * SECOND)
        assert before <= patience < before + longest * SECOND


def test_failures_of_one_instant_do_not_come_back_at_one_instant() -> None:
    early, late = (Retry(first=10 * SECOND, spread=0.2, chance=lambda c=c: c).wait(1) for c in (0.0, 1.0))  # type: ignore[misc]
    assert (early, late) == (10 * SECOND, 12 * SECOND)


def test_without_a_number_of_attempts_it_never_ends() -> None:
    assert Retry(attempts=None, spread=0).wait(10_000) == timedelta(minutes=15)


def test_a_person_has_their_own_mailbox_or_that_of_their_role() -> None:
    assert BOOK.address(CARE) == "nottinghamshire.social-care.v1"
    assert BOOK.address(WORKER) == "sw1@children.example"
    assert BOOK.address("mail/nottinghamshire/team_manager") is None
    assert BOOK.address("mail/elsewhere/team_manager") is None


def test_a_mail_says_to_whom_it_goes_and_a_topic_needs_not() -> None:
    rows = (LeasedRow(row("a", to=to), 1, "lane", 1, 1, None, False) for to in (WORKER, CARE))
    mail, topic = (outgoing(each, "x", lambda: True) for each in rows)
    assert (mail.role, mail.person) == ("allocated_social_worker", "sw1")
    assert (topic.role, topic.person) == (None, None)
    assert (mail.key, mail.message, mail.subject) == ("k1", "m-a", "ep-k1")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=20))
def test_letters_keep_the_order_of_each_lane_and_hold_what_one_cause_brought(told: list[tuple[str, str]]) -> None:
    rows = [
        LeasedRow(row(str(place), to=WORKER, cause=cause), place, lane, 1, 1, None, False)
        for place, (lane, cause) in enumerate(told)
    ]
    dealt = [[each for each, _ in letter] for letter in letters([(each, "box") for each in rows])]
    assert sorted(r.position for letter in dealt for r in letter) == list(range(len(rows)))
    for letter in dealt:
        assert len({told[r.position][1] for r in letter}) == 1
    for lane in "abc":
        places = [r.position for letter in dealt for r in letter if r.lane == lane]
        assert places == sorted(places)
