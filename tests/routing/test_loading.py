"""A pack that is wrong does not load, and the fault names the file, the place and the mend."""

import pytest
from small_packs import BODY, FILE, HEAD, RULE, pack, text

from routing.loading import load_pack
from routing.tables import PackError

CRITERIA = '[criteria]\nserious = [{when = {risk = "high"}, clauses = ["T-1"]}]\n'
LIMITS = '\n[limits]\nspare = {{{}, clause = "T-1", since = 2020-01-01}}\n'
AUDIENCE = '[audiences]\nwhoever = [{to = ["desk"], clauses = ["T-1"]}]\n'


def fault(toml: str) -> str:
    with pytest.raises(PackError) as raised:
        load_pack(toml, FILE)
    assert str(raised.value).startswith(f"{FILE}: ")
    return str(raised.value).removeprefix(f"{FILE}: ")


def ruled(**lines: str) -> str:
    """The one rule with lines changed, added (a new name) or left out (empty)."""
    own = dict(line.split(" = ", 1) for line in RULE.strip().splitlines()[1:]) | lines
    return text("[[rules]]\n" + "\n".join(f"{k} = {v}" for k, v in own.items() if v))


def test_the_small_pack_itself_loads() -> None:
    asks = RULE.replace('["officer"]', '["@whoever"]') + 'when = {meets = "serious"}\n'
    held = pack(asks, more=CRITERIA + AUDIENCE)
    assert [rule.id for rule in held.rules] == ["first"]


def test_a_text_that_is_no_toml_is_refused() -> None:
    assert fault("authority = ").startswith("not TOML: ")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (HEAD + "colour = 1\n", ["the pack", "'colour' is not understood here", "known are: ", "audiences"]),
        (HEAD.replace('version = "1"\n', ""), ["the pack", "'version' is missing; add it"]),
        (HEAD.replace('"1"', "1.5"), ["the pack", "'version' must be text, not 1.5"]),
        (HEAD.replace("2020-01-01", '"2020"'), ["'in_force_from' must be a date"]),
        (HEAD.replace('"officer"', '"nobody"'), ["intake", "there is no role 'nobody'; add it to [roles]"]),
        (HEAD + "[terms]\nsecond = 'later'\n", ["terms", "'second' must be one of separate, waits, joins"]),
        (HEAD + "[terms]\nsame_within = '3y'\n", ["terms", "'3y' is no period: write 30min, 72h"]),
        (HEAD + "[terms]\nsame_within = '3d'\n", ["terms", "3d is no elapsed time: write hours"]),
        (HEAD + "[terms]\nunsafe_ends = 1\n", ["terms", "'unsafe_ends' must be true or false"]),
    ],
)
def test_the_head_is_read_strictly(head: str, words: list[str]) -> None:
    told = fault(text(head=head))
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("lines", "mend"),
    [
        ({"colour": "1"}, "'colour' is not understood here; known are: about, at, before, "),
        ({"id": ""}, "'id' is missing; add it"),
        ({"send": "1"}, "'send' must be text, not 1"),
        ({"to": '"officer"'}, "'to' must be a list such as [\"officer\"], not 'officer'"),
        ({"on": '"opened"'}, "'on' must be a list of words such as [\"opened\"], not 'opened'"),
        (
            {"title": "", "titel": '"Look"'},
            "'title' is missing; there is a 'titel' (did you mean 'title'?); else add it",
        ),
        ({"to": "[]"}, "nobody stands in 'to'"),
        ({"to": '["nobody"]'}, "there is no role 'nobody'; add it to [roles]"),
        ({"to": '["@nobody"]'}, "there is no audience '@nobody'; add it to [audiences]"),
        ({"to": '[{role = "worker", of = "police"}]'}, "there is no service 'police'; add it to [words]"),
        (
            {"to": '[{told_by = "second"}]'},
            "told_by: 'second' names no rule, message type or type",
        ),
        ({"to": '[{named_as = "friend"}]'}, "'named_as' must be one of between, attendees, interviewer, by"),
        ({"to": "[7]"}, "to must be a table"),
        ({"when": '{weather = "rain"}'}, "there is no condition 'weather'; known are: "),
        ({"when": '{meets = "nothing"}'}, "there is no criterion 'nothing'; add it to [criteria]"),
        ({"when": "{meets = 7}"}, "condition 'meets': expected the names of criteria, or rows of one, not 7"),
        ({"when": "{back = 1}"}, "condition 'back' takes true or false"),
        ({"when": '{risk = {level = "high"}}'}, "condition 'risk' has no argument 'level'; it has is_one_of"),
        ({"when": "{episodes_within = {days = 90}}"}, "condition 'episodes_within' needs 'at_least'"),
        ({"when": "{occasions = {at_least = true}}"}, "condition 'occasions': expected a whole number, not True"),
        ({"when": '{occasions = {at_least = "twice"}}'}, "there is no limit 'twice'; add it to [limits]"),
        ({"when": '{vulnerable = "maybe"}'}, "expected one of yes, no, not_yet, not 'maybe'"),
        ({"when": '{missing_for = {over = "3y"}}'}, "there is no limit '3y'; add it to [limits]"),
        ({"when": '{missing_for = {over = "3d"}}'}, "3d is no elapsed time: write hours"),
        ({"when": '{open_to = "police"}'}, "condition 'open_to': there is no service 'police'; add it to [words]"),
        ({"when": '{held = "party"}'}, "there is no meeting 'party'; add it to [words]"),
        ({"when": '{document_on_file = "map"}'}, "there is no document 'map'; add it to [words]"),
        ({"when": '{promised = "second"}'}, "condition 'promised': 'second' names no rule"),
        ({"when": '{decided_by = "nobody"}'}, "condition 'decided_by': there is no role 'nobody'; add it to [roles]"),
        ({"when": '{decided = {kind = "judgement", decision = "run"}}'}, "'run' is none of the values of judgement"),
        ({"when": '{event = "closing"}'}, "there is no event 'closing'; known are: opened, "),
        ({"on": '["closing"]'}, "there is no event 'closing'; known are: opened, "),
        ({"on": '["meeting.party"]'}, "there is no event 'meeting.party'; after 'meeting.' may stand: mam, review"),
        ({"on": '["decided.judgement.og"]'}, "'decided.judgement.og' (did you mean 'decided.judgement.go'?); after"),
        ({"settled_by": '["document.map"]'}, "there is no event 'document.map'; after 'document.' may stand: plan"),
        ({"clauses": "[]"}, "it cites no clause; every message must say which clause caused it"),
        ({"clauses": '["T-1", "T-2", "T-9"]'}, "there is no clause 'T-9' (did you mean 'T-3'?); add it to [clauses]"),
        ({"closes": '["second"]'}, "'second' names no rule, message type or type with kind of this pack"),
        ({"modality": '"perhaps"'}, "'modality' must be one of must, should, may, judgement"),
        ({"urgency": '"soon"'}, "'urgency' must be one of immediate, same_day, routine"),
        ({"once": '"daily"'}, "'once' must be one of episode, event, report, anchor"),
        ({"due": '{from = "start", within = "3 days"}'}, "there is no limit '3 days'; add it to [limits]"),
        ({"due": '{from = "birth", within = "3d"}'}, "'from' must be one of start, return, found"),
        ({"due": '{from = "start"}'}, "'within' is missing; add the name of a limit"),
        ({"due": '{within = "3d"}'}, "'from' is missing; add it"),
        ({"due": '{from = "first_sent", of = "second", within = "3d"}'}, "'second' names no rule"),
        ({"on": "", "once": '"event"'}, "once = 'event' needs 'on'"),
        ({"at": '{from = "start", within = "24h"}'}, "it has both 'on' and a moment of its own"),
        ({"on": "", "at": '{from = "receipt", within = "1h"}'}, "a moment cannot count from 'receipt'"),
        ({"on": "", "over": '{from = "event", within = "1h"}'}, "a moment cannot count from 'event'"),
        (
            {"on": "", "before": '{from = "start", within = "24h", lead = "2d"}'},
            "2d is no elapsed time: write hours",
        ),
        (
            {"on": "", "at": '{from = "start", within = "1h"}', "over": '{from = "start", within = "1h"}'},
            "only one of 'at', 'over' and 'before' may be given",
        ),
    ],
)
def test_a_rule_is_read_strictly(lines: dict[str, str], mend: str) -> None:
    told = fault(ruled(**lines))
    assert mend in told, told
    assert told.startswith("rules number 1" if lines.get("id") == "" else "rules first"), told


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (text(RULE + RULE), ["rules first", "the id is used twice; ids must differ"]),
        (text(RULE.replace(', "T-2"', "")), ["clauses.T-2", "no rule cites it; cite it, or list it under"]),
        (text(RULE.replace('"T-2"', '"T-3"')), ["T-2", "no rule cites it"]),
        (text(RULE.replace('"T-2"', '"T-2", "T-3"')), ["not_automated.T-3", "a rule cites it; take it out here"]),
        (text(body=BODY + 'T-9 = "gone"\n'), ["not_automated.T-9", "there is no such clause; add it to [clauses]"]),
        (text(body=BODY.replace(', says = "This is for people."', "")), ["clauses.T-3", "'says' is missing"]),
        (text(body=BODY.replace("involved = true", 'involved = "yes"')), ["roles.helpers.from", "true or false"]),
        (text(body=BODY.replace('name = "front desk"', 'title = "x"')), ["roles.desk", "'title' is not understood"]),
        (
            text(body=BODY.replace('desk = {name = "front desk", reports_only = true}', "desk = 7")),
            ["roles.desk", "must be a table"],
        ),
        (text(more=CRITERIA.replace("risk", "rain")), ["criteria.serious, row 1", "there is no condition 'rain'"]),
        (text(more=CRITERIA.replace("T-1", "T-9")), ["criteria.serious", "there is no clause 'T-9'"]),
        (text(more=AUDIENCE.replace("desk", "nobody")), ["audiences.whoever", "there is no role 'nobody'"]),
        (text(more="[audiences]\nwhoever = 7\n"), ["audiences.whoever", "must be an array of tables"]),
        (text(more="[terms]\nrules = 7\n"), ["terms", "'rules' is not understood here"]),
        (text(body=BODY.replace('["go", "stay"]', "7")), ["words.decisions", "'judgement' must be a list of words"]),
        (
            text(body=BODY.replace('name = "front desk", reports_only = true', 'name = "front desk"')),
            ["roles.desk", "no rule names it; name it in one, take it out, or say reports_only = true"],
        ),
        (text(more=CRITERIA), ["criteria.serious", "nothing asks for it; take it out"]),
        (
            text(RULE + LIMITS.format("number = 2")),
            ["limits.spare", "nothing counts to it; name it in a rule, or take it"],
        ),
        (text(RULE + LIMITS.format("number = 0")), ["limits.spare", "'number' must be 1 or more, not 0"]),
        (text(RULE + LIMITS.format("number = -1")), ["limits.spare", "'number' must be 1 or more, not -1"]),
        (
            text(RULE + LIMITS.format('within = "0h"')),
            ["limits.spare", "'0h' is no time at all: write a length of 1h or"],
        ),
    ],
)
def test_the_parts_of_a_pack_must_fit_together(toml: str, words: list[str]) -> None:
    told = fault(toml)
    assert all(word in told for word in words), told


def test_each_fault_is_told_once() -> None:
    twice = LIMITS.format('within = "72 hours"') + LIMITS.format("number = 0").splitlines()[-1].replace("spare", "none")
    assert [line.split(":")[1] for line in fault(text(RULE + twice)).splitlines()][:1] == [" '72 hours' is no period"]
    assert len(fault(text(RULE + twice)).splitlines()) == 2


def test_a_clause_of_an_interpretation_or_of_the_hub_needs_no_entry() -> None:
    assert pack(RULE.replace('"T-2"', '"T-2", "AMB-77", "HUB"')).rules[0].clauses == ("T-1", "T-2", "AMB-77", "HUB")


@pytest.mark.parametrize(
    ("table", "more"),
    [
        ("criteria.serious", '[criteria]\nserious = [{when = {meets = "grave"}, clauses = ["T-1"]}]\n'
         'grave = [{when = {meets = "serious"}, clauses = ["T-1"]}]\n'),
        ("audiences.whoever", '[audiences]\nwhoever = [{to = ["@whoever"], clauses = ["T-1"]}]\n'),
    ],
)  # fmt: skip
def test_what_leads_back_to_itself_is_refused(table: str, more: str) -> None:
    asks = RULE if table.startswith("c") else RULE.replace('["officer"]', '["@whoever"]')
    asks += 'when = {meets = "serious"}\n' if table.startswith("c") else ""
    told = fault(text(asks, more=more))
    assert f"{table}: it leads back to itself; take the word out that closes the circle" in told
