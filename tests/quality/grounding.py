"""How well claims are checked: four labels against the knowledge base, by kind of claim and by language."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from math import log
from random import Random
from typing import Any

from evalkit.knowledge import Knowledge, check
from evalkit.text.tokens import words
from tests.quality.measures import LABELLED, balanced_accuracy, outside, precision_recall, rows, show

LABELS = ("supported", "contradicted", "not_in_kb", "no_claim")
FEWEST = 50


def main() -> None:
    """Print the grounding figures."""
    found = rows(LABELLED / "grounding.jsonl")
    counts = Counter(row["lang"] for row in found)
    small = [language for language, n in counts.items() if n < FEWEST]
    if small:
        raise SystemExit(f"fewer than {FEWEST} cases in {', '.join(small)}: the figures would say nothing")
    answers = [(row, check(row["answer"], row["question"], _base(tuple(row["kb"])), row["lang"])) for row in found]
    pairs = [(_label(answer.verdict), row["label"]) for row, answer in answers]
    share = sum(a == b for a, b in pairs) / len(pairs)
    unsure = sum(a == "unsure" for a, _ in pairs) / len(pairs)
    print(f"\nGrounding, own cases: {len(pairs)}, right {share:.3f}, unsure {unsure:.3f}")
    show("By label", [_by_label(label, pairs) for label in LABELS])
    exact = [
        row["label"] == "contradicted"
        for row, answer in answers
        if any(c.verdict in {"contradicted", "stale"} and c.confidence == "exact" for c in answer.claims)
    ]
    wanted = sum(row["label"] == "contradicted" for row in found)
    if exact:
        print(f"exact contradictions: precision {sum(exact) / len(exact):.3f}, cover {sum(exact) / wanted:.3f}")
    show("Confusion (rows: true)", _confusion(pairs))
    for key in ("batch", "lang", "type"):
        groups = defaultdict(list)
        for (row, _), (said, truth) in zip(answers, pairs, strict=True):
            groups[row.get(key, "a shop and a phone company")].append(said == truth)
        show(f"By {key}", [{key: name, "n": len(v), "right": sum(v) / len(v)} for name, v in sorted(groups.items())])
    _outside()


def _outside() -> None:
    table = []
    for name in ("summedits", "q2", "dialfact_small"):
        if found := outside(name):
            pairs = [_supported(row) for row in found]
            table.append({"set": name, "n": len(pairs), "balanced accuracy": balanced_accuracy(pairs)})
    _recall()
    if table:
        show("Supported or not, outside sets", table)


def _recall(k: int = 5) -> None:
    """Recall@k of the documents that a bank's tasks need, beside BM25 on words, with bootstrap intervals."""
    documents, tasks = outside("tau2_banking_kb_documents"), outside("tau2_banking_kb")
    if not documents or not tasks:
        return
    texts = [f"{d['title']}\n{d['text']}" for d in documents]
    base = Knowledge.from_documents(
        {"id": d["id"], "title": d["title"], "text": d["text"], "language": "en"} for d in documents
    )
    baseline = _Words(texts)
    own, words_ = [], []
    for task in tasks:
        wanted = set(task["required_documents"])
        query = task["user_instruction"]
        found: dict[str, None] = {}
        for hit in base.search(query, k=60):
            found.setdefault(base.document_of(base.passages[hit.passage]).id)
        own.append(len(wanted & set(list(found)[:k])) / len(wanted))
        words_.append(len(wanted & {documents[n]["id"] for n in baseline.best(query, k)}) / len(wanted))
    lines = []
    for name, seen in (("n-grams and concepts", own), ("BM25 on words", words_)):
        low, high = _bootstrap(seen)
        lines.append({"retrieval": name, "n": len(seen), "recall@5": sum(seen) / len(seen), "low": low, "high": high})
    show("Documents that a bank's tasks need", lines)


class _Words:
    """BM25 on whole words, the usual baseline."""

    def __init__(self, texts: list[str]) -> None:
        self._docs = [Counter(words(text)) for text in texts]
        self._idf = {
            w: log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for w, n in Counter(w for d in self._docs for w in d).items()
        }
        self._mean = sum(sum(d.values()) for d in self._docs) / len(texts)

    def best(self, query: str, k: int) -> list[int]:
        asked = words(query)
        scores = []
        for number, doc in enumerate(self._docs):
            norm = 1.5 * (0.25 + 0.75 * sum(doc.values()) / self._mean)
            scores.append((sum(self._idf[w] * doc[w] * 2.5 / (doc[w] + norm) for w in asked if w in doc), -number))
        return [-number for _, number in sorted(scores, reverse=True)[:k]]


def _bootstrap(values: list[float], n: int = 2_000) -> tuple[float, float]:
    random = Random(0)
    means = sorted(sum(random.choices(values, k=len(values))) / len(values) for _ in range(n))
    return means[int(0.025 * n)], means[int(0.975 * n)]


def _supported(row: dict[str, Any]) -> tuple[str, str]:
    answer = row.get("answer") or row.get("statement") or row.get("summary") or row["text"]
    kb = row.get("kb") or row.get("document")
    said = check(answer, None, Knowledge.from_texts([kb] if isinstance(kb, str) else kb), "en").verdict
    truth = "supported" if row["label"] in {"supported", "consistent"} else "not"
    return ("supported" if said in {"supported", "no_claim", "unsure"} else "not"), truth


def _label(verdict: str) -> str:
    return "contradicted" if verdict == "stale" else verdict


def _by_label(label: str, pairs: list[tuple[str, str]]) -> dict[str, object]:
    precision, recall, f1 = precision_recall(
        sum(a == b == label for a, b in pairs), sum(a == label for a, _ in pairs), sum(b == label for _, b in pairs)
    )
    return {"label": label, "precision": precision, "recall": recall, "F1": f1}


def _confusion(pairs: list[tuple[str, str]]) -> list[dict[str, object]]:
    counts = Counter((truth, said) for said, truth in pairs)
    return [{"true": t, **{said: counts[t, said] for said in (*LABELS, "unsure")}} for t in LABELS]


@lru_cache(maxsize=200)
def _base(texts: tuple[str, ...]) -> Knowledge:
    return Knowledge.from_texts(texts)


if __name__ == "__main__":
    main()
