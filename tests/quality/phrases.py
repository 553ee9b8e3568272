"""How well each category of phrases is heard: precision and recall on messages that were written before the rules."""

from __future__ import annotations

from evalkit.language.measuring import measure
from tests.quality.measures import LABELLED, precision_recall, show


def main() -> None:
    """Print precision and recall by category and by language."""
    figures = [one for path in sorted((LABELLED / "lexicons").glob("*.yaml")) for one in measure(path)]
    for title in ("category", "language"):
        table = []
        for key in dict.fromkeys(getattr(one, title) for one in figures):
            mine = [one for one in figures if getattr(one, title) == key]
            precision, recall, f1 = precision_recall(
                sum(one.hits for one in mine), sum(one.found for one in mine), sum(one.wanted for one in mine)
            )
            n = sum(one.n for one in mine)
            table.append({title: key, "n": n, "precision": precision, "recall": recall, "F1": f1})
        show(f"Phrases by {title}", table)


if __name__ == "__main__":
    main()
