"""The knowledge base: documents, their passages, a snapshot hash, and retrieval on a given day."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from evalkit.knowledge.documents import Document, from_records, read_folder
from evalkit.knowledge.index import Hit, NgramIndex, Passage, best, passages, valid
from evalkit.knowledge.reading.nearness import Nearness
from evalkit.knowledge.reading.statements import Sentence, sentences_of
from evalkit.model import content_hash
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split

T = TypeVar("T")
_SHARED = frozenset({"documents", "passages", "snapshot", "index"})
_A_STORY, _FEW_WORDS = 5, 3
_DEEP, _DOCUMENTS_A_SENTENCE, _RANK_OFFSET = 40, 10, 5


class Knowledge:
    """An immutable set of documents that can be asked; the index is built when it is first asked."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)
        self.passages: tuple[Passage, ...] = tuple(
            passage for number, doc in enumerate(self.documents) for passage in passages(doc, number)
        )

    def __getstate__(self) -> dict[str, Any]:
        """What workers are given: the documents, and the index once built; what was read meanwhile stays here."""
        return {name: value for name, value in self.__dict__.items() if name in _SHARED}

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Knowledge:
        """A knowledge base of plain texts, named `kb-1`, `kb-2` …

        >>> [hit.passage for hit in Knowledge.from_texts(["Frakten kostar 49 kr.", "Öppet kl. 9-17."]).search("frakt")]
        [0]
        """
        return cls(Document(id=f"kb-{number}", text=text) for number, text in enumerate(texts, 1))

    @classmethod
    def from_documents(cls, records: Iterable[Mapping[str, Any]]) -> Knowledge:
        """A knowledge base of mappings with `id`, `text` and a document's other keys. Raises: KnowledgeError."""
        return cls(from_records(records))

    @classmethod
    def from_folder(cls, folder: Path | str) -> Knowledge:
        """A knowledge base of the articles in a folder tree. Raises: KnowledgeError."""
        return cls(read_folder(Path(folder)))

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def snapshot(self) -> str:
        """A hash of everything that the documents say and when it holds."""
        return content_hash("kb", sorted(msgspec.json.encode(document).decode() for document in self.documents))

    def search(self, query: str, *, k: int = 5, on: date | None = None, audience: str | None = None) -> list[Hit]:
        """The k nearest passages that hold on a day (None: today's ones), best first.

        A long story is read sentence by sentence, since its one telling sentence drowns in the rest.
        Source: reciprocal rank fusion, Cormack, Clarke and Buettcher, 2009.
        """
        allowed = self.mask(on, audience)
        told = [piece.text for piece in split(query) if len(piece.text.split()) > _FEW_WORDS]
        if len(told) < _A_STORY:
            return best(self.index.scores(query), allowed, k)
        return self._by_sentences(told, allowed, k)

    def _by_sentences(self, told: Sequence[str], allowed: Any, k: int) -> list[Hit]:
        """The best passage of each document, by the reciprocal of its ranks among the sentences' nearest documents."""
        fused: dict[int, float] = {}
        nearest: dict[int, Hit] = {}
        for sentence in told:
            seen: list[int] = []
            for hit in best(self.index.scores(sentence), allowed, _DEEP):
                document = self.passages[hit.passage].document
                if document not in seen and len(seen) < _DOCUMENTS_A_SENTENCE:
                    seen.append(document)
                    if document not in nearest or hit.score > nearest[document].score:
                        nearest[document] = hit
            for rank, document in enumerate(seen):
                fused[document] = fused.get(document, 0.0) + 1 / (_RANK_OFFSET + rank)
        ordered = sorted(fused, key=lambda document: -fused[document])[:k]
        return [Hit(nearest[document].passage, fused[document]) for document in ordered]

    @cached_property
    def by_hash(self) -> dict[str, int]:
        """The number of the first passage of each hash."""
        return {passage.hash: number for number, passage in reversed([*enumerate(self.passages)])}

    def document_of(self, passage: Passage) -> Document:
        """The document that a passage stands in."""
        return self.documents[passage.document]

    def mask(self, on: date | None, audience: str | None) -> Any:
        """A boolean per passage: whether it may be used on a day for an audience."""
        import numpy as np

        key = (on, audience)
        if key not in self._masks:
            usable = valid(self.documents, on, audience)
            self._masks[key] = np.array([usable[passage.document] for passage in self.passages], dtype=bool)
        return self._masks[key]

    def nearest(self, parts: Sequence[str], allowed: Any, k: int) -> list[int]:
        """The numbers of the k nearest passages among the allowed ones, best first, for what has several parts."""
        return [hit.passage for hit in best(self.index.scores(*parts), allowed, k)]

    @cached_property
    def ended(self) -> Any:
        """A boolean per passage: whether its document's validity has an end."""
        import numpy as np

        return np.array([self.document_of(passage).valid_to is not None for passage in self.passages], dtype=bool)

    def sentences(self, number: int, language: str | None) -> tuple[Sentence, ...]:
        """The sentences of a passage, read once; `language` is that of the answer, for a document that tells none."""
        spoken = self.document_of(self.passages[number]).language or language
        found = self._sentences.get((number, spoken))
        if found is None:
            passage = self.passages[number]
            found = self._sentences[number, spoken] = sentences_of(passage.text, passage.heading, spoken)
        return found

    def comparable_text(self, number: int) -> str:
        """The comparable text of a passage, read once."""
        found = self._comparable.get(number)
        if found is None:
            found = self._comparable[number] = comparable(self.passages[number].text)
        return found

    @cached_property
    def public_texts(self) -> tuple[str, ...]:
        """The text and address of each public document, in small letters."""
        return tuple(f"{d.text}\n{d.url or ''}".lower() for d in self.documents if d.audience == "public")

    @cached_property
    def public_digits(self) -> tuple[str, ...]:
        """The digits of each public document."""
        return tuple("".join(filter(str.isdigit, text)) for text in self.public_texts)

    def kept(self, purpose: str, key: Hashable, make: Callable[[], T]) -> T:
        """What a reader makes of these documents for a purpose: made once, and gone when they go."""
        if (purpose, key) not in self._kept:
            self._kept[purpose, key] = make()
        found: T = self._kept[purpose, key]
        return found

    @cached_property
    def _kept(self) -> dict[tuple[str, Hashable], Any]:
        return {}

    @cached_property
    def _comparable(self) -> dict[int, str]:
        return {}

    @cached_property
    def _sentences(self) -> dict[tuple[int, str | None], tuple[Sentence, ...]]:
        return {}

    @cached_property
    def nearness(self) -> Nearness:
        """How near the words of answers are to the sentences, as far as earlier claims have asked."""
        return Nearness()

    @cached_property
    def _masks(self) -> dict[tuple[date | None, str | None], Any]:
        return {}

    @cached_property
    def index(self) -> NgramIndex:
        """The n-gram index over heading and text of every passage."""
        return NgramIndex([f"{passage.heading}\n{passage.text}" for passage in self.passages])
