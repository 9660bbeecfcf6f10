"""A scenario is read as strictly as a pack: a slip names the file, the row, the word and the nearest right one. A row
with a slip in it would otherwise prove nothing."""

import pytest
from small_packs import pack

from homeward.scenarios.reading import ScenarioError, read_scenarios
from homeward.scenarios.sayable import unsayable

FILE = "evening.scenarios.toml"
GOOD = """
[registers]
open = {legal_status = "section_20", services = [{service = "social_care", worker = "w1"}]}

[[scenario]]
id = "evening"
title = "An evening away"
register = "open"
reports = [
    {at = 2026-05-11 18:00:00, type = "police.missing", risk = "high"},
    {at = 2026-05-11 21:00:00, type = "police.found"},
]
until = 2026-05-20 00:00:00
expect = [
    {type = "task.create", kind = "look", has = ["incident"], lacks = ["due"], causation = {source = "/police/XX"}},
]
absent = [{type = "task.create", incident = "P-1", modality = "may"}]
"""


def faults(table: str) -> list[str]:
    (scenario,) = read_scenarios("testshire", FILE, table)
    return [*unsayable(scenario, (pack(),))]


def test_a_table_without_a_slip_is_read() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("right", "slip", "told"),
    [
        ("risk =", "rsik =", "report 1: 'police.missing' has no field 'rsik' (did you mean 'risk'?)"),
        ("legal_status", "legal_staus", "register: 'case.context' has no field 'legal_staus' (did you mean 'legal_"),
        ("worker = ", "wroker = ", "register: 'case.context' has no field 'services.wroker' (did you mean 'worker'?)"),
        ('["incident"]', '["incidnet"]', "expect 1: 'has': 'task.create' has no field 'incidnet' (did you mean 'incid"),
        ('["due"]', '["deu"]', "expect 1: 'lacks': 'task.create' has no field 'deu' (did you mean 'due'?)"),
        ("{source =", "{sourec =", "expect 1: 'causation.sourec': it has no field 'sourec' (did you mean 'source'?)"),
        ('"may"', '"mya"', "absent 1: 'modality': 'mya' is not one of its words (did you mean 'may'?)"),
        ('incident = "P-1"', 'incident = "P1"', "absent 1: no report is about the incident 'P1' (did you mean 'P-1'?)"),
        ("modality = ", "modalty = ", "absent 1: 'task.create' has no field 'modalty' (did you mean 'modality'?)"),
    ],
)
def test_a_word_that_no_report_and_no_message_has_is_named(right: str, slip: str, told: str) -> None:
    assert right in GOOD
    (fault,) = faults(GOOD.replace(right, slip))
    assert fault.startswith(told), fault


@pytest.mark.parametrize(
    ("right", "slip", "told"),
    [
        ("until = 2026-05-20 00:00:00", 'until = "x"', "'until' must be a date and time such as 2026-05-11 18:00:00"),
        ("until = 2026-05-20 00:00:00", "until = 2026-05-20", "'until' must be a date and time"),
        ("until =", "untli =", "'untli' is not understood here (did you mean 'until'?); known are: absent, "),
        ("title =", "titel =", "'title' is missing; there is a 'titel' (did you mean 'title'?); else add it"),
        ("{at = 2026-05-11 21:00:00", '{at = "nine"', "report 2: 'at' must be a date and time"),
        ("{at = 2026-05-11 21:00:00, ", "{", "report 2: 'at' is missing; add it"),
        ('register = "open"', 'register = "opne"', "there is no register 'opne' (did you mean 'open'?)"),
        ('register = "open"', "register = 7", "'register' must be text, not 7"),
        ('register = "open"', 'register = "open"\nearlier = ["May"]', "'earlier' must be a list of dates, not 'May'"),
        ('["due"]', '"due"', "expect 1: 'lacks' must be a list of words such as [\"due\"], not 'due'"),
        ("{type = ", "{count = true, type = ", "expect 1: 'count' must be a whole number, not True"),
    ],
)
def test_a_value_of_the_wrong_type_is_explained(right: str, slip: str, told: str) -> None:
    assert right in GOOD
    with pytest.raises(ScenarioError) as raised:
        faults(GOOD.replace(right, slip, 1))
    assert str(raised.value).startswith(f"{FILE}: scenario evening: ")
    assert told in str(raised.value), str(raised.value)


def test_a_register_that_no_scenario_takes_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"registers\.open: no scenario takes it; take it out"):
        faults(GOOD.replace('register = "open"\n', ""))
