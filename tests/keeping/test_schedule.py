"""A schedule is read strictly, counts as the calendar does, and its first line that speaks of a child counts."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from homeward.keeping.schedule import ChildFacts, Schedule, load_schedule, longest, read_schedules
from routing.tables import PackError

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
LINE = '[[keep]]\nwhat = "child"\nafter = "birth"\nyears = 75\nsource = "reg. 50"\n'
LOOKED_AFTER = LINE.replace("years", 'who = "looked_after"\nyears')


def child(born: date | None = date(2010, 5, 1), died: date | None = None, looked_after: bool = True) -> ChildFacts:
    return ChildFacts("p", born, died, looked_after, NOON)


def schedule(*lines: str) -> Schedule:
    rows = [f'[[keep]]\nsource = "local"\n{line}\n' for line in lines]
    return load_schedule("\n".join(rows), "x/retention.toml", "x")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"no \[\[keep\]\] says"),
        (LINE.replace("child", "chlid"), r"retention.toml: keep line 1: 'what' must be .*did you mean 'child'\?"),
        ("\n\n" + LINE.replace("years", "yaers"), r"keep line 3: 'yaers' is not understood.*did you mean 'years'\?"),
        (LINE.replace("75", "0"), "give one length"),
        (LINE + "days = 1\n", "give one length"),
        (LINE.replace('source = "reg. 50"\n', ""), "'source' is missing"),
        (LINE.replace('"birth"', '"brith"'), r"did you mean 'birth'\?"),
        (LINE.replace('"birth"', '"receipt"'), "a child is not received"),
        (LINE.replace('"child"', '"claims"'), "cannot be told apart by child"),
        (LINE + '[[keeps]]\nwhat = "x"\n', r"'keeps' is not understood.*did you mean 'keep'\?"),
        (LINE + "broken", "retention.toml: "),
        (LINE.replace("75", "1001"), "no longer than a thousand years"),
        (LINE.replace("years = 75", "days = 10000000000"), "no longer than a thousand years"),
        (LINE + LINE, "keep line 6: never counts: line 1 speaks of everybody of whom this one does"),
        (LINE + LOOKED_AFTER, "keep line 6: never counts"),
        (LOOKED_AFTER + LOOKED_AFTER.replace("_after", "_after_and_died"), "keep line 7: never counts"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_word(text: str, fault: str) -> None:
    with pytest.raises(PackError, match=fault):
        load_schedule(text, "x/retention.toml", "x")


@pytest.mark.parametrize(
    ("now", "goes"), [(datetime(2085, 4, 30, 22, 59, tzinfo=UTC), False), (datetime(2085, 4, 30, 23, tzinfo=UTC), True)]
)
def test_a_birthday_begins_at_midnight_in_london(now: datetime, goes: bool) -> None:
    (rule,) = load_schedule(LINE, "f", "x").rules
    assert (rule.goes_before(child(), now) is not None) is goes


def test_a_birthday_on_29_february_is_kept_until_the_day_after_28() -> None:
    (rule,) = load_schedule(LINE, "f", "x").rules
    born = child(born=date(2008, 2, 29))
    assert rule.goes_before(born, datetime(2083, 2, 28, 12, tzinfo=UTC)) is None
    assert rule.goes_before(born, datetime(2083, 3, 1, 12, tzinfo=UTC))


def test_of_whom_no_birthday_is_known_nothing_goes_by_it() -> None:
    (rule,) = load_schedule(LINE, "f", "x").rules
    assert rule.goes_before(child(born=None), datetime(2200, 1, 1, tzinfo=UTC)) is None


def test_the_first_line_that_speaks_of_a_child_counts() -> None:
    of = schedule(
        'what = "child"\nwho = "looked_after_and_died"\nafter = "death"\nyears = 15',
        'what = "child"\nwho = "looked_after"\nafter = "birth"\nyears = 75',
        'what = "child"\nafter = "last_word"\nyears = 6',
    )
    young, grown = child(died=date(2027, 1, 1)), child(died=date(2030, 1, 1))
    chosen = [of.rule("child", each) for each in (young, grown, child(), child(looked_after=False))]
    assert [rule and rule.after for rule in chosen] == ["death", "birth", "birth", "last_word"]
    assert of.rule("interview", child()) is None


def test_what_is_no_single_authoritys_goes_when_every_schedule_lets_it() -> None:
    short, long, silent = (
        schedule('what = "claims"\ndays = 30'),
        schedule('what = "claims"\nmonths = 2'),
        schedule('what = "interview"\ndays = 1'),
    )
    assert longest([short, long], "claims", NOON) == datetime(2026, 1, 17, 12, tzinfo=UTC)
    assert longest([short, silent], "claims", NOON) is None


def test_the_example_of_the_project_can_be_used(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "docs" / "example" / "retention.toml"
    folder = tmp_path / "nottinghamshire"
    folder.mkdir()
    (folder / "retention.toml").write_text(example.read_text())
    found = read_schedules(tmp_path, ["nottinghamshire", "islington"])
    assert [*found] == ["nottinghamshire"]
    assert {rule.what for rule in found["nottinghamshire"].rules} >= {"interview", "child", "claims"}


def test_a_schedule_that_is_no_text_is_told_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "retention.toml").write_bytes(LINE.replace("reg.", "r\xe9g.").encode("latin-1"))
    with pytest.raises(PackError, match=r"retention.toml: save it as UTF-8"):
        read_schedules(tmp_path, ["x"])
