"""Articles of a knowledge base with their language, audience and validity; text is data and is never obeyed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalkit.errors import KnowledgeError, near_match
from evalkit.knowledge.sitemaps import place_of, sitemap

Audience = Literal["public", "internal"]
MAX_ARTICLE_CHARACTERS = 5_000_000
_SITEMAP = "sitemap.xml"


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of one article. `valid_from` and `valid_to` are inclusive days; None leaves a side open."""

    id: str
    text: str
    title: str = ""
    language: str | None = None
    audience: Audience = "public"
    valid_from: date | None = None
    valid_to: date | None = None
    updated_at: date | None = None
    url: str | None = None
    owner: str | None = None
    translation_of: str | None = None
    supersedes: str | None = None
    version: str | None = None
    path: str | None = None

    def valid_on(self, day: date) -> bool:
        """Whether this version holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def document(record: Mapping[str, Any], where: str = "document") -> Document:
    """A document of a mapping with at least `id` and `text`; other keys than a document's are ignored.

    Raises: KnowledgeError naming the place and the key that is wrong.
    """
    values = {key: record[key] for key in Document.__struct_fields__ if record.get(key) not in (None, "")}
    for key in ("valid_from", "valid_to", "updated_at"):
        if key in values:
            values[key] = _day(values[key], f"{where}: {key}")
    for key in ("id", "version"):
        if key in values:
            values[key] = str(values[key])
    if not values.get("id"):
        raise KnowledgeError(f"{where}: an article needs an id")
    values.setdefault("text", "")
    if len(str(values["text"])) > MAX_ARTICLE_CHARACTERS:
        raise KnowledgeError(f"{where}: article is longer than {MAX_ARTICLE_CHARACTERS:,} characters; split it")
    try:
        made = msgspec.convert(values, Document)
    except msgspec.ValidationError as error:
        raise KnowledgeError(f"{where}: {error}") from error
    if made.valid_from and made.valid_to and made.valid_to < made.valid_from:
        raise KnowledgeError(f"{where}: valid_to {made.valid_to} lies before valid_from {made.valid_from}")
    return made


def read_folder(folder: Path) -> tuple[Document, ...]:
    """Every article of a folder tree (Markdown, HTML, text with front matter; CSV, JSON, JSONL exports), by id.

    A `sitemap.xml` at its top gives saved pages their address and day.

    Raises: KnowledgeError for a missing or empty folder, a file that is not UTF-8, or a broken article.
    """
    if not folder.is_dir():
        raise KnowledgeError(f"{folder}: no such folder; knowledge.folder in evalkit.yaml names where the articles are")
    found: list[Document] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in _READERS:
            found += _READERS[path.suffix.lower()](path, folder)
    if (folder / _SITEMAP).is_file():
        places = sitemap(_read_text(folder / _SITEMAP))
        found = [_placed(each, places) for each in found]
    if not found:
        raise KnowledgeError(f"{folder}: holds no article ({', '.join(sorted(_READERS))})")
    return tuple(found)


def _placed(page: Document, places: Mapping[str, tuple[str, date | None]]) -> Document:
    """A page with the address and day that the sitemap gives it, where its own text gives none."""
    place = place_of(page.path, places) if page.path else None
    if place is None:
        return page
    return msgspec.structs.replace(page, url=page.url or place[0], updated_at=page.updated_at or place[1])


def plain_text(markup: str) -> str:
    """The readable text of HTML: scripts, styles and tags dropped, blocks on their own lines.

    >>> plain_text("<p>Fri <b>frakt</b></p><script>x()</script><li>Över 499&nbsp;kr</li>")
    'Fri frakt\\nÖver 499\\xa0kr'
    """
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collects what a person would read; linear in the markup, also when nothing is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN and self._hidden is None:
            self._hidden = tag
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden is None:
            self.parts.append(data)


_HIDDEN = frozenset({"script", "style", "template", "noscript"})
_BLOCKS = frozenset(
    "p div li ul ol br h1 h2 h3 h4 h5 h6 tr table section article header footer blockquote pre dt dd".split()
)
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{path}: not UTF-8 (byte {error.start}); save the article as UTF-8") from error


def _read_page(path: Path, folder: Path) -> list[Document]:
    import yaml

    text = _read_text(path)
    front: Any = {}
    if found := _FRONT.match(text):
        try:
            front = yaml.load(found[1], Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
        except yaml.YAMLError as error:
            raise KnowledgeError(f"{path}: its front matter is no YAML: {_first_line(error)}") from error
        if not isinstance(front, dict):
            raise KnowledgeError(f"{path}: its front matter is no mapping of key: value")
        for key in front:
            match = near_match(str(key), Document.__struct_fields__)
            if key not in Document.__struct_fields__ and match:
                raise KnowledgeError(f"{path}: unknown front-matter key '{key}'{match}")
        text = text[found.end() :]
    if path.suffix.lower() in {".html", ".htm"}:
        text = plain_text(text)
    here = path.relative_to(folder).as_posix()
    return [
        document(
            {"id": path.relative_to(folder).with_suffix("").as_posix(), **front, "text": text.strip(), "path": here},
            here,
        )
    ]


def _read_csv(path: Path, folder: Path) -> list[Document]:
    text = _read_text(path)
    head = text.splitlines()[0] if text else ""
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    return [document(row, f"{path.relative_to(folder)}:{rows.line_num}") for row in rows]


def _read_jsonl(path: Path, folder: Path) -> list[Document]:
    found = []
    for number, line in enumerate(_read_text(path).splitlines(), 1):
        if line.strip():
            where = f"{path.relative_to(folder)}:{number}"
            found.append(document(_export_record(_json(line, where)), where))
    return found


def _read_json(path: Path, folder: Path) -> list[Document]:
    where = str(path.relative_to(folder))
    loaded = _json(_read_text(path), where)
    if isinstance(loaded, dict):
        # Zendesk Guide exports {"articles": [...]}, Intercom {"data": [...]}.
        loaded = loaded.get("articles") or loaded.get("data") or [loaded]
    return [document(_export_record(item), f"{where}#{n}") for n, item in enumerate(loaded, 1)]


def _export_record(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise KnowledgeError("an article of an export must be an object")
    record = dict(item)
    body = record.get("text") or record.get("body") or ""
    record["text"] = plain_text(str(body)) if "<" in str(body) else str(body)
    locale = str(record.get("language") or record.get("locale") or record.get("default_locale") or "")
    record["language"] = locale.split("-")[0].lower() or None
    record["url"] = record.get("url") or record.get("html_url")
    draft = record.get("draft") is True or record.get("state") == "draft"
    record["audience"] = record.get("audience") or ("internal" if draft or record.get("user_segment_id") else "public")
    return record


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise KnowledgeError(f"{where}: no JSON: {_first_line(error)}") from error


def _day(value: Any, where: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / (1000 if value > 1e11 else 1), tz=UTC).date()
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise KnowledgeError(f"{where} is no ISO date such as 2026-11-01") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


_READERS = {
    ".md": _read_page, ".markdown": _read_page, ".txt": _read_page, ".html": _read_page, ".htm": _read_page,
    ".csv": _read_csv, ".jsonl": _read_jsonl, ".json": _read_json,
}  # fmt: skip


def from_records(records: Iterable[Mapping[str, Any]]) -> tuple[Document, ...]:
    """The documents of mappings, in order. Raises: KnowledgeError."""
    return tuple(document(record, f"document {number}") for number, record in enumerate(records, 1))
