"""Names that one JSON object gives twice. Which of the two values holds is anybody's guess: the hub would take the
last, another reader the first, and the two would act on different words of one message."""

import json
from collections import Counter
from typing import Any

from schemas.part import declared_names
from schemas.unreadable import Unreadable


def refuse_names_given_twice(body: bytes) -> None:
    """Raises `Unreadable` (failed_validation) with the name. What is no JSON, or is nested beyond any use, is left to
    those who read it."""
    try:
        _DECODER.decode(body.decode(errors="surrogatepass"))
    except (ValueError, RecursionError):
        return


def _once(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) == len(pairs):
        return
    name = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    # Only a name of the contract may be shown: any other could itself say anything.
    shown = name if name in declared_names() | _ENVELOPE else "an unknown field"
    raise Unreadable("failed_validation", f"{shown}: is given twice in one object. Send it once")


_ENVELOPE = frozenset(
    ("specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "data", "data_base64")
)
# Numbers are of no interest here, and one of many digits would stop the decoder.
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=len, parse_float=len, parse_constant=len)
