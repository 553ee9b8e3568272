"""Files of any size read a record at a time: JSON lines, JSON arrays, folders; broken lines are told and passed.

Nothing is copied, and memory holds one record (of at most `MAX_BYTES`).
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from evalkit.errors import InputError, TranscriptError, near_match
from evalkit.transcripts.ledger import Ledger

MAX_BYTES = 16_000_000
"""One line, or one element of an array; a longer one is reported and passed over unread."""
_SNIFFED = 1_000_000
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NEXT_ELEMENT = re.compile(r"\}\s*,\s*(?=\{)")
CUT_OFF = "the file ends in the middle of a record: is the download complete?"


class Record(NamedTuple):
    """One object of a file, and the 1-based line where it begins."""

    line: int
    data: Any


@dataclass(slots=True)
class Source:
    """A file or a folder of files, and how far it has been read."""

    path: Path
    encoding: str | None = None
    done: int = 0
    """Bytes read so far."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in the order of their names. Raises: TranscriptError where there is none."""
        if self.path.is_dir():
            found = tuple(sorted(p for p in self.path.iterdir() if p.is_file() and not p.name.startswith(".")))
            if not found:
                raise TranscriptError(f"{self.path}: the folder holds no file")
            return found
        if not self.path.exists():
            beside = [p.name for p in self.path.parent.iterdir()] if self.path.parent.is_dir() else []
            raise TranscriptError(f"{self.path}: no such file{near_match(self.path.name, beside)}")
        return (self.path,)

    @property
    def n_bytes(self) -> int:
        """The size of all files."""
        return sum(path.stat().st_size for path in self.files)

    def encoding_of(self, path: Path) -> str:
        """The encoding of a file: the given one, else by its first bytes. Raises: TranscriptError when it is empty."""
        with opened(path) as stream:
            head = stream.read(_SNIFFED)
        if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise TranscriptError(f"{path}: the file is empty")
        if self.encoding:
            try:
                return codecs.lookup(self.encoding).name
            except LookupError as error:
                known = ("utf-8", "utf-16", "windows-1252", "iso-8859-1")
                raise InputError(
                    f"unknown encoding '{self.encoding}'{near_match(self.encoding, known)} (such as {', '.join(known)})"
                ) from error
        for mark, name in _BOMS:
            if head.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(head)
        except UnicodeDecodeError:
            # Nordic spreadsheets save in Windows-1252; a single bad byte in a UTF-8 file is that line's fault.
            return "utf-8" if _mostly_utf8(head) else "cp1252"
        return "utf-8"


def opened(path: Path) -> IO[bytes]:
    """A file for reading, unpacked where its name ends in `.gz`. Raises: TranscriptError."""
    try:
        return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise TranscriptError(f"{path}: cannot be read: {error.strerror}") from error


def lines(path: Path, source: Source, ledger: Ledger) -> Iterator[tuple[int, int, bytes]]:
    """(line number, byte offset, line) of a file, too long ones left out and told."""
    number = offset = 0
    with opened(path) as stream:
        while line := stream.readline(MAX_BYTES):
            number += 1
            start, offset = offset, offset + len(line)
            if len(line) >= MAX_BYTES and not line.endswith(b"\n"):
                while rest := stream.readline(MAX_BYTES):
                    offset += len(rest)
                    if rest.endswith(b"\n"):
                        break
                ledger.drop("line", f"longer than {MAX_BYTES // 1_000_000} MB", number)
                continue
            source.done += offset - start
            yield number, start, line


def json_records(
    source: Source, ledger: Ledger, *, containers: Sequence[str] = (), files: Sequence[Path] | None = None
) -> Iterator[Record]:
    """The objects of all files: JSON lines, a JSON array, or a document whose list stands under a container's name."""
    for path in files if files is not None else source.files:
        encoding = source.encoding_of(path)
        yield from _of_file(path, encoding, source, ledger, containers)


def _of_file(path: Path, encoding: str, source: Source, ledger: Ledger, containers: Sequence[str]) -> Iterator[Record]:
    with opened(path) as stream:
        head = stream.readline(MAX_BYTES).decode(encoding, "replace").lstrip("\ufeff \t\r\n")
        while not head:
            head = stream.readline(MAX_BYTES).decode(encoding, "replace").lstrip("\ufeff \t\r\n")
        after = stream.readline(1_000).lstrip()
    if head.startswith("[") or encoding == "utf-16":
        yield from _elements(path, encoding, source, ledger)
    elif not after.startswith(b"{") and _is_document(head, path):
        yield from _document(path, encoding, source, ledger, containers)
    else:
        for number, _, line in lines(path, source, ledger):
            record = decoded(line, encoding, ledger, number)
            if record is not None:
                for part in _contained(record, containers):
                    yield Record(number, part)


def decoded(line: bytes, encoding: str, ledger: Ledger, number: int) -> Any:
    """The JSON value of a line, None for a blank or a broken one, which is told."""
    line = line.strip().removeprefix(codecs.BOM_UTF8)
    if not line:
        return None
    try:
        return msgspec.json.decode(line if encoding == "utf-8" else line.decode(encoding).encode())
    except UnicodeDecodeError:
        ledger.drop("line", f"bytes that are not {encoding}; --encoding names another", number)
    except (msgspec.DecodeError, RecursionError):
        # NaN and lone surrogates are no JSON, and yet what some exports write.
        try:
            return json.loads(line.decode(encoding))
        except UnicodeDecodeError:
            ledger.drop("line", f"bytes that are not {encoding}; --encoding names another", number)
        except (ValueError, RecursionError):
            ledger.drop("line", "not JSON" if line.endswith((b"}", b"]")) else f"not JSON; {CUT_OFF}", number)
    return None


def _is_document(head: str, path: Path) -> bool:
    if not head.startswith("{"):
        return False
    try:
        msgspec.json.decode(head)
    except (msgspec.DecodeError, RecursionError):
        # A first line that is only the beginning of an object.
        return not head.rstrip().endswith("}") and path.stat().st_size < 20 * MAX_BYTES
    return False


def _document(path: Path, encoding: str, source: Source, ledger: Ledger, containers: Sequence[str]) -> Iterator[Record]:
    with opened(path) as stream:
        raw = stream.read()
    source.done += len(raw)
    try:
        value = json.loads(raw.decode("utf-8-sig" if encoding == "utf-8" else encoding))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        ledger.drop("line", f"not JSON; {CUT_OFF}", line)
        return
    for part in _contained(value, containers):
        yield Record(1, part)


def _contained(value: Any, containers: Sequence[str]) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    for name in containers:
        if isinstance(value, dict) and isinstance(value.get(name), list):
            return value[name]  # type: ignore[no-any-return]
    # Singer taps wrap each record.
    if isinstance(value, dict) and value.get("type") in ("SCHEMA", "STATE") and len(value) < 6:
        return ()
    if isinstance(value, dict) and value.get("type") == "RECORD" and isinstance(value.get("record"), dict):
        return (value["record"],)
    return (value,)


def _elements(path: Path, encoding: str, source: Source, ledger: Ledger) -> Iterator[Record]:
    decoder = json.JSONDecoder()
    make = codecs.getincrementaldecoder(encoding)(errors="replace")
    buffer, at, line, ended, chunk, listed = "", 0, 1, False, _CHUNK, False
    with opened(path) as stream:
        while True:
            while at < len(buffer) and buffer[at] in " \t\r\n,[\ufeff":
                line += buffer[at] == "\n"
                listed = listed or buffer[at] == "["
                at += 1
            if at >= len(buffer) and ended:
                if listed:
                    ledger.drop("line", CUT_OFF, line)
                return
            if at < len(buffer) and buffer[at] == "]":
                return
            try:
                value, end = decoder.raw_decode(buffer, at)
            except (ValueError, RecursionError):
                if not ended and len(buffer) - at < MAX_BYTES:
                    raw = stream.read(chunk)
                    source.done += len(raw)
                    ended = not raw
                    # An element that does not fit makes the next piece larger, so that trying again stays linear.
                    chunk = min(chunk * 2, MAX_BYTES) if len(buffer) - at > _CHUNK else _CHUNK
                    buffer, at = buffer[at:] + make.decode(raw, final=ended), 0
                    continue
                found = _NEXT_ELEMENT.search(buffer, at + 1)
                ledger.drop("line", "not JSON" if found else CUT_OFF, line)
                if found is None:
                    return
                line += buffer.count("\n", at, found.end())
                at = found.end()
                continue
            yield Record(line, value)
            line += buffer.count("\n", at, end)
            at = end


def _mostly_utf8(head: bytes) -> bool:
    good = len(re.findall(rb"[\xc3\xe2][\x80-\xbf]", head))
    return good > 3 * len(re.findall(rb"[\xc0-\xff](?![\x80-\xbf])", head))
