"""Streams as they arrive: server-sent events, JSON lines and plain text from any cut of bytes.

Source: WHATWG HTML, §9.2 Server-sent events.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Literal, NamedTuple

from evalkit.errors import BotError

StreamFormat = Literal["sse", "ndjson", "text"]


class Event(NamedTuple):
    """One piece of a stream: its data, and the name that server-sent events may give it."""

    data: str
    name: str = "message"


class EventReader:
    """Events of `text/event-stream`.

    >>> reader = EventReader()
    >>> reader.feed(b'event: delta\\ndata: he'), reader.feed(b'j\\n\\n: ping\\n\\n')
    ([], [Event(data='hej', name='delta')])
    """

    def __init__(self) -> None:
        self._lines = LineReader()
        self._data: list[str] = []
        self._name = ""

    def feed(self, piece: bytes) -> list[Event]:
        """The events that this piece completes."""
        return self._events(self._lines.feed(piece))

    def end(self) -> list[Event]:
        """The event that a stream without a last blank line leaves open."""
        return self._events([*self._lines.end(), Event("")])

    def _events(self, lines: list[Event]) -> list[Event]:
        events = []
        for line in lines:
            text = line.data
            if not text:
                if self._data:
                    events.append(Event("\n".join(self._data), self._name or "message"))
                self._data, self._name = [], ""
                continue
            field, _, value = text.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                self._data.append(value)
            elif field == "event":
                self._name = value
        return events


class LineReader:
    """Lines, ended by LF, CR LF or CR, in UTF-8 with or without a byte-order mark."""

    def __init__(self) -> None:
        self._text = TextReader()
        self._parts: list[str] = []
        self._after_cr = False

    def feed(self, piece: bytes) -> list[Event]:
        """The lines that this piece completes."""
        text = "".join(event.data for event in self._text.feed(piece))
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if "\n" not in text and "\r" not in text:
            self._parts.append(text)
            return []
        self._after_cr = text.endswith("\r")
        *whole, rest = ("".join(self._parts) + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._parts = [rest]
        return [Event(line) for line in whole]

    def end(self) -> list[Event]:
        """The last line, where nothing ended it."""
        rest = "".join([*self._parts, *(event.data for event in self._text.end())])
        self._parts = []
        return [Event(rest)] if rest else []


class TextReader:
    """Text, with characters that a cut divides put together again."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._broken = False

    def feed(self, piece: bytes) -> list[Event]:
        """The text of this piece. Raises: BotError when it is not UTF-8."""
        return self._decoded(piece, final=False)

    def end(self) -> list[Event]:
        """What a half character at the end leaves. Raises: BotError."""
        return self._decoded(b"", final=True)

    def _decoded(self, piece: bytes, *, final: bool) -> list[Event]:
        if self._broken:
            raise BotError("the stream is not UTF-8")
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError as error:
            # What came before the broken byte has arrived; the next call fails.
            self._broken = True
            text = error.object[: error.start].decode("utf-8-sig")
        return [Event(text)] if text else []


Reader = EventReader | LineReader | TextReader
READERS: dict[StreamFormat, Callable[[], Reader]] = {"sse": EventReader, "ndjson": LineReader, "text": TextReader}
CONTENT_TYPES: dict[StreamFormat, tuple[str, ...]] = {
    "sse": ("text/event-stream",),
    "ndjson": ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines",
               "application/json", "application/stream+json", "text/plain", "application/octet-stream"),
    "text": ("text/plain", "text/markdown", "text/html", "application/octet-stream"),
}  # fmt: skip
"""What a stream of this format may call itself."""
