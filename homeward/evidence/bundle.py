"""The bundle: everything that is given out of one episode, as files by name."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from desk.looking import governing_pack
from homeward.evidence.extracts import ledger_data
from homeward.evidence.page import as_pdf, chronology, chronology_page
from homeward.evidence.provenance import provenance
from reporting.clear_words import in_clear
from reporting.held_cases import held_cases
from routing.library import Packs
from store import Store, Transaction
from store.evidence import LedgerExtract
from store.proof import LedgerLine

VERIFIER = Path(__file__).parent / "verify.py"
_README = """\
Evidence of one episode, made by Homeward.

chronology.html   what happened, for people; all times are London time
chronology.pdf    the same to print
ledger.json       the rows of the ledger, and what vouches for them
provenance.jsonld where each of them came from (W3C PROV-O)
verify.py         says whether all rows are what was written: python verify.py
stamps/           time stamps (RFC 3161) of roots, if there are any

What this proves, and what it does not, is told in Homeward's docs/custody.md.
"""
_README_OF_FORGOTTEN = """\
What the ledger still proves of one episode, made by Homeward.

The episode is no longer held: its child was forgotten. So there is no chronology, and no word of what was
said. The rows of the ledger stay: that something was reported, found, decided, promised and delivered, when,
by which rule and for which role.

ledger.json       these rows, and what vouches for them
provenance.jsonld where each of them came from (W3C PROV-O)
verify.py         says whether all rows are what was written: python verify.py
stamps/           time stamps (RFC 3161) of roots, if there are any

What this proves, and what it does not, is told in Homeward's docs/custody.md.
"""


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """`files`: name → content. `printed`: whether a PDF is among them; `is_held`: whether the hub still holds the
    episode, without which there is no chronology."""

    files: Mapping[str, bytes]
    rows: int
    sealed: int

    @property
    def printed(self) -> bool:
        return "chronology.pdf" in self.files

    @property
    def is_held(self) -> bool:
        return "chronology.html" in self.files

    def write(self, to: Path) -> None:
        """Into a folder that is new or empty, or into a file that ends in .zip. Raises OSError."""
        if to.suffix == ".zip":
            with zipfile.ZipFile(to, "x", zipfile.ZIP_DEFLATED) as archive:
                for name, content in self.files.items():
                    archive.writestr(name, content)
            return
        for name, content in self.files.items():
            file = to / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


async def whose_episode(store: Store, episode: str) -> str | None:
    """The authority whose episode it is, or was; None where there never was such an episode."""
    async with store.reading() as tx:
        lines = await tx.lines_of(episode)
    return next((line.authority for line in lines if line.authority), None)


async def evidence_of(store: Store, episode: str, packs: Packs, now: datetime, contents: bool) -> EvidenceBundle:
    """All of an episode that is there, as it stands at one instant. `contents`: with the bytes of the reports and the
    reasons that people gave, as far as they are kept."""
    async with store.reading() as tx:
        held = next((case for case in await held_cases(tx, [episode]) if case.episode), None)
        deliveries = await tx.outbox_of_episode(episode)
        ledger = await in_clear(tx, await tx.ledger_of_episode(episode), deliveries)
        lines = await _lines(tx, episode)
        extract = await tx.extract(episode, lines)
        wanted = {line.contents_hash for line in lines if line.contents_hash} if contents else set()
        salted = await tx.salted_contents(wanted)
        names = await tx.names_of([line.contents_hash for line in lines if line.contents_hash])
    pages = dict[str, bytes]()
    if held is not None:
        told = chronology(held, governing_pack(packs, held), ledger, deliveries, now)
        pages = _pages(chronology_page(told, extract, now))
    authority = next((line.authority for line in lines if line.authority), "")
    data = ledger_data(episode, authority, now, extract, salted)
    files = {
        "README.txt": (_README if held else _README_OF_FORGOTTEN).encode(),
        **pages,
        "ledger.json": orjson.dumps(data, option=orjson.OPT_INDENT_2),
        "provenance.jsonld": orjson.dumps(provenance(episode, lines, names), option=orjson.OPT_INDENT_2),
        "verify.py": VERIFIER.read_bytes(),
        **_stamps(extract),
    }
    return EvidenceBundle(files, len(lines), sum(row.root is not None for row in extract.rows))


def _pages(page: str) -> dict[str, bytes]:
    """The chronology, and the same to print where it can be drawn."""
    printed = as_pdf(page)
    return {"chronology.html": page.encode()} | ({"chronology.pdf": printed} if printed is not None else {})


async def _lines(tx: Transaction, episode: str) -> list[LedgerLine]:
    """The rows of the episode, and those of the reports that caused any of them."""
    own = await tx.lines_of(episode)
    told = {orjson.loads(line.entry)["report"][1] for line in own if line.kind == "fact"}
    instants = {datetime.fromisoformat(line.at) for line in own if line.kind == "fact"}
    reports = [line for line in await tx.lines_of_reports(instants) if orjson.loads(line.entry)["id"] in told]
    return sorted([*own, *reports], key=lambda line: line.position)


def _stamps(extract: LedgerExtract) -> dict[str, bytes]:
    roots = {root.number: root.root for root in extract.roots}
    files: dict[str, bytes] = {}
    for stamp in extract.stamps:
        files[f"stamps/root-{stamp.number}.tsr"] = stamp.token
        files[f"stamps/root-{stamp.number}.txt"] = roots[stamp.number].encode()
    return files
