"""HTML of messages read as the text that people saw, without scripts and without the quoted mail below a reply."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "address article blockquote br div dd dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li ol p pre section table td "
    "th tr ul".split()
)
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_QUOTES = re.compile(r"\b(?:gmail_quote|yahoo_quoted|moz-cite-prefix|zendesk_quote|freshdesk_quote|divRplyFwdMsg)\b")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*(?:\n\s*)*|[ ]*\n[ ]*")
_TAG = re.compile(r"<[a-zA-Z/!]")


def text_of_html(source: str) -> str:
    """The visible text; blocks end lines, links keep their address, quoted mail and scripts are left out.

    >>> text_of_html("<p>Hej&nbsp;<b>Anna</b>!</p><p>Se <a href='https://example.com/x'>sidan</a></p>")
    'Hej Anna!\\nSe sidan (https://example.com/x)'
    """
    if not _TAG.search(source):
        return unescape(source) if "&" in source else source
    reader = _Text()
    reader.feed(source)
    reader.close()
    text = _SPACES.sub(" ", "".join(reader.out).replace("\u00a0", " "))
    return _LINES.sub(lambda hit: "\n", text).strip()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._hidden = 0
        self._open: list[str] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if self._hidden or _hides(tag, given):
            if tag not in _VOID:
                self._hidden += 1
                self._open.append(tag)
            return
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _BLOCKS:
            self.out.append("\n")
        if tag == "li":
            self.out.append("- ")
        elif tag == "img" and given.get("alt"):
            self.out.append(given["alt"])
        elif tag == "a":
            self._link = (given.get("href", ""), len(self.out))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        # A tag that was never closed ends with the one around it.
        while self._open:
            last = self._open.pop()
            if self._hidden:
                self._hidden -= 1
            elif last == "a":
                self._close_link()
            elif last in _BLOCKS:
                self.out.append("\n")
            if last == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.out.append(data if "pre" in self._open else re.sub(r"\s+", " ", data))

    def _close_link(self) -> None:
        if self._link is None:
            return
        address, start = self._link
        self._link = None
        shown = "".join(self.out[start:]).strip()
        if address.startswith(("http://", "https://")) and address.rstrip("/") not in shown:
            self.out.append(f" ({address})")


def _hides(tag: str, given: dict[str, str]) -> bool:
    marks = f"{given.get('class', '')} {given.get('id', '')}"
    cited = tag == "blockquote" and given.get("type") == "cite"
    unseen = "display:none" in given.get("style", "").replace(" ", "")
    return tag in _SILENT or cited or unseen or _QUOTES.search(marks) is not None


def without_quoted_mail(text: str) -> str:
    """Plain mail without the trailing lines that quote the message before (`> …`) and the line that introduces them."""
    if "\n>" not in text:
        return text
    lines = text.rstrip().split("\n")
    end = len(lines)
    while end > 1 and (lines[end - 1].startswith(">") or not lines[end - 1].strip()):
        end -= 1
    if end < len(lines) and lines[end - 1].rstrip().endswith(":"):
        end -= 1
    return "\n".join(lines[:end]).rstrip() or text
