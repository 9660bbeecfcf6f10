"""The diagrams of an episode and of its interview show the steps that the code takes, and no others."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, product
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_reports import (
    ABOUT,
    WORKER,
    after,
    clock_set,
    decided,
    ended,
    found,
    meeting,
    missing,
    new_episode,
    outcome,
    retracted,
    status,
)
from small_packs import Course, course, rule
from test_any_order import facts, work

from episodes.advance import advance
from episodes.episode import Episode, Reference, State, Terms
from episodes.identity import Whose, episode_of
from episodes.reports import Missing, Report
from episodes.waiting import next_to_open, released, waiting_where_blocked
from routing.situation import Situation
from schemas.inbound.rhi_outcome import RhiOutcome
from tests.diagrams import Step, drawn, states

EPISODE, INTERVIEW = drawn("An episode"), drawn("A return interview")
NAMELESS = replace(ABOUT, force=None, incident=None)  # a worker gives no reference
ANOTHER = new_episode(
    id="e-0", state="open", missing=missing(-5), start=after(-5), references=(Reference("XX", "P-0"),)
)
REPORTS: tuple[Report, ...] = (
    missing(),
    missing(1, found_at=after(2)),
    missing(classification="absent"),
    missing(by=WORKER, about=NAMELESS),
    missing(by=WORKER, about=NAMELESS, found_at=after(1)),
    found(3),
    found(3, by=WORKER),
    found(3, contact_made=False),
    found(3, safe_and_well=False),
    status("absent", 2),
    ended(4),
    retracted(5),
    clock_set(after(1)),
    outcome("completed", 6),
    meeting("mam", 6),
    decided("rag", "RED"),
)
WHO = (("police", "worker"), ("police",))
TERMS = [
    Terms(begun_by=begun_by, found_by=found_by, investigation_ends=ends, unsafe_ends=unsafe, second=second)
    for begun_by, found_by, ends, unsafe, second in product(
        WHO, WHO, (True, False), (True, False), ("separate", "waits", "joins")
    )
]


def next_episodes(episode: Episode, terms: Terms) -> Iterator[Episode]:
    """What each report makes of the episode that it speaks of, with and without another open one of the child."""
    begins = episode == new_episode()
    for report, others in product(REPORTS, ([], [ANOTHER])):
        whose = episode_of(report, others if begins else [*others, episode], terms)
        if whose is episode or (begins and whose is Whose.ITS_OWN):
            yield advance(waiting_where_blocked(episode, report, others, terms), report, terms)[0]
    if next_to_open([episode]) is episode:
        yield released(episode, retracted(9), terms)[0]


def outline(episode: Episode) -> tuple[object, ...]:
    """What decides what may come next: two episodes of one outline need not both be followed."""
    known = (episode.missing, episode.found, episode.ended, episode.located)
    by = episode.missing.by if episode.missing else None
    return (episode.state, *(each is not None for each in known), len(episode.references), len(episode.accounts), by)


def taken(terms: Terms) -> set[Step]:
    """Every step that an episode can take under these terms."""
    steps, seen, ahead = set[Step](), set[tuple[object, ...]](), [new_episode()]
    while ahead:
        episode = ahead.pop()
        if outline(episode) not in seen:
            seen.add(outline(episode))
            following = [*next_episodes(episode, terms)]
            steps |= {(episode.state, after.state) for after in following if after.state != episode.state}
            ahead += following
    return steps


def test_an_episode_takes_the_steps_that_are_drawn() -> None:
    assert set().union(*(taken(terms) for terms in TERMS)) == EPISODE


def test_every_state_of_an_episode_is_drawn() -> None:
    assert set(get_args(State)) == states(EPISODE)


@settings(max_examples=200)
@given(st.lists(facts | work, max_size=12), st.sampled_from(TERMS), st.booleans())
def test_no_course_of_reports_takes_another(reports: list[Report], terms: Terms, waits: bool) -> None:
    waiting, _ = advance(new_episode(state="waiting"), missing(), terms)
    episode = waiting if waits else new_episode()
    for report in reports:
        if episode.state == "new" and not isinstance(report, Missing):
            continue  # it waits for the report of the child who is missing
        before, (episode, _) = episode, advance(episode, report, terms)
        assert (before.state, episode.state) in EPISODE or before.state == episode.state
        if episode.state == "retracted":
            break  # no report is ever given to such an episode


# ---- the interview

RULES = (
    rule("ask", on='["decided.judgement.go"]', once='"event"', send='"rhi.request"'),
    rule("take_back", '{told_by = ["ask"]}', on='["decided.judgement.stay"]', once='"event"', send='"rhi.withdrawn"',
         when='{still_open = "rhi.request"}', closes='["rhi.request"]'),
)  # fmt: skip
RESULTS = get_args(RhiOutcome.model_fields["result"].annotation)
HOURS = count(6)


def stands(child: Course) -> str:
    """Where the interview stands, as a rule is told."""
    case = child.case
    known = {"episode": case.episode, "record": child.record, "others": (), "promises": case.promises}
    return Situation(**known, as_of=after(9), calendar=child.pack.calendar).interview()


def next_courses(child: Course) -> Iterator[Course]:
    """The child after each message and each report that speaks of the interview."""
    reports = (outcome(result, next(HOURS)) for result in RESULTS)  # the same words at the same time are no news
    for report in (decided("judgement", "go"), decided("judgement", "stay"), *reports):
        following = replace(child)
        following.tell(report)
        yield following


def told(child: Course) -> tuple[object, ...]:
    results = [outcome.result for outcome in child.case.episode.outcomes]
    promises = {(promise.type, promise.open) for promise in child.case.promises}
    more = [result for result in results if result != "assigned"]
    return (frozenset(promises), results[-1:], more[-1:], "completed" in results)


def test_an_interview_takes_the_steps_that_are_drawn() -> None:
    first = course(*RULES)
    first.tell(missing(), found(5))
    steps, seen, ahead = set[Step](), list[tuple[object, ...]](), [first]
    while ahead:
        child = ahead.pop()
        if told(child) not in seen:
            seen.append(told(child))
            following = [*next_courses(child)]
            steps |= {(stands(child), stands(after)) for after in following if stands(after) != stands(child)}
            ahead += following
    assert steps == INTERVIEW


def test_every_result_of_an_interview_is_drawn() -> None:
    assert states(INTERVIEW) == {"none", "requested", *RESULTS}
