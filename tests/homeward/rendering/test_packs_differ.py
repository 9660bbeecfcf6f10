"""What changes from one version of a pack to the next, in the words in which either is shown."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeward.cli import main
from homeward.library import read_packs
from homeward.rendering.differing import differences
from routing.loading import load_pack

OLD = Path(__file__).parents[3] / "protocols" / "nottinghamshire" / "6.5.toml"
TEXT = OLD.read_text(encoding="utf-8")
NEWER = (
    TEXT.replace('version = "6.5"', 'version = "6.6"')
    .replace("in_force_from = 2015-01-01", "in_force_from = 2027-04-01")
    .replace('interview = {within = "72h", clause = "NOTTS-12", since = 2015-01-01}', "INTERVIEW")
    .replace("INTERVIEW", 'interview = {within = "48h", clause = "NOTTS-12", since = 2027-04-01}')
)


def changed(text: str, width: int = 400) -> list[str]:
    old = read_packs().all()["nottinghamshire"][-1]
    return [line.strip() for line in differences(old, load_pack(text, "6.6.toml"), width)]


def packs(*words: str) -> Result:
    return CliRunner().invoke(main, ["packs", "nottinghamshire", *words])


def test_the_next_version_of_a_limit_is_one_line_of_the_pack_and_every_rule_that_counts_to_it() -> None:
    before, after = TEXT.splitlines(), NEWER.splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 3  # version, day in force, the limit
    told = changed(NEWER)
    assert told[:2] == [
        "Nottinghamshire: from version 6.5 to version 6.6",
        "In force from 1 April 2027 instead of 1 January 2015.",
    ]
    assert "- 72 hours (NOTTS-12, since 1 January 2015)" in told
    assert "+ 48 hours (NOTTS-12, since 1 April 2027)" in told
    assert [line for line in told if line.startswith(("Ask", "Say"))] == [
        "Ask for a return interview (interview_request)",
        "Ask for a return interview (interview_after_opening)",
        "Say that the return interview is late (interview_breach)",
    ]
    assert "Clauses" not in told


def test_a_version_without_any_change_says_so() -> None:
    assert changed(TEXT)[-1] == "Nothing else changes."


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "MASH", channel = "email"', 'name = "MASH", channel = "letter"', "+ MASH, by letter"),
        ("context: contract meetings belong", "contract meetings belong", "+ contract meetings belong"),
        ("The Missing Children Steering Group comes", "The Steering Group comes", "+ 9.1 b: The Steering Group comes"),
        ('date = "version 6.5;', 'date = "May 2027;', "+ May 2027;"),
        (
            'unless = {open_to = "cscs"}\nmodality',
            "modality",
            "As soon as the request for a return interview is open, Homeward",
        ),
        ('says = "the child is looked after or has', 'says = "the child has or', "+ the child is looked after"),
    ],
)
def test_each_part_of_a_pack_is_compared(old: str, new: str, told: str) -> None:
    assert old in TEXT
    assert any(told in line for line in changed(TEXT.replace(old, new, 1))), changed(TEXT.replace(old, new, 1))


def test_the_command_takes_versions_and_files(tmp_path: Path) -> None:
    (tmp_path / "6.6.toml").write_text(NEWER)
    done = packs("--diff", "6.5", str(tmp_path / "6.6.toml"))
    assert done.exit_code == 0, done.output
    assert "+ 48 hours (NOTTS-12, since 1 April 2027)" in done.output
    assert "Nothing else changes." in packs("--diff", "6.5", str(OLD)).output
    assert "'6.7' is neither a version (6.5) nor a readable file" in packs("--diff", "6.5", "6.7").output
    (tmp_path / "bad.toml").write_text('authority = "x"\n')
    assert "'version' is missing; add it" in packs("--diff", "6.5", str(tmp_path / "bad.toml")).output


def test_the_page_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    done = packs("--html", str(tmp_path / "n.html"))
    assert done.exit_code == 0, done.output
    assert "NOTTS-12" in (tmp_path / "n.html").read_text(encoding="utf-8")
    assert "cannot write" in packs("--html", str(tmp_path / "nowhere" / "n.html")).output
    nameless = CliRunner().invoke(main, ["packs", "--html", str(tmp_path / "n.html")])
    assert (nameless.exit_code, "name the authority whose pack is meant" in nameless.output) == (2, True)


def test_a_mistyped_authority_is_told_the_nearest_one() -> None:
    done = CliRunner().invoke(main, ["packs", "notinghamshire"])
    assert "there is no pack 'notinghamshire' (did you mean 'nottinghamshire'?); known are: " in done.output
