"""The scorer `judge`: what a language model answered, checked and gathered before; it only informs until it has earned
its vote on people's labels."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from evalkit.judge.asking import Judged
from evalkit.model import Case, Conversation, Finding, Score
from evalkit.scorers.door import Context, Scope, skipped


class Judge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Verdicts of the judge's questions.

    `questions` are packs or ids, empty for those of the configuration. `voting` are the question ids whose calibration
    against people lets them fail a conversation (docs/judge.md); the others inform. `identity` is the judge's own, set
    by the program: another model, prompt or question makes another set of scores.
    """

    name: ClassVar[str] = "judge"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    questions: tuple[str, ...] = ()
    voting: tuple[str, ...] = ()
    identity: str = ""

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`fail` where a voting question got a bad answer, `error` where one got none, `unsure` where only an
        informing question or a doubt speaks, else `pass`; `data.answers` holds every answer by id."""
        judged: dict[str, Judged] = dict(context.judged)
        if not judged:
            return skipped(self.name, "no judge was asked; `--judge` names one")
        findings = tuple(self._finding(answer) for answer in judged.values() if answer.good is not True)
        data: dict[str, Any] = {
            "answers": {id_: answer.answer for id_, answer in judged.items() if answer.status == "answered"},
            "good": {id_: answer.good for id_, answer in judged.items() if answer.good is not None},
            "open": sorted(id_ for id_, answer in judged.items() if answer.status == "unsure"),
            "informs_only": not self.voting,
            "identity": self.identity,
        }
        broken = [answer for answer in judged.values() if answer.status == "error"]
        if broken:
            causes = "; ".join(dict.fromkeys(answer.cause or "no answer" for answer in broken))
            return Score(
                scorer=self.name, verdict="error", boundary="judge", cause=causes, findings=findings, data=data
            )
        voted = [judged[id_] for id_ in self.voting if id_ in judged]
        if any(answer.good is False for answer in voted):
            verdict = "fail"
        elif findings:
            verdict = "unsure"
        else:
            verdict = "pass"
        known = [answer.good for answer in judged.values() if answer.good is not None]
        value = sum(known) / len(known) if known else None
        return Score(scorer=self.name, verdict=verdict, value=value, findings=findings, data=data)  # type: ignore[arg-type]

    def _finding(self, answer: Judged) -> Finding:
        if answer.status == "answered":
            message = f"the judge answers '{answer.answer}'"
        elif answer.status == "unsure":
            message = f"no verdict: {answer.cause}"
        else:
            message = f"no answer: {answer.cause}"
        if answer.repeats > 1:
            message += f" ({answer.agreement_rate:.0%} of {answer.repeats} repeats)"
        return Finding(
            rule=f"judge.{answer.question}",
            severity=answer.severity if answer.good is False else "info",
            message=message,
            turn=answer.turn,
            confidence="judge",
            passed=answer.good is not False or answer.question not in self.voting,
        )
