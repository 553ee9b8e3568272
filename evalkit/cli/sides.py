"""From what a user types to a scored run: a release of the store, a run's id, or a run file that CI kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import InputError
from evalkit.model import Run
from evalkit.store.store import Store

_FILES = (".db", ".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True)
class Side:
    """The runs of one release, newest first, and the store that holds them."""

    store: Store
    runs: Sequence[Run]

    @property
    def run(self) -> Run:
        """The newest one."""
        return self.runs[0]


@contextmanager
def opened(words: str, store_at: str) -> Iterator[Side]:
    """The side that `1.4`, a run id, `baseline.db`, a database URL or `baseline.db@1.4` names.

    Raises: InputError when nothing, or more than one release, fits.
    """
    where, _, release = (
        words.rpartition("@") if "@" in words and _is_store(words.rpartition("@")[0]) else (words, "", "")
    )
    if not _is_store(where):
        with Store.open(store_at, create=False) as store:
            yield _side(store, words)
        return
    with Store.open(where, create=False) as store:
        yield _side(store, release or _only_release(store, where))


def _is_store(words: str) -> bool:
    return "://" in words or words.endswith(_FILES) or Path(words).is_file()


def _only_release(store: Store, where: str) -> str:
    names = sorted({run.release for run in store.runs()})
    if not names:
        raise InputError(f"{where} holds no run")
    if len(names) > 1:
        raise InputError(f"{where} holds several releases ({', '.join(names[:8])}); write {where}@{names[-1]}")
    return names[0]


def _side(store: Store, words: str) -> Side:
    runs = store.runs(words)
    if not runs:
        by_id = any(run.id.startswith(words) for run in store.runs())
        runs = [store.run(words) if by_id else store.latest_run(words)]
    return Side(store, runs[::-1])
