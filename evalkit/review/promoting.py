"""Turns a reviewed conversation into a regression case: an entry of a suite file, as a patch, linked both ways."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evalkit.errors import InputError
from evalkit.model import Case, Conversation, Review, content_hash
from evalkit.personal_data import mask
from evalkit.store.store import Store

PROMOTED = "#promoted"
"""The question id under which a conversation remembers its case; the case remembers it by its `origin:` tag."""
_COVERS = {
    "email": "kund@example.com", "phone": "+46 70 174 06 05", "name": "Kim Exempel", "address": "Exempelgatan 1",
}  # fmt: skip
"""Values reserved for examples (RFC 2606; numbers that the Swedish regulator keeps free for fiction)."""
EXAMPLES = frozenset(_COVERS.values())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the bot must do from now on; at least one of these."""

    contains: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    handed_over: bool | None = None
    critical: bool = False

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The checks as a suite writes them."""
        found: list[dict[str, Any]] = [{"contains": text} for text in self.contains]
        found += [{"not_contains": text} for text in self.not_contains]
        if self.handed_over is not None:
            found.append({"handed_over": True} if self.handed_over else {"escalation": "none"})
        return found


@dataclass(frozen=True, slots=True)
class Promotion:
    """A case with its suite file before and after; `patch` is a unified diff for `git apply`."""

    case_id: str
    suite_file: str
    entry: str
    text: str
    patch: str


def suggested(labels: Sequence[Review]) -> Wanted:
    """What the people's labels already say about the right behaviour.

    >>> suggested([Review(id="1", conversation_id="c", question="handover", reviewer="a", label="missed")]).handed_over
    True
    """
    said = {review.question: review.label for review in labels}
    wanted: dict[str, bool] = {"missed": True, "late": True, "unneeded": False}
    return Wanted(handed_over=wanted.get(said.get("handover", "")))


def promote(
    talk: Conversation,
    wanted: Wanted,
    *,
    suite_file: str,
    suite_text: str | None = None,
    case: Case | None = None,
    case_id: str | None = None,
) -> Promotion:
    """The conversation's customer as a case that asks for `wanted`, appended to the suite's text (None: a new file).

    What real customers wrote is replaced by example values where it is personal data; a scripted case keeps its facts.
    Raises: InputError without a customer turn or a check, for a file that is no suite, or for an id it holds already.
    """
    lines = [_said(turn.text, talk, case) for turn in talk.turns if turn.role == "customer" and turn.text.strip()]
    if not lines:
        raise InputError("this conversation holds nothing that the customer said")
    if not wanted.checks:
        raise InputError("say what the bot must do: a text it must hold or avoid, or whether it hands over")
    name = case_id or f"{re.sub(r'[^a-z0-9]+', '-', (talk.intent or 'case').lower()).strip('-')}-{talk.id[:8]}"
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise InputError(f"'{name}' is no case id; expected letters, digits, '-', '_' or '.'")
    entry = _entry(name, lines, talk, case, wanted)
    before = suite_text or ""
    after = _appended(before, entry, suite_file, name)
    return Promotion(name, suite_file, entry, after, _patch(before, after, suite_file))


def remember(store: Store, talk: Conversation, promotion: Promotion, reviewer: str, *, now: datetime) -> Review:
    """The stored link from the conversation to its case."""
    known = [r for r in store.reviews(talk.id, reviewer=reviewer) if r.question == PROMOTED]
    version = len(known) + 1
    review = Review(
        id=content_hash("review", talk.id, PROMOTED, reviewer, version),
        conversation_id=talk.id,
        question=PROMOTED,
        reviewer=reviewer,
        label=f"{promotion.suite_file}#{promotion.case_id}",
        at=now,
        version=version,
    )
    store.add_review(review)
    return review


def _said(text: str, talk: Conversation, case: Case | None) -> str:
    if talk.source == "replay" and case is not None:
        return text
    covered = mask(text).text
    return re.sub(r"\[([a-z_]+)\]", lambda m: _COVERS.get(m[1], m[0]), covered)


def _entry(name: str, lines: Sequence[str], talk: Conversation, case: Case | None, wanted: Wanted) -> str:
    import yaml

    body: dict[str, Any] = {"id": name}
    for key, value in (("language", talk.language), ("intent", talk.intent), ("channel", talk.channel)):
        if value and (key, value) != ("channel", "chat"):
            body[key] = value
    if wanted.critical:
        body["critical"] = True
    body["tags"] = ["regression", f"origin:{talk.id}"]
    if case is not None and case.context.facts:
        context: dict[str, Any] = {"facts": dict(case.context.facts)}
        if case.context.level:
            context["level"] = case.context.level
        body["context"] = context
    body["customer"] = list(lines)
    body["expect"] = wanted.checks
    dumped: str = yaml.dump([body], Dumper=_dumper(), allow_unicode=True, sort_keys=False, width=110)
    return dumped


def _dumper() -> type[Any]:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Indents lists under their key, as the suites are written."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    return Dumper


def _appended(before: str, entry: str, suite_file: str, name: str) -> str:
    if not before.strip():
        stem = re.sub(r"\W+", "-", suite_file.rsplit("/", 1)[-1].rsplit(".", 1)[0]) or "regressions"
        return f"suite: {stem}\nversion: 1\ncases:\n{_indented(entry, '  ')}"
    head = re.search(r"^cases:[ \t]*(?:#.*)?$", before, re.MULTILINE)
    first = re.search(r"^([ \t]*)- ", before[head.end() :], re.MULTILINE) if head else None
    if head is None or first is None:
        raise InputError(f"{suite_file}: expected a suite with `cases:` as a list in lines of its own")
    if re.search(rf"^\s*(?:- )?id:\s*['\"]?{re.escape(name)}['\"]?\s*(?:#.*)?$", before, re.MULTILINE):
        raise InputError(f"{suite_file}: holds a case '{name}' already; give it another id")
    after_cases = re.search(r"^[^\s#-]", before[head.end() :], re.MULTILINE)
    at = head.end() + after_cases.start() if after_cases else len(before)
    above = before[:at] if before[:at].endswith("\n") else before[:at] + "\n"
    return above + _indented(entry, first[1]) + before[at:]


def _indented(entry: str, by: str) -> str:
    return "".join(f"{by}{line}" if line.strip() else line for line in entry.splitlines(keepends=True))


def _patch(before: str, after: str, path: str) -> str:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    source = f"a/{path}" if before else "/dev/null"
    parts = []
    for line in difflib.unified_diff(old, new, source, f"b/{path}"):
        parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
