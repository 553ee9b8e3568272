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
def opened(words: str, where: Store | str) -> Iterator[Side]:
    """The side that `1.4`, a run id, `baseline.db`, a database URL or `baseline.db@1.4` names.

    `where` is the store that a bare release or run is looked up in: an open one, or its address.

    Raises: InputError when nothing, or more than one release, fits.
    """
    named, _, release = (
        words.rpartition("@") if "@" in words and _is_store(words.rpartition("@")[0]) else (words, "", "")
    )
    if _is_store(named):
        with Store.open(named, create=False) as store:
            yield side_of(store, release or _only_release(store, named))
    elif isinstance(where, Store):
        yield side_of(where, words)
    else:
        with Store.open(where, create=False) as store:
            yield side_of(store, words)


def side_of(store: Store, words: str) -> Side:
    """The runs of a release of an open store, else the run whose id begins so. Raises: InputError."""
    runs = store.runs(words)
    if not runs:
        by_id = any(run.id.startswith(words) for run in store.runs())
        runs = [store.run(words) if by_id else store.latest_run(words)]
    return Side(store, runs[::-1])


def as_played(old: Side, new: Side) -> Side:
    """The older side: the run that was played along with the newer one, where there is one, else all of its runs."""
    from evalkit.gate.deciding import ALONG

    along = [run for run in old.runs if run.id == new.run.attributes.get(ALONG)]
    return Side(old.store, along) if along else old


def _is_store(words: str) -> bool:
    return "://" in words or words.endswith(_FILES) or Path(words).is_file()


def _only_release(store: Store, where: str) -> str:
    names = sorted({run.release for run in store.runs()})
    if not names:
        raise InputError(f"{where} holds no run")
    if len(names) > 1:
        raise InputError(f"{where} holds several releases ({', '.join(names[:8])}); write {where}@{names[-1]}")
    return names[0]
