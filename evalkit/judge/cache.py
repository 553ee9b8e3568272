"""Answers that were paid for, on disk: shared by runs, bounded, inspectable, erasable by conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from evalkit.errors import StoreError
from evalkit.judge.protocol import Answer

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
  key TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, identity TEXT NOT NULL, question TEXT NOT NULL,
  answer BLOB NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_conversation ON answers(conversation_id);
CREATE INDEX IF NOT EXISTS answers_by_use ON answers(used);
"""
_ANSWER = msgspec.json.Decoder(Answer)


class AnswerCache:
    """A file of judged answers; the least recently used ones go when it is full."""

    def __init__(self, path: Path | str, *, max_answers: int = 1_000_000) -> None:
        self._max_answers = max_answers
        try:
            if str(path) != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(str(path), isolation_level=None, timeout=15.0)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise StoreError(f"judge cache {path} cannot be opened: {error}; delete it to start afresh") from error
        self._clock = int(self._db.execute("SELECT COALESCE(MAX(used), 0) FROM answers").fetchone()[0])
        # Counting rows reads the whole file, so it is done once, and again only when the bound may be reached.
        self._at_most = len(self)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def get(self, keys: Sequence[str]) -> list[Answer] | None:
        """The stored answers of all keys in their order, or None when any is missing."""
        found: list[Answer] = []
        for key in keys:
            row = self._db.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            if row is None:
                return None
            found.append(_ANSWER.decode(row[0]))
        self._clock += 1
        self._db.executemany("UPDATE answers SET used = ? WHERE key = ?", [(self._clock, key) for key in keys])
        return found

    def put(self, conversation_id: str, identity: str, answers: Iterable[tuple[str, Answer]]) -> None:
        """Keep the answers under their keys, durably, before this returns."""
        self._clock += 1
        rows = [
            (key, conversation_id, identity, answer.question, msgspec.json.encode(answer), self._clock)
            for key, answer in answers
        ]
        with self._writing():
            self._db.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._at_most += len(rows)
            if self._at_most > self._max_answers:
                over = len(self) - self._max_answers
                if over > 0:
                    self._db.execute(
                        "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY used LIMIT ?)", (over,)
                    )
                self._at_most = len(self)

    def erase(self, conversation_ids: Iterable[str]) -> int:
        """The number of answers deleted with these conversations."""
        with self._writing():
            return sum(
                self._db.execute("DELETE FROM answers WHERE conversation_id = ?", (id_,)).rowcount
                for id_ in conversation_ids
            )

    def counts(self) -> dict[tuple[str, str], int]:
        """How many answers are held per (judge identity, question)."""
        rows = self._db.execute("SELECT identity, question, COUNT(*) FROM answers GROUP BY 1, 2")
        return {(identity, question): number for identity, question, number in rows}

    def __len__(self) -> int:
        return int(self._db.execute("SELECT COUNT(*) FROM answers").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
