"""What the e-mails take from a pack and from the settings of its authority."""

import pytest

from homeward.wordings import PackWordings
from producers.wording import CitedClause, Habits, WhoseWords
from routing.library import Packs
from routing.local import load_local, localised
from routing.message_types import MESSAGE_TYPES
from routing.tables import PackError
from tests.shipped import shipped_packs

NOTTS = WhoseWords("nottinghamshire", "6.5")
BUCKS = WhoseWords("buckinghamshire", "1")
LOCAL = """
authority = "nottinghamshire"
answer_at = "on Mosaic"
contact = "Police 101."

[acknowledge."senior.alert/absence_24h"]
within = "2h"
ladder = ["group_manager_cscs"]

[acknowledge.strategy_discussion]
within = "2h"
ladder = ["team_manager"]
"""


def words(local: str = "") -> PackWordings:
    packs = [pack for versions in shipped_packs().all().values() for pack in versions]
    if local:
        settings = load_local(local, "local.toml")
        packs = [localised(p, settings) if p.authority == settings.authority else p for p in packs]
    return PackWordings(Packs(packs), "https://desk.example/")


def test_a_kind_speaks_in_the_packs_words_and_a_type_in_the_hubs() -> None:
    told = words().wording(NOTTS, "task.create", "judge_vulnerability")
    assert told is not None
    assert (told.titles, told.asked) == (
        ("Decide: is the child vulnerable?",),
        "decide whether the child is vulnerable",
    )
    plain = words().wording(NOTTS, "episode.open", None)
    assert plain is not None
    assert plain.titles == MESSAGE_TYPES["episode.open"].words.titles


def test_a_kind_that_the_hub_has_too_speaks_in_the_packs_words_where_a_clause_of_the_pack_is_cited() -> None:
    islington, kind = WhoseWords("islington", "1"), ("exception.raise", "data_quality")
    hubs = MESSAGE_TYPES["exception.raise"].kinds["data_quality"]
    own, notice = words().wording(islington, *kind, ("ISLINGTON-21",)), words().wording(islington, *kind, ("AMB-171",))
    assert own is not None
    assert notice is not None
    assert own.titles == ("Check: this interview cannot count",)
    assert (notice.titles, notice.happened) == (hubs.titles, hubs.happened)


def test_what_happens_if_nothing_is_done_depends_on_whether_the_pack_tells_of_a_breach() -> None:
    breach, none = words().wording(NOTTS, "rhi.request", None), words().wording(BUCKS, "rhi.request", None)
    assert breach is not None
    assert none is not None
    assert breach.if_not == "If nothing is recorded in time, those asked and the Children Missing Officer are told."
    assert none.if_not == "Nothing more is sent by itself."


def test_what_is_taken_back_is_named() -> None:
    told = words().wording(NOTTS, "meeting.cancel", "mam")
    assert told is not None
    assert told.titles[0] == "Not needed: {task}"
    assert words().task(NOTTS, "meeting.cancel", "mam") == "Arrange a multi-agency meeting"


def test_a_clause_is_told_by_its_place_and_its_words_and_what_is_none_is_left_out() -> None:
    [clause] = words().clauses(NOTTS, ["AMB-06", "NOTTS-54", "HUB"])
    assert clause == CitedClause("guidance 6.3", shipped_packs().version(*NOTTS).clauses["NOTTS-54"].says)
    [profile, guide] = words().clauses(BUCKS, ["BUCKS-074", "BUCKS-133"])
    assert (profile.place, guide.place.startswith("LCS guide ")) == ("Missing Profile, Guidance", True)


def test_who_is_told_next_is_the_first_of_the_ladder_of_the_type_or_of_the_rule() -> None:
    told = words(LOCAL)
    assert told.next_in_line(NOTTS, "senior.alert", "absence_24h") == "Group Manager for CSCS"
    assert told.next_in_line(NOTTS, "meeting.request", "strategy_discussion") == "relevant manager"
    assert told.next_in_line(NOTTS, "task.create", "judge_vulnerability") == ""


def test_an_authority_says_where_its_people_answer_and_whom_they_ring() -> None:
    assert words(LOCAL).habits(NOTTS) == Habits("Mosaic", "on Mosaic", "Police 101.")
    assert words().habits(BUCKS) == Habits("LCS")
    assert words().habits(WhoseWords("elsewhere", "1")) == Habits()


def test_a_link_is_to_be_signed_where_something_is_confirmed_and_to_the_answer_else() -> None:
    assert words().link("m-1", confirm=True) == "https://desk.example/s/m-1"
    assert words().link("m-1", confirm=False) == "https://desk.example/t/m-1"
    assert PackWordings().link("m-1", confirm=True) == ""


@pytest.mark.parametrize("key", ["answer_at", "contact"])
@pytest.mark.parametrize("text", ["two\\nlines", "a" * 201])
def test_what_a_letter_carries_is_one_short_line(key: str, text: str) -> None:
    with pytest.raises(PackError, match=f"'{key}' must be one line of at most 200 characters"):
        load_local(f'authority = "nottinghamshire"\n{key} = "{text}"\n', "local.toml")
