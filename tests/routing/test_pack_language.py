"""What a pack may say once: a limit under its name, one duty for several services, a criterion where it is needed."""

from datetime import date

import pytest
from made_up_reports import after, found, missing
from small_packs import BODY, FILE, HEAD, Course

from episodes.record import RegisterRecord, Service
from routing.loading import load_pack
from routing.local import load_local, localised
from routing.pack import Pack
from routing.tables import PackError

LIMITS = """
[limits]
interview = {within = "72h", clause = "T-1", since = 2019-05-01}
repeated = {number = 2, clause = "T-2", since = 2020-01-01}
"""
ASKS = """
[[rules]]
id = "ask"
title = "Ask for an interview"
on = ["found"]
send = "rhi.request"
to = ["officer"]
due = {from = "return", within = "interview"}
clauses = ["T-1"]
"""
AGAIN = """
[[rules]]
id = "again"
title = "Tell the manager of a child who is missing again"
on = ["opened"]
send = "senior.alert"
to = ["manager"]
when = {occasions = {at_least = "repeated"}}
clauses = ["T-2"]
"""
TELLS = """
[[rules]]
id = "tell"
title = "Tell each service that has the case"
on = ["opened"]
send = "notify.missing"
when = {known_missing = true}
modality = "may"
clauses = ["T-1"]
[rules.each]
tell_care = {to = ["worker"], when = {open_to = "social_care"}, clauses = ["T-2"]}
tell_help = {to = ["manager"], when = {open_to = "early_help"}}
"""
COPIES = """
[[rules]]
id = "copy"
title = "Copy what a service was told"
on = ["found"]
send = "notify.info"
to = [{told_by = ["tell"]}]
when = {promised = "tell"}
clauses = ["T-1"]
"""


def pack(text: str) -> Pack:
    return load_pack(HEAD + BODY + text, FILE)


def of(text: str, record: RegisterRecord | None = None) -> Course:
    """A child of the authority with that pack."""
    return Course(pack(text), record=record or RegisterRecord())


def fault(text: str) -> str:
    with pytest.raises(PackError) as raised:
        pack(text)
    return str(raised.value).removeprefix(f"{FILE}: ")


# ---- limits


def test_a_limit_is_named_dated_and_knows_who_counts_to_it() -> None:
    held = pack(LIMITS + ASKS + AGAIN)
    interview = held.limits["interview"]
    assert (str(interview.length), interview.clause, interview.since) == ("72h", "T-1", date(2019, 5, 1))
    assert interview.used_by == ("rules ask.due",)
    assert held.limits["repeated"].used_by == ("rules again",)


def test_what_a_rule_counts_to_changes_with_the_one_line_under_limits() -> None:
    for hours in (48, 72):
        child = of((LIMITS + ASKS + AGAIN).replace("72h", f"{hours}h"))
        child.tell(missing())
        [asked] = child.tell(found(2))
        assert asked.due == after(2 + hours)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ASKS.replace('"interview"', '"72h"'), ["rules ask.due: '72h' stands in the rule itself", "under [limits]"]),
        (ASKS.replace('"interview"', '"intervew"'), ["no limit 'intervew' (did you mean 'interview'?); add it to"]),
        (ASKS.replace('"interview"', '"repeated"'), ["rules ask.due: the limit 'repeated' is a number; a length"]),
        (AGAIN.replace('"repeated"', '"interview"'), ["rules again: the limit 'interview' is a length of time; a num"]),
        (AGAIN.replace('"repeated"', "2") + ASKS, ["limits.repeated: nothing counts to it; name it in a rule, or"]),
    ],
)
def test_a_rule_names_its_limits(text: str, words: list[str]) -> None:
    told = fault(LIMITS + text)
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"72h"', '"three days"', ["limits.interview", "'three days' is no period: write 30min, 72h"]),
        ('within = "72h", ', "", ["limits.interview", "write either 'within' (a length such as 72h) or 'number'"]),
        ("number = 2", 'number = 2, within = "2h"', ["limits.repeated", "write either 'within'"]),
        ("within", "witin", ["limits.interview: write either"]),
        ("clause", "clauses", ["limits.interview: 'clause' is missing; there is a 'clauses' (did you mean"]),
        (", since = 2019-05-01", "", ["limits.interview: 'since' is missing; add it"]),
        ("2019-05-01", "2020-01-02", ["limits.interview: it applies since 2020-01-02, but this version is in force"]),
        ('"T-1", since', '"T-9", since', ["limits.interview: there is no clause 'T-9'"]),
        ("since", "sinse", ["limits.interview: 'since' is missing"]),
        (", since", ", colour = 1, since", ["limits.interview: 'colour' is not understood here; known are: clause"]),
    ],
)
def test_a_line_of_limits_is_read_strictly(old: str, new: str, words: list[str]) -> None:
    told = fault(LIMITS.replace(old, new) + ASKS + AGAIN)
    assert all(word in told for word in words), told


def test_a_moment_may_be_the_anchor_itself_and_a_limit_may_not() -> None:
    birthday = ASKS.replace('due = {from = "return", within = "interview"}', 'at = {from = "eighteenth_birthday"}')
    held = pack(birthday.replace('on = ["found"]\n', "") + AGAIN.replace('"repeated"', "2"))
    assert held.rules[0].moment is not None
    assert "'within' is missing" in fault(LIMITS + ASKS.replace(', within = "interview"', "") + AGAIN)


# ---- one duty, one rule


def told(record: RegisterRecord, text: str = TELLS) -> list[tuple[str, str, tuple[str, ...]]]:
    child = of(text, record)
    return [(m.rule, m.to[0].role, m.clauses) for m in child.tell(missing())]


def both() -> RegisterRecord:
    return RegisterRecord(
        services=(Service("social_care", worker="w"), Service("early_help", manager="m")), registered=True
    )


def test_a_rule_with_each_is_several_that_keep_their_own_names_and_clauses() -> None:
    assert told(both()) == [("tell_care", "worker", ("T-1", "T-2")), ("tell_help", "manager", ("T-1",))]
    held = pack(TELLS)
    assert {(r.family, r.title) for r in held.rules} == {("tell", "Tell each service that has the case")}
    assert [r.id for r in held.named("tell")] == [r.id for r in held.rules]


def test_whoever_names_a_rule_with_each_means_all_of_them() -> None:
    child = of(TELLS + COPIES, both())
    child.tell(missing())
    [copy] = child.tell(found(2))
    assert [r.role for r in copy.to] == ["worker", "manager"]


def test_local_settings_name_the_whole_duty_or_one_of_it() -> None:
    for name, left in (("tell", []), ("tell_care", ["tell_help"])):
        local = load_local(f'authority = "testshire"\nswitched_off = ["{name}"]\n', "testshire/local.toml")
        assert [r.id for r in localised(pack(TELLS), local).rules] == left
    mistyped = load_local('authority = "testshire"\nswitched_off = ["tell_car"]\n', "testshire/local.toml")
    with pytest.raises(PackError, match=r"no rule 'tell_car' \(did you mean 'tell_care'\?\)"):
        localised(pack(TELLS), mistyped)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TELLS.split("tell_help")[0], ["rules tell: 'each' must be a table of two or more; one alone is the rule"]),
        (TELLS.replace("tell_help", "tell_care2 = {}\ntell"), ["rules tell: the id is used twice; ids must differ"]),
        (TELLS + ASKS.replace('"ask"', '"tell_help"'), ["rules tell_help: the id is used twice"]),
        (TELLS.replace('to = ["manager"]', 'id = "x"'), ["rules tell, each tell_help: 'id' belongs to the rule"]),
        (TELLS.replace('to = ["manager"]', 'send = "x"'), ["each tell_help: 'send' stands in the rule too"]),
        (
            TELLS.replace('open_to = "early_help"', "known_missing = true"),
            ["rules tell, each tell_help: 'when.known_missing' stands in the rule too; leave it in one of them"],
        ),
        (TELLS.replace('to = ["manager"]', "colour = 1"), ["rules tell, each tell_help: 'colour' is not understood"]),
        (
            TELLS + COPIES.replace('["tell"]', '["tel"]'),
            ["rules copy: told_by: 'tel' names no rule", "mean 'tell'?"],
        ),
    ],
)
def test_a_rule_with_each_is_read_strictly(text: str, words: list[str]) -> None:
    told = fault(text)
    assert all(word in told for word in words), told


# ---- a criterion where it is needed, or under a name that says what it means


IN_PLACE = 'meets = [{when = {risk = "high"}, clauses = ["T-2"]}, {when = {open_to_any = true}}]'


def test_a_criterion_may_stand_where_it_is_needed_and_lends_its_clauses() -> None:
    text = ASKS.replace('on = ["found"]', f'on = ["opened"]\nwhen = {{{IN_PLACE}}}').split("due")[0]
    held = text + 'clauses = ["T-1"]\n'
    assert [c for _, _, c in told(RegisterRecord(), held)] == []
    assert [c for _, _, c in told(both(), held)] == [("T-1",)]
    assert [m.clauses for m in of(held).tell(missing(risk="high"))] == [("T-1", "T-2")]


def test_several_criteria_may_stand_in_one_place_beside_a_named_one() -> None:
    more = '[criteria]\nopen = {says = "the case is open", any = [{when = {open_to_any = true}}]}\n'
    text = 'meets = ["open", [{when = {risk = "high"}}, {when = {risk = "medium"}}], [{clauses = ["T-2"]}]]'
    rule = COPIES.replace('on = ["found"]', 'on = ["opened"]').replace('[{told_by = ["tell"]}]', '["desk"]')
    held = more + rule.replace('promised = "tell"', text)
    assert pack(held).means["criteria.open"] == "the case is open"
    assert [m.clauses for m in of(held, both()).tell(missing(risk="medium"))] == [("T-1", "T-2")]
    assert not told(both(), held)


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        ("[{when = {rain = true}}]", ["rules copy, row 1: there is no condition 'rain'"]),
        ("[{when = {stil_missing = true}}]", ["no condition 'stil_missing' (did you mean 'still_missing'?)"]),
        ("[{wen = {back = true}}]", ["rules copy, row 1: 'wen' is not understood here (did you mean 'when'?)"]),
        ('[{when = {back = true}, clauses = ["T-9"]}]', ["there is no clause 'T-9'"]),
        ("[[]]", ["a criterion needs a list of rows"]),
        ("7", ["expected the names of criteria, or rows of one, not 7"]),
    ],
)
def test_a_criterion_in_its_place_is_read_strictly(criterion: str, words: list[str]) -> None:
    told = fault(TELLS + COPIES.replace('promised = "tell"', f"meets = {criterion}"))
    assert all(word in told for word in words), told


def test_a_word_may_say_what_it_means() -> None:
    held = load_pack((HEAD + BODY + TELLS).replace('services = ["social_care", "early_help"]',
                'services = {social_care = "social care", early_help = "Early Help"}'), FILE)  # fmt: skip
    assert held.words.services == ("social_care", "early_help")
    assert held.means["services.early_help"] == "Early Help"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "A procedure for tests"\n', "", ["the pack.source: 'title' is missing; add it"]),
        ("publisher", "publischer", ["the pack.source: 'publisher' is missing"]),
        (
            '"nowhere"',
            '"nowhere"\nyear = 2020',
            ["the pack.source: 'year' is not understood here; known are: called, date"],
        ),
        (
            'title = "Tell each',
            'titel = "Tell each',
            ["'title' is missing; there is a 'titel' (did you mean 'title'?); else add it"],
        ),
        ('"Tell each service that has the case"', '" "', ["'title' must be one line that says what the rule does"]),
        ('"worker"]', '"worke"]', ["there is no role 'worke' (did you mean 'worker'?); add it to [roles]"]),
        (
            "[words.decisions]",
            '[words.names]\nmom = "meeting"\n[words.decisions]',
            ["words.names.mom", "did you mean 'mam'?"],
        ),
        ('on = ["opened"]', 'on = ["opend"]', ["there is no event 'opend' (did you mean 'opened'?)"]),
        (
            '"social_care"}',
            '"social_car"}',
            ["there is no service 'social_car' (did you mean 'social_care'?); add it to [words]"],
        ),
    ],
)
def test_a_mistyped_word_is_refused_with_the_nearest_right_one(old: str, new: str, words: list[str]) -> None:
    with pytest.raises(PackError) as raised:
        load_pack((HEAD + BODY + TELLS).replace(old, new), FILE)
    assert all(word in str(raised.value) for word in words), str(raised.value)
