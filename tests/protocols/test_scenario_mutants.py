"""Every word of every pack matters: mistyped it is refused; another in its place is refused, or a scenario notices.

Here each slip is made, and another word is tried for one word in SHARE: which ones, the text of the pack decides, so
that each change of a pack has others tried. `make mutants` tries all.
"""

import zlib
from collections.abc import Callable, Iterator

import pytest
from mutants.equal import read_listed
from mutants.judging import FILES, Judge
from mutants.mistyped import mistyped_words, unrefused
from scenario_runs import ALL, VERSIONS, run_of

from homeward.scenarios.comparing import matches
from outbox.directory import MAIL_CHANNELS
from routing.pack import Pack

SHARE = 60
AUTHORITIES = sorted({scenario.authority for scenario in ALL})
OF_EACH = pytest.mark.parametrize("file", FILES)


@pytest.fixture(scope="module")
def judges() -> Iterator[Callable[[str], Judge]]:
    """The judge of each pack, made once."""
    made: dict[str, Judge] = {}
    yield lambda file: made.setdefault(file, Judge(file))
    for judge in made.values():
        judge.end()


@OF_EACH
def test_every_slip_is_refused_and_named(file: str, judges: Callable[[str], Judge]) -> None:
    slips = mistyped_words(judges(file).words)
    assert [slip.name for slip in unrefused(judges(file), slips)] == []
    assert slips


@OF_EACH
def test_another_word_is_refused_or_noticed(file: str, judges: Callable[[str], Judge]) -> None:
    judge, listed = judges(file), read_listed(file)
    drawn = zlib.crc32(repr(judge.values).encode()) % SHARE
    verdicts = [judge.judge(word, listed) for word in judge.words[drawn::SHARE]]
    survived = [verdict.mutant for verdict in verdicts if verdict.verdict == "survived"]
    assert [mutant.name for mutant in survived if listed.reason(mutant) is None] == []


@pytest.mark.parametrize("authority", AUTHORITIES)
async def test_each_role_that_gets_letters_is_in_a_row_that_names_the_channel(authority: str) -> None:
    proved = set[str]()
    for scenario in (s for s in ALL if s.authority == authority):
        for row in (row for row in scenario.expect if "channels" in row):
            messages = [m for m in (await run_of(scenario)).messages if matches(row, m)]
            proved |= {recipient["role"] for message in messages for recipient in message["data"]["to"]}
    assert {role for pack in VERSIONS[authority] for role in written_to(pack)} - proved == set()


def written_to(pack: Pack) -> set[str]:
    return {name for name, role in pack.roles.items() if role.channel in MAIL_CHANNELS}
