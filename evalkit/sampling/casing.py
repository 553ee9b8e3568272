"""A drawn conversation as a case: its customer in one of three modes, and the checks that the knowledge base allows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from evalkit.knowledge import Knowledge
from evalkit.knowledge.checking import check
from evalkit.knowledge.judgements import knows_answer
from evalkit.language.asks import asks, detail_names
from evalkit.model import Conversation, Turn, content_hash
from evalkit.personal_data import mask
from evalkit.personal_data.surrogates import surrogate
from evalkit.sampling.drawing import Drawn, Sample

Mode = Literal["prefix", "open", "facts"]
SCORERS = ("correctness", "privacy", "compliance", "escalation", "loops", "language", "resolution")
_CHANNELS = frozenset({"chat", "email", "messenger", "whatsapp", "sms", "voice", "web_form"})
_COVERED = re.compile(r"<([A-Z][A-Z_]*?)_(\d+)>|\[([a-z_]+)\]")
_NUMBERED = frozenset({"order_number", "customer_number", "invoice_number", "phone", "postcode", "date", "amount"})
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_SHORT, _MOST_FACTS = 6, 3


@dataclass(frozen=True, slots=True)
class _Said:
    """One message as the case holds it: stand-ins where personal data was covered."""

    role: Literal["customer", "bot", "human"]
    text: str


@dataclass(frozen=True, slots=True)
class _Supported:
    """What the knowledge base says of the answer to the nth customer message."""

    nth: int
    document: str
    fact: str | None
    numbers: tuple[str, ...] = ()


def suite_of(
    sample: Sample, talks: Mapping[str, Conversation], *, mode: Mode, name: str, knowledge: Knowledge | None = None
) -> dict[str, Any]:
    """The plain data of the suite; each case is a draft until a person confirms it."""
    cases = [_case(drawn, talks[drawn.conversation_id], mode, knowledge) for drawn in sample.drawn]
    by = ", ".join(sample.by)
    about = f"Drawn from real conversations by {by}, seed {sample.seed}; drafts until a person confirms them."
    return {"suite": name, "version": 1, "description": about, "scorers": list(SCORERS), "cases": cases}


def _case(drawn: Drawn, talk: Conversation, mode: Mode, knowledge: Knowledge | None) -> dict[str, Any]:
    said = list(_said(talk))
    known = list(_supported(talk, said, knowledge)) if knowledge is not None else []
    head: dict[str, Any] = {"id": f"sampled-{content_hash('sampled', talk.id, length=10)}", "draft": True}
    if talk.language:
        head["language"] = talk.language
    if talk.channel in _CHANNELS and talk.channel != "chat":
        head["channel"] = talk.channel
    if talk.intent:
        head["intent"] = talk.intent
    if talk.task_type:
        head["task_type"] = talk.task_type
    head["tags"] = ["sampled", *(f"known:{document}" for document in sorted({k.document for k in known}))]
    head["origin"] = talk.id
    head["inclusion_probability"] = round(drawn.inclusion_probability, 6)
    customer, expect = _facts(said, known) if mode == "facts" else _recorded(said, known, mode)
    case = {**head, "customer": customer}
    return {**case, "expect": expect} if expect else case


# ---------------------------------------------------------------- the customer


def _said(talk: Conversation) -> Iterator[_Said]:
    """The messages that the customer saw, neighbours of one speaker together, from the customer's first on."""
    last: _Said | None = None
    for turn in talk.turns:
        if turn.role == "system" or turn.kind in {"note", "event"} or not turn.text.strip():
            continue
        text = _stood_in(turn, talk)
        if last is not None and last.role == turn.role:
            last = replace(last, text=f"{last.text}\n{text}")
            continue
        if last is not None:
            yield last
        last = _Said(turn.role, text) if last is not None or turn.role == "customer" else None
    if last is not None:
        yield last


def _stood_in(turn: Turn, talk: Conversation) -> str:
    """The words with stand-ins from reserved ranges where names, addresses and numbers were."""

    def stand_in(hit: re.Match[str]) -> str:
        kind = hit[1] or hit[3].upper()
        digest = hashlib.blake2b(f"{talk.subject_key or talk.id}/{hit[0]}".encode(), digest_size=16).digest()
        return surrogate(kind, "x", digest) or hit[0]

    return _COVERED.sub(stand_in, mask(turn.text).text)


def _recorded(said: Sequence[_Said], known: Sequence[_Supported], mode: Mode) -> tuple[dict[str, Any], list[Any]]:
    recorded: list[dict[str, Any]] = []
    nth = -1
    n_asked = sum(one.role == "customer" for one in said)
    for one in said:
        entry: dict[str, Any] = {one.role: one.text}
        if one.role == "customer":
            nth += 1
            numbers = [n for k in known if k.nth == nth for n in k.numbers]
            # Of a pinned conversation the whole case speaks of its last message; earlier answers by their numbers.
            if mode == "prefix" and numbers and nth < n_asked - 1:
                entry["expect"] = [{"contains": number} for number in dict.fromkeys(numbers)]
        recorded.append(entry)
    about = [k for k in known if mode == "open" or k.nth == n_asked - 1]
    return {"mode": mode, "recorded": recorded}, _required(about)


def _facts(said: Sequence[_Said], known: Sequence[_Supported]) -> tuple[dict[str, Any], list[Any]]:
    """A fact sheet: the errand in the customer's words, and each detail that was asked for and given."""
    wish = next(one.text for one in said if one.role == "customer")
    facts = {"wish": wish}
    names = set(detail_names())
    for before, one in zip(said, said[1:], strict=False):
        if one.role != "customer" or before.role == "customer" or len(one.text.split()) > _SHORT:
            continue
        for slot in asks(before.text, None).slots[:1]:
            if slot in names and slot not in facts and _fits(slot, one.text):
                facts[slot] = one.text
    return {"mode": "facts", "opening": [wish], "facts": facts}, _required(known)


def _fits(slot: str, text: str) -> bool:
    if slot == "email":
        return "@" in text
    return any(c.isdigit() for c in text) if slot in _NUMBERED else True


# ---------------------------------------------------------------- what the knowledge base says


def _supported(talk: Conversation, said: Sequence[_Said], base: Knowledge) -> Iterator[_Supported]:
    """For each answer: the article's own sentence where it supports the answer, else only the article that knows."""
    # By the articles of today: the case is for the bot that answers now.
    nth, question = -1, ""
    for one in said:
        if one.role == "customer":
            nth, question = nth + 1, one.text
            continue
        held = False
        for claim in check(one.text, question, base, talk.language).claims:
            # A guess must not become what every release is held to.
            if claim.verdict == "supported" and claim.confidence == "exact" and claim.evidence:
                span = claim.evidence[0]
                sentence = _sentence(span.passage, span.start, span.end)
                numbers = tuple(n for n in _NUMBER.findall(claim.text) if n in span.passage)
                held = True
                yield _Supported(nth, span.document_id, sentence, numbers)
        if not held and (found := _knows(question, base)) is not None:
            yield _Supported(nth, found, None)


def _knows(question: str, base: Knowledge) -> str | None:
    found = knows_answer(question, base, None)
    return found.document_id if found is not None else None


def _sentence(passage: str, start: int | None, end: int | None) -> str:
    """The sentence of a passage that holds the span."""
    if start is not None:
        for hit in _SENTENCE.finditer(passage):
            if hit.start() <= start < hit.end():
                return hit.group().strip()
    return passage[start:end].strip() if start is not None else passage.strip().split("\n")[0]


def _required(known: Sequence[_Supported]) -> list[Any]:
    facts = list(dict.fromkeys(k.fact for k in known if k.fact))[:_MOST_FACTS]
    documents = list(dict.fromkeys(k.document for k in known))
    found: list[Any] = [{"required_facts": facts}] if facts else []
    return found + ([{"sources": documents[:1]}] if documents else [])
