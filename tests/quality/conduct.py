"""How well conduct is seen: phrases, hand-overs, friction against people's ratings, form of address."""

from __future__ import annotations

import re
from typing import Any

from evalkit import assess
from evalkit.language.formality import address
from evalkit.language.valence import feeling
from evalkit.scorers.fitted_models import bounds
from evalkit.scorers.handover_fitting import cross_validated, example
from evalkit.scorers.handover_fitting import macro_f1 as macro_f1_of_odds
from evalkit.scorers.satisfaction import FEATURES, features, friction
from evalkit.transcripts import conversation_of
from tests.quality import phrases
from tests.quality.measures import balanced_accuracy, f1, macro_f1, outside, show, spearman

_HANGS_UP = re.compile(r"###[A-Z_ -]+###")
"""How simulated customers end: it tells what the agent did."""
_SEEDS = 5


def main() -> None:
    """Print the conduct figures."""
    phrases.main()
    table: list[dict[str, object]] = []
    if found := outside("tau_traj"):
        talks = [(row, assess(_turns(row["turns"]), "en")) for row in found]
        handed = [(a.handed_over, bool(row["did_transfer"])) for row, a in talks]
        table.append({"what": "handed over, tool rows hidden", "measure": "F1", "n": len(handed), "value": f1(handed)})
        known = [(row, a) for row, a in talks if row.get("should_transfer") is not None]
        should = [
            (str(bool(a.scores["escalation"].data["should_escalate"])), str(row["should_transfer"])) for row, a in known
        ]
        table.append(
            {
                "what": "should be handed over, shipped triggers",
                "measure": "macro-F1",
                "n": len(should),
                "value": macro_f1(should),
            }
        )
        table += _learned([row for row, _ in known])
        solved = [(a.outcome in {"resolved_confirmed", "resolved_assumed"}, bool(row["resolved"])) for row, a in talks]
        table.append({"what": "resolved", "measure": "bal. acc.", "n": len(solved), "value": balanced_accuracy(solved)})
    if found := outside("stc3_en"):
        turns = [_turns(row["turns"]) for row in found]
        calm = [-friction(t, "en") for t in turns]
        for name in ("satisfaction", "task_accomplishment"):
            truth = [row[f"{name}_mean"] for row in found]
            table.append(
                {"what": f"{name}, − friction", "measure": "Spearman", "n": len(truth), "value": spearman(calm, truth)}
            )
            fitted = _cross_validated([features(t, "en") for t in turns], truth)
            table.append({"what": f"{name}, fitted, 10-fold", "measure": "Spearman", "n": len(truth), "value": fitted})
    if found := outside("formality_cocoa_de"):
        right = [address(row["text"], "de").form == row["label"] for row in found]
        table.append(
            {"what": "German du or Sie", "measure": "accuracy", "n": len(right), "value": sum(right) / len(right)}
        )
    if found := outside("sent_sv"):
        guesses = [(feeling(row["text"], "sv"), row["label"]) for row in found]
        table.append(
            {"what": "Swedish sentiment, 3-way", "measure": "macro-F1", "n": len(guesses), "value": macro_f1(guesses)}
        )
    if table:
        show("Conduct, outside sets", table)


def _turns(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    roles = {"customer": "customer", "agent": "bot"}
    return [{"role": roles[turn["role"]], "text": turn["text"]} for turn in turns if turn["role"] in roles]


def _learned(found: list[dict[str, Any]]) -> list[dict[str, object]]:
    """What a desk should hand over, learned from labels: on tasks left out, and on single conversations left out."""
    import numpy as np

    examples = [
        example(
            conversation_of([{**t, "text": _HANGS_UP.sub("", t["text"])} for t in _turns(row["turns"])], language="en"),
            bool(row["should_transfer"]),
            f"{row['domain']} {row['task_id']}",
        )
        for row in found
    ]
    should = np.array([one.should for one in examples])
    tasks = [one.customer for one in examples]
    table: list[dict[str, object]] = []
    for name, groups in (("tasks", tasks), ("conversations", range(len(examples)))):
        odds = [np.array(cross_validated(examples, list(groups), seed)) for seed in range(_SEEDS)]
        values = [macro_f1_of_odds(one, should) for one in odds]
        low, high = np.mean([bounds(macro_f1_of_odds, one, should, tasks) for one in odds], axis=0)
        table.append(
            {
                "what": f"the same, learned, {name} left out: {_SEEDS} seeds {min(values):.2f} to {max(values):.2f}, "
                f"95 % {low:.2f} to {high:.2f}",
                "measure": "macro-F1",
                "n": len(examples),
                "value": float(np.mean(values)),
            }
        )
    return table


def _cross_validated(vectors: list[dict[str, float]], truth: list[float], penalty: float = 60.0) -> float:
    import numpy as np

    x = np.array([[vector[name] for name in FEATURES] for vector in vectors])
    y = np.array(truth)
    order = np.random.default_rng(0).permutation(len(y))
    said = np.zeros(len(y))
    for fold in range(10):
        test = order[fold::10]
        train = np.setdiff1d(order, test)
        mean, spread = x[train].mean(0), x[train].std(0) + 1e-9
        a, b = (x[train] - mean) / spread, y[train] - y[train].mean()
        weights = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ b)
        said[test] = (x[test] - mean) / spread @ weights
    return spearman(said.tolist(), truth)


if __name__ == "__main__":
    main()
