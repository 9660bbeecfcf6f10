"""Which reports answer a message, in which words: what the hub says can be answered, it understands."""

from typing import Any

import pytest
from wire_messages import MONDAY

from episodes.origin import About, Origin
from episodes.reports import Decided, DocumentUpdated, MeetingHeld, TaskCompleted
from intake.vocabulary import unknown_word
from outbox.writer import wire_data
from routing.answering import answers_of, answers_to
from routing.exceptions import exception
from routing.library import HUB
from routing.local import load_local, localised
from routing.message_types import MESSAGE_TYPES
from routing.messages import Answer
from routing.pack import Pack, Rule
from schemas.inbound import INBOUND
from schemas.outbound.message import OutboundMessage
from tests.shipped import shipped_packs

PACKS = {authority: versions[-1] for authority, versions in shipped_packs().all().items() if authority != HUB}
NOTTS = PACKS["nottinghamshire"]
ASKED = [(pack, rule) for pack in PACKS.values() for rule in pack.rules if answers_to(rule, pack)]


def of(pack: Pack, kind: str | None, send: str = "task.create") -> dict[tuple[str, str | None], list[str]]:
    """What answers the first rule of that type and kind, each with its words."""
    rule = next(r for r in pack.rules if (r.send, r.kind) == (send, kind))
    return {(a.type, a.kind): [word.word for word in a.words] for a in answers_to(rule, pack)}


def test_a_decision_is_answered_with_the_words_of_its_kind_or_by_the_task() -> None:
    assert of(NOTTS, "judge_vulnerability") == {
        ("manager.decision", "vulnerability"): ["vulnerable", "not_vulnerable"],
        ("task.completed", "judge_vulnerability"): [],
    }


def test_each_word_says_what_it_means() -> None:
    [answer, _] = answers_to(next(r for r in NOTTS.rules if r.kind == "judge_vulnerability"), NOTTS)
    assert [word.means for word in answer.words] == ["the child is vulnerable", "the child is not vulnerable"]


def test_an_interview_is_answered_by_what_became_of_it_and_never_withdrawn_by_a_person() -> None:
    for pack in PACKS.values():
        [(report, words)] = of(pack, None, "rhi.request").items()
        assert report == ("rhi.outcome", None)
        assert {*words} == {"assigned", "offered", "completed", "refused", "not_offered"}


def test_a_task_with_outcomes_is_answered_with_one_of_them() -> None:
    assert of(PACKS["buckinghamshire"], "media_director_consent") == {
        ("task.completed", "media_director_consent"): ["given", "refused"]
    }


def test_a_meeting_is_answered_when_it_was_held_or_by_a_decision_on_it() -> None:
    assert of(NOTTS, "mam", "meeting.request") == {
        ("meeting.held", "mam"): [],
        ("meeting.decision", "mam"): ["convene", "integrate", "not_convened"],
    }


@pytest.mark.parametrize(
    ("type_", "kind", "report"),
    [
        ("exception.raise", "doubtful_match", "match.decision"),
        ("exception.raise", "clock_review", "clock.override"),
        ("escalation.open", "unacknowledged", "message.acknowledged"),
    ],
)
def test_what_the_hub_itself_asks_has_an_answer_too(type_: str, kind: str, report: str) -> None:
    assert [a.type for a in answers_of(type_, kind, (), NOTTS)] == [report]


def test_a_request_on_hold_is_answered_by_the_task_that_releases_it() -> None:
    held = answers_of("exception.raise", "release_awaited", (), NOTTS)
    assert held == (Answer("task.completed", "process_notification"),)


@pytest.mark.parametrize("send", [name for name, known in MESSAGE_TYPES.items() if name.startswith("notify.")])
def test_what_asks_nothing_has_no_answers(send: str) -> None:
    assert answers_to(Rule(id="r", clauses=(), send=send), NOTTS) == ()


@pytest.mark.parametrize(("pack", "rule"), ASKED, ids=[f"{p.authority}-{r.id}" for p, r in ASKED])
def test_whatever_the_hub_says_answers_it_is_understood_by_the_same_pack(pack: Pack, rule: Rule) -> None:
    for answer in answers_to(rule, pack):
        assert answer.type in INBOUND
        for word in [w.word for w in answer.words] or [""]:
            report = sent(answer, word)
            assert report is None or unknown_word(report, pack) is None


def sent(answer: Answer, word: str) -> Any:
    """The answer as a report, where its words are held against the pack."""
    told: dict[str, Any] = {"origin": Origin("/test", "1", answer.type, MONDAY), "about": About()}
    match answer.type:
        case "manager.decision":
            return Decided(**told, kind=answer.kind or "", decision=word)
        case "meeting.decision":
            return Decided(**told, kind=f"meeting.{answer.kind}", decision=word)
        case "meeting.held":
            return MeetingHeld(**told, kind=answer.kind or "", held_at=MONDAY)
        case "document.updated":
            return DocumentUpdated(**told, kind=answer.kind or "", at=MONDAY)
        case "task.completed":
            return TaskCompleted(**told, kind=answer.kind or "", at=MONDAY)
    return None


def test_a_task_of_a_kind_that_no_rule_raises_is_an_unknown_word() -> None:
    done = TaskCompleted(
        origin=Origin("/test", "1", "task.completed", MONDAY), about=About(), kind="tidy_up", at=MONDAY
    )
    assert "kind: not in this authority's vocabulary" in (unknown_word(done, NOTTS) or "")


def test_where_to_answer_is_the_authoritys_own_word_and_stands_beside_what_can_be_answered() -> None:
    text = 'authority = "nottinghamshire"\nanswer_at = "on Mosaic, or by ringing the officer"\n'
    pack = localised(NOTTS, load_local(text, "local.toml"))
    data = wire_data(exception(pack, "doubtful_match", "Two children match.", MONDAY, None))
    assert data["answer_at"] == "on Mosaic, or by ringing the officer"
    assert [answer.type for answer in data["answers"]] == ["match.decision"]
    assert "answer_at" not in wire_data(exception(pack, "delivery_failed", "It bounced.", MONDAY, None))
    assert {"answers", "answer_at"} <= OutboundMessage.model_fields.keys()
