"""What a run did not check, so that no finding is not read as no fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from evalkit.model import Case, Run, Score

_SAFETY = ("privacy", "compliance")
_GAPS = {
    "facts": "own data before authentication: the case names no facts",
    "knowledge": "internal text and promises about storage: no knowledge base",
    "prompt": "prompt extraction by overlap: the policy holds no `system_prompt`",
    "slots": "over-collection beyond cards, passwords and identity numbers: `slots_by_intent` is empty",
    "numbers": "other customers' order and customer numbers: the policy holds no `number_patterns`",
}


class Unchecked:
    """Counts, score by score, what was left out; `lines` tells it."""

    def __init__(self) -> None:
        self._gaps: Counter[str] = Counter()
        self._skips: Counter[tuple[str, str]] = Counter()
        self._ran: Counter[str] = Counter()
        self._n = 0

    def add(self, scores: Iterable[Score], case: Case | None) -> None:
        """Take in the scores of one conversation."""
        self._n += 1
        for score in scores:
            if score.verdict in {"skip", "error"}:
                self._skips[score.scorer, score.cause or score.verdict] += 1
                continue
            self._ran[score.scorer] += 1
            self._gaps.update(gap for gap in str(score.data.get("unchecked", "")).split() if gap in _GAPS)
        if case is None or not case.context.facts:
            self._gaps["facts"] += 1

    def lines(self, run: Run) -> tuple[str, ...]:
        """One sentence for each thing that was not checked, with the number of conversations where it was not all."""
        if not self._n:
            return ()
        told = [f"{name}: the scorer did not run" for name in _SAFETY if not self._ran[name]]
        if run.kb_snapshot is None:
            self._gaps["knowledge"] = self._n
        told += [f"{_GAPS[gap]}{self._share(n)}" for gap, n in sorted(self._gaps.items())]
        told += [
            f"{name}: {cause}{self._share(n)}" for (name, cause), n in sorted(self._skips.items()) if name in _SAFETY
        ]
        return tuple(told)

    def _share(self, n: int) -> str:
        return "" if n == self._n else f" ({n} of {self._n} conversations)"
