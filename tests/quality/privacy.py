"""How well personal data is found: exact spans and kinds, on the project's own messages and on outside sets."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from evalkit.personal_data import find
from tests.quality.measures import LABELLED, outside, precision_recall, rows, show

_PRESIDIO = {
    "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "CREDIT_CARD": "CARD", "IBAN_CODE": "IBAN", "IP_ADDRESS": "IP",
    "STREET_ADDRESS": "ADDRESS", "ADDRESS": "ADDRESS", "PERSON": "NAME", "EMAIL": "EMAIL", "PHONE": "PHONE",
    "IBAN": "IBAN", "IP": "IP",
}  # fmt: skip


def main() -> None:
    """Print strict precision, recall and F1 by kind and language, and alarms on messages without personal data."""
    path = LABELLED / "privacy.jsonl"
    if path.is_file():
        found = rows(path)
        print(f"\nPersonal data, own messages: {len(found)}")
        show("By kind", _table(found, lambda row, kind: kind))
        show("By language", _table(found, lambda row, kind: row["lang"]))
        clean = [row for row in found if not row["spans"]]
        alarms = sum(any(f.confidence >= 0.7 for f in find(row["text"], row["lang"])) for row in clean)
        print(f"\nalarms on {len(clean)} messages without personal data: {alarms / max(1, len(clean)):.3f}")
    if outside_rows := outside("pii_presidio_v2"):
        for row in outside_rows:
            row["spans"] = [
                {**span, "label": _PRESIDIO[span["label"]]} for span in row["spans"] if span["label"] in _PRESIDIO
            ]
        show("presidio-research", _table(outside_rows, lambda row, kind: kind))
        precision, recall = _by_token(outside_rows)
        print(
            f"the same by token, of any kind, as its own benchmark counts: precision {precision:.3f}, recall {recall:.3f}"
        )


def _by_token(found: list[dict[str, Any]]) -> tuple[float, float]:
    """Precision and recall over words: whether a word of a datum was covered, whatever its kind and its neighbours."""
    hits = said = wanted = 0
    for row in found:
        guesses = [(f.start, f.end) for f in find(row["text"], row.get("lang")) if f.confidence >= 0.7]
        truth = [(span["start"], span["end"]) for span in row["spans"]]
        for word in re.finditer(r"\w+", row["text"]):
            told, is_one = (any(a < word.end() and word.start() < b for a, b in spans) for spans in (guesses, truth))
            hits += told and is_one
            said += told
            wanted += is_one
    return precision_recall(hits, said, wanted)[:2]


def _table(found: list[dict[str, Any]], group: Any) -> list[dict[str, object]]:
    hits: Counter[str] = Counter()
    said: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row in found:
        truth = {(span["start"], span["end"], span["label"]) for span in row["spans"]}
        guesses = {(f.start, f.end, f.kind) for f in find(row["text"], row.get("lang")) if f.confidence >= 0.7}
        for start, end, kind in guesses:
            said[group(row, kind)] += 1
            hits[group(row, kind)] += (start, end, kind) in truth
        for *_, kind in truth:
            wanted[group(row, kind)] += 1
    lines = []
    for name in sorted({*said, *wanted}):
        precision, recall, f1 = precision_recall(hits[name], said[name], wanted[name])
        lines.append(
            {"": name, "wanted": wanted[name], "found": said[name], "precision": precision, "recall": recall, "F1": f1}
        )
    return lines


if __name__ == "__main__":
    main()
