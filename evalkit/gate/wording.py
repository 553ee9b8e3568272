"""The one sentence of a decision, for a person who leads a support team."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.gate.rules import Ruling, chance
from evalkit.kpi.cases import CaseChange
from evalkit.model import GateVerdict, Run


def sentence(
    verdict: GateVerdict,
    candidate: Run,
    baseline: Run | None,
    rulings: Sequence[Ruling],
    changes: Sequence[CaseChange],
    reasons: Sequence[str],
) -> str:
    """What to do, and why."""
    release, before = candidate.release, baseline.release if baseline is not None else ""
    primary = next((r for r in rulings if r.rule.startswith("primary") and "difference" in r.numbers), None)
    if verdict == "invalid":
        return f"{release} cannot be judged: {'; '.join(reasons)}."
    if verdict == "passed" and primary is not None:
        n, points = primary.numbers["n"], 100 * primary.numbers["difference"]
        how = f"{points:+.1f} points" if abs(points) >= 0.05 else "no difference"
        ruled = primary.said.rsplit("; ", 1)[-1]
        manner = "better than" if primary.numbers["low"] > 0 else "as well as"
        return f"{release} may ship: on the same {n} questions it does {manner} {before} ({how}); {ruled}."
    if verdict == "failed":
        bad = [r for r in rulings if r.verdict == "failed"]
        rails = [r.short.removeprefix("worse: ").split(":")[0] for r in bad if r.rule.startswith("guardrail")]
        parts = [
            _worse(r, before, changes) if r is primary else r.short or r.said
            for r in bad
            if not r.rule.startswith("guardrail")
        ]
        parts += [f"worse than {before} in {', '.join(rails)}"] * bool(rails)
        return f"Do not ship {release}: {'; '.join(parts)}."
    if baseline is None:
        return f"Cannot tell whether {release} is worse: there is no baseline to compare with."
    said = "; ".join(reasons) or "the numbers do not decide"
    return f"Cannot tell yet whether {release} is worse than {before}: {said}. More trials or more cases would tell."


def _worse(primary: Ruling, before: str, changes: Sequence[CaseChange]) -> str:
    numbers = primary.numbers
    worse = sum(c.after.rate < c.before.rate for c in changes)
    better = sum(c.after.rate > c.before.rate for c in changes)
    drop = -100 * numbers["difference"]
    return (
        f"of {numbers['n']} questions it answers {worse} worse than {before} and {better} better, so {drop:.1f} points"
        f" fewer pass; {chance(numbers['mid_p'])}"
    )
