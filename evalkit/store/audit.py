"""The audit trail: a chain of hashes that shows a line which was changed, added or taken out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from evalkit.model import Data
from evalkit.store import schema
from evalkit.store.base import Base
from evalkit.store.database import reading


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail; `hash` covers the line and the hash before it."""

    number: int
    at: str
    actor: str
    event: str
    body: Data
    previous_hash: str
    hash: str


class AuditTrail(Base):
    """The audit trail."""

    def append_audit(self, event: str, body: Data, *, actor: str = "evalkit", at: datetime | None = None) -> AuditEntry:
        """The entry that was appended; its hash chains it to the one before."""
        return self.append_audits([(event, body)], actor=actor, at=at)[0]

    def append_audits(
        self, events: Iterable[tuple[str, Data]], *, actor: str = "evalkit", at: datetime | None = None
    ) -> list[AuditEntry]:
        """The entries that were appended in one write, in order; nothing is written for no event."""
        events = list(events)
        if not events:
            return []
        stamp = (at or datetime.now(UTC)).isoformat()
        entries = []
        with self._write() as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
            last = connection.execute(
                sa.select(schema.audit.c.number, schema.audit.c.hash).order_by(schema.audit.c.number.desc()).limit(1)
            ).first()
            number, previous = (last.number, last.hash) if last else (0, "")
            rows = []
            for event, body in events:
                number += 1
                text = json.dumps(body, sort_keys=True, ensure_ascii=False)
                row = {
                    "number": number, "at": stamp, "actor": actor, "event": event, "body": text,
                    "previous_hash": previous, "hash": _chain(previous, number, stamp, actor, event, text),
                }  # fmt: skip
                previous = str(row["hash"])
                rows.append(row)
                entries.append(msgspec.convert({**row, "body": body}, AuditEntry))
            connection.execute(schema.audit.insert(), rows)
        return entries

    def audit_entries(self) -> list[AuditEntry]:
        """The whole trail, oldest first."""
        with reading(self._engine) as connection:
            rows = connection.execute(sa.select(schema.audit).order_by(schema.audit.c.number)).mappings()
            plain = [{str(key): value for key, value in row.items()} for row in rows]
        return [msgspec.convert({**row, "body": json.loads(row["body"])}, AuditEntry) for row in plain]

    def verify_audit(self) -> int | None:
        """None when the chain is whole, else the number of the first entry that was changed, added or is missing."""
        previous = ""
        for expected, entry in enumerate(self.audit_entries(), 1):
            text = json.dumps(entry.body, sort_keys=True, ensure_ascii=False)
            good = _chain(previous, expected, entry.at, entry.actor, entry.event, text)
            if entry.number != expected or entry.previous_hash != previous or entry.hash != good:
                return expected
            previous = entry.hash
        return None


def _chain(previous: str, *parts: object) -> str:
    return hashlib.sha256(json.dumps([previous, *parts], ensure_ascii=False).encode()).hexdigest()
