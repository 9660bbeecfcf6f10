"""Which authorities a report concerns. Responsibility: the register, then the police's word, then the host. Beside the
responsible authority stands the host, where its procedure gives it duties towards other authorities' children. Where
the registers of several answer for the child and the case is open with each, each has an episode of its own."""

from collections.abc import Mapping
from datetime import date

from enrichment.children import Children
from enrichment.matching import Described
from enrichment.numbers import force_of
from episodes.record import RegisterRecord
from episodes.reports import Found, Missing, Report
from routing.library import Packs


def concerned_authorities(
    report: Report, people: Children, packs: Packs, described: Described | None = None
) -> tuple[tuple[str, ...], bool]:
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
    registers = people.registers_of(report.about, force_of(report), described)
    if not registers and described is not None and not known:
        registers = people.registers_describing(described)
    if isinstance(report, Missing):
        registers = _of_one_child(registers, report.date_of_birth)
    answering = answering_for(registers, named, packs)
    hosts = _hosts(report, registers, packs) if isinstance(report, Missing) else []
    chosen = dict.fromkeys([*sorted(known), *answering, *hosts, *takers])
    unknown = any(word and _with_pack(word, packs) is None for word in named)
    return tuple(a for a in chosen if a in packs.authorities), unknown or not chosen


def answering_for(registers: Mapping[str, RegisterRecord], named: list[str | None], packs: Packs) -> list[str]:
    """Who answers for the child: whom the registers agree on; else each that claims the child and has the case open;
    else the first whom the police name. A register that names an authority without a pack answers itself."""
    claims = {holder: claimed_by(holder, record, packs) for holder, record in registers.items()}
    said = sorted(set(claims.values()))
    active = [holder for holder in said if claims.get(holder) == holder and registers[holder].services]
    if len(said) == 1 or len(active) > 0:
        return active or said
    words = [key for word in named if (key := _with_pack(word, packs))]
    return words[:1] or said


def claimed_by(holder: str, record: RegisterRecord, packs: Packs) -> str:
    """The authority that answers for the child by this register."""
    return _with_pack(record.responsible_authority, packs) or holder


def _of_one_child(registers: Mapping[str, RegisterRecord], born: date | None) -> dict[str, RegisterRecord]:
    """The records less those of a child born on another day, where one fits: two installations of one case system may
    have given one number to two children."""
    fitting = {holder: record for holder, record in registers.items() if born and record.date_of_birth == born}
    open_ = {h: r for h, r in registers.items() if born is None or r.date_of_birth is None}
    return {**open_, **fitting} if fitting else dict(registers)


def _hosts(report: Missing, registers: Mapping[str, RegisterRecord], packs: Packs) -> list[str]:
    """Those who know the child as one who lives in their area, as far as their procedures have duties then."""
    known = [_with_pack(report.host_authority, packs), *sorted(registers)]
    return [key for key in known if key in packs.authorities and packs.newest(key).terms.hosts]


def _with_pack(word: str | None, packs: Packs) -> str | None:
    """The authority of a key or code; the hub's own name is none."""
    key = packs.key_of(word)
    return key if key in packs.authorities else None
