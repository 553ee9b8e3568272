"""How often the gate is red when nothing changed, and when a release really is worse: simulated builds."""

from __future__ import annotations

import argparse
from collections import Counter
from random import Random

from evalkit.gate.deciding import decide
from evalkit.model import Run
from evalkit.policy.sections import GatePolicy
from evalkit.store.facts import Facts
from tests.quality.measures import show

RUN = Run(id="r", release="r", status="finished")


def main() -> None:
    """Print the share of each verdict by design and true change."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gate_simulation")
    parser.add_argument("--runs", type=int, default=1_000)
    runs = parser.parse_args().runs
    table = []
    for n in (50, 200, 1_000):
        for trials in (1, 3):
            for drop in (0.0, 0.05, 0.10):
                random = Random(f"{n}-{trials}-{drop}")
                counts = Counter(_build(random, n, trials, drop) for _ in range(runs if n < 1_000 else runs // 5))
                total = sum(counts.values())
                shares = {verdict: counts[verdict] / total for verdict in ("failed", "inconclusive", "passed")}
                table.append({"cases": n, "trials": trials, "true drop": drop, "builds": total, **shares})
    show("Gate, fixed number of trials on both sides", table)


def _build(random: Random, n: int, trials: int, drop: float) -> str:
    # Most cases pass nearly always, some are flaky, a few mostly fail; a worse release loses evenly.
    before, after = [], []
    for number in range(n):
        chance = random.choices((0.97, 0.7, 0.2), (0.75, 0.17, 0.08))[0]
        worse = max(0.0, chance - drop)
        for trial in range(trials):
            before.append(_row(number, trial, random.random() < chance))
            after.append(_row(number, trial, random.random() < worse))
    found = decide(RUN, after, n_zero_tolerance=0, critical_failed=(), baseline=before, policy=GatePolicy())
    return found.verdict


def _row(case: int, trial: int, passed: bool) -> Facts:
    return Facts(conversation_id=f"{case}-{trial}", case_id=f"c{case}", trial=trial, passed=int(passed))


if __name__ == "__main__":
    main()
