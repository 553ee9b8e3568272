"""How often the gate is red when nothing changed, and when a release really is worse: simulated builds, all at once.

World: 65 % of the cases pass with .98, 25 % are flaky (Beta 3, 2), 10 % pass with .10; mean .80. "broken": 6 % (12 %) of
the cases, so many and neither more nor fewer, fail for good, a drop of about 5 (10) points; "by coin": each with 6 %.
The decision is the gate's own rule in numpy, for thousands of builds at once; before anything is counted, some builds
of each design are put through the gate itself and must agree.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import lcm

import numpy as np
from scipy.special import stdtrit

from evalkit.gate.deciding import ALONG, ROUNDS, decide
from evalkit.policy.sections import GatePolicy
from evalkit.stats import rounds
from evalkit.stats.planning import Round
from tests.quality.measures import show
from tests.scored_runs import scored_run

POLICY = GatePolicy()
CHUNK = 250
BROKEN, COIN = "-5 broken", "-5 by coin"
CAUGHT = {
    ("rounds, stored baseline of 5", 200, BROKEN): 0.81, ("rounds, stored baseline of 5", 1_000, BROKEN): 0.998,
    ("rounds, baseline played along", 50, COIN): 0.27, ("rounds, baseline played along", 200, BROKEN): 0.78,
    ("fixed k = 1, fresh", 50, COIN): 0.18, ("fixed k = 1, fresh", 200, COIN): 0.51,
    ("fixed k = 1, fresh", 1_000, COIN): 0.98, ("fixed k = 3, fresh", 50, COIN): 0.29,
    ("fixed k = 3, fresh", 200, COIN): 0.75, ("fixed k = 3, fresh", 1_000, COIN): 0.998,
}  # fmt: skip
"""How often a drop of 5 points should be caught, by design, number of cases and kind of drop."""
_BUILDS_OF_THE_GOAL = 1_500
"""The goals were simulated too."""
FAILED, PASSED, UNSURE = "failed", "passed", "inconclusive"


@dataclass(frozen=True)
class Design:
    """How often the candidate and the baseline are played; `rounds` looks after each trial, else once at the end."""

    name: str
    n: int
    trials: int
    baseline: int | None
    rounds: bool = False
    guardrails: int = 0

    def of_baseline(self, look: int) -> int:
        """Trials of the baseline at a look; None plays it along with the candidate."""
        return self.baseline if self.baseline is not None else look


def main() -> int:
    """Print the share of each verdict by design and true change; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gate_simulation")
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--long", action="store_true", help="10,000 builds of each design")
    options = parser.parse_args()
    runs = 10_000 if options.long else options.runs
    table, missed = [], []
    for design in designs():
        agree(design, np.random.default_rng(7))
        for change in ("same", BROKEN, COIN, "-10 broken"):
            rng = np.random.default_rng([design.n, design.trials, design.baseline or 0, design.rounds, len(change)])
            share, played = simulated(design, change, runs, rng)
            table.append(
                {
                    "gate": design.name,
                    "cases": design.n,
                    "true change": change,
                    "builds": runs,
                    **share,
                    "rounds": played,
                }
            )
            goal = 0.055 if design.rounds else 0.07
            # Fewer builds leave more to chance: a goal is missed where two standard errors cannot explain it.
            if change == "same" and share[FAILED] > goal + 2 * (goal * (1 - goal) / runs) ** 0.5:
                missed.append(f"{design.name}, {design.n} cases: {share[FAILED]:.3f} > {goal}")
            least = CAUGHT.get((design.name, design.n, change))
            if (
                least
                and share[FAILED] < least - 2 * (least * (1 - least) * (1 / runs + 1 / _BUILDS_OF_THE_GOAL)) ** 0.5
            ):
                missed.append(f"{design.name}, {design.n} cases, {change}: {share[FAILED]:.3f} caught, not {least}")
    show("The gate over simulated builds: share of each verdict", table)
    for line in missed:
        print("MISSED", line)
    return int(bool(missed))


def designs() -> list[Design]:
    """The default gate in rounds, and a fixed number of trials."""
    found = []
    for n in (50, 200, 1_000):
        found += [
            Design("rounds, stored baseline of 5", n, 3, 5, rounds=True),
            Design("rounds, baseline played along", n, 3, None, rounds=True),
            Design("rounds, stored 5, with 3 guardrails", n, 3, 5, rounds=True, guardrails=3),
            Design("fixed k = 1, fresh", n, 1, 1),
            Design("fixed k = 1, stored 5", n, 1, 5),
            Design("fixed k = 3, fresh", n, 3, 3),
            Design("fixed k = 3, stored 5", n, 3, 5),
        ]
    return found


def simulated(design: Design, change: str, runs: int, rng: np.random.Generator) -> tuple[dict[str, float], float]:
    """The share of each verdict and the mean number of rounds."""
    counts, played = {FAILED: 0, UNSURE: 0, PASSED: 0}, 0
    for start in range(0, runs, CHUNK):
        size = min(CHUNK, runs - start)
        worlds = [
            world(design, change if number == 0 else "same", size, rng) for number in range(1 + design.guardrails)
        ]
        verdicts, looks = judged(design, worlds)
        for verdict in counts:
            counts[verdict] += int((verdicts == verdict).sum())
        played += int(looks.sum())
    return {verdict: count / runs for verdict, count in counts.items()}, played / runs


World = tuple[np.ndarray, np.ndarray]
"""Passes of the baseline and of the candidate: builds × cases × trials."""


def world(design: Design, change: str, size: int, rng: np.random.Generator) -> World:
    """Some builds."""
    kind = rng.choice(3, size=(size, design.n), p=(0.65, 0.25, 0.10))
    chance = np.where(kind == 0, 0.98, np.where(kind == 2, 0.10, rng.beta(3, 2, size=(size, design.n))))
    broken = {"same": 0.0, BROKEN: 0.06, COIN: 0.06, "-10 broken": 0.12}[change]
    draw = rng.random((size, design.n))
    if change == COIN:
        # A coin for each case: some builds drop by 3 points and others by 7, which no test can catch alike.
        after = np.where(draw < broken, 0.0, chance)
    else:
        after = np.where(draw.argsort(axis=1).argsort(axis=1) < round(broken * design.n), 0.0, chance)
    k = design.baseline or design.trials
    return (
        rng.random((size, design.n, k)) < chance[:, :, None],
        rng.random((size, design.n, design.trials)) < after[:, :, None],
    )


def judged(design: Design, worlds: Sequence[World]) -> tuple[np.ndarray, np.ndarray]:
    """The verdict of each build and the rounds that it took."""
    size = worlds[0][0].shape[0]
    looks = rounds(3) if design.rounds else rounds(1)
    verdicts = np.full(size, UNSURE, dtype=object)
    played = np.zeros(size, dtype=int)
    still = np.ones(size, dtype=bool)
    for look in looks:
        k = look.number if design.rounds else design.trials
        found = [compared(before, after, design.of_baseline(k), k) for before, after in worlds]
        failed, passed = ruled(found, look, fixed=not design.rounds)
        played[still] = k
        verdicts[still & failed] = FAILED
        verdicts[still & ~failed & passed] = PASSED
        still &= ~(failed | passed)
    return verdicts, played


def ruled(found: Sequence[dict[str, np.ndarray]], look: Round, *, fixed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Which builds fail, and which pass unless they fail, at one look."""
    primary, rails = found[0], found[1:]
    failed = (primary["p"] <= look.p) & (primary["mean"] <= -POLICY.drop_rate + 1e-12)
    n = primary["n"]
    if fixed:
        passed = primary["mean"] - stdtrit(n - 1, 0.95) * primary["se"] > -POLICY.margin_rate
    else:
        passed = (primary["mean"] + POLICY.margin_rate) / primary["se"] >= look.z
    if rails:
        ps = np.stack([rail["p"] for rail in rails])
        # Holm rejects the smallest p at alpha / m first; whether anything is rejected hangs on it alone only where the
        # drop is large enough too, so each is adjusted.
        order = np.argsort(ps, axis=0)
        ranked = np.maximum.accumulate(np.take_along_axis(ps, order, 0) * np.arange(len(rails), 0, -1)[:, None], axis=0)
        adjusted = np.empty_like(ps)
        np.put_along_axis(adjusted, order, ranked, 0)
        alpha = POLICY.guardrail_alpha * look.p / POLICY.alpha
        drops = np.stack([rail["mean"] for rail in rails]) <= -0.02 + 1e-12
        failed |= ((adjusted <= alpha) & drops).any(axis=0)
    return failed, passed


def compared(before: np.ndarray, after: np.ndarray, kb: int, kc: int) -> dict[str, np.ndarray]:
    """Mean difference, its standard error and the exact mid-p of each build."""
    unit = lcm(kb, kc)
    steps = after[:, :, :kc].sum(2) * (unit // kc) - before[:, :, :kb].sum(2) * (unit // kb)
    n = steps.shape[1]
    mean = steps.mean(1) / unit
    se = np.maximum(steps.std(1, ddof=1) / unit / np.sqrt(n), 1 / n)
    return {"mean": mean, "se": se, "p": mid_p(steps, unit), "n": np.array(n)}


def mid_p(steps: np.ndarray, largest: int) -> np.ndarray:
    """The exact sign-flip mid-p of each row, from the characteristic function of the flipped sum."""
    sizes = np.abs(steps)
    counts = np.stack([(sizes == a).sum(1) for a in range(1, largest + 1)], axis=1).astype(float)
    most = int((counts * np.arange(1, largest + 1)).sum(1).max())
    points = 1 << (2 * most + 1).bit_length()
    angles = 2 * np.pi * np.arange(points // 2 + 1) / points
    cosines = np.cos(np.outer(np.arange(1, largest + 1), angles))
    logs = np.log(np.maximum(np.abs(cosines), 1e-300))
    sign = 1 - 2 * ((counts @ (cosines < 0)) % 2)
    chances = np.fft.irfft(sign * np.exp(counts @ logs), points, axis=1)
    # Sums below zero stand at the end of the circle; turned so that they come first.
    ordered = np.concatenate([chances[:, points // 2 :], chances[:, : points // 2]], axis=1)
    at = steps.sum(1) + points // 2
    rows = np.arange(len(at))
    below = np.cumsum(ordered, axis=1)[rows, at] - ordered[rows, at]
    return np.where(counts.sum(1) == 0, 0.5, below + ordered[rows, at] / 2)


def agree(design: Design, rng: np.random.Generator, builds: int = 12) -> None:
    """Put a few builds through the gate itself. Raises: AssertionError where it decides otherwise."""
    if design.n > 200 or design.guardrails:
        return
    policy = GatePolicy(guardrails=())
    for change in ("same", "-5 broken", "-10 broken"):
        before, after = world(design, change, builds, rng)
        verdicts, _ = judged(design, [(before, after)])
        for build, said in enumerate(verdicts):
            sides = [
                {f"c{c:04}": [int(x) for x in side[build, c]] for c in range(design.n)} for side in (before, after)
            ]
            old = scored_run("old", sides[0])
            marks = {ALONG: old.run.id} if design.baseline is None else {}
            run = {"attributes": {ROUNDS: "3", **marks}} if design.rounds else {}
            found = decide(scored_run("new", sides[1], run=run), old, policy, today=date(2026, 1, 1))
            assert found.verdict == said, (design, change, found.result.sentence, said)


if __name__ == "__main__":
    sys.exit(main())
