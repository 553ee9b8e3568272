"""`python -m tests.bench.word_search`: how long the reader looks for words among a million stored conversations.

Texts are made of words as often as words are in a language (Zipf), eight turns a conversation, an order number in each;
one text of 20,000 stands for the rest, so that a word of one text is in fifty conversations of a million.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

import sqlalchemy as sa
from tabulate import tabulate

from evalkit.model import Conversation, Run, Turn
from evalkit.store import schema
from evalkit.store.base import encode, in_batches
from evalkit.store.searching import Search, Wanted
from evalkit.store.store import Store
from tests.bench import kpi_store

_KINDS = 20_000
_SYLLABLES = "ka ti re sö ra vän lig het er en de på le ve ran stä ga bo jul fa tu or der num mer hjä lpa tack fråg be ta".split()
_ORDER = b"#00000000"
_MOST_S = 1.0


def main() -> int:
    """Print the table; the exit code is 1 when a search takes longer than a second."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.word_search")
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--parts", action="store_true", help="the words lie in Parquet parts")
    parser.add_argument("--store", help="an empty database instead of a file, such as postgresql+psycopg://…")
    parser.add_argument("--folder", type=Path, help="keep the store here")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        where = wish.store or (wish.folder or Path(room)) / "words.db"
        common, rare, pair = _texts()
        if not wish.folder or not Path(where).exists():
            _filled(where, wish.n, common, parts=wish.parts)
        rows = _searched(where, rare, pair, wish.n)
    print(tabulate(rows, headers=["search", "found", "first, s", "again, s"], floatfmt=".2f"))
    return int(any(row[2] > _MOST_S for row in rows))


def _texts() -> tuple[list[bytes], str, str]:
    """Bodies, a word of one text, and two words of many texts that never stand together."""
    random = Random(1)
    words = ["".join(random.choices(_SYLLABLES, k=random.choice((1, 2, 2, 3, 3, 4, 5)))) for _ in range(200_000)]
    often = list(accumulate(1 / (at + 5) for at in range(len(words))))
    bodies = []
    for number in range(_KINDS):
        turns = tuple(
            Turn(role="bot" if at % 2 else "customer", text=" ".join(random.choices(words, cum_weights=often, k=12)))
            for at in range(8)
        )
        extra = "ordernummer kvällstur" if number % 40 == 0 else "ordernummer dagsresa" if number % 40 == 1 else ""
        last = Turn(role="customer", text=f"{_ORDER.decode()} {extra}" + (" enhörning" if number == 7 else ""))
        bodies.append(encode(Conversation(id="", run_id="bench", turns=(*turns, last))))
    return bodies, "enhörning", "kvällstur dagsresa"


def _filled(where: str | Path, n: int, bodies: list[bytes], *, parts: bool) -> None:
    started = time.perf_counter()
    if isinstance(where, Path):
        kpi_store.fill(where, n)
    with Store.open(where) as store:
        if not isinstance(where, Path):
            _facts(store, n)
        for batch in in_batches(_rows(n, bodies), 20_000):
            with store.engine.begin() as connection:
                connection.execute(schema.conversations.insert(), batch)
        _told("stored", started)
        if parts:
            store.pack("bench", above=0)
            _told("packed", started)
        before, at = _bytes(where), time.process_time()
        store.words.index("bench")
        cpu = time.process_time() - at
        print(f"words: {1e6 * cpu / n:.0f} µs a conversation, {(_bytes(where) - before) / 1e6:.0f} MB")
        _told("indexed", started)
        store.columns("bench", "key")


def _facts(store: Store, n: int) -> None:
    store.add_run(Run(id="bench", release="1.4", source="production", status="finished"))
    store.add_scores("bench", "key", ())
    names = [column.name for column in schema.facts.columns]
    for batch in in_batches(kpi_store.rows(n, "1.4", 1), 5_000):
        with store.engine.begin() as connection:
            connection.execute(schema.facts.insert(), [dict(zip(names, row, strict=True)) for row in batch])


def _rows(n: int, bodies: list[bytes]) -> Iterator[dict[str, object]]:
    for number in range(n):
        body = bodies[number % len(bodies)].replace(_ORDER, b"#%08d" % number)
        yield {"run_id": "bench", "id": f"{number:016x}", "trial": 0, "body": body}


def _bytes(where: str | Path) -> int:
    if "://" in str(where):
        engine = sa.create_engine(str(where))
        with engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT pg_database_size(current_database())")).scalar() or 0)
    return sum(path.stat().st_size for path in Path(where).parent.glob(f"{Path(where).name}*") if path.is_file())


def _searched(where: str | Path, rare: str, pair: str, n: int) -> list[tuple[str, int, float, float]]:
    asked = {
        "a word of nearly all": Wanted(words="order"),
        "a word of one in 20,000": Wanted(words=rare),
        "an order number": Wanted(words=f"#{n // 2:08d}"),
        "a word of none": Wanted(words="flodhäst"),
        "two words of one in 40, never together": Wanted(words=pair),
        "three words, two of them common": Wanted(words=f"tack order {rare}"),
        "a common word, in one language and one outcome": Wanted(
            words="kvällstur", facts={"language": "fi", "outcome": "abandoned"}
        ),
        "a word of none, in one language": Wanted(words="flodhäst", facts={"language": "fi"}),
    }
    rows = []
    for name, wanted in asked.items():
        times, found = [], 0
        for _ in range(2):
            with Store.open(where) as store:
                at = time.perf_counter()
                found = len(Search(store, "bench", "key").find(wanted, limit=200))
                times.append(time.perf_counter() - at)
        rows.append((name, found, *times))
    return rows  # type: ignore[return-value]


def _told(what: str, started: float) -> None:
    print(f"{what} after {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
