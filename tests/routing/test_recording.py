"""The record of an episode in the words of a case system: statuses, since when missing, to whom, what is shared of a
form, and how a name is taken back."""

import pytest
from made_up_reports import after, decided, found, missing, outcome, retracted, status
from small_packs import FILE, course, rule, text

from episodes.record import RegisterRecord
from routing.loading import load_pack
from routing.tables import PackError

STATUSES = """
[[statuses]]
is = "Away from Care"
when = {looked_after = true, classified = "missing"}

[[statuses]]
is = "Away"
when = {classified = "missing"}

[[statuses]]
is = "Not There"
"""
CARE = RegisterRecord(registered=True, plan="looked_after")
UPDATE = rule("changed", on='["classified", "start_changed"]', once='"event"', send='"episode.update"')
OPEN = rule("open", on='["opened"]', send='"episode.open"')


def test_the_first_status_that_holds_is_the_word_and_the_history_is_told_in_words() -> None:
    child = course(OPEN, UPDATE, more=STATUSES, record=CARE)
    assert child.tell(missing())[0].fields["status"] == "Away from Care"
    update = child.tell(status("absent", 3))[0].fields
    lines = [("Away from Care", after(0)), ("Not There", after(3))]
    assert (update["status"], [(h["status"], h["since"]) for h in update["status_history"]]) == ("Not There", lines)
    assert course(OPEN, more=STATUSES).tell(missing(classification="absent"))[0].fields["status"] == "Not There"
    assert "status" not in course(OPEN).tell(missing())[0].fields


def test_missing_since_is_the_start_or_the_last_change_from_absent() -> None:
    meet = rule("meet", send='"meeting.request"', kind='"mam"', due='{from = "missing_since", within = "2h"}',
                when='{classified = "missing"}')  # fmt: skip
    child = course(meet)
    assert [m.due for m in child.tell(missing(reported_at=after(-1)), status("missing", 1))] == [after(1)]
    assert child.tell(status("absent", 2)) == []
    assert [m.due for m in child.tell(status("missing", 3))] == [after(5)]
    assert [m.due for m in course(meet).tell(missing(classification="absent"), status("missing", 4))] == [after(6)]


def test_a_decision_names_the_person_for_a_role_and_the_newest_of_those_told_holds_the_task() -> None:
    moves = rule("moves", on='["decided.judgement.go"]', once='"event"',
                 to='{role = "worker", named_as = "value"}')  # fmt: skip
    done = rule("done", to='{told_by = ["moves"], newest = true}', on='["found"]')
    child = course(moves, done)
    child.tell(missing())
    told = [m.to[0].person for m in child.tell(*(decided("judgement", "go", n, value=f"sw{n}") for n in (1, 2)))]
    assert told == ["sw1", "sw2"]
    assert [[r.person for r in m.to] for m in child.tell(found(3))] == [["sw2"]]
    assert child.tell(decided("judgement", "go", 4)) == []


def test_a_flag_is_taken_back_by_its_name() -> None:
    child = course(rule("flag", send='"flag.set"', name='"AWAY"', on='["opened"]'))
    child.tell(missing())
    assert [(m.type, m.name) for m in child.tell(retracted(12)) if m.type == "flag.clear"] == [("flag.clear", "AWAY")]


def test_of_the_sections_that_may_be_shared_those_that_were_answered() -> None:
    shares = rule("shares", send='"police.intel"', on='["interview.completed"]', fields='{sections = ["one", "two"]}')
    child = course(shares)
    child.tell(missing(), found(1))
    content = {"two": {"a": 1}, "one": {}, "private": {"b": 2}}
    assert child.tell(outcome("completed", 2, content=content))[0].fields["sections"] == ["two"]


@pytest.mark.parametrize(
    ("rules", "more", "words"),
    [
        (rule("r"), STATUSES.replace("true", '"yes"'), "looked_after"),
        (rule("r"), STATUSES.replace("looked_after", "looked"), "there is no condition 'looked'"),
        (rule("r"), STATUSES + "[[statuses]]\nis = 'x'\nwhen = {open_to = 'y'}\n", "statuses x: condition 'open_to'"),
        (rule("r"), STATUSES + "[[statuses]]\nis = 'x'\nword = 'y'\n", "'word' is not understood here"),
        (rule("r", to='{named_as = "value"}'), "", "named_as = 'value' needs the role"),
        (rule("r", when='{end_reason = "lost"}'), "", "there is no end reason 'lost'; add it to"),
        (rule("r", when='{times_given = "noon"}'), "", "expected one of left_at, last_seen_at, .*, not 'noon'"),
    ],
)
def test_what_does_not_fit_is_refused(rules: str, more: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        load_pack(text(rules, more=more), FILE)
