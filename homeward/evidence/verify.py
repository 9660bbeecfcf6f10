"""Says whether the rows in ledger.json are what was written. It needs Python 3.9 or newer and nothing else:

    python verify.py            reads ledger.json beside this file
    python verify.py FILE

It exits with 0 if all holds, and with 1 if something does not; then it names what.

What is checked. Each row has a hash over all that it says. Each row of the episode has a link: a hash over the link of
the row before it, its number and its own hash; the chain says how many there are. A root is a hash over a tree of rows
(RFC 6962) and over the root before it; a path leads from a row to its root. So the last root here vouches for every row
here. That it was there at a certain time is vouched for by whoever kept it: an e-mail, or a time stamp (RFC 3161).
"""

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

_SAYS = ("id", "at", "kind", "authority", "episode", "causation", "entry", "contents_hash")
_ROOT_SAYS = ("number", "at", "closes", "through", "rows", "tree")


def _hashed(*told: Any) -> str:
    """SHA-256 over the values as JSON without spaces, in UTF-8."""
    return hashlib.sha256(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def verify(bundle: dict[str, Any]) -> list[str]:
    """What does not hold, a line for each; none if all does."""
    rows, roots = bundle["rows"], {root["number"]: root for root in bundle["roots"]}
    return [
        *_faults_of_rows(rows),
        *_faults_of_chain(bundle),
        *_faults_of_paths(rows, roots),
        *_faults_of_roots(bundle),
    ]


def _named(row: dict[str, Any]) -> str:
    """How a row is called in a sentence."""
    return "Row {position} ({kind}, {at})".format(**row)


def _faults_of_rows(rows: list[dict[str, Any]]) -> list[str]:
    """The rows that are not what their hash is over."""
    faults = []
    for row in rows:
        if _hashed(*(row[name] for name in _SAYS)) != row["hash"]:
            faults.append(f"{_named(row)}: it was changed, as its hash is not that of what it says.")
        elif "contents" in row:
            contents = base64.b64decode(row["salt"]) + base64.b64decode(row["contents"])
            if hashlib.sha256(contents).hexdigest() != row["contents_hash"]:
                faults.append(f"{_named(row)}: its contents were changed, as their hash is another.")
    return faults


def _faults_of_chain(bundle: dict[str, Any]) -> list[str]:
    """Where the chain of the episode is broken."""
    faults, number, links = [], 0, {""}
    chained = [row for row in bundle["rows"] if row["number"] is not None]
    for row in sorted(chained, key=lambda row: row["number"]):
        if row["number"] != number + 1:
            faults.append(f"Rows {number + 1} to {row['number'] - 1} of the chain are missing, before {_named(row)}.")
            links = set()
        expected = {_hashed(link, bundle["episode"], row["number"], row["hash"]) for link in links}
        if expected and row["link"] not in expected:
            faults.append(
                f"{_named(row)}: it, or the row before it, was changed or put in, as its link does not lead on."
            )
        number, links = row["number"], {row["link"], *expected}
    chain = bundle["chain"]
    if number < chain["rows"]:
        faults.append(f"Rows {number + 1} to {chain['rows']} of the chain are missing, at its end.")
    elif number > chain["rows"] or chain["link"] not in links:
        faults.append("The chain does not end as it should.")
    return faults


def _faults_of_paths(rows: list[dict[str, Any]], roots: dict[int, dict[str, Any]]) -> list[str]:
    """The rows that are not under the root that they name."""
    faults = []
    for row in rows:
        if row["root"] is None:
            continue
        leaf = json.dumps([row["position"], row["hash"], row["link"]], separators=(",", ":"), ensure_ascii=False)
        reached = hashlib.sha256(b"\0" + leaf.encode()).digest()
        for side, beside in row["path"]:
            pair = [bytes.fromhex(beside), reached] if side == "left" else [reached, bytes.fromhex(beside)]
            reached = hashlib.sha256(b"\1" + b"".join(pair)).digest()
        if row["root"] not in roots or roots[row["root"]]["tree"] != reached.hex():
            faults.append(f"{_named(row)}: it is not what root {row['root']} sealed.")
    return faults


def _faults_of_roots(bundle: dict[str, Any]) -> list[str]:
    """The roots that were changed or are missing, and stamps that are of another root."""
    faults, before, number = [], bundle["before"], None
    for root in bundle["roots"]:
        if number is not None and root["number"] != number + 1:
            faults.append(f"Roots {number + 1} to {root['number'] - 1} are missing.")
        elif _hashed(before, *(root[name] for name in _ROOT_SAYS)) != root["root"]:
            faults.append(f"Root {root['number']}: it was changed, as its hash is not that of what it seals.")
        before, number = root["root"], root["number"]
    roots = {root["number"]: root["root"] for root in bundle["roots"]}
    for stamp in bundle["stamps"]:
        imprint = hashlib.sha256(roots.get(stamp["number"], "").encode()).digest()
        if imprint not in base64.b64decode(stamp["token"]):
            faults.append(f"Stamp of root {stamp['number']}: it is of something else.")
    return faults


def _main() -> int:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "ledger.json"
    bundle = json.loads(file.read_text(encoding="utf-8"))
    faults = verify(bundle)
    for fault in faults:
        print(fault)
    if faults:
        print(f"NOT what was written: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}.")
        return 1
    sealed = sum(row["root"] is not None for row in bundle["rows"])
    print(f"All {len(bundle['rows'])} rows are what was written, and the chain of {bundle['chain']['rows']} is whole.")
    print(f"Roots vouch for {sealed} of them.")
    if bundle["roots"]:
        last = bundle["roots"][-1]
        print(f"They lead to root {last['number']}, made {last['at']}: {last['root']}")
        print("Compare it with a root that was kept elsewhere: an e-mail of the hub, or a time stamp.")
    for stamp in bundle["stamps"]:
        print(f"Root {stamp['number']} has a time stamp of {stamp['service']}. To check who signed it, and when:")
        name = f"stamps/root-{stamp['number']}"
        print(f"  openssl ts -verify -data {name}.txt -in {name}.tsr -CAfile CERTIFICATES")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
