"""Passages of documents and a BM25 index over character 3–4-grams, which sees through compounds and inflection."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from evalkit.knowledge.documents import Document
from evalkit.knowledge.reading.wording import concepts_in
from evalkit.text.normalise import comparable
from evalkit.text.tokens import char_ngrams, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K1, B = 1.2, 0.5
"""BM25 constants; measured best for character n-grams of short support passages."""
_CONCEPT_WEIGHT = 2
"""A concept counts as so many n-grams."""
_MARK = "§"
_MOST_KEPT_BYTES, _BYTES_A_WORD = 24_000_000, 250
_LONGEST_PASSAGE = 900
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=#{1,6}\s)")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of one document at [start, end) of its text; `hash` names it within a run."""

    document: int
    text: str
    start: int
    end: int
    heading: str
    hash: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its retrieval score; higher is nearer, 0 shares nothing."""

    passage: int
    score: float


def passages(document: Document, number: int) -> list[Passage]:
    """The paragraphs of a document in order, long ones cut at a line; a heading travels with its paragraph."""
    from evalkit.model import content_hash

    found: list[Passage] = []
    heading = document.title
    start = 0
    for end in [*(m.end() for m in _PARAGRAPH.finditer(document.text)), len(document.text)]:
        for left, right in _pieces(document.text, start, end):
            text = document.text[left:right]
            if only := _HEADING.fullmatch(text.strip()):
                heading = only[1].strip()
                continue
            if inner := _HEADING.match(text):
                heading = inner[1].strip()
            if any(c.isalnum() for c in text):
                name = content_hash("passage", document.id, document.version, text)
                found.append(Passage(number, text, left, right, heading, name))
        start = end
    return found


def _pieces(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST_PASSAGE:
        cut = text.rfind("\n", start + 1, start + _LONGEST_PASSAGE)
        if cut <= start:
            cut = text.rfind(" ", start + 1, start + _LONGEST_PASSAGE)
        if cut <= start:
            cut = start + _LONGEST_PASSAGE
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


class NgramIndex:
    """An inverted index of n-grams; a query touches only the postings of its own n-grams."""

    def __init__(self, texts: Sequence[str], stop: frozenset[str] = frozenset()) -> None:
        import numpy as np

        self._stop = stop
        self._grams: dict[str, int] = {}
        cache: dict[str, list[int]] = {}
        rows: list[NDArray[Any]] = []
        docs: list[NDArray[Any]] = []
        counts: list[NDArray[Any]] = []
        lengths = np.zeros(max(len(texts), 1), dtype=np.float32)
        for number, text in enumerate(texts):
            counted: Counter[int] = Counter()
            for word in words(comparable(text)):
                if word not in stop:
                    ids = cache.get(word)
                    if ids is None:
                        ids = [self._grams.setdefault(gram, len(self._grams)) for gram in char_ngrams(word)]
                        cache[word] = ids
                    counted.update(ids)
            for concept in _concepts(text):
                counted[self._grams.setdefault(concept, len(self._grams))] += _CONCEPT_WEIGHT
            lengths[number] = sum(counted.values())
            rows.append(np.fromiter(counted.keys(), dtype=np.int32, count=len(counted)))
            counts.append(np.fromiter(counted.values(), dtype=np.float32, count=len(counted)))
            docs.append(np.full(len(counted), number, dtype=np.int32))
        self._n = len(texts)
        gram_of = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
        doc_of = np.concatenate(docs) if docs else np.zeros(0, dtype=np.int32)
        count_of = np.concatenate(counts) if counts else np.zeros(0, dtype=np.float32)
        order = np.argsort(gram_of, kind="stable")
        self._docs = doc_of[order]
        frequency = np.bincount(gram_of, minlength=len(self._grams)).astype(np.float32)
        bounds = np.concatenate(([0], np.cumsum(frequency))).astype(np.int64)
        # Single numbers are read from an array of the language several times faster than from one of numpy.
        self._bounds = array("q", bounds.tobytes())
        self._kept: dict[str, NDArray[np.float64]] = {}
        self._last: tuple[str, NDArray[np.float64]] = ("", np.zeros(self._n, dtype=np.float64))
        mean = float(lengths.mean()) or 1.0
        idf = np.log1p((self._n - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        norm = K1 * (1 - B + B * lengths[self._docs] / mean)
        weight = count_of[order] * (K1 + 1) / (count_of[order] + norm)
        self._weights = (weight * idf[gram_of[order]]).astype(np.float32)

    def __getstate__(self) -> dict[str, Any]:
        """The index without what queries have added up."""
        return {**self.__dict__, "_kept": {}}

    def scores(self, *texts: str) -> NDArray[np.float32]:
        """The BM25 score of every text for a query; where it has several parts, the last is kept for the next query."""
        import numpy as np

        total = np.zeros(self._n, dtype=np.float64)
        for text in texts[:-1]:
            total += self._of_text(text)
        if self._last[0] != texts[-1]:
            self._last = texts[-1], self._of_text(texts[-1])
        total += self._last[1]
        return total.astype(np.float32)

    def _of_text(self, text: str) -> NDArray[np.float64]:
        import numpy as np

        total = np.zeros(self._n, dtype=np.float64)
        asked = Counter(word for word in words(comparable(text)) if word not in self._stop)
        for word, times in asked.items():
            total += times * self._of_word(word) if times > 1 else self._of_word(word)
        for concept, times in Counter(_concepts(text)).items():
            total += _CONCEPT_WEIGHT * times * self._of_word(concept)
        return total

    def _of_word(self, word: str) -> NDArray[np.float64]:
        """The score of every text for one word; those asked last are kept, for questions and answers repeat them."""
        import numpy as np

        known = self._kept.pop(word, None)
        if known is None:
            grams = [word] if word.startswith(_MARK) else char_ngrams(word)
            numbers = [number for gram in grams if (number := self._grams.get(gram)) is not None]
            bounds = [(self._bounds[number], self._bounds[number + 1]) for number in numbers]
            known = np.zeros(self._n, dtype=np.float64)
            if bounds:
                # One pass over the postings together, for a call each would cost more than the sums.
                docs = np.concatenate([self._docs[left:right] for left, right in bounds])
                weights = np.concatenate([self._weights[left:right] for left, right in bounds])
                known = np.bincount(docs, weights, minlength=self._n).astype(np.float64, copy=False)
            if self._kept and len(self._kept) * (8 * self._n + _BYTES_A_WORD) >= _MOST_KEPT_BYTES:
                del self._kept[next(iter(self._kept))]
        self._kept[word] = known
        return known


def _concepts(text: str) -> Iterable[str]:
    """Marks of the support concepts in a text, the same in every language, so that sv finds de."""
    return (f"{_MARK}{concept}" for concept in concepts_in(text))


def best(scores: NDArray[Any], allowed: NDArray[Any] | None, k: int) -> list[Hit]:
    """The k best hits above zero, best first, among the allowed ones."""
    import numpy as np

    if allowed is not None:
        scores = np.where(allowed, scores, 0)
    if not len(scores):
        return []
    k = min(k, len(scores))
    top = np.argpartition(-scores, k - 1)[:k]
    top = top[np.argsort(-scores[top], kind="stable")]
    return [Hit(int(number), float(scores[number])) for number in top if scores[number] > 0]


def valid(documents: Sequence[Document], day: date | None, audience: str | None) -> list[bool]:
    """Whether each document holds on a day (None: has not been superseded for good) and is for this audience."""
    return [
        (document.valid_on(day) if day else document.valid_to is None)
        and (audience is None or document.audience == audience)
        for document in documents
    ]
