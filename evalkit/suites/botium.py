"""Botium's text files as a suite: conversations, utterance lists, partial conversations and scripting memory.

Source: the file formats that Botium documents (BotiumScript in composed text files).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evalkit.errors import Fault, InputError, SuiteError, near_match
from evalkit.suites.yaml_source import decoded

_SECTION = re.compile(r"#(me|bot|include|begin|end)\b[ \t]*(.*)\Z", re.IGNORECASE)
_KEYWORD = re.compile(r"(!?)([A-Z][A-Z0-9_]{2,})(?:[ \t|]+(.*))?\Z")
_VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
_HOOKS = frozenset(
    {"PAUSE", "WAITFORBOT", "INCLUDE", "BUTTON", "SET_SCRIPTING_MEMORY", "CLEAR_SCRIPTING_MEMORY", "BUTTONS", "MEDIA",
     "CARDS", "FORM", "FORMS", "INTENT", "ENTITIES", "ENTITY_VALUES", "JSON_PATH", "TEXT", "TEXT_REGEXP",
     "TEXT_REGEXP_IC", "TEXT_CONTAINS_ANY", "TEXT_CONTAINS_ANY_IC", "TEXT_CONTAINS_ALL", "TEXT_CONTAINS_ALL_IC",
     "PAUSE_ASSERTER", "UPDATE_CUSTOM", "INTENT_CONFIDENCE", "INTENT_UNIQUE", "BOT_CONSUMED", "USER_INPUT", "LINK",
     "HAS_LINK", "ASSIGN_SCRIPTING_MEMORY", "CONDITIONAL_STEP_TIME_RANGE", "ORDERED_LIST_TO_BUTTON", "HYPERLINK"}
)  # fmt: skip
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class _Step:
    """One section of a conversation: who, its lines, and where it begins."""

    who: str
    lines: tuple[str, ...]
    path: str
    line: int


@dataclass(slots=True)
class _Files:
    convos: dict[str, list[_Step]] = field(default_factory=dict)
    partials: dict[str, list[_Step]] = field(default_factory=dict)
    utterances: dict[str, list[str]] = field(default_factory=dict)
    memory: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)


def read_botium(folder: Path, language: str | None = None) -> tuple[dict[str, Any], list[str]]:
    """The plain data of a suite, and notes on what has no counterpart here and was left out.

    Raises: InputError without a conversation file; SuiteError with each fault's place.
    """
    paths = sorted(p for p in folder.rglob("*.txt")) if folder.is_dir() else []
    found = _Files()
    for path in paths:
        _read(found, path)
    if not found.convos and not found.faults:
        raise InputError(f"{folder}: no Botium conversations; expected files such as returns.convo.txt")
    cases: list[dict[str, Any]] = []
    for name, steps in found.convos.items():
        for suffix, memory in _rows(found, steps):
            cases += _cases(found, f"{name}{suffix}", steps, memory)
    if found.faults:
        raise SuiteError(sorted(set(found.faults), key=lambda f: (f.path, f.line)))
    suite: dict[str, Any] = {"suite": folder.resolve().name or "botium", "version": 1}
    if language:
        suite["defaults"] = {"language": language}
    suite["scorers"] = ["expect", "privacy", "compliance", "loops"]
    return {**suite, "cases": _distinct(cases)}, list(found.notes)


# ---------------------------------------------------------------- reading the files


def _read(found: _Files, path: Path) -> None:
    lines = decoded(path.read_bytes(), str(path)).splitlines()
    name = path.name.lower()
    if name.endswith(".utterances.txt"):
        texts = [line.strip() for line in lines if line.strip()]
        if texts:
            found.utterances.setdefault(texts[0], []).extend(texts[1:])
    elif name.endswith(".scriptingmemory.txt"):
        _memory(found, path, lines)
    elif name.endswith((".convo.txt", ".pconvo.txt")):
        title, steps = _steps(path, lines)
        into = found.partials if name.endswith(".pconvo.txt") else found.convos
        title = title or path.name.split(".")[0]
        if title in into:
            found.faults.append(Fault(str(path), 1, 1, f"duplicate conversation '{title}'"))
        if not steps:
            found.faults.append(Fault(str(path), 1, 1, "no #me or #bot section; expected one"))
            return
        into[title] = steps


def _steps(path: Path, lines: Sequence[str]) -> tuple[str, list[_Step]]:
    title, steps, current = "", [], None
    for number, line in enumerate(lines, 1):
        if header := _SECTION.match(line.strip()):
            current = _Step(header[1].lower(), (header[2].strip(),) if header[2].strip() else (), str(path), number)
            steps.append(current)
        elif current is None:
            title = title or line.strip()
        elif line.strip():
            current = replace(current, lines=(*current.lines, line.strip()))
            steps[-1] = current
    return title, steps


def _memory(found: _Files, path: Path, lines: Sequence[str]) -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]
    if not rows:
        return
    names = rows[0][1:]
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            found.faults.append(Fault(str(path), number, 1, f"expected {len(rows[0])} columns, found {len(row)}"))
            continue
        found.memory.setdefault(row[0], {}).update(zip(names, row[1:], strict=True))


def _rows(found: _Files, steps: Sequence[_Step]) -> list[tuple[str, dict[str, str]]]:
    """The rows of the scripting memory that a conversation's variables need; one empty row where it has none."""
    used = {name for step in steps for line in step.lines for name in _VARIABLE.findall(line)}
    rows = [(f"-{row}", values) for row, values in found.memory.items() if used & set(values)]
    return rows or [("", {})]


# ---------------------------------------------------------------- writing the cases


def _cases(found: _Files, name: str, steps: Sequence[_Step], memory: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    whole = [_filled(step, memory) for step in _included(found, steps, 0)]
    first = next((step for step in whole if step.who == "me"), None)
    if first is None:
        step = steps[0]
        found.faults.append(Fault(step.path, step.line, 1, f"conversation '{name}' without a #me section"))
        return
    ways = next((found.utterances[line] for line in first.lines if line in found.utterances), [])
    for n, way in enumerate(ways or [""], 1):
        id_ = re.sub(r"[\s/\\]+", "-", name.strip()) + (f"-{n}" if len(ways) > 1 else "")
        yield _case(found, id_[:110], name, whole, way)


def _included(found: _Files, steps: Sequence[_Step], depth: int) -> Iterator[_Step]:
    for step in steps:
        names = list(step.lines[:1]) if step.who == "include" else []
        rest = []
        for line in step.lines if step.who != "include" else ():
            hook = _KEYWORD.match(line)
            if hook and hook[2] == "INCLUDE" and hook[3]:
                names.append(hook[3].split("|")[0].strip())
            else:
                rest.append(line)
        if step.who in {"me", "bot"} and (rest or not names):
            yield replace(step, lines=tuple(rest))
        for name in names:
            if name not in found.partials or depth >= _DEEPEST:
                why = "includes itself" if name in found.partials else "is unknown"
                message = f"partial conversation '{name}' {why}{near_match(name, tuple(found.partials))}"
                found.faults.append(Fault(step.path, step.line, 1, message))
                continue
            yield from _included(found, found.partials[name], depth + 1)


def _filled(step: _Step, memory: Mapping[str, str]) -> _Step:
    return replace(
        step, lines=tuple(_VARIABLE.sub(lambda v: memory.get(v.group(), v.group()), line) for line in step.lines)
    )


def _case(found: _Files, id_: str, title: str, steps: Sequence[_Step], first: str) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    general: list[dict[str, Any]] = []
    for step in steps:
        if step.who == "me":
            lines.append(_said(found, step, first if not lines else ""))
            continue
        checks = list(_expected(found, step))
        if lines:
            lines[-1].setdefault("expect", []).extend(checks)
        else:
            general += checks
    for line in lines:
        if not line.get("expect"):
            line.pop("expect", None)
    customer = [line["say"] if set(line) == {"say"} else line for line in lines]
    case: dict[str, Any] = {"id": id_, "title": title, "tags": ["botium"], "customer": customer}
    return {**case, "expect": general} if general else case


def _said(found: _Files, step: _Step, chosen: str) -> dict[str, Any]:
    texts: list[str] = []
    line: dict[str, Any] = {}
    for text in step.lines:
        hook = _KEYWORD.match(text)
        if text in found.utterances:
            texts.append(chosen or (found.utterances[text] or [text])[0])
        elif hook and hook[2] == "BUTTON" and hook[3]:
            line["press"] = hook[3].split("|")[0].strip()
        elif hook and hook[2] == "PAUSE" and (hook[3] or "").strip().isdigit():
            line["pause_s"] = int(hook[3]) / 1000
        elif hook and hook[2] in _HOOKS:
            _note(found, step, hook[2])
        else:
            texts.append(text)
    if "press" not in line:
        line["say"] = "\n".join(texts)
    return line


def _expected(found: _Files, step: _Step) -> Iterator[dict[str, Any]]:
    plain: list[str] = []
    for raw in step.lines:
        if raw.startswith("?"):
            _note(found, step, "an optional line of the bot")
            continue
        negated, text = raw.startswith("!"), raw.lstrip("!").strip()
        hook = _KEYWORD.match(text)
        if text in found.utterances:
            checks = [{"contains_any": found.utterances[text] or [text]}]
        elif hook and hook[2] in _HOOKS:
            checks = list(_asserted(found, step, hook[2], hook[3] or ""))
        elif negated:
            checks = [_contains(text)]
        else:
            plain.append(text)
            continue
        yield from ({"never": check} if negated else check for check in checks)
    yield from map(_contains, plain)


def _asserted(found: _Files, step: _Step, name: str, rest: str) -> Iterator[dict[str, Any]]:
    args = [part.strip() for part in rest.split("|") if part.strip()]
    base = name.removesuffix("_IC")
    if base == "TEXT_CONTAINS_ANY" and args:
        yield {"contains_any": args}
    elif base in {"TEXT_CONTAINS_ALL", "TEXT"} and args:
        yield {"contains": args}
    elif base == "TEXT_REGEXP" and args:
        yield {"regex": rest.strip()}
    elif base == "BUTTONS" and args:
        yield {"buttons": args}
    else:
        _note(found, step, name)


def _contains(text: str) -> dict[str, Any]:
    if "*" in text or _VARIABLE.search(text):
        parts = re.split(r"\*|\$[A-Za-z_][A-Za-z0-9_]*", text)
        return {"regex": ".*".join(re.escape(part) for part in parts)}
    return {"contains": text}


def _note(found: _Files, step: _Step, what: str) -> None:
    found.notes[f"{step.path}:{step.line}: {what} has no counterpart and was left out"] = None


def _distinct(cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: dict[str, int] = {}
    out = []
    for case in cases:
        n = seen[case["id"]] = seen.get(case["id"], 0) + 1
        out.append(case if n == 1 else {**case, "id": f"{case['id']}-{n}"})
    return out
