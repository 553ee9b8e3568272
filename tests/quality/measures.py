"""Labelled rows and the measures that the quality modules print."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

LABELLED = Path(__file__).parents[2] / "fixtures" / "labelled"


def outside(name: str) -> list[dict[str, Any]] | None:
    """The rows of a labelled set outside the project; None, and a line that says so, where it is not at hand."""
    folder = os.environ.get("EVALKIT_DATA")
    if not folder:
        print(f"skipped {name}: EVALKIT_DATA is not set")
        return None
    path = Path(folder) / f"{name}.jsonl"
    if not path.is_file():
        print(f"skipped {name}: {path.name} is not in EVALKIT_DATA")
        return None
    return rows(path)


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON-lines file, in order."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def precision_recall(hits: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Precision, recall and F1; each 0 where its denominator is."""
    precision = hits / found if found else 0.0
    recall = hits / wanted if wanted else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def f1(pairs: Iterable[tuple[bool, bool]]) -> float:
    """F1 of (said, true) pairs."""
    pairs = list(pairs)
    return precision_recall(sum(a and b for a, b in pairs), sum(a for a, _ in pairs), sum(b for _, b in pairs))[2]


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 over the true labels."""
    labels = sorted({truth for _, truth in pairs})
    return sum(f1((said == label, truth == label) for said, truth in pairs) for label in labels) / len(labels)


def balanced_accuracy(pairs: Sequence[tuple[object, object]]) -> float:
    """The mean share right over the true labels."""
    labels = {truth for _, truth in pairs}
    shares = []
    for label in labels:
        own = [said == truth for said, truth in pairs if truth == label]
        shares.append(sum(own) / len(own))
    return sum(shares) / len(shares)


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Spearman's rank correlation."""
    from scipy.stats import spearmanr

    return float(spearmanr(left, right).statistic)


def show(title: str, table: list[dict[str, object]]) -> None:
    """A titled table on the terminal."""
    print(f"\n{title}")
    print(tabulate(table, headers="keys", floatfmt=".3f", tablefmt="simple"))
