"""Where what was done came from, as W3C PROV-O in JSON-LD: which report led to which fact and which message, by which
rule of which pack, what became of it, and who looked. It holds what the rows of the ledger hold, and no contents but
what senders call themselves, while that is kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from store.proof import LedgerLine
from store.rows import SendersName

_Node = dict[str, Any]
_CONTEXT = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "homeward": "urn:homeward:term:",
}
_HUB = "urn:homeward:hub"


def provenance(episode: str, lines: Sequence[LedgerLine], names: Mapping[str, SendersName]) -> dict[str, Any]:
    """The graph. Rows, episode, packs and whoever acted are named by URNs. `names`: what senders call themselves and
    the messages, by the hash of the contents."""
    reports = {orjson.loads(line.entry)["id"]: _row(line) for line in lines if line.kind == "report"}
    nodes = [node for line in lines for node in _nodes(line, reports, names)]
    members = [{"@id": _row(line)} for line in lines]
    whole: _Node = {
        "@id": _urn("episode", episode),
        "@type": ["prov:Collection", "prov:Entity"],
        "prov:hadMember": members,
    }
    hub: _Node = {"@id": _HUB, "@type": ["prov:SoftwareAgent", "prov:Agent"]}
    known: dict[str, _Node] = {}
    for node in (hub, whole, *nodes):
        known.setdefault(node["@id"], node)
    return {"@context": _CONTEXT, "@graph": [*known.values()]}


def _nodes(line: LedgerLine, reports: Mapping[str, str], names: Mapping[str, SendersName]) -> Iterable[_Node]:
    entry = orjson.loads(line.entry)
    entity: _Node = {"@id": _row(line), "@type": "prov:Entity", "homeward:kind": line.kind, "homeward:hash": line.hash}
    cause = reports.get((line.causation or "").rpartition("#")[2])
    derived = {"prov:wasDerivedFrom": {"@id": cause}} if cause else {}
    match line.kind:
        case "report":
            made = entity | _at("prov:generatedAtTime", line)
            if (source := _source(line, entry, names)) is None:
                yield made
                return
            sender = _urn("sender", source)
            yield {"@id": sender, "@type": "prov:Agent"}
            yield made | {"prov:wasAttributedTo": {"@id": sender}}
        case "decision":
            plan, doing = _urn("rule", f"{entry['pack']}/{entry['rule']}"), f"{_row(line)}:deciding"
            yield {"@id": plan, "@type": ["prov:Plan", "prov:Entity"], "homeward:clause": entry["clauses"]}
            by = {"@type": "prov:Association", "prov:agent": {"@id": _HUB}, "prov:hadPlan": {"@id": plan}}
            used = {"prov:used": {"@id": cause}} if cause else {}
            yield _activity(doing, line) | {"prov:qualifiedAssociation": by} | used
            made = {"prov:wasGeneratedBy": {"@id": doing}, "homeward:message": entry["message"]}
            yield entity | _at("prov:generatedAtTime", line) | made | derived
        case "look":
            who = _urn("person", str(entry["who"]))
            yield {"@id": who, "@type": ["prov:Person", "prov:Agent"]}
            looking = f"{_row(line)}:looking"
            yield _activity(looking, line) | {
                "prov:wasAssociatedWith": {"@id": who},
                "prov:used": {"@id": _urn("episode", str(line.episode))},
            }
            yield entity | {"prov:wasGeneratedBy": {"@id": looking}}
        case _:
            yield entity | _at("prov:generatedAtTime", line) | {"prov:wasAttributedTo": {"@id": _HUB}} | derived


def _activity(name: str, line: LedgerLine) -> _Node:
    return {"@id": name, "@type": "prov:Activity"} | _at("prov:endedAtTime", line)


def _at(term: str, line: LedgerLine) -> _Node:
    return {term: {"@type": "xsd:dateTime", "@value": line.at}}


def _row(line: LedgerLine) -> str:
    return _urn("row", line.id)


def _source(line: LedgerLine, entry: Mapping[str, Any], names: Mapping[str, SendersName]) -> str | None:
    """What the sender of a report calls itself; older rows say so themselves."""
    name = names.get(line.contents_hash or "")
    return name.source if name and name.source is not None else entry.get("source")


def _urn(kind: str, name: str) -> str:
    return f"urn:homeward:{kind}:{quote(name, safe='')}"
