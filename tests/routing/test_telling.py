"""What a message tells of its episode: each field as far as it is known, and never what the pack keeps from a reader.

Each field holds a canary, a value that stands nowhere else; what is kept back must be nowhere in the whole message.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any, get_args

import orjson
import pytest

from episodes.episode import Episode, Line, Reference
from episodes.events import Change, Event
from episodes.origin import About, Origin
from episodes.record import RegisterRecord
from episodes.reports import Found, Missing, RecordHeld
from outbox.writer import encoded, wire_data
from routing.building import build_message
from routing.calendar import Calendar
from routing.case import Case
from routing.closed_lists import SituationField
from routing.loading import load_pack
from routing.messages import Recipient
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.situation import Situation
from routing.tables import PackError
from schemas.outbound.situation import Situation as OnTheWire
from tests.shipped import shipped_packs

NOW = datetime(2026, 3, 5, 2, 4, tzinfo=UTC)
ORIGIN = Origin("/police/CANARYFORCE", "c-1", "police.missing", NOW)
SINCE = datetime(2026, 3, 2, 21, 1, 11, tzinfo=UTC)
ABOUT = About(authority="testshire")
CANARIES: dict[str, Any] = {
    "classification": "absent",
    "risk": "medium",
    "missing_since": "2026-03-02T21:01:11Z",
    "reported_at": "2026-03-02T21:02:12Z",
    "last_seen_at": "2026-03-02T20:03:13Z",
    "missing_from": "placement",
    "found_at": "2026-03-04T04:05:14Z",
    "returned_at": "2026-03-04T05:06:15Z",
    "force": "CANARYFORCE",
    "age": 14,
    "looked_after": True,
    "plan": "canary_plan",
    "episodes_in_90_days": 2,
}


def at(name: str) -> datetime:
    return datetime.fromisoformat(CANARIES[name])


def everything() -> Situation:
    """An episode of which all is known, the child's second in 90 days."""
    missing = Missing(
        origin=ORIGIN, about=ABOUT, classification="absent", reported_at=at("reported_at"),
        last_seen_at=at("last_seen_at"), missing_from="placement", risk="medium",
    )  # fmt: skip
    found = Found(origin=ORIGIN, about=ABOUT, found_at=at("found_at"), returned_at=at("returned_at"))
    lines = (Line("missing", SINCE), Line("absent", SINCE + timedelta(hours=1)))
    this = Episode(
        id="e-2", authority="testshire", pack="1", opened_at=SINCE, state="found", start=SINCE, missing=missing,
        found=found, risk="medium", lines=lines, references=(Reference("CANARYFORCE", "INC-7"),),
    )  # fmt: skip
    before = replace(this, id="e-1", start=SINCE - timedelta(days=40), references=())
    record = RegisterRecord(
        registered=True, date_of_birth=date(2011, 9, 1), plan="canary_plan", legal_status="care_order"
    )
    return Situation(
        episode=this, record=record, others=(Case(before),), promises=(), as_of=NOW, calendar=Calendar()
    )  # fmt: skip


def data(pack: Pack, rule: Rule, *roles: str, s: Situation | None = None) -> dict[str, Any]:
    """What the message of a rule to these roles has on the wire."""
    event = Event(Change.RECORD_CHANGED, RecordHeld(origin=ORIGIN, about=ABOUT), NOW)
    firing = Firing(rule, s or everything(), event, pack, NOW)
    to = tuple(Recipient(role) for role in roles)
    read: dict[str, Any] = orjson.loads(encoded(wire_data(build_message(firing, to, ("X-1",), ""))))
    return read


def plain(send: str = "notify.info") -> Rule:
    return Rule(id="r", clauses=(), send=send)


def pack_of(authority: str) -> Pack:
    return shipped_packs().all()[authority][-1]


def test_the_fields_are_those_of_the_contract() -> None:
    assert {*get_args(SituationField)} == {*OnTheWire.model_fields} == {*CANARIES}


def test_a_reader_from_whom_nothing_is_kept_knows_all_that_is_known() -> None:
    told = data(pack_of("nottinghamshire"), plain(), "children_missing_officer")["situation"]
    assert told == CANARIES
    OnTheWire.model_validate_json(orjson.dumps(told))


def test_what_is_not_known_is_left_out() -> None:
    s = everything()
    blank = replace(s.episode, missing=None, found=None, start=None, risk=None, lines=(), references=(), state="open")
    s = replace(s, episode=blank, record=RegisterRecord(), others=())
    assert data(pack_of("nottinghamshire"), plain(), "children_missing_officer", s=s)["situation"] == {}


def test_a_grade_that_is_not_the_polices_is_not_told_as_theirs() -> None:
    s = everything()
    s = replace(s, episode=replace(s.episode, risk="ungraded"))
    assert "risk" not in data(pack_of("mfh-borough"), plain(), "mash_manager", s=s)["situation"]


def test_a_child_who_is_missing_again_has_not_been_found() -> None:
    s = everything()
    told = data(pack_of("nottinghamshire"), plain(), "cscs", s=replace(s, episode=replace(s.episode, state="open")))
    assert told["situation"].keys() == CANARIES.keys() - {"found_at", "returned_at"}


def test_of_an_episode_reported_in_error_only_whose_it_was_is_told() -> None:
    s = everything()
    told = data(
        pack_of("nottinghamshire"), plain(), "cscs", s=replace(s, episode=replace(s.episode, state="retracted"))
    )
    assert told["situation"] == {"force": "CANARYFORCE", "age": 14}


def test_a_message_about_no_episode_has_no_situation() -> None:
    assert "situation" not in data(pack_of("mfh-borough"), plain(), "police", s=replace(everything(), about="child"))


HOME = {*CANARIES} - {"found_at", "returned_at"}
KEPT = [
    ("nottinghamshire", "police", {"plan", "looked_after"}),
    ("nottinghamshire", "parents", HOME),
    ("nottinghamshire", "catch_22", {"plan", "looked_after", "risk", "episodes_in_90_days"}),
    ("buckinghamshire", "barnardos_missing_children_service", {"plan", "risk", "episodes_in_90_days"}),
    ("buckinghamshire", "placement_provider", {"plan", "episodes_in_90_days"}),
    ("buckinghamshire", "press_office", {"plan", "looked_after", "risk", "missing_from", "episodes_in_90_days"}),
    ("buckinghamshire", "responsible_local_authority", {"plan", "looked_after"}),
    ("islington", "school", {"plan", "looked_after", "risk", "episodes_in_90_days"}),
    ("islington", "targeted_youth_service", {"plan", "risk", "episodes_in_90_days"}),
    ("mfh-borough", "teacher", {"plan", "risk", "episodes_in_90_days"}),
    ("mfh-borough", "family", HOME),
    ("quick-guide", "external_worker", {"plan", "risk", "episodes_in_90_days"}),
]


@pytest.mark.parametrize(("authority", "role", "kept"), KEPT)
def test_a_reader_outside_the_case_is_told_no_more_than_the_pack_lets_them_know(
    authority: str, role: str, kept: set[str]
) -> None:
    whole = data(pack_of(authority), plain(), role)
    assert whole["situation"].keys() == CANARIES.keys() - kept
    assert found(whole, kept) == []


def found(whole: dict[str, Any], kept: set[str]) -> list[str]:
    """The canaries that got out, wherever in the message (the cause names the force that sent it, by design)."""
    text = orjson.dumps({**whole, "causation": None}).decode()
    telling = {name: value for name, value in CANARIES.items() if isinstance(value, str) and name in kept}
    return [name for name, value in telling.items() if f'"{value}"' in text] + [
        name for name in kept if f'"{name}"' in text
    ]


def test_the_search_finds_what_is_told() -> None:
    whole = data(pack_of("nottinghamshire"), plain(), "children_missing_officer")
    assert {*found(whole, {*CANARIES})} == {*CANARIES}


@pytest.mark.parametrize("authority", ["nottinghamshire", "buckinghamshire", "islington", "mfh-borough"])
def test_information_for_the_police_tells_nothing_of_the_case_whoever_reads_it(authority: str) -> None:
    pack = pack_of(authority)
    whole = data(pack, plain("police.intel"), pack.intake)
    assert found(whole, {"plan", "looked_after", "risk", "age", "episodes_in_90_days", "last_seen_at"}) == []


def test_what_is_kept_from_one_recipient_is_left_out_for_all() -> None:
    told = data(pack_of("nottinghamshire"), plain(), "children_missing_officer", "police")["situation"]
    assert told.keys() == CANARIES.keys() - {"plan", "looked_after"}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('polise = ["plan"]', r"withheld.polise: there is no role.*did you mean 'police'"),
        ('police = ["plans"]', r"withheld: 'police': 'plans' is none of .*did you mean 'plan'"),
        ("police = []", r"withheld.police: it keeps nothing back"),
        ('"police.intell" = ["plan"]', r"there is no role, message type or type with kind 'police.intell'"),
    ],
)
def test_a_pack_that_keeps_back_what_or_from_whom_it_cannot_is_refused(line: str, fault: str) -> None:
    text = files("protocols").joinpath("islington/1.toml").read_text("utf-8")
    before, _, after = text.partition("[withheld]")
    rest = after.partition("\n\n")[2]
    with pytest.raises(PackError, match=fault):
        load_pack(f"{before}[withheld]\n{line}\n\n{rest}", "x.toml")
