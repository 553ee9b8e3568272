"""How well `assess` reads whole conversations that were written and labelled before the rules."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from evalkit import assess
from evalkit.assessment import Assessment
from tests.quality.measures import LABELLED, balanced_accuracy, f1, rows, show

_FLAGS = ("asked_for_human", "handed_over", "frustrated", "thanked", "repeats_self", "loops", "dead_end")
_TOLD = ("disclosed_ai", "claims_human", "cell", "outcome", "handover_kind", "handover_turn", "customer_language")


def main() -> None:
    """Print the figures of each batch, over all languages and by language; with EVALKIT_WRONG, each wrong reading."""
    read = [(row, assess(row["turns"])) for row in rows(LABELLED / "conversations.jsonl")]
    for title, key in (("batch", _batch), ("language", _language)):
        groups: dict[str, list[tuple[Mapping[str, Any], Assessment]]] = defaultdict(list)
        for row, said in read:
            groups[key(row)].append((row, said))
        show(f"Whole conversations by {title}", _table(groups))
    wanted = os.environ.get("EVALKIT_WRONG", "").split()
    for name in wanted:
        for row, said in read:
            truth, heard = row["gold"][name], getattr(said, name)
            if (bool(truth) != bool(heard)) if name in _FLAGS else (truth != heard):
                print(f"{row['id']} {name}: {heard} for {truth}")


def _table(groups: Mapping[str, list[tuple[Mapping[str, Any], Assessment]]]) -> list[dict[str, object]]:
    def line(what: str, measure: Callable[[list[tuple[Any, Any]]], float], name: str) -> dict[str, object]:
        values = {
            key: measure([(getattr(said, name), row["gold"][name]) for row, said in pairs])
            for key, pairs in groups.items()
        }
        return {"what": what, **values}

    table = [line(f"{name}, F1", lambda p: f1((bool(a), bool(b)) for a, b in p), name) for name in _FLAGS]
    table += [line(f"{name}, accuracy", lambda p: sum(a == b for a, b in p) / len(p), name) for name in _TOLD]
    table.append(line("triggers, F1", _trigger_f1, "triggers"))
    # A turn that cannot be judged is not called wrong.
    table.append(line("bot_language_ok, bal. acc.", _language_right, "bot_language_ok"))
    return [{"what": "conversations", **{key: len(pairs) for key, pairs in groups.items()}}, *table]


def _batch(row: Mapping[str, Any]) -> str:
    return str(row["id"]).split("-")[1]


def _language(row: Mapping[str, Any]) -> str:
    return str(row["language"])


def _language_right(pairs: list[tuple[Any, Any]]) -> float:
    return balanced_accuracy([(said is not False, truth) for said, truth in pairs])


def _trigger_f1(pairs: list[tuple[Any, Any]]) -> float:
    flat = []
    for said, truth in pairs:
        heard, wanted = {id_ for id_, _ in said}, {id_ for id_, _ in truth}
        flat += [(id_ in heard, id_ in wanted) for id_ in heard | wanted]
    return f1(flat)


if __name__ == "__main__":
    main()
