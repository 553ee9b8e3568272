"""Finds conversations of a scored run by rule, facts and words, without reading the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError
from evalkit.store import schema
from evalkit.store.base import in_batches
from evalkit.store.columns import NAMED, Columns
from evalkit.store.database import reading
from evalkit.store.facts import COLUMNS, Facts
from evalkit.store.store import Store
from evalkit.store.words import said_in


class Hit(NamedTuple):
    """One conversation of a search; `rule` and `turn` where a rule was asked for or failed first."""

    conversation_id: str
    case_id: str | None
    topic: str | None
    language: str | None
    channel: str
    outcome: str | None
    handled_by: str
    worst_severity: str | None
    started_at: str | None
    rule: str | None = None
    turn: int | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for: `facts` by column with the value that they have (None: unknown), `above_zero` columns."""

    rule: str | None = None
    facts: dict[str, str | int | None] = {}
    above_zero: tuple[str, ...] = ()
    words: str = ""


_SHOWN = tuple(Hit._fields[:-2])
_AT_ONCE = 200
_MOST_VALUES = 200


class Search:
    """Reads one set of scores of a run."""

    def __init__(self, store: Store, run_id: str, score_key: str) -> None:
        self._store, self._engine, self._run, self._key = store, store.engine, run_id, score_key
        self._parts = store.parts

    def rules(self) -> dict[str, int]:
        """How many conversations each rule counts against, most first."""
        table = schema.findings
        n = sa.func.count().label("n")
        query = (
            sa.select(table.c.rule, n)
            .where(table.c.run_id == self._run, table.c.score_key == self._key)
            .group_by(table.c.rule)
            .order_by(n.desc(), table.c.rule)
        )
        with reading(self._engine) as connection:
            return {row.rule: row.n for row in connection.execute(query)}

    def holding(self, rule: str, limit: int) -> list[str]:
        """The first conversations that a rule counts against, by id."""
        table = schema.findings
        query = (
            sa.select(table.c.conversation_id)
            .where(table.c.run_id == self._run, table.c.score_key == self._key, table.c.rule == rule)
            .order_by(table.c.conversation_id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def rules_of(self, ids: Sequence[str]) -> dict[str, dict[str, int | None]]:
        """By conversation: the rules that count against it, each with its first turn."""
        table = schema.findings
        found: dict[str, dict[str, int | None]] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(ids), 500):
                part = list(ids[start : start + 500])
                query = sa.select(table.c.conversation_id, table.c.rule, table.c.turn).where(
                    table.c.run_id == self._run, table.c.score_key == self._key, table.c.conversation_id.in_(part)
                )
                for row in connection.execute(query):
                    found.setdefault(row.conversation_id, {})[row.rule] = row.turn
        return found

    def count(self, wanted: Wanted) -> int:
        """How many conversations fit, words apart."""
        kept = self._store.kept_columns(self._run, self._key) if not wanted.rule else None
        if kept is not None and (among := _among(kept, wanted)) is not None:
            return int(among.sum())
        query = sa.select(sa.func.count()).select_from(self._from(wanted)).where(*self._where(wanted))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def find(self, wanted: Wanted, *, limit: int = 100, after: str = "") -> list[Hit]:
        """The first conversations that fit, by id, after that id; words are looked for in all turns, in any case.

        Raises: InputError for a fact that does not exist.
        """
        words = wanted.words.casefold().split()
        if not words:
            return self._page(wanted, [schema.facts.c.conversation_id > after], limit)
        found: list[Hit] = []
        for ids in in_batches(self._may_hold(words, wanted.rule), _AT_ONCE):
            hits = self._page(wanted, [schema.facts.c.conversation_id.in_(ids)], len(ids))
            bodies = dict(self._store.bodies_of(self._run, [hit.conversation_id for hit in hits]))
            found += [hit for hit in hits if _all_in(words, bodies.get(hit.conversation_id, b"{}"))]
            if len(found) >= limit:
                break
        return sorted(found)[:limit]

    def fitting(self, wanted: Wanted, ids: Sequence[str]) -> set[str]:
        """Those of these conversations whose facts are as wanted."""
        return {row.conversation_id for row in self.rows(wanted, ids=ids)}

    def rows(self, wanted: Wanted, *, ids: Sequence[str] | None = None, limit: int | None = None) -> Iterator[Facts]:
        """The facts of the first conversations that fit, by id, or of those among `ids`; words apart."""
        facts = schema.facts
        query = sa.select(*(facts.c[name] for name in COLUMNS)).select_from(self._from(wanted))
        query = query.where(*self._where(wanted)).order_by(facts.c.conversation_id).limit(limit)
        for part in [None] if ids is None else in_batches(ids, _AT_ONCE):
            some = query if part is None else query.where(facts.c.conversation_id.in_(part))
            with reading(self._engine) as connection:
                for row in connection.execute(some):
                    yield Facts(**dict(zip(COLUMNS, row, strict=True)))

    def values(self, column: str) -> dict[str, int]:
        """The values of a facts column with their counts, most first; unknown ones are left out."""
        facts = schema.facts
        of = self._column(column)
        if column in NAMED and (kept := self._store.kept_columns(self._run, self._key)) is not None:
            return _counted(kept, column)
        n = sa.func.count().label("n")
        query = (
            sa.select(of.label("value"), n)
            .where(facts.c.run_id == self._run, facts.c.score_key == self._key, of.is_not(None))
            .group_by(of)
            .order_by(n.desc())
            .limit(_MOST_VALUES)
        )
        with reading(self._engine) as connection:
            return {str(row.value): row.n for row in connection.execute(query)}

    def _page(self, wanted: Wanted, where: list[sa.ColumnElement[bool]], limit: int) -> list[Hit]:
        facts, findings = schema.facts, schema.findings
        columns: list[sa.ColumnElement[object]] = [facts.c[name] for name in _SHOWN]
        if wanted.rule:
            columns += [findings.c.rule, findings.c.turn]
        query = (
            sa.select(*columns)
            .select_from(self._from(wanted))
            .where(*self._where(wanted), *where)
            .order_by(facts.c.conversation_id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [Hit(**row) for row in connection.execute(query).mappings()]

    def _from(self, wanted: Wanted) -> sa.FromClause:
        facts, findings = schema.facts, schema.findings
        if not wanted.rule:
            return facts
        same = (
            (findings.c.run_id == facts.c.run_id)
            & (findings.c.score_key == facts.c.score_key)
            & (findings.c.conversation_id == facts.c.conversation_id)
            & (findings.c.rule == wanted.rule)
        )
        return facts.join(findings, same)

    def _where(self, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
        facts = schema.facts
        found: list[sa.ColumnElement[bool]] = [facts.c.run_id == self._run, facts.c.score_key == self._key]
        if wanted.rule:
            found += [schema.findings.c.run_id == self._run, schema.findings.c.score_key == self._key]
        for name, value in wanted.facts.items():
            column = self._column(name)
            found.append(column.is_(None) if value is None else column == value)
        return [*found, *(self._column(name) > 0 for name in wanted.above_zero)]

    def _column(self, name: str) -> sa.ColumnElement[object]:
        if name not in COLUMNS:
            raise InputError(f"no fact '{name}'")
        return schema.facts.c[name]

    def _may_hold(self, words: Sequence[str], rule: str | None) -> Iterator[str]:
        """Conversations that can hold all words; where a rule is asked for, those that it counts against."""
        found = chain(self._loose(words), self._store.words.candidates(self._run, words), self._unindexed(words))
        if rule is None:
            return found
        table = schema.findings
        here = (table.c.run_id == self._run, table.c.score_key == self._key, table.c.rule == rule)
        with reading(self._engine) as connection:
            failed = set(connection.execute(sa.select(table.c.conversation_id).where(*here)).scalars())
        return (id_ for id_ in found if id_ in failed)

    def _loose(self, words: Sequence[str]) -> Iterator[str]:
        """Of those that lie in the database and in no block; the database sorts out most of them."""
        table = schema.conversations
        text = self._text(table.c.body)
        query = sa.select(table.c.id).where(
            table.c.run_id == self._run, table.c.part.is_(None), table.c.block.is_(None)
        )
        for word in words:
            # SQLite's LIKE folds ASCII by itself, and four times as fast as `lower() LIKE lower()`.
            like = text.ilike if self._engine.dialect.name == "postgresql" else text.like
            query = query.where(sa.or_(*(like(f"%{way}%", escape="~") for way in _ways(word))))
        with reading(self._engine) as connection:
            yield from connection.execution_options(yield_per=_AT_ONCE).execute(query).scalars()

    def _unindexed(self, words: Sequence[str]) -> Iterator[str]:
        parts = self._store.words.parts_without(self._run)
        bodies = self._parts.bodies(self._run, parts) if parts else iter(())
        return (id_ for id_, body in bodies if _all_in(words, body))

    def _text(self, body: sa.ColumnElement[bytes]) -> sa.ColumnElement[str]:
        if self._engine.dialect.name == "postgresql":
            return sa.func.convert_from(body, "UTF8")
        return sa.cast(body, sa.Text)


def _counted(kept: Columns, column: str) -> dict[str, int]:
    import numpy as np

    codes, names = kept.codes[column], kept.names[column]
    counts = np.bincount(codes[codes >= 0], minlength=len(names)).tolist()
    found = sorted(((n, name) for n, name in zip(counts, names, strict=True) if n), key=lambda one: (-one[0], one[1]))
    return {name: n for n, name in found[:_MOST_VALUES]}


def _among(kept: Columns, wanted: Wanted) -> Any:
    """Where the facts are as wanted, by column; None where the columns do not hold one that is asked for."""
    import numpy as np

    said = [np.ones(kept.n, dtype=bool)]
    for name, value in wanted.facts.items():
        if name in NAMED:
            said.append(kept.codes[name] < 0 if value is None else kept.is_(name, str(value)))
        elif name in kept.flags:
            said.append(kept.flags[name] == (-1 if value is None else value))
        else:
            return None
    for name in wanted.above_zero:
        if name not in kept.numbers:
            return None
        said.append(kept.numbers[name] > 0)
    return np.logical_and.reduce(said)


def _ways(word: str) -> list[str]:
    # A body is JSON, and SQLite folds the case of ASCII alone: other letters are looked for in each of their cases.
    ways = [word] if word.isascii() else [word, word.upper(), word.capitalize()]
    if "ss" in word:
        ways.append(word.replace("ss", "ß"))
    escaped = (json.dumps(way, ensure_ascii=False)[1:-1] for way in ways)
    return [way.replace("~", "~~").replace("%", "~%").replace("_", "~_") for way in escaped]


def _all_in(words: Sequence[str], body: bytes) -> bool:
    said = said_in(body)
    return all(word in said for word in words)
