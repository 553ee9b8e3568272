"""What one scored conversation leaves in the store, ready to be written: by a worker, to a file, by the driver."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import StoreError
from evalkit.model import Score
from evalkit.store.facts import Facts
from evalkit.store.parts import binary_column, parquet
from evalkit.store.schema import finding_rows


class ScoredRow(msgspec.Struct, frozen=True):
    """The scores as JSON, the facts, the rules that count against it, and the hashes of the passages it cites."""

    conversation_id: str
    scores: bytes
    facts: Facts
    findings: list[dict[str, Any]]
    cites: tuple[str, ...] = ()
    quarantined: str | None = None
    """Why the conversation could not be scored, None where it was."""


_ROW = msgspec.msgpack.Decoder(ScoredRow)


def row_of(scores: Sequence[Score], facts: Facts, quarantined: str | None = None) -> ScoredRow:
    """The row of one conversation."""
    cited = {e.passage_hash for score in scores for found in score.findings for e in found.evidence if e.passage_hash}
    body = msgspec.json.encode(list(scores))
    return ScoredRow(facts.conversation_id, body, facts, finding_rows(scores), tuple(sorted(cited)), quarantined)


def write_rows(path: Path, rows: Iterable[ScoredRow]) -> None:
    """The rows as one Parquet file, whole or not at all. Raises: StoreError when the disk is full or refuses."""
    with parquet("written", path) as (pa, pq):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            held = list(rows)
            ids = binary_column(pa, pa.string(), [row.conversation_id.encode() for row in held])
            bodies = binary_column(pa, pa.binary(), [msgspec.msgpack.encode(row) for row in held])
            table = pa.Table.from_arrays([ids, bodies], names=["id", "row"])
            pq.write_table(table, new, compression="zstd", write_page_checksum=True)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)


def read_rows(path: Path) -> list[ScoredRow]:
    """The rows of a file. Raises: StoreError when it is cut short or damaged."""
    with parquet("read", path) as (_, pq), pq.ParquetFile(path, page_checksum_verification=True) as file:
        bodies = file.read(columns=["row"], use_threads=False).column("row").to_pylist()
    try:
        return [_ROW.decode(body) for body in bodies]
    except msgspec.DecodeError as error:
        raise StoreError(f"the scored part {path.name} cannot be read: {error}") from error
