"""`homeward packs check`: whoever writes a pack is told what holds, and what is to be mended and how."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_packs import BODY, DIRECTORY, HEAD

from homeward.cli import main

RULES = """
[limits]
interview = {within = "72h", clause = "T-2", since = 2020-01-01}

[[rules]]
id = "tell"
title = "Tell the worker that the child is missing"
on = ["opened"]
send = "notify.missing"
to = ["worker"]
modality = "must"
clauses = ["T-1"]

[[rules]]
id = "ask"
title = "Ask for an interview"
on = ["found"]
send = "rhi.request"
to = ["officer"]
due = {from = "return", within = "interview"}
clauses = ["T-2"]
"""
PACK = HEAD + BODY + RULES
SCENARIOS = """
[[scenario]]
id = "there-and-back"
title = "Missing for an evening: the worker is told, and an interview is asked for"
register = {services = [{service = "social_care", worker = "w1"}]}
reports = [
    {at = 2026-05-11 18:00:00, type = "police.missing"},
    {at = 2026-05-11 21:00:00, type = "police.found"},
]
expect = [
    {type = "notify.missing", to = ["worker=w1"], clauses = ["T-1"]},
    {type = "rhi.request", due = 2026-05-14 21:00:00, clauses = ["T-2"]},
]
absent = [{type = "notify.info"}]
"""
SOME_INFO = """
[[rules]]
id = "late"
title = "Say that it is late"
on = ["retracted"]
send = "notify.info"
to = ["officer"]
clauses = ["T-1"]
"""


def written(folder: Path, **files: str) -> Path:
    home = folder / "testshire"
    home.mkdir(parents=True)
    texts = {"1.toml": PACK, "directory.toml": DIRECTORY, "evening.scenarios.toml": SCENARIOS} | files
    for name, text in texts.items():
        if text:
            (home / name).write_text(text)
    return folder


def check(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["packs", "check", str(folder), *words])


def test_a_folder_in_which_everything_holds(tmp_path: Path) -> None:
    done = check(written(tmp_path, **{"1.toml": PACK, "evening.scenarios.toml": SCENARIOS.replace("absent", "# ")}))
    assert done.output.splitlines() == [
        "testshire",
        "  ✓ pack: version 1: 2 rules, 3 clauses, 1 limit",
        "  ✓ directory: 7 roles reached",
        "  ✓ scenarios: 1 of 1 hold",
        "  ✓ coverage: version 1: of 3 clauses 2 kept by rules, 2 of them proved by a scenario; 1 left to people",
        "",
        "Everything holds.",
    ]
    assert done.exit_code == 0


def test_the_folder_of_one_authority_is_enough(tmp_path: Path) -> None:
    folder = written(tmp_path, **{"evening.scenarios.toml": SCENARIOS.replace("absent", "# ")})
    assert check(folder / "testshire").output == check(folder).output


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"1.toml": PACK.replace('"worker"]', '"worke"]')},
            ["testshire/1.toml: rules tell: there is no role 'worke'"],
        ),
        ({"1.toml": ""}, ["testshire/: there is no pack; add one, such as 1.toml"]),
        ({"1.toml": PACK.replace('"testshire"', '"elsewhere"')}, ["the pack is that of 'elsewhere'; give its folder"]),
        ({"directory.toml": ""}, ["testshire/: there is no directory; add directory.toml"]),
        (
            {"directory.toml": DIRECTORY.replace('"manager", ', '"manger", ')},
            ["testshire/directory.toml: the pack has no role 'manger' (did you mean 'manager'?)"],
        ),
        (
            {"directory.toml": DIRECTORY.replace('officer = "', '# officer = "')},
            ["the role 'officer' has no mailbox"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace("21:00:00, clauses", "22:00:00, clauses")},
            [
                "scenarios: 0 of 1 hold",
                "scenario there-and-back: Missing for an evening",
                '0 instead of 1: type = "rhi.request", due = 2026-05-14 22:00:00 (Thursday), clauses = ["T-2"]',
                'said: type = "rhi.request", at = 2026-05-11 21:00:00 (Monday), incident = "P-1", to = ["officer"]'
                ", due = 2026-05-14 21:00:00 (Thursday)",
            ],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace("absent = [{type", "absent = [{typ")},
            ["scenario there-and-back: absent 1: no message has a field 'typ' (did you mean 'type'?)"],
        ),
        ({}, ["scenario there-and-back: absent 1: no rule sends 'notify.info'"]),
        (
            {"evening.scenarios.toml": SCENARIOS.replace('"worker=w1"', '"wroker=w1"')},
            ["there is no role 'wroker' (did you mean 'worker'?)"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace('["T-2"]', '["T-4"]')},
            ["there is no clause 'T-4' (did you mean 'T-3'?)"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace("police.found", "police.foud")},
            ["there is no report 'police.foud' (did you mean 'police.found'?)"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace("title =", "titel =")},
            ["scenario there-and-back: 'title' is missing; there is a 'titel' (did you mean 'title'?); else add it"],
        ),
        ({"evening.scenarios.toml": SCENARIOS.replace("reports =", "reports")}, ["evening.scenarios.toml: not TOML"]),
        (
            {"evening.scenarios.toml": SCENARIOS + SCENARIOS},
            ["evening.scenarios.toml: scenario there-and-back: the id is used twice in this file; rename one of them"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS, "night.scenarios.toml": SCENARIOS},
            [
                "/night.scenarios.toml: scenario there-and-back: the id is used also in ",
                "/evening.scenarios.toml; rename",
            ],
        ),
        (
            {"1.toml": PACK + SOME_INFO},
            ["no scenario lets the rule 'late' speak; add one", "2 of them proved"],
        ),
        (
            {"evening.scenarios.toml": SCENARIOS.replace(', clauses = ["T-2"]', "")},
            ["no scenario expects the clause 'T-2'; add clauses = [\"T-2\"] to a row of expect"],
        ),
    ],
)
def test_what_does_not_hold_is_named_with_the_mend(tmp_path: Path, files: dict[str, str], words: list[str]) -> None:
    done = check(written(tmp_path, **files))
    assert all(word in done.output for word in words), done.output
    assert done.exit_code == 1
    assert done.output.splitlines()[-1].endswith("to mend.")


def test_while_writing_some_scenarios_are_enough(tmp_path: Path) -> None:
    other = SCENARIOS.replace("there-and-back", "other").replace("21:00:00, clauses", "22:00:00, clauses")
    folder = written(
        tmp_path, **{"evening.scenarios.toml": SCENARIOS.replace("absent", "# "), "x.scenarios.toml": other}
    )
    done = check(folder, "--only", "there-and-back")
    assert (done.exit_code, "scenarios: 1 of 1 hold" in done.output, "coverage" in done.output) == (0, True, False)
    assert "The scenarios that were chosen hold." in done.output


def test_many_scenarios_run_on_several_processes_and_stay_in_order(tmp_path: Path) -> None:
    many = "".join(SCENARIOS.replace("there-and-back", f"n{n}").replace("absent", "# ") for n in range(14))
    many += SCENARIOS.replace("there-and-back", "last").replace("21:00:00, clauses", "22:00:00, clauses")
    done = check(written(tmp_path, **{"evening.scenarios.toml": many.replace("absent", "# ")}))
    assert "scenarios: 14 of 15 hold" in done.output
    assert "scenario last: Missing for an evening" in done.output


def test_local_settings_beside_a_pack_of_the_project_are_checked_with_it(tmp_path: Path) -> None:
    own = tmp_path / "islington"
    own.mkdir()
    (own / "local.toml").write_text('authority = "islington"\nswitched_off = ["invitaton"]\n')
    assert "has no rule 'invitaton' (did you mean 'invitation'?)" in check(tmp_path).output
    (own / "local.toml").write_text('authority = "islington"\nswitched_off = ["invitation"]\n')
    assert "pack: version 1: 26 rules" in check(tmp_path).output


def test_the_hubs_own_pack_is_one_like_any_other() -> None:
    done = check(Path(__file__).parents[3] / "protocols" / "hub")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Everything holds."), done.output


def test_a_folder_without_packs_says_what_is_wanted(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.exit_code == 1
    assert "there is no pack; add a folder for each authority, with a file 1.toml in it" in done.output


def test_the_help_has_examples() -> None:
    for words in (["packs", "--help"], ["packs", "show", "--help"], ["packs", "check", "--help"]):
        assert "Examples:" in CliRunner().invoke(main, words).output
