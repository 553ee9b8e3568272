"""What the knowledge team should write: questions that neither bot nor knowledge base could answer, by volume."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from evalkit.model import Run
from evalkit.personal_data import mask
from evalkit.store.store import Store
from evalkit.text.tokens import char_ngrams, words

_ALIKE = 0.3
_NAMED_BY = 3
_RULE = "correctness.knowledge_gap"


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions of one kind: how many conversations asked, the words they share, and one of them, masked."""

    n_conversations: int
    name: str
    example: str


def gaps(store: Store, run: Run, score_key: str) -> list[Gap]:
    """The gaps of a scored run, most asked first; the same run gives the same list."""
    asked: list[str] = []
    turns = {
        conversation_id: [f.turn for score in scores for f in score.findings if f.rule == _RULE and f.turn is not None]
        for conversation_id, scores in store.scores(run.id, score_key)
    }
    wanted = sorted(id_ for id_, places in turns.items() if places)
    for start in range(0, len(wanted), 400):
        for talk in store.conversations(run.id, wanted[start : start + 400]):
            asked.append(talk.turns[turns[talk.id][0]].text)
    return [_gap(cluster) for cluster in sorted(_clusters(sorted(asked)), key=lambda c: (-len(c), c[0]))]


def _clusters(questions: list[str]) -> list[list[str]]:
    clusters: list[list[str]] = []
    grams: list[Counter[str]] = []
    for question in questions:
        mine = _grams(question)
        best, at = 0.0, -1
        for number, theirs in enumerate(grams):
            shared = sum((mine & theirs).values())
            # Against a cluster's mean member, so that a large cluster does not swallow everything.
            likeness = shared / max(1, min(sum(mine.values()), sum(theirs.values()) / len(clusters[number])))
            if likeness > best:
                best, at = likeness, number
        if best >= _ALIKE and at >= 0:
            clusters[at].append(question)
            grams[at] += mine
        else:
            clusters.append([question])
            grams.append(mine)
    return clusters


def _gap(questions: list[str]) -> Gap:
    told = Counter(word for question in questions for word in set(words(question)) if len(word) > 3)
    name = ", ".join(word for word, _ in sorted(told.items(), key=lambda item: (-item[1], item[0]))[:_NAMED_BY])
    return Gap(len(questions), name, mask(min(questions, key=lambda q: (len(q), q))).text)


def _grams(text: str) -> Counter[str]:
    return Counter(gram for word in set(words(text)) if len(word) > 3 for gram in char_ngrams(word, 4, 4))
