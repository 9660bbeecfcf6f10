"""What a person with all rights in the database can do to the ledger, once the triggers are out of the way: chosen by a
seed, each with the rows that a proof has to name."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from store.contents import sealed_contents
from store.custody_tables import ledger_heads, ledger_roots
from store.instants import written
from store.ledger import entry_hash
from store.tables import ledger

COLUMNS = [column.name for column in ledger.columns]
Row = dict[str, Any]


@dataclass
class Tampering:
    """What is done, and what must be named for it: rows by their positions, roots by their numbers, or an episode, with
    the number of a row of its chain. Nothing besides `named` and `may` is to be named."""

    what: str
    statements: list[Any]
    named: set[int] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    roots: set[int] = field(default_factory=set)
    may: set[int] = field(default_factory=set)

    async def do(self, connection: AsyncConnection) -> None:
        for statement in self.statements:
            await connection.execute(statement)


@dataclass
class Forger:
    """One who knows all rows, which of them are sealed, and the hash function."""

    rng: random.Random
    rows: Sequence[Row]
    sealed: int
    postgres: bool

    def tampering(self) -> Tampering:
        """One of all ways that a proof can see."""
        ways = (
            self.alter, self.alter, self.alter_and_hash, self.alter_contents, self.move, self.swap, self.delete_one,
            self.delete_tail, self.delete_kind, self.delete_episode, self.delete_day, self.put_in, self.replace_row,
            self.alter_head, self.alter_root, self.delete_root,
        )  # fmt: skip
        return self.rng.choice(ways)()

    def alter(self) -> Tampering:
        row, column = self.rng.choice(self.rows), self.rng.choice([c for c in COLUMNS if c != "position"])
        others = [each[column] for each in self.rows if each[column] != row[column]]
        new: Any = self.rng.choice(others) if others else "another"
        if column in ("id", "number") and (column == "id" or row["episode"]):
            new = f"{row['id']}x" if column == "id" else (row["number"] + 40)
        changed = _set(row, **{column: new})
        return Tampering(f"{column} of {row['position']}", [changed], {row["position"]}, may=self.after(row))

    def alter_and_hash(self) -> Tampering:
        row = self.rng.choice([each for each in self.rows if self.is_seen(each)])
        forged = _hashed(row | {"entry": '{"forged":true}'})
        changed = _set(row, entry=forged["entry"], hash=forged["hash"])
        return Tampering(f"entry and hash of {row['position']}", [changed], {row["position"]}, may=self.after(row))

    def alter_contents(self) -> Tampering:
        row = self.rng.choice([each for each in self.rows if each["contents_hash"]])
        of = sealed_contents.c.hash == row["contents_hash"]
        changed = update(sealed_contents).where(of).values(contents=b"forged")
        same = {each["position"] for each in self.rows if each["contents_hash"] == row["contents_hash"]}
        return Tampering(f"contents of {row['position']}", [changed], same)

    def move(self) -> Tampering:
        row = self.rng.choice([each for each in self.rows if each["position"] <= self.sealed])
        far = self.rng.choice([-7, 0, self.rows[-1]["position"] + 9])
        return Tampering(
            f"{row['position']} to {far}", [_set(row, position=far)], {row["position"]}, may={far} | self.after(row)
        )

    def swap(self) -> Tampering:
        one, other = self.rng.sample([each for each in self.rows if each["position"] <= self.sealed], 2)
        away = _set(one, position=10_000)
        steps = [away, _set(other, position=one["position"]), _set({"position": 10_000}, position=other["position"])]
        places = {one["position"], other["position"]}
        return Tampering(f"{places} swapped", steps, places)

    def delete_one(self) -> Tampering:
        return self.gone("one", [self.rng.choice([each for each in self.rows if self.is_seen(each)])])

    def delete_tail(self) -> Tampering:
        theirs = self.of(self.rng.choice(self.episodes))
        return self.gone("tail", theirs[-self.rng.randint(1, 3) :])

    def delete_kind(self) -> Tampering:
        kind = self.rng.choice(sorted({each["kind"] for each in self.rows}))
        return self.gone(f"kind {kind}", [each for each in self.rows if each["kind"] == kind])

    def delete_episode(self) -> Tampering:
        episode = self.rng.choice(self.episodes)
        done = self.gone(f"episode {episode}", self.of(episode))
        if self.rng.random() < 0.5:  # and that there ever was one: then the roots alone know
            done.statements.append(delete(ledger_heads).where(ledger_heads.c.episode == episode))
            done.said = set()
        return done

    def delete_day(self) -> Tampering:
        day = self.rng.choice(["sealed", "unsealed"])
        return self.gone(f"{day} day", [r for r in self.rows if (r["position"] <= self.sealed) == (day == "sealed")])

    def put_in(self) -> Tampering:
        """A row without a place in the chain, with one that is not its own, or among those that are sealed."""
        like, last = self.rng.choice([r for r in self.rows if r["episode"]]), self.rows[-1]["position"]
        number = self.rng.choice([None, len(self.of(like["episode"])) + 1])
        place = self.rng.choice([last + 1, last + 50, 0, -3])
        made = _hashed(like | {"id": "put in", "position": place, "number": number, "link": number and "f" * 64})
        return Tampering(f"row at {place}, number {number}", [insert(ledger).values(made)], {place})

    def replace_row(self) -> Tampering:
        row = self.rng.choice([each for each in self.rows if self.is_seen(each)])
        made = _hashed(row | {"id": "put in"})
        return Tampering(
            f"{row['position']} replaced", [_deleted([row]), insert(ledger).values(made)], {row["position"]},
            may=self.after(row),
        )  # fmt: skip

    def alter_head(self) -> Tampering:
        episode = self.rng.choice(self.episodes)
        of = ledger_heads.c.episode == episode
        ways = (
            update(ledger_heads).where(of).values(rows=ledger_heads.c.rows + self.rng.choice([-1, 1])),
            update(ledger_heads).where(of).values(link="f" * 64),
            delete(ledger_heads).where(of),
        )
        way = self.rng.randrange(3)
        theirs = {row["position"] for row in self.of(episode)}
        return Tampering(
            f"head of {episode}, way {way}", [ways[way]], theirs if way == 2 else set(),
            set() if way == 2 else {episode},
        )  # fmt: skip

    def alter_root(self) -> Tampering:
        column = self.rng.choice([c.name for c in ledger_roots.columns if c.name != "number"])
        values = {
            "at": self.rows[0]["at"].replace(year=2001), "closes": "2001-01-01", "leaves": b"f" * 40,
            "tree": "f" * 64, "root": "f" * 64,
        }  # fmt: skip
        number = self.rng.choice([1, 2])
        changed = update(ledger_roots).where(ledger_roots.c.number == number).values({column: values.get(column, 7)})
        rows = {r["position"] for r in self.rows if r["position"] <= self.sealed}
        return Tampering(f"{column} of root {number}", [changed], roots={number}, may=rows)

    def delete_root(self) -> Tampering:
        return Tampering("root 1 gone", [delete(ledger_roots).where(ledger_roots.c.number == 1)], roots={1})

    @property
    def episodes(self) -> list[str]:
        return sorted({each["episode"] for each in self.rows if each["episode"]})

    def of(self, episode: str) -> list[Row]:
        return [each for each in self.rows if each["episode"] == episode]

    def is_seen(self, row: Row) -> bool:
        """Whether a proof can see that it was changed with its hash, or is gone: it is sealed, or stands in a chain."""
        return bool(row["position"] <= self.sealed or row["episode"])

    def after(self, row: Row) -> set[int]:
        """The next row of its episode, which its own link no longer leads to."""
        return {r["position"] for r in self.of(row["episode"]) if row["number"] and r["number"] == row["number"] + 1}

    def gone(self, what: str, rows: Sequence[Row]) -> Tampering:
        """Sealed rows are named by their positions, others by their places in their chains."""
        sealed = {row["position"] for row in rows if row["position"] <= self.sealed}
        said = {f"{row['episode']} {row['number']}" for row in rows if row["episode"]}
        return Tampering(f"{what} gone", [_deleted(rows)], sealed, said)


def _set(row: Row, **values: Any) -> Any:
    return update(ledger).where(ledger.c.position == row["position"]).values(**values)


def _deleted(rows: Sequence[Row]) -> Any:
    return delete(ledger).where(ledger.c.position.in_([row["position"] for row in rows]))


def _hashed(row: Row) -> Row:
    told = (row[name] for name in ("kind", "authority", "episode", "causation", "entry", "contents_hash"))
    return row | {"hash": entry_hash(row["id"], written(row["at"]), *told)}
