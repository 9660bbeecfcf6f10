"""Which authorities a report concerns. Responsibility: the register, then the police's word, then the host. Beside the
responsible authority stands the host, where its procedure gives it duties towards other authorities' children."""

from enrichment.people import People
from episodes.reports import Found, Missing, Report
from routing.library import Packs


def concerned(report: Report, people: People, packs: Packs) -> tuple[tuple[str, ...], bool]:
    """The authorities with a pack, in order, and whether the report names one that has none.

    A practitioner's report concerns the authority that sends it. A police report that names no authority reaches all
    that hold its incident. Another area's national alert reaches besides all that take such alerts.
    """
    own = _with_pack(report.about.authority, packs)
    if report.about.authority is not None:
        return (own,) if own else (), own is None
    circulated = isinstance(report, Missing) and report.alert is not None
    takers = [a for a in packs.authorities if circulated and packs.governing(a, report.origin.at).terms.alerts]
    named: list[str | None] = []
    if isinstance(report, Missing | Found):
        named = [report.responsible_authority, report.host_authority]
    known = people.authorities_told(report.about)
    registers = people.registers_of(report.about.identifiers)
    responsible = _responsible(registers, named, packs)
    hosts = _hosts(report, registers, packs) if isinstance(report, Missing) else []
    chosen = dict.fromkeys([*sorted(known), *([responsible] if responsible else []), *hosts, *takers])
    unknown = any(word and _with_pack(word, packs) is None for word in named)
    return tuple(a for a in chosen if a in packs.authorities), unknown or not chosen


def _responsible(registers: dict[str, str | None], named: list[str | None], packs: Packs) -> str | None:
    """Whom the registers agree on; a register that names an authority without a pack answers for the child itself."""
    said = {(_with_pack(word, packs) or holder) if word else holder for holder, word in registers.items()}
    if len(said) == 1:
        return said.pop()
    return next((key for word in named if (key := _with_pack(word, packs))), None)


def _hosts(report: Missing, registers: dict[str, str | None], packs: Packs) -> list[str]:
    """Those who know the child as one who lives in their area, as far as their procedures have duties then."""
    known = [_with_pack(report.host_authority, packs), *sorted(registers)]
    return [key for key in known if key in packs.authorities and packs.newest(key).terms.hosts]


def _with_pack(word: str | None, packs: Packs) -> str | None:
    """The authority of a key or code; the hub's own name is none."""
    key = packs.key_of(word)
    return key if key in packs.authorities else None
