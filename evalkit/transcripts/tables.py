"""CSV files as Nordic offices write them: any delimiter, byte-order marks, Windows-1252, `sep=;`, quoted line ends."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from evalkit.errors import TranscriptError
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.reading import Record, Source, lines

_DELIMITERS = (";", ",", "\t", "|")
_FIELD_BYTES = 4_000_000


def table_records(source: Source, ledger: Ledger, *, delimiter: str | None = None) -> Iterator[Record]:
    """The rows of all files as dictionaries of text. Raises: TranscriptError for a file without a usable header."""
    csv.field_size_limit(_FIELD_BYTES)
    for path in source.files:
        text = _Lines(source, ledger, path, source.encoding_of(path))
        iterator = iter(text)
        first = next(iterator, "")
        if first.lower().startswith("sep=") and len(first.strip()) == 5:
            delimiter = delimiter or first.strip()[-1]
            first = next(iterator, "")
        mark = delimiter or delimiter_of(first)
        reader = csv.reader(chain([first], iterator), delimiter=mark)
        header = [name.strip() for name in _header(reader, str(path))]
        yield from _rows(reader, header, text, ledger)


def _header(reader: Iterator[list[str]], where: str) -> list[str]:
    header = next(reader, [])
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if names.count(name) > 1})
    if len(names) < 2 or "" in names or twice:
        what = f"names a column twice ({', '.join(twice)})" if twice else "has an empty name or fewer than two columns"
        raise TranscriptError(
            f"{where}:1: the header {what}; `delimiter:` of the mapping sets the sign between columns"
        )
    return names


def _rows(reader: Iterator[list[str]], header: list[str], text: _Lines, ledger: Ledger) -> Iterator[Record]:
    width = len(header)
    while True:
        begun = text.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            text.spoiled = False
            ledger.drop("line", f"not a row ({error})", begun)
            continue
        if not row:
            continue
        if text.spoiled:
            text.spoiled = False
            ledger.drop("line", f"bytes that are not {text.encoding}; --encoding names another", begun)
            continue
        if len(row) != width and any(row[width:]) or len(row) < width:
            ledger.drop("line", f"{len(row)} fields where the header has {width}", begun)
            continue
        yield Record(begun, dict(zip(header, row, strict=False)))


def delimiter_of(header: str) -> str:
    """The sign between the columns of a header line: the most frequent one outside quotes.

    >>> delimiter_of('id;"a,b,c";text')
    ';'
    """
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=lambda mark: (outside.count(mark), -_DELIMITERS.index(mark)))


class _Lines:
    """The decoded lines of a file, with the number of the last one that was read."""

    def __init__(self, source: Source, ledger: Ledger, path: object, encoding: str) -> None:
        self.number = 0
        self.spoiled = False
        self.encoding = encoding
        self._source, self._ledger, self._path = source, ledger, path

    def __iter__(self) -> Iterator[str]:
        if self.encoding == "utf-16":
            yield from self._wide()
            return
        for number, _, line in lines(self._path, self._source, self._ledger):  # type: ignore[arg-type]
            self.number = number
            try:
                text = line.decode(self.encoding)
            except UnicodeDecodeError:
                self.spoiled = True
                text = line.decode(self.encoding, "replace")
            yield text.removeprefix("\ufeff") if number == 1 else text

    def _wide(self) -> Iterator[str]:
        import io

        from evalkit.transcripts.reading import opened

        with opened(self._path) as stream:  # type: ignore[arg-type]
            for number, text in enumerate(io.TextIOWrapper(stream, "utf-16", errors="replace", newline=""), 1):
                self.number = number
                self._source.done += 2 * len(text)
                yield text
