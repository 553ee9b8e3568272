"""How well claims are checked: four labels against the knowledge base, by kind of claim and by language."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

from evalkit.knowledge import Knowledge, check
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
    for key in ("lang", "type"):
        groups = defaultdict(list)
        for (row, _), (said, truth) in zip(answers, pairs, strict=True):
            groups[row[key]].append(said == truth)
        show(f"By {key}", [{key: name, "n": len(v), "right": sum(v) / len(v)} for name, v in sorted(groups.items())])
    _outside()


def _outside() -> None:
    table = []
    for name in ("summedits", "q2", "dialfact_small"):
        if found := outside(name):
            pairs = [_supported(row) for row in found]
            table.append({"set": name, "n": len(pairs), "balanced accuracy": balanced_accuracy(pairs)})
    if table:
        show("Supported or not, outside sets", table)


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
