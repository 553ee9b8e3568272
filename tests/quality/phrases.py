"""How well each category of phrases is heard: precision and recall on messages that were written before the rules."""

from __future__ import annotations

from pathlib import Path

from evalkit.language.lexicons import categories, known_categories
from tests.quality.measures import LABELLED, precision_recall, show


def main() -> None:
    """Print precision and recall by category and by language."""
    said = [row for path in sorted((LABELLED / "lexicons").glob("*.yaml")) for row in _rows(path)]
    for title, at in (("category", 1), ("language", 0)):
        table = []
        for key in dict.fromkeys(row[at] for row in said):
            mine = [row for row in said if row[at] == key]
            precision, recall, f1 = precision_recall(
                sum(found and wanted for *_, wanted, found in mine),
                sum(found for *_, found in mine),
                sum(wanted for *_, wanted, _ in mine),
            )
            table.append({title: key, "n": len(mine), "precision": precision, "recall": recall, "F1": f1})
        show(f"Phrases by {title}", table)


def _rows(path: Path) -> list[tuple[str, str, bool, bool]]:
    import yaml

    out = []
    for category, sides in yaml.safe_load(path.read_text("utf-8")).items():
        side = known_categories()[category]
        for label, messages in sides.items():
            # YAML reads a bare yes or no as a truth value.
            wanted = label in (True, "yes")
            for message in messages:
                out.append((path.stem, category, wanted, category in categories(str(message), path.stem, side)))
    return out


if __name__ == "__main__":
    main()
