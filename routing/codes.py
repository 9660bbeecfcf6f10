"""By what a word for an authority may be recognised: its key or an official code, never its name."""

import re


def names_of(word: str) -> tuple[str, ...]:
    """What a word for an authority may be matched by: the word itself, else the official code in brackets after a name,
    as in "Some Council (E09000001)". The name before it is never matched (AMB-55)."""
    plain = word.strip().lower()
    code = re.fullmatch(r".*\(([^()]+)\)", plain)
    return (plain, code[1].strip()) if code else (plain,)
