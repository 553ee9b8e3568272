"""Brings an export into the store: read, cover, write, a batch at a time, so that memory stays flat."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from evalkit import __version__
from evalkit.errors import TranscriptError
from evalkit.model import Conversation, Run, Source, Stage, content_hash
from evalkit.personal_data.pseudonyms import Pseudonyms
from evalkit.store.base import BATCH
from evalkit.store.parts import PACK_ABOVE
from evalkit.store.store import Store
from evalkit.transcripts.door import Importer, Options
from evalkit.transcripts.finishing import Finishing
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Source as ExportSource

_PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(\d+)>")


class NameKeeper(Protocol):
    """Keeps pseudonyms for good; the vault of `privacy_ops` is one."""

    def keep(self) -> None:
        """Make what was given out durable."""
        ...

    def own(self, subject: str, names: Iterable[tuple[str, int]]) -> None:
        """Note whose conversations hold these pseudonyms."""
        ...


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What one call of `import` asks for."""

    path: Path
    release: str
    options: Options = field(default_factory=Options)
    source: Source = "production"
    stage: Stage = ""
    encoding: str | None = None
    cover_text: bool = True
    shift_dates: bool = False
    keep_ids: bool = False
    parquet_above: int = PACK_ABOVE
    """With more conversations than this, the words go into Parquet parts beside the store."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The run, how many of its conversations are new, and the account of the file."""

    run: Run
    n_new: int
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Reached:
    """How far an import is."""

    n_conversations: int
    bytes_done: int
    bytes_total: int


def import_run_id(importer: str, release: str, source: Source) -> str:
    """The id of the run that imports of this kind into this release share: importing again adds only what is new."""
    return content_hash("import", importer, release, source)


def import_export(
    store: Store,
    order: ImportOrder,
    importer: Importer,
    pseudonyms: Pseudonyms,
    *,
    now: datetime,
    keeper: NameKeeper | None = None,
    on_progress: Callable[[Reached], None] | None = None,
) -> Imported:
    """What came of it; conversations that the run holds already stay as they are.

    Raises: TranscriptError where the file cannot be read at all or no conversation could be.
    """
    export, ledger = ExportSource(order.path, order.encoding), Ledger()
    n_bytes = export.n_bytes
    run = _run(order, importer, now)
    finishing = Finishing(
        run_id=run.id,
        release=order.release,
        pseudonyms=pseudonyms,
        source=order.source,
        stage=order.stage,
        cover_text=order.cover_text,
        shift_dates=order.shift_dates,
        keep_ids=order.keep_ids,
    )
    known = {held.id: held for held in store.runs(order.release)}
    before, n_loose = store.count_conversations(run.id), 0
    # Nothing is written before the first conversation was read: a wrong file leaves no run behind.
    with closing(_finished(importer, export, ledger, order.options, finishing)) as talks:
        for number, batch in enumerate(_batches(talks)):
            if number == 0:
                store.add_run(known.get(run.id, run))
            if keeper is not None:
                _note_owners(keeper, batch)
                keeper.keep()
            store.add_conversations(batch)
            n_loose += len(batch)
            if n_loose > order.parquet_above:
                store.pack(run.id, above=order.parquet_above)
                n_loose = 0
            if on_progress is not None:
                on_progress(Reached(ledger.n_conversations, export.done, n_bytes))
    if not ledger.n_conversations:
        raise TranscriptError(_nothing(order.path, importer, ledger))
    store.pack(run.id, above=order.parquet_above)
    n_new = store.count_conversations(run.id) - before
    finished = _finished_run(known.get(run.id, run), order, importer, ledger, now)
    store.add_run(finished)
    body = {"run": run.id, "importer": importer.name, "n_read": ledger.n_conversations, "n_new": n_new,
            "n_dropped": ledger.n_dropped("conversation"), "covered": order.cover_text}  # fmt: skip
    store.append_audit("import", body, at=now)
    return Imported(finished, n_new, ledger)


def _finished(
    importer: Importer, export: ExportSource, ledger: Ledger, options: Options, finishing: Finishing
) -> Generator[Conversation]:
    for talk in importer.talks(export, ledger, options):
        yield finishing.conversation(talk)


def _batches(talks: Iterator[Conversation]) -> Iterator[list[Conversation]]:
    while batch := list(islice(talks, BATCH)):
        yield batch


def _note_owners(keeper: NameKeeper, batch: Iterable[Conversation]) -> None:
    for talk in batch:
        if talk.subject_key is not None:
            texts = " ".join(turn.text for turn in talk.turns)
            # An employee is nobody's customer: erasing a customer leaves the agent's pseudonym.
            names = {(kind, int(n)) for kind, n in _PLACEHOLDER.findall(texts) if kind != "AGENT"}
            keeper.own(talk.subject_key, names)


def _run(order: ImportOrder, importer: Importer, now: datetime) -> Run:
    return Run(
        id=import_run_id(importer.name, order.release, order.source),
        release=order.release,
        suite=f"import {importer.name}",
        source=order.source,
        stage=order.stage,
        replay_key=import_run_id(importer.name, order.release, order.source),
        started_at=now,
        evalkit_version=__version__,
    )


def _finished_run(run: Run, order: ImportOrder, importer: Importer, ledger: Ledger, now: datetime) -> Run:
    import msgspec

    attributes = {
        "importer": importer.name,
        "role_rule": importer.role_rule,
        "covered": "yes" if order.cover_text else "no",
        "dates": "shifted" if order.shift_dates else "as they are",
        "n_dropped": str(ledger.n_dropped("conversation")),
    }
    return msgspec.structs.replace(run, status="finished", ended_at=now, attributes={**run.attributes, **attributes})


def _nothing(path: Path, importer: Importer, ledger: Ledger) -> str:
    reasons = "; ".join(f"{what}: {reason}, {count}" for what, reason, count in ledger.rows()[:4])
    return f"{path}: no conversation of kind '{importer.name}' could be read" + (f" ({reasons})" if reasons else "")
