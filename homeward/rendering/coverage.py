"""How far a pack covers its source, in figures."""

from collections.abc import Collection

from routing.checking import cited
from routing.pack import Pack

Figures = dict[str, int | str]


def coverage(pack: Pack, exercised: Collection[str]) -> Figures:
    """Of the clauses of the source, how many a rule cites, how many of these a scenario table expects of a message, and
    how many are listed as left to people. `exercised`: the clauses that the tables expect."""
    used = cited(pack) & pack.clauses.keys()
    return {
        "authority": pack.authority,
        "version": pack.version,
        "in_force_from": pack.in_force_from.isoformat(),
        "rules": len(pack.rules) + len(pack.periodic),
        "clauses": len(pack.clauses),
        "cited": len(used),
        "exercised": len(used & {*exercised}),
        "left": len(pack.not_automated),
    }
