"""The state of a knowledge base: ages, languages, duplicates, contradictions, broken links, articles nobody tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from evalkit.knowledge.base import Knowledge
from evalkit.knowledge.comparing import compare
from evalkit.knowledge.documents import Document
from evalkit.knowledge.judgements import content_overlap
from evalkit.knowledge.reading.statements import Statement
from evalkit.knowledge.reading.wording import wording
from evalkit.language.detection import detect
from evalkit.text.tokens import jaccard, text_ngrams, words

_ALIKE = 0.85
_MUTUAL = 0.75
_OLD_DAYS = 365
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NEAREST = 4


@dataclass(frozen=True, slots=True)
class KbFinding:
    """One thing to mend: the rule, the article, and what was found; `other` names the article beside it."""

    rule: str
    document_id: str
    message: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class KbState:
    """A knowledge base at a glance, and what to mend, worst first."""

    n_documents: int
    n_valid: int
    by_language: dict[str, int]
    by_owner: dict[str, int]
    findings: tuple[KbFinding, ...]


_ORDER = ("contradiction", "overlap", "circle", "expired", "duplicate", "link", "language", "old", "owner", "unused")


def checkup(base: Knowledge, *, on: date, questions: Iterable[str] = ()) -> KbState:
    """The state of a knowledge base on a day; `questions` are what the tests ask, none = use is not checked.

    >>> base = Knowledge.from_texts(["Frakten kostar 49 kr.", "Frakten kostar 59 kr."])
    >>> checkup(base, on=date(2026, 1, 1)).findings[0].rule
    'contradiction'
    """
    valid = [document for document in base.documents if document.valid_on(on)]
    asked = list(questions)
    findings = [
        *_contradictions(base, on), *_overlaps(base.documents), *_circles(base.documents),
        *_expired(base.documents, on), *_duplicates(base, on), *_links(base), *_languages(valid), *_old(valid, on),
        *_owners(valid), *(_unused(base, valid, asked, on) if asked else ()),
    ]  # fmt: skip
    return KbState(
        n_documents=len(base.documents),
        n_valid=len(valid),
        by_language=dict(Counter(document.language or "unknown" for document in valid).most_common()),
        by_owner=dict(Counter(document.owner or "nobody" for document in valid).most_common()),
        findings=tuple(sorted(findings, key=lambda f: (_ORDER.index(f.rule), f.document_id, f.other or ""))),
    )


def _contradictions(base: Knowledge, on: date) -> Iterator[KbFinding]:
    """The same thing with another amount in two articles that hold on the same day."""
    told: set[frozenset[str]] = set()
    mask = base.mask(on, "public")
    for number, passage in enumerate(base.passages):
        if not mask[number]:
            continue
        document = base.document_of(passage)
        heading = wording(passage.heading).terms
        for sentence in base.sentences(number, None):
            if not sentence.amounts:
                continue
            said = Statement(sentence.text, sentence.said, sentence.amounts, sentence.denies, heading)
            near = [
                hit.passage
                for hit in base.search(sentence.text, k=_NEAREST, on=on, audience="public")
                if base.passages[hit.passage].document != passage.document
            ]
            for other in near:
                theirs = base.document_of(base.passages[other])
                pair = frozenset({document.id, theirs.id})
                if pair in told or len(pair) < 2 or theirs.language != document.language:
                    continue
                sentences = base.sentences(other, None)
                result = compare(said, sentences, nearness=base.nearness)
                if result.relation != "contradicted" or not result.exact or result.sentence is None:
                    continue
                beside = sentences[result.sentence].text
                # Articles speak of neighbouring things in like words; only a sentence that says the same counts.
                if min(content_overlap(sentence.text, beside), content_overlap(beside, sentence.text)) >= _MUTUAL:
                    told.add(pair)
                    message = "two articles give different amounts for the same thing"
                    yield KbFinding("contradiction", document.id, message, theirs.id)


def _duplicates(base: Knowledge, on: date) -> Iterator[KbFinding]:
    grams: dict[int, frozenset[str]] = {}
    for number, document in enumerate(base.documents):
        if document.valid_on(on) and len(words(document.text)) >= 5:
            grams[number] = text_ngrams(document.text, 4, 4)
    seen: set[frozenset[int]] = set()
    for number, mine in grams.items():
        for hit in base.search(base.documents[number].text[:400], k=_NEAREST, on=on):
            other = base.passages[hit.passage].document
            pair = frozenset({number, other})
            if other == number or pair in seen or other not in grams:
                continue
            seen.add(pair)
            if jaccard(mine, grams[other]) >= _ALIKE:
                first, second = sorted((base.documents[number].id, base.documents[other].id))
                yield KbFinding("duplicate", first, "says nearly the same as another article", second)


def _overlaps(documents: Iterable[Document]) -> Iterator[KbFinding]:
    by_id: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(document.id, []).append(document)
    for id_, versions in by_id.items():
        ordered = sorted(versions, key=lambda d: d.valid_from or date.min)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if (before.valid_to or date.max) >= (after.valid_from or date.min):
                yield KbFinding("overlap", id_, f"two versions hold from {after.valid_from or 'the beginning'}")


def _circles(documents: Iterable[Document]) -> Iterator[KbFinding]:
    before = {document.id: document.supersedes for document in documents if document.supersedes}
    for start in before:
        at: str | None = before[start]
        seen = {start}
        while at is not None and at not in seen:
            seen.add(at)
            at = before.get(at)
        if at == start and start == min(seen):
            yield KbFinding("circle", start, "supersedes itself by way of others")


def _expired(documents: Iterable[Document], on: date) -> Iterator[KbFinding]:
    known = list(documents)
    for document in known:
        gone = document.valid_to is not None and document.valid_to < on
        followed = any(d.valid_on(on) and (d.id == document.id or d.supersedes == document.id) for d in known)
        same_page = any(d.valid_on(on) and d.url and d.url == document.url for d in known)
        if gone and not followed and not same_page:
            yield KbFinding("expired", document.id, f"ended on {document.valid_to} and nothing follows it")


def _links(base: Knowledge) -> Iterator[KbFinding]:
    ids = {document.id for document in base.documents}
    paths = {document.path for document in base.documents if document.path}
    urls = {document.url for document in base.documents if document.url}
    hosts = {urlsplit(url).hostname for url in urls}
    for document in base.documents:
        for target in _LINK.findall(document.text):
            parts = urlsplit(target)
            if parts.scheme in {"mailto", "tel"} or target.startswith("#"):
                continue
            if parts.scheme in {"http", "https"}:
                # Other people's pages cannot be checked without a network; the organisation's own can.
                if parts.hostname in hosts and target.split("#")[0] not in urls:
                    yield KbFinding("link", document.id, "links to a page of its own that no article has", target)
            elif target.split("#")[0].removesuffix(".md") not in ids and target.split("#")[0] not in paths:
                yield KbFinding("link", document.id, "links to an article that is not there", target)


def _languages(documents: Iterable[Document]) -> Iterator[KbFinding]:
    for document in documents:
        guess = detect(document.text[:2_000])
        related = {"nb", "nn", "da"}
        if document.language is None:
            yield KbFinding("language", document.id, f"says no language; it reads as {guess.code or 'unclear'}")
        elif guess.code not in {None, document.language} and not {guess.code, document.language} <= related:
            yield KbFinding("language", document.id, f"says {document.language} and reads as {guess.code}")


def _old(documents: Iterable[Document], on: date) -> Iterator[KbFinding]:
    for document in documents:
        touched = document.updated_at or document.valid_from
        if touched is not None and (on - touched).days > _OLD_DAYS:
            yield KbFinding("old", document.id, f"not looked at since {touched}")


def _owners(documents: Iterable[Document]) -> Iterator[KbFinding]:
    owned = [document for document in documents if document.owner]
    if owned:
        yield from (KbFinding("owner", document.id, "has no owner") for document in documents if document.owner is None)


def _unused(base: Knowledge, valid: list[Document], asked: list[str], on: date) -> Iterator[KbFinding]:
    used = {
        base.documents[base.passages[hit.passage].document].id
        for question in asked
        for hit in base.search(question, k=2, on=on, audience="public")
    }
    for document in valid:
        if document.audience == "public" and document.id not in used:
            yield KbFinding("unused", document.id, "no question of any test leads here")
