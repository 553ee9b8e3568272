"""The words of a large run in blocks: a search learns which conversations can hold all its words, and reads only those.

A block is what some thousand conversations say: each word once, with the conversations that say it. It holds nothing
that they do not, and is written again without what was erased or rewritten. What lies in no block is read itself, so
that blocks make a search fast and never decide it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import chain, islice
from typing import Any

import msgspec
import sqlalchemy as sa

from evalkit.errors import StoreError
from evalkit.store import schema
from evalkit.store.database import reading, writing
from evalkit.store.parts import Body, Part, Parts, read_part

INDEX_ABOVE = 10_000
"""A run's conversations are put into blocks where so many lie in none: fewer are read as fast without."""
BLOCK_ROWS = 5_000
"""Conversations in one block: few enough that one can be written again while reviewers save."""

_AT_ONCE, _FEW, _MANY_WORDS = 8, 8, 500
_PLACE = "<u2"
_APART = bytes(code if code >= 128 or chr(code).isalnum() else 32 for code in range(256))
_IDS = msgspec.json.Decoder(list[str])


class _TurnText(msgspec.Struct):
    text: str = ""


class _TalkText(msgspec.Struct):
    turns: tuple[_TurnText, ...] = ()


_TEXTS = msgspec.json.Decoder(_TalkText)


def said_in(body: bytes) -> str:
    """All that was said in a stored conversation, without the difference of case.

    >>> said_in('{"turns": [{"text": "Hej"}, {"text": "GRÜSSE"}]}'.encode())
    'hej\\ngrüsse'
    """
    return "\n".join(turn.text for turn in _TEXTS.decode(body).turns).casefold()


class Words:
    """The blocks of one store."""

    def __init__(self, engine: sa.Engine, parts: Parts) -> None:
        self._engine, self._parts = engine, parts

    def candidates(self, run_id: str, words: Sequence[str]) -> Iterator[str]:
        """The conversations in blocks that can hold all these words, each somewhere; some may not."""
        pieces = sorted({piece for word in words for piece in _pieces(word.casefold())}, key=len, reverse=True)
        table = schema.word_blocks
        query = sa.select(table.c.part, table.c.number).where(table.c.run_id == run_id)
        with reading(self._engine) as connection:
            keys = iter([tuple(key) for key in connection.execute(query.order_by(table.c.part, table.c.number))])
        # A few at a time: what is found in the first blocks need not be looked for in the others.
        while some := list(islice(keys, _AT_ONCE)):
            with reading(self._engine) as connection:
                here = sa.tuple_(table.c.part, table.c.number).in_(some)
                holding = [self._holds(table.c.vocabulary, piece) for piece in pieces]
                found = connection.execute(query.where(here, *holding)).all()
                blocks = [block for key in found for block in self._read(connection, run_id, *key)]
            for vocabulary, places, ids in blocks:
                yield from _conversations(vocabulary, places, _IDS.decode(ids), pieces)

    def _holds(self, vocabulary: sa.ColumnElement[bytes], piece: bytes) -> sa.ColumnElement[bool]:
        wanted = sa.literal(piece, sa.LargeBinary)
        if self._engine.dialect.name == "postgresql":
            return sa.func.position(wanted.op("IN")(vocabulary)) > 0
        return sa.func.instr(vocabulary, wanted) > 0

    def _read(self, connection: sa.Connection, run_id: str, part: str, number: int) -> list[tuple[bytes, bytes, bytes]]:
        """The block of a key, none where it was just written again."""
        # The driver's own cursor: PostgreSQL's sends bytes as text, at twice the length, unless it is asked for bytes.
        driver: Any = connection.connection.driver_connection
        more, mark = ({"binary": True}, "%s") if self._engine.dialect.name == "postgresql" else ({}, "?")
        with closing(driver.cursor(**more)) as cursor:
            here = " AND ".join(f"{name} = {mark}" for name in ("run_id", "part", "number"))
            cursor.execute(f"SELECT vocabulary, places, ids FROM word_blocks WHERE {here}", (run_id, part, number))
            return [(bytes(words), bytes(places), bytes(ids)) for words, places, ids in cursor.fetchall()]

    def parts_without(self, run_id: str) -> list[str]:
        """The hashes of the run's parts whose words lie in no block."""
        return [part.hash for part in self._unread(run_id)]

    def _unread(self, run_id: str) -> list[Part]:
        table = schema.word_blocks
        with reading(self._engine) as connection:
            known = set(
                connection.execute(sa.select(table.c.part).where(table.c.run_id == run_id).distinct()).scalars()
            )
        return [part for part in self._parts.of(run_id) if part.hash not in known]

    def index(self, run_id: str, *, above: int | None = None, told: Callable[[int], None] | None = None) -> int:
        """How many conversations were put into blocks; `told` hears of each some thousand.

        Those in the database only where there are more than `above` of them (None: as many as pay).
        """
        done = 0
        for part in self._unread(run_id):
            # A broken part stays unread: whoever scores it tells of it, and a repaired one is read next time.
            with suppress(StoreError):
                done += self._index_part(run_id, part, told)
        table = schema.conversations
        loose = (table.c.run_id == run_id, table.c.part.is_(None), table.c.block.is_(None))
        with reading(self._engine) as connection:
            n_loose = connection.execute(sa.select(sa.func.count()).where(*loose)).scalar() or 0
        if n_loose <= (INDEX_ABOVE if above is None else above):
            return done
        while rows := self._rows(*loose, limit=BLOCK_ROWS):
            n = self._write_loose(run_id, rows)
            done += n
            if told is not None and n:
                told(n)
        return done

    def settle(self, run_id: str) -> None:
        """Write the blocks again whose conversations were erased, rewritten or packed, without their words."""
        blocks, table = schema.word_blocks, schema.conversations
        live = (
            sa.select(table.c.block, sa.func.count())
            .where(table.c.run_id == run_id, table.c.block.is_not(None))
            .group_by(table.c.block)
        )
        query = sa.select(blocks.c.part, blocks.c.number, blocks.c.n).where(blocks.c.run_id == run_id)
        with reading(self._engine) as connection:
            held = connection.execute(query).all()
            n_live = {block: n for block, n in connection.execute(live)} if held else {}
        known = {part.hash for part in self._parts.of(run_id)} if held else set()
        gone = sorted({part for part, _, _ in held if part and part not in known})
        if gone:
            with writing(self._engine) as connection:
                connection.execute(blocks.delete().where(blocks.c.run_id == run_id, blocks.c.part.in_(gone)))
        for part, number, n in held:
            if not part and n_live.get(number, 0) != n:
                self._write_again(run_id, number)

    def _index_part(self, run_id: str, part: Part, told: Callable[[int], None] | None) -> int:
        hash_ = part.hash
        table = schema.conversations
        with reading(self._engine) as connection:
            query = sa.select(table.c.id).where(table.c.run_id == run_id, table.c.part == hash_)
            live = set(connection.execute(query).scalars())
        bodies = (row for row in read_part(part.path) if row[0] in live)
        blocks: list[dict[str, Any]] = []
        while rows := list(islice(bodies, BLOCK_ROWS)):
            blocks.append({"run_id": run_id, "part": hash_, "number": len(blocks), **_block(rows)})
            if told is not None:
                told(len(rows))
        blocks = blocks or [{"run_id": run_id, "part": hash_, "number": 0, **_block([])}]
        registered = sa.select(schema.parts.c.hash).where(schema.parts.c.run_id == run_id, schema.parts.c.hash == hash_)
        with writing(self._engine) as connection:
            # An erasure that came between has written the part again, under another name.
            if connection.execute(registered).first() is None or len(live) != self._n_live(connection, run_id, hash_):
                return 0
            here = (schema.word_blocks.c.run_id == run_id, schema.word_blocks.c.part == hash_)
            connection.execute(schema.word_blocks.delete().where(*here))
            connection.execute(schema.word_blocks.insert(), blocks)
        return len(live)

    def _n_live(self, connection: sa.Connection, run_id: str, hash_: str) -> int:
        table = schema.conversations
        here = (table.c.run_id == run_id, table.c.part == hash_)
        return int(connection.execute(sa.select(sa.func.count()).where(*here)).scalar() or 0)

    def _rows(self, *where: sa.ColumnElement[bool], limit: int | None = None) -> list[Body]:
        table = schema.conversations
        query = sa.select(table.c.id, table.c.body).where(*where).limit(limit)
        with reading(self._engine) as connection:
            return [(row.id, bytes(row.body)) for row in connection.execute(query)]

    def _write_loose(self, run_id: str, rows: Sequence[Body]) -> int:
        table, blocks, block = schema.conversations, schema.word_blocks, _block(rows)
        these = (table.c.run_id == run_id, table.c.id.in_([id_ for id_, _ in rows]))
        with writing(self._engine) as connection:
            if not _unchanged(connection, rows, *these, table.c.part.is_(None), table.c.block.is_(None)):
                return 0
            last = sa.select(sa.func.max(blocks.c.number)).where(blocks.c.run_id == run_id, blocks.c.part == "")
            number = (connection.execute(last).scalar() or 0) + 1
            connection.execute(blocks.insert(), {"run_id": run_id, "part": "", "number": number, **block})
            connection.execute(table.update().where(*these).values(block=number))
        return len(rows)

    def _write_again(self, run_id: str, number: int) -> None:
        table, blocks = schema.conversations, schema.word_blocks
        here = (blocks.c.run_id == run_id, blocks.c.part == "", blocks.c.number == number)
        with reading(self._engine) as connection:
            ids = connection.execute(sa.select(blocks.c.ids).where(*here)).scalar()
        these = (table.c.run_id == run_id, table.c.id.in_(_IDS.decode(ids or b"[]")), table.c.block == number)
        while True:
            rows = self._rows(*these)
            block = _block(rows)
            with writing(self._engine) as connection:
                if _unchanged(connection, rows, *these):
                    change = blocks.update().values(**block) if rows else blocks.delete()
                    connection.execute(change.where(*here))
                    return


def _unchanged(connection: sa.Connection, rows: Sequence[Body], *where: sa.ColumnElement[bool]) -> bool:
    """Whether nobody has erased or rewritten one of these conversations while their words were read."""
    table = schema.conversations
    now = {row.id: bytes(row.body) for row in connection.execute(sa.select(table.c.id, table.c.body).where(*where))}
    return now == dict(rows)


def _pieces(text: str) -> list[bytes]:
    # Cut at every sign of ASCII that is no letter or digit: what is looked for is cut in the same way.
    return text.encode("utf-8", "replace").translate(_APART).split()


def _block(rows: Sequence[Body]) -> dict[str, Any]:
    import numpy as np

    places: dict[bytes, list[int]] = defaultdict(list)
    for at, (_, body) in enumerate(rows):
        for word in set(_pieces(said_in(body))):
            places[word].append(at)
    # How many words there are in two halves, how many conversations say each, and then which.
    head = (len(places) & 0xFFFF, len(places) >> 16)
    numbers = np.fromiter(chain(head, map(len, places.values()), chain.from_iterable(places.values())), dtype=_PLACE)
    return {
        "n": len(rows),
        "vocabulary": b"\n".join(places),
        "places": numbers.tobytes(),
        "ids": msgspec.json.encode([id_ for id_, _ in rows]),
    }


def _conversations(vocabulary: bytes, places: bytes, ids: Sequence[str], pieces: Sequence[bytes]) -> Iterator[str]:
    """The ids of conversations that hold a word with each piece; the first pieces, mostly the rarest, decide."""
    import numpy as np

    numbers = np.frombuffer(places, dtype=_PLACE)
    n_words = int(numbers[0]) | int(numbers[1]) << 16
    counts, numbers = numbers[2 : n_words + 2], numbers[n_words + 2 :]
    ends = np.cumsum(counts, dtype=np.int64)
    hit = np.ones(len(ids), dtype=bool)
    for piece in pieces:
        these, words = np.zeros(len(ids), dtype=bool), _holding(vocabulary, piece)
        if len(words) > _MANY_WORDS:
            asked = np.zeros(n_words, dtype=bool)
            asked[words] = True
            these[numbers[np.repeat(asked, counts)]] = True
        else:
            for word in words:
                these[numbers[ends[word] - counts[word] : ends[word]]] = True
        hit &= these
        if np.count_nonzero(hit) <= _FEW:
            break
    yield from (ids[at] for at in np.flatnonzero(hit).tolist())


def _holding(vocabulary: bytes, piece: bytes) -> list[int]:
    """The numbers of the words that hold a piece."""
    found, word, before = [], 0, 0
    at = vocabulary.find(piece)
    while at >= 0:
        word += vocabulary.count(b"\n", before, at)
        found.append(word)
        before = vocabulary.find(b"\n", at)
        at = vocabulary.find(piece, before) if before >= 0 else -1
    return found
