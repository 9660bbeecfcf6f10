"""A weights file written, with what it was made from said at its top. Read again it gives the same numbers, but for
shares of names, which are rounded so that none is exact."""

from collections import defaultdict
from collections.abc import Mapping
from textwrap import wrap

from enrichment.matching.weights import WeightsFile

HEAD = """\
# What an agreement weighs. m: how probable a level is for one and the same child; u: for two different children.
# The weight is log2(m / u) bits. Where both bear the same name, its share of the register takes the place of u.
"""
NAMES = """\
# How many of 100,000 children bear a name, rounded; a name of fewer than ten children is not listed."""


def write_weights(told: WeightsFile, made_from: str) -> str:
    """The text of the file. `made_from` is one line about the data; it must name nobody."""
    lines = [HEAD + f"# {made_from}", "[prior]", f"children = {told.children}", f"on_register = {told.on_register:g}"]
    lines += ["", "[decision]", f"possible = {told.possible:g}", f"certain = {told.certain:g}"]
    lines += [f"lead = {told.lead:g}", f"agreeing = {told.agreeing}", f"most = {told.most}", "", "[certain_needs]"]
    for field, needs in told.certain_needs.items():
        quoted = ", ".join(f'"{need}"' for need in sorted(needs))
        lines.append(f"{field} = [{quoted}]")
    for field, levels in told.levels.items():
        lines += ["", f"[levels.{field}]"]
        lines += [f"{level} = {{ m = {_plain(m)}, u = {_plain(u)} }}" for level, (m, u) in levels.items()]
    lines += ["", NAMES]
    for kind, shares in told.shares.items():
        lines += [f"[names.{kind}]", f"rarest = {_plain(told.rarest[kind])}", "", f"[names.{kind}.shares_of_100000]"]
        lines += [*_shares(shares), ""]
    return "\n".join(lines)


def _plain(number: float) -> str:
    """Four digits that count, without an exponent."""
    return f"{number:.9f}".rstrip("0") if number < 1e-4 else f"{number:.4g}"


def _shares(shares: Mapping[str, float]) -> list[str]:
    by_share: dict[int, list[str]] = defaultdict(list)
    for name, share in shares.items():
        by_share[max(1, int(float(f"{share * 100_000:.2g}")))].append(name)
    lines = []
    for share, names in sorted(by_share.items(), reverse=True):
        body = wrap(" ".join(sorted(names)), 110)
        lines.append(f'{share} = "{body[0]}"' if len(body) == 1 else f'{share} = """\n' + "\n".join(body) + '"""')
    return lines
