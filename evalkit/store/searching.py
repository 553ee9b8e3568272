"""Finds conversations of a scored run by rule, facts and words, without reading the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from evalkit.errors import InputError
from evalkit.store import schema
from evalkit.store.database import reading
from evalkit.store.facts import COLUMNS
from evalkit.store.store import Store


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
_MOST = 2_000_000
_SCANNED_AT_ONCE = 2_000


class Search:
    """Reads one set of scores of a run."""

    def __init__(self, store: Store, run_id: str, score_key: str) -> None:
        self._engine, self._run, self._key = store.engine, run_id, score_key

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
        query = sa.select(sa.func.count()).select_from(self._from(wanted)).where(*self._where(wanted))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def find(self, wanted: Wanted, *, limit: int = 100, after: str = "", most_read: int = _MOST) -> list[Hit]:
        """The first conversations that fit, by id, after that id; words are looked for in all turns, in any case.

        `most_read` bounds how many conversations are read for their words.
        Raises: InputError for a fact that does not exist.
        """
        words = wanted.words.casefold().split()
        if not words:
            return self._page(wanted, after, limit)
        found: list[Hit] = []
        read = 0
        while len(found) < limit and read < most_read:
            page = self._page(wanted, after, min(_SCANNED_AT_ONCE, most_read - read))
            if not page:
                break
            holding = self._holding([hit.conversation_id for hit in page], words)
            found += [hit for hit in page if hit.conversation_id in holding]
            read += len(page)
            after = page[-1].conversation_id
        return found[:limit]

    def values(self, column: str) -> dict[str, int]:
        """The values of a facts column with their counts, most first; unknown ones are left out."""
        facts = schema.facts
        of = self._column(column)
        n = sa.func.count().label("n")
        query = (
            sa.select(of.label("value"), n)
            .where(facts.c.run_id == self._run, facts.c.score_key == self._key, of.is_not(None))
            .group_by(of)
            .order_by(n.desc())
            .limit(200)
        )
        with reading(self._engine) as connection:
            return {str(row.value): row.n for row in connection.execute(query)}

    def _page(self, wanted: Wanted, after: str, limit: int) -> list[Hit]:
        facts, findings = schema.facts, schema.findings
        columns: list[sa.ColumnElement[object]] = [facts.c[name] for name in _SHOWN]
        if wanted.rule:
            columns += [findings.c.rule, findings.c.turn]
        query = (
            sa.select(*columns)
            .select_from(self._from(wanted))
            .where(*self._where(wanted), facts.c.conversation_id > after)
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

    def _holding(self, ids: Sequence[str], words: Sequence[str]) -> set[str]:
        table = schema.conversations
        found: set[str] = set()
        with reading(self._engine) as connection:
            for start in range(0, len(ids), 500):
                part = list(ids[start : start + 500])
                query = sa.select(table.c.id, table.c.body).where(table.c.run_id == self._run, table.c.id.in_(part))
                for row in connection.execute(query):
                    text = _words(row.body)
                    if all(word in text for word in words):
                        found.add(row.id)
        return found


class _TurnText(msgspec.Struct):
    text: str = ""


class _TalkText(msgspec.Struct):
    turns: tuple[_TurnText, ...] = ()


_TEXTS = msgspec.json.Decoder(_TalkText)


def _words(body: bytes) -> str:
    return "\n".join(turn.text for turn in _TEXTS.decode(body).turns).casefold()
