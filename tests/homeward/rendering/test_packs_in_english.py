"""No pack is told in words that nobody would use: what managers found un-English stays mended."""

import re

import pytest

from homeward.rendering.clauses import manual
from homeward.rendering.text import text
from routing.pack import Pack
from tests.shipped import shipped_packs

PACKS = [pack for versions in shipped_packs().all().values() for pack in versions]
UN_ENGLISH = (
    "in every case, unless",
    "As soon as the child is still",
    "agency non engagement",
    "when “",
    "unless “[^”]*” was made",
    "“[a-z]+[.][a-z_]+”",
    r"(?P<event>[A-Z]{3} (opens|closes) the case), if this is because (?P=event)",
    r"^  [^ ].*:\n    - .*, in every other case$",
    " know “| to Service Manager| that Screening",
    "it is not the case that the child is |somebody else than the police|this comes because|It is about ",
    r"(gives|takes back) [^“.]* the task[.,]",
    r"the task “[a-z]",
)


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.authority)
@pytest.mark.parametrize("words", UN_ENGLISH)
def test_no_pack_is_told_in_words_that_nobody_would_use(pack: Pack, words: str) -> None:
    whole = "\n".join(text(manual(pack, {}), 1000))
    assert re.findall(words, whole, re.MULTILINE) == []
