"""YAML with places: plain data of a file, and the line and column of everything in it. Nothing is ever constructed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from evalkit.errors import Fault, SuiteError

MAX_BYTES = 20_000_000
MAX_NODES = 2_000_000
"""Nodes after aliases are expanded; a bomb is caught before anything is built."""
MAX_DEPTH = 60

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp")
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path_ = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file: its plain data (YAML 1.2 scalars, so `no` stays a word), and where each part stands."""

    path: str
    data: Any
    faults: tuple[Fault, ...]
    _root: Any = None
    _lines: tuple[str, ...] = field(default=())

    def fault(self, path: Path_, message: str, *, key: bool = False) -> Fault:
        """A fault at the value that a path of keys and indices leads to, or at the last key itself."""
        line, column = self._place(path, key=key)
        excerpt = self._lines[line - 1] if line <= len(self._lines) else ""
        if len(excerpt) > 120:
            excerpt = excerpt[:117] + "..."
        return Fault(self.path, line, column, message, excerpt)

    def line(self, path: Path_) -> int:
        """The 1-based line of the value at a path."""
        return self._place(path, key=False)[0]

    def _place(self, path: Path_, *, key: bool) -> tuple[int, int]:
        node, mark = self._root, getattr(self._root, "start_mark", None)
        for number, step in enumerate(path):
            last = number == len(path) - 1
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
                if pair is None:
                    break
                node, mark = pair[1], pair[0].start_mark if key and last else pair[1].start_mark
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                mark = node.start_mark
            else:
                break
        return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def read_source(path: Path, shown_as: str | None = None) -> Source:
    """The source of a file.

    Raises: SuiteError when it is missing, too long, not UTF-8 or not YAML.
    """
    shown = shown_as or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SuiteError([Fault(shown, 1, 1, f"cannot be read: {error.strerror or type(error).__name__}")]) from error
    return parse_source(raw, shown)


def parse_source(raw: bytes, shown: str) -> Source:
    """The source of a file's bytes. Raises: SuiteError."""
    if len(raw) > MAX_BYTES:
        raise SuiteError(
            [Fault(shown, 1, 1, f"{len(raw):,} bytes; a suite file holds at most {MAX_BYTES:,}: split it")]
        )
    text = decoded(raw, shown)
    lines = tuple(text.splitlines())
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise SuiteError([_syntax(shown, lines, error)]) from error
    except yaml.YAMLError as error:  # a character that YAML forbids has no mark
        raise SuiteError([Fault(shown, 1, 1, f"not YAML: {str(error).splitlines()[0]}")]) from error
    except RecursionError as error:
        raise SuiteError([Fault(shown, 1, 1, f"nested deeper than {MAX_DEPTH} levels")]) from error
    return _built(shown, lines, root)


def decoded(raw: bytes, shown: str) -> str:
    """The UTF-8 text of a file's bytes. Raises: SuiteError at the first byte that is none."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SuiteError([Fault(shown, 1, 1, "the file is UTF-16; save it as UTF-8")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 (Latin-1?); save the file as UTF-8"
        raise SuiteError([Fault(shown, line, column, message)]) from error


def _syntax(shown: str, lines: tuple[str, ...], error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    excerpt = lines[line - 1][:120] if line <= len(lines) else ""
    hint = "; indent with spaces, not tabs" if "\\t" in str(error.problem) or "\t" in excerpt else ""
    return Fault(shown, line, column, f"not YAML: {error.problem or error.context}{hint}", excerpt)


def _built(shown: str, lines: tuple[str, ...], root: Any) -> Source:
    builder = _Builder(Source(shown, None, (), root, lines))
    if root is None:
        return Source(shown, None, (), None, lines)
    if builder.size(root, 0) > MAX_NODES:
        raise SuiteError([Fault(shown, 1, 1, f"aliases expand to more than {MAX_NODES:,} nodes; write the values out")])
    data = builder.build(root)
    return Source(shown, data, tuple(builder.faults), root, lines)


class _Builder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self.faults: list[Fault] = []
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def size(self, node: Any, depth: int) -> int:
        known = self._sizes.get(id(node))
        if known is not None:
            return known
        if id(node) in self._open:
            raise SuiteError([self._at(node, "an alias contains itself")])
        if depth > MAX_DEPTH:
            raise SuiteError([self._at(node, f"nested deeper than {MAX_DEPTH} levels")])
        if isinstance(node, yaml.ScalarNode):
            return 1
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            total = 1 + sum(self.size(k, depth + 1) + self.size(v, depth + 1) for k, v in node.value)
        else:
            total = 1 + sum(self.size(child, depth + 1) for child in node.value)
        self._open.discard(id(node))
        self._sizes[id(node)] = total
        return total

    def build(self, node: Any) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child) for child in node.value]
        made: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.faults.append(self._at(key, "a key must be a plain word"))
                continue
            if key.value in made:
                self.faults.append(self._at(key, f"duplicate key '{key.value}'; the first one stands above"))
                continue
            if key.value == "<<":
                self.faults.append(
                    self._at(key, "merge keys (<<) are not YAML 1.2; write the keys out, or use `defaults`")
                )
                continue
            made[key.value] = self.build(value)
        return made

    def _scalar(self, node: Any) -> Any:
        if node.tag not in _TAGS and not node.tag.endswith((":merge", ":value")):
            self.faults.append(self._at(node, f"tag '{node.tag}' is not allowed"))
            return None
        text: str = node.value
        if node.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.match(text) and len(text) < 20:
            return int(text)
        if _FLOAT.match(text) and len(text) < 40:
            return float(text)
        return text

    def _at(self, node: Any, message: str) -> Fault:
        mark = node.start_mark
        lines = self._source._lines
        excerpt = lines[mark.line][:120] if mark.line < len(lines) else ""
        return Fault(self._source.path, mark.line + 1, mark.column + 1, message, excerpt)
