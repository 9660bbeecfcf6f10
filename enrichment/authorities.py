"""Which authorities a report concerns. Responsibility: the register, then the police's word, then the host. A register
claims and does not silence: the authority that the police name keeps the child until its own register names another
(AMB-198). Where several answer, each has an episode of its own, and so has a host whose procedure gives it duties
towards other authorities' children."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from enrichment.children import Child, Children
from enrichment.contradiction import bears_out
from enrichment.matching import Described
from enrichment.numbers import force_of
from episodes.record import RegisterRecord
from episodes.reports import Found, Missing, Report
from routing.library import Packs


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a report concerns. `authorities`: those with a pack, in order. `unknown`: it names one that has none, or
    nobody at all. `answering`: of the authorities those that answer for the child, by whosever word. `doubted`: those
    whose register claims the child by a number alone and has another date of birth. `for_another`: those that take the
    child as one of an authority without a pack, and have no duties of a host."""

    authorities: tuple[str, ...]
    unknown: bool
    answering: tuple[str, ...] = ()
    doubted: tuple[Child, ...] = ()
    for_another: tuple[str, ...] = ()


def concerned_authorities(
    report: Report, people: Children, packs: Packs, described: Described | None = None
) -> Concerned:
    """A practitioner's report concerns the authority that sends it. A police report that names no authority reaches all
    that hold its incident. Another area's national alert reaches besides all that take such alerts."""
    if report.about.authority is not None:
        own = _with_pack(report.about.authority, packs)
        return Concerned((own,) if own else (), own is None)
    circulated = isinstance(report, Missing) and report.alert is not None
    takers = [a for a in packs.authorities if circulated and packs.governing(a, report.origin.at).terms.alerts]
    named: list[str | None] = []
    if isinstance(report, Missing | Found):
        named = [report.responsible_authority, report.host_authority]
    known = people.authorities_told(report.about)
    registers, doubted = _registers(report, people, packs, known, described)
    records = {holder: child.record for holder, child in registers.items()}
    answering = answering_for(records, named, packs)
    if not answering:  # somebody must look at it: better one who may not be meant than nobody
        answering, doubted = sorted({child.authority for child in doubted}), ()
    hosts = _hosts(report, records, packs) if isinstance(report, Missing) else []
    chosen = dict.fromkeys([*sorted(known), *answering, *hosts, *takers])
    unknown = any(word and _with_pack(word, packs) is None for word in named)
    return Concerned(
        tuple(a for a in chosen if a in packs.authorities),
        unknown or not chosen,
        tuple(answering),
        doubted,
        tuple(_for_another(report, records, answering, packs)) if isinstance(report, Missing) else (),
    )


def _registers(
    report: Report, people: Children, packs: Packs, known: Collection[str], described: Described | None
) -> tuple[dict[str, Child], tuple[Child, ...]]:
    """Whom each register holds as the child, by authority; and those that hold somebody else under the same number."""
    registers = people.registers_of(report.about, force_of(report), described)
    if not registers:
        certain = described is not None and not known
        return (people.registers_describing(described) if certain and described else {}), ()
    if not isinstance(report, Missing):
        return registers, ()
    named = _with_pack(report.responsible_authority, packs)
    own = registers[named].record.date_of_birth if named in registers else None
    said = {born for born in (report.date_of_birth, own) if born is not None}
    apart = {
        holder: child
        for holder, child in registers.items()
        if holder != named and _born_apart(child, said) and not _fits(people, described, child)
    }
    return {h: child for h, child in registers.items() if h not in apart}, tuple(apart.values())


def _born_apart(child: Child, said: Collection[date]) -> bool:
    """Whether the register gives another date of birth than one that is said elsewhere."""
    born = child.record.date_of_birth
    return born is not None and any(born != other for other in said)


def _fits(people: Children, described: Described | None, child: Child) -> bool:
    """Whether the number does not stand alone: the description goes well with what the register holds."""
    if described is None or child.described is None:
        return False
    return bears_out(people.lookup.beside(described, child.described), people.lookup.model)


def answering_for(registers: Mapping[str, RegisterRecord], named: list[str | None], packs: Packs) -> list[str]:
    """Who answers for the child: whom the registers agree on; else each that claims the child and has the case open;
    else the first whom the police name. A register that names an authority without a pack answers itself. Whatever
    other registers claim, the one that the police name as responsible answers too, unless its own names another."""
    claims = {holder: claimed_by(holder, record, packs) for holder, record in registers.items()}
    said = sorted(set(claims.values()))
    active = [holder for holder in said if claims.get(holder) == holder and registers[holder].services]
    responsible = _with_pack(named[0], packs) if named else None
    kept = [responsible] if responsible and claims.get(responsible, responsible) == responsible else []
    if len(said) == 1 or len(active) > 0:
        return [*dict.fromkeys([*(active or said), *kept])]
    words = [key for word in named if (key := _with_pack(word, packs)) and claims.get(key, key) == key]
    return words[:1] or said


def claimed_by(holder: str, record: RegisterRecord, packs: Packs) -> str:
    """The authority that answers for the child by this register."""
    return _with_pack(record.responsible_authority, packs) or holder


def _hosts(report: Missing, registers: Mapping[str, RegisterRecord], packs: Packs) -> list[str]:
    """Those who know the child as one who lives in their area, as far as their procedures have duties then."""
    known = [_with_pack(report.host_authority, packs), *sorted(registers)]
    return [key for key in known if key in packs.authorities and packs.newest(key).terms.hosts]


def _for_another(
    report: Missing, registers: Mapping[str, RegisterRecord], answering: Collection[str], packs: Packs
) -> Iterator[str]:
    """Those that answer for the child although the word they go by names an authority without a pack (AMB-192)."""
    for authority in answering:
        record = registers.get(authority)
        word = record.responsible_authority if record else report.responsible_authority
        if word and word.strip() and _with_pack(word, packs) is None and not packs.newest(authority).terms.hosts:
            yield authority


def _with_pack(word: str | None, packs: Packs) -> str | None:
    """The authority of a key or code; the hub's own name is none."""
    key = packs.key_of(word)
    return key if key in packs.authorities else None
