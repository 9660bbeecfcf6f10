"""The rows of an episode and what vouches for them, as data: the file that `verify.py` reads."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from store.evidence import LedgerExtract, SealedLine
from store.instants import written
from store.roots import LedgerRoot


def ledger_data(
    episode: str, authority: str, now: datetime, extract: LedgerExtract, contents: Mapping[str, tuple[bytes, bytes]]
) -> dict[str, Any]:
    """All of it. `contents`: salt and bytes by their hash, as far as they are to be given out. Instants are ISO 8601,
    UTC, with microseconds; a row's `entry` is JSON as text, as it was hashed."""
    rows, link = extract.chain
    return {
        "format": "homeward-evidence/1",
        "episode": episode,
        "authority": authority,
        "made_at": written(now),
        "rows": [_row(sealed, contents) for sealed in extract.rows],
        "chain": {"rows": rows, "link": link},
        "before": extract.before,
        "roots": [_root(root) for root in extract.roots],
        "stamps": [
            {"number": s.number, "at": written(s.at), "service": s.service, "token": _text(s.token)}
            for s in extract.stamps
        ],
    }


def _row(sealed: SealedLine, contents: Mapping[str, tuple[bytes, bytes]]) -> dict[str, Any]:
    line = sealed.line
    held = contents.get(line.contents_hash or "")
    told = asdict(line) | ({"salt": _text(held[0]), "contents": _text(held[1])} if held is not None else {})
    return told | {"root": sealed.root, "path": sealed.path}


def _root(root: LedgerRoot) -> dict[str, Any]:
    told = {name: getattr(root, name) for name in ("number", "at", "closes", "through", "rows", "tree", "root")}
    return told | {"at": written(root.at)}


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
