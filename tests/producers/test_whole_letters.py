"""Whole e-mails, as their readers get them: subject and text, word for word."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest

from producers.mime import compose
from producers.wording import CitedClause, Habits, WhoseWords, Wording, Wordless
from schemas.delivery import Outgoing


class Said(Wordless):
    """The words of one authority, as a test gives them."""

    def __init__(self, desk: str = "https://desk.example", contact: str = "", **words: Any) -> None:
        self.desk, self.contact = desk, contact
        self.kinds: dict[str, Wording] = words.get("kinds", {})
        self.clauses_: dict[str, CitedClause] = words.get("clauses", {})
        self.roles: dict[str, str] = words.get("roles", {})
        self.next: str = words.get("next_in_line", "")

    def wording(self, source: WhoseWords, type_: str, kind: str | None, cited: Sequence[str] = ()) -> Wording | None:
        return self.kinds.get(kind or type_)

    def clauses(self, source: WhoseWords, ids: Sequence[str]) -> Sequence[CitedClause]:
        return [self.clauses_[name] for name in ids if name in self.clauses_]

    def role(self, source: WhoseWords, role: str) -> str:
        return self.roles.get(role, "")

    def next_in_line(self, source: WhoseWords, type_: str, kind: str | None) -> str:
        return self.next

    def habits(self, source: WhoseWords) -> Habits:
        return Habits("LCS", "on LCS, or ring 0100 000002.", self.contact)

    def link(self, id_: str, confirm: bool) -> str:
        return f"{self.desk}/{'s' if confirm else 't'}/{id_.removeprefix('row-')}" if self.desk else ""


def item(message: str, type_: str, at: datetime, role: str, person: str | None = None, **data: Any) -> Outgoing:
    given = {"authority": "testshire", "pack": {"name": "testshire", "version": "1"}, "urgency": "routine",
             "causation": {"source": "/police/XX", "id": "p-1"}, "handling": "OFFICIAL-SENSITIVE"}  # fmt: skip
    body = json.dumps({**given, **data}).encode()
    return Outgoing(f"row-{message}", message, type_, "ep-1", at, "k-1", "duty@children.example", body,
                    role=role, person=person)  # fmt: skip


def read(items: Sequence[Outgoing], said: Wordless) -> tuple[str, str, str]:
    """Subject, text without the footer, and HTML."""
    mail = message_from_bytes(compose(items, "homeward@hub.example", "hub.example", said), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content().replace("\r\n", "\n").partition("\n\n-- \n")[0]
    return mail["Subject"], text, html.get_content().replace("\r\n", "\n")


# ---- a child from a placement, out of hours: three messages of one cause

NIGHT = datetime(2026, 3, 5, 2, 4, tzinfo=UTC)
TEAM = "emergency_team"
TOLD_TOO = [{"role": TEAM}, {"role": "social_worker"}, {"role": "team_manager"}, {"role": "team"}]
NIGHT_SITUATION = {
    "classification": "missing", "risk": "medium", "missing_since": "2026-03-04T22:40:00Z", "age": 15,
    "last_seen_at": "2026-03-04T22:10:00Z", "missing_from": "placement", "looked_after": True, "plan": "looked_after",
    "episodes_in_90_days": 1,
}  # fmt: skip


def night(**more: Any) -> dict[str, Any]:
    return {"incident": "XX-0311", "clauses": ["T-1"], "situation": NIGHT_SITUATION, "to": [{"role": TEAM}], **more}


OUT_OF_HOURS = [
    item("8Kq3", "task.create", NIGHT, TEAM, **night(kind="review_details", answers=[{"type": "task.completed"}])),
    item("8Kq1", "flag.set", NIGHT, TEAM, **night(name="MISP", urgency="immediate")),
    item("8Kq2", "episode.open", NIGHT, TEAM,
         **night(urgency="immediate", acknowledge_by="2026-03-05T04:00:00Z", to=TOLD_TOO,
                 start="2026-03-04T22:40:00Z")),
]  # fmt: skip
BY_NIGHT = {
    "kinds": {
        "episode.open": Wording(("Record a missing episode",), asked="record this episode on {system}{now}"),
        "flag.set": Wording(("Set the {name} flag", "Set the missing flag"), asked="set the {flag} flag"),
        "review_details": Wording(("Review the details",), asked="review the details"),
    },
    "clauses": {"T-1": CitedClause("LCS guide", "Out of hours your team records.")},
    "roles": {TEAM: "out of hours team", "team_manager": "manager"},
    "next_in_line": "MASH manager",
    "contact": "Police 0100 000000. Page down? 0100 000001.",
}


def test_out_of_hours_three_messages_of_one_cause_are_one_letter_led_by_what_must_be_confirmed() -> None:
    subject, text, _ = read(OUT_OF_HOURS, Said(**BY_NIGHT))
    assert subject == "Confirm by 04:00 Thu 5 Mar: record a missing episode - XX-0311"
    assert text == (
        "Out of hours team: record this episode on LCS now; confirm by 04:00 that you have seen this.\n"
        "Then set the MISP flag. Can wait: review the details.\n"
        "A child of 15, in care, missing from placement since 22:40 Wed 4 Mar.\n"
        "Police risk: medium. Last seen 22:10. First time in 90 days.\n"
        "Confirm (no account): https://desk.example/s/8Kq2\n"
        "If nobody confirms by 04:00, the MASH manager is told.\n"
        "Police 0100 000000. Page down? 0100 000001.\n"
        "Why: out of hours your team records (LCS guide). Told too: social worker, manager, team."
    )


# ---- a judgement without a limit

MANAGER = [
    item(
        "51c0", "task.create", datetime(2026, 3, 5, 21, 0, tzinfo=UTC), "team_manager", kind="judge_strategy_meeting",
        incident="XX-0302", clauses=["T-62"], modality="judgement", to=[{"role": "team_manager", "person": None}],
        situation={"classification": "missing", "risk": "high", "missing_since": "2026-03-02T21:00:00Z", "age": 14,
                   "looked_after": True},
        answers=[{"type": "manager.decision", "kind": "strategy_meeting", "words": [
            {"word": "convene", "means": "a strategy meeting is to be held"},
            {"word": "not_convened", "means": "no strategy meeting is to be held"}]}],
    )
]  # fmt: skip
JUDGED = {
    "kinds": {
        "judge_strategy_meeting": Wording(
            ("Decide: hold a strategy meeting?",),
            asked="decide whether to hold a strategy meeting",
            if_not="If you do not answer, nobody else is told. The discussion asked of sw1 stands.",
            works=True,
        )
    },
    "clauses": {"T-62": CitedClause("guidance 6.2 c", "If the situation warrants it.")},
}


def test_a_judgement_tells_the_facts_the_clause_and_that_nobody_else_decides() -> None:
    subject, text, _ = read(MANAGER, Said(**JUDGED))
    assert subject == "Decide: hold a strategy meeting? - XX-0302"
    assert text == (
        "Team manager: decide whether to hold a strategy meeting. No time limit is set.\n"
        "A child of 14, in care, missing 72 hours, since 21:00 Mon 2 Mar. Police risk: high.\n"
        "Guidance 6.2 c: if the situation warrants it. The judgement is yours.\n"
        "Decide (sign in): https://desk.example/t/51c0\n"
        "If you do not answer, nobody else is told. The discussion asked of sw1 stands."
    )


# ---- a limit that has passed

OVER = [
    item(
        "77ab", "rhi.breach", datetime(2026, 3, 9, 7, 30, 1, tzinfo=UTC), "children_missing_officer",
        incident="XX-0302", clauses=["T-34"], 
        to=[{"role": "children_missing_officer"}, {"role": "worker", "person": "sw1"}],
        situation={"returned_at": "2026-03-06T07:30:00Z", "age": 14, "looked_after": True},
        answers=[{"type": "rhi.outcome"}], causation=None, urgency="same_day",
    )
]  # fmt: skip
LATE = {
    "kinds": {
        "rhi.breach": Wording(
            ("Record or hold the return interview: {hours_over} over",),
            happened=("Back {back}; {hours_in_words} ended {ended}.", "We have no record that it was held or refused."),
            facts=False,
            asked="find out whether the interview was held",
            if_not="Nothing more is sent by itself.",
            link="Record it, even late",
        )
    },
    "clauses": {"T-34": CitedClause("guidance 3.4")},
}


def test_a_limit_that_has_passed_says_since_when_and_that_no_record_is_not_the_same_as_not_held() -> None:
    subject, text, _ = read(OVER, Said(**LATE))
    assert subject == "Record or hold the return interview: 72 h over - XX-0302"
    assert text == (
        "Children missing officer: find out whether the interview was held.\n"
        "Back 07:30 Fri 6 Mar; 72 hours ended 07:30 Mon 9 Mar. We have no record that it was held or refused.\n"
        "Record it, even late: https://desk.example/t/77ab\n"
        "Nothing more is sent by itself. Guidance 3.4. Told too: sw1."
    )


LETTERS = [(OUT_OF_HOURS, BY_NIGHT), (MANAGER, JUDGED), (OVER, LATE)]


class Words(HTMLParser):
    """The text of a page, a paragraph a line, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines, self.links = [""], list[str]()
        self.feed(html.partition("<body")[2].partition(">")[2].partition('<div style="margin:24px')[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "h1"):
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data.strip("\n")


@pytest.mark.parametrize(("items", "words"), LETTERS)
def test_both_parts_say_the_same_and_hold_the_same_one_link(items: list[Outgoing], words: dict[str, Any]) -> None:
    _, text, html = read(items, Said(**words))
    page = Words(html)
    assert [line for line in page.lines if line] == text.splitlines()
    assert page.links == re.findall(r"https://\S+", text)
    assert len(page.links) == 1


def test_a_letter_led_by_what_needs_no_confirming_says_where_the_rest_of_it_is_confirmed_once() -> None:
    waits = night(acknowledge_by="2026-03-05T09:00:00Z", urgency="same_day", answers=[{"type": "task.completed"}])
    first = item("8Kq1", "flag.set", NIGHT, TEAM, **night(urgency="immediate", answers=[{"type": "task.completed"}]))
    others = [item(f"8Kq{n}", "task.create", NIGHT, TEAM, **(waits | {"kind": "review_details"})) for n in (3, 4)]
    _, text, html = read([first, *others], Said(**BY_NIGHT))
    assert re.findall(r"(.*): (https://\S+)", text) == [
        ("Answer (sign in)", "https://desk.example/t/8Kq1"),
        ("Confirm (no account)", "https://desk.example/s/8Kq3"),
    ]
    assert Words(html).links == ["https://desk.example/t/8Kq1", "https://desk.example/s/8Kq3"]


@pytest.mark.parametrize(("items", "words"), LETTERS)
def test_without_a_desk_there_is_no_link_and_a_line_says_where_to_answer(
    items: list[Outgoing], words: dict[str, Any]
) -> None:
    _, text, html = read(items, Said("", **words))
    assert "http" not in text
    assert Words(html).links == []
    verb = "Confirm" if items is OUT_OF_HOURS else "Answer"
    assert f"{verb}: on LCS, or ring 0100 000002." in text


def test_without_a_desk_the_answers_are_told_in_words() -> None:
    _, text, _ = read(MANAGER, Said("", **JUDGED))
    told = "What you may say: a strategy meeting is to be held; no strategy meeting is to be held."
    assert f"Answer: on LCS, or ring 0100 000002. {told}" in text.splitlines()
