"""`correctness`: is what the bot says held by the knowledge base that was valid at the time?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from evalkit.knowledge.checking import NO_CLAIM
from evalkit.knowledge.claims import Claim, claims_of
from evalkit.knowledge.judgements import Judgement, judged_claims, knows_answer
from evalkit.language.amounts import same
from evalkit.language.quantities import quantities
from evalkit.model import Case, Confidence, Conversation, Evidence, Finding, RequiredFact, Score, Severity
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words

_SEVERITY: dict[str, Severity] = {"contradicted": "high", "stale": "high", "not_in_kb": "medium", "invented": "high"}
_MESSAGE = {
    "contradicted": "the knowledge base says otherwise",
    "stale": "this was right in an older version of the article",
    "not_in_kb": "nothing in the knowledge base says this",
    "invented": "an address, number or link that the knowledge base does not hold",
    "unsure": "the knowledge base neither clearly says nor denies this",
}
_TELLING, _FEWEST = 4, 2
"""A question tells what it is about where it has so many words of so many letters."""


class Correctness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Fails on contradicted, stale or missing facts; `unsure` where the passages do not decide.

    `by_judge` lets the LLM judge decide claims that the rules leave open, on the questions that have earned their vote
    (`voting`, set by the program); what a rule decides stands.
    """

    name: ClassVar[str] = "correctness"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    by_judge: bool = False
    voting: tuple[str, ...] = ()

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds correct, n_claims, n_contradicted, n_stale, n_not_in_kb, false_fallback, n_by_judge."""
        judged = list(_judged(conversation, case, context))
        asked = _asked(judged, context, self.voting) if self.by_judge and self.voting else {}
        judged = [(turn, claim, asked.get(at, found)) for at, (turn, claim, found) in enumerate(judged)]
        findings = [_finding(*one, by_judge=at in asked) for at, one in enumerate(judged)]
        findings += _facts(conversation, case, context)
        findings += _sources(conversation, case)
        findings += _not_done(conversation, case, context)
        findings += _fallbacks(conversation, context)
        fallback = any(f.rule == "correctness.false_fallback" for f in findings)
        wrong = [f for f in findings if not f.passed]
        verdicts = [judgement.verdict for _, _, judgement in judged]
        exact = [f for f in wrong if f.confidence == "exact"]
        has_gold = case is not None and bool(case.required_facts)
        if not verdicts and not has_gold and not findings:
            return skipped(self.name, "the bot states nothing that a knowledge base could hold")
        n_wrong = sum(v in {"contradicted", "stale"} for v in verdicts)
        if exact or n_wrong:
            verdict = "fail"
        elif wrong or "unsure" in verdicts or "not_in_kb" in verdicts:
            verdict = "unsure"
        else:
            verdict = "pass"
        n_decided = sum(v in {"supported", "contradicted", "stale"} for v in verdicts)
        return Score(
            scorer=self.name,
            verdict=verdict,  # type: ignore[arg-type]
            value=verdicts.count("supported") / n_decided if n_decided else None,
            findings=tuple(findings),
            data={
                "correct": {"pass": True, "fail": False}.get(verdict),
                "n_claims": len(verdicts),
                "n_contradicted": verdicts.count("contradicted"),
                "n_stale": verdicts.count("stale"),
                "n_not_in_kb": sum(v in {"not_in_kb", "invented"} for v in verdicts),
                "false_fallback": fallback,
                "knowledge_gap": any(f.rule == "correctness.knowledge_gap" for f in findings),
                **_facts_told(case, findings, verdicts),
                **({"n_by_judge": len(asked)} if asked else {}),
            },
        )


def _judged(talk: Conversation, case: Case | None, context: Context) -> Iterator[tuple[int, Claim, Judgement]]:
    base = context.knowledge
    if base is None:
        return
    own = {comparable(value) for value in case.context.facts.values()} if case else set()
    day = _day(talk, case)
    for number in context.reading.answer_turns:
        turn = talk.turns[number]
        question = context.reading.question_before(number)
        skip = [(h.start, h.end) for h in context.reading.hits(number) if h.category in NO_CLAIM]
        handing = bool(context.reading.signals(number, "handoff_announcement"))
        results = comparable(msgspec.json.encode([call.result for call in turn.tool_calls]).decode())
        language = context.reading.language_of(number)
        claims = [
            claim
            for claim in claims_of(turn.text, question=question, language=language, skip=skip)
            if not _about_this_order(claim, results, own) and (claim.quantities or not handing)
        ]
        for claim, judged in judged_claims(claims, turn.text, question, base, day, language):
            yield number, claim, judged


def _asked(
    judged: Sequence[tuple[int, Claim, Judgement]], context: Context, voting: Sequence[str]
) -> dict[int, Judgement]:
    """The claims that the judge decides, by their place in the list."""
    from evalkit.scorers.by_judge import decided

    said = [decided(claim, found, turn, context.judged, voting) for turn, claim, found in judged]
    return {at: found for at, found in enumerate(said) if found is not None}


def _about_this_order(claim: Claim, results: str, own: set[str]) -> bool:
    """Whether the claim speaks of this customer's order: a tool's answer or the case holds its values, not the KB."""
    text = comparable(claim.text)
    if any(value in text for value in own if len(value) > 3):
        return True
    if claim.mentions_order:
        return True
    values = [claim.text[q.start : q.end] for q in claim.quantities]
    return len(results) > 2 and any(comparable(value) in results for value in values)


def _day(talk: Conversation, case: Case | None) -> object:
    from datetime import date

    if case is not None and case.as_of:
        return date.fromisoformat(case.as_of)
    return talk.started_at.date() if talk.started_at is not None else None


def _finding(turn: int, claim: Claim, judgement: Judgement, *, by_judge: bool = False) -> Finding:
    verdict = judgement.verdict
    confidence: Confidence = "judge" if by_judge else "exact" if judgement.exact else "heuristic"
    evidence: tuple[Evidence, ...] = ()
    if judgement.passage_hash is not None:
        evidence = (
            Evidence(
                document_id=judgement.document_id or "",
                passage_hash=judgement.passage_hash,
                start=judgement.start,
                end=judgement.end,
            ),
        )
    if verdict in {"supported", "unsure", "not_in_kb"}:
        return Finding(
            rule=f"correctness.{verdict}",
            severity="info",
            message=_MESSAGE.get(verdict, "the knowledge base says this"),
            turn=turn,
            start=claim.start,
            end=claim.end,
            confidence="judge" if by_judge else "heuristic",
            evidence=evidence,
            passed=True,
        )
    return Finding(
        rule=f"correctness.{verdict}",
        severity=_SEVERITY[verdict],
        message=judgement.reason or _MESSAGE[verdict],
        turn=turn,
        start=claim.start,
        end=claim.end,
        confidence=confidence,
        evidence=evidence,
    )


def _facts(talk: Conversation, case: Case | None, context: Context) -> Iterator[Finding]:
    """The case's required facts: a phrasing that is said, or the same amounts in similar words."""
    if case is None or talk.diverged_turn is not None:
        return
    said = "\n".join(talk.turns[n].text for n in context.reading.bot_turns)
    for number, fact in enumerate(case.required_facts):
        if not _conveyed(fact, said):
            yield Finding(
                rule="correctness.missing_fact",
                severity="critical" if fact.critical or case.critical else "high",
                message=f"required fact {number + 1} is not said",
                turn=context.reading.bot_turns[-1] if context.reading.bot_turns else None,
                confidence="exact" if fact.phrasings else "heuristic",
                data={"fact": number},
            )


def _facts_told(case: Case | None, findings: Sequence[Finding], verdicts: Sequence[str]) -> dict[str, float]:
    """Recall: the share of the required facts that were said; precision: of the decided claims, those that hold."""
    if case is None or not case.required_facts:
        return {}
    n = len(case.required_facts)
    missing = sum(f.rule == "correctness.missing_fact" for f in findings)
    told = {"facts_recall": round((n - missing) / n, 4)}
    decided = [v for v in verdicts if v in {"supported", "contradicted", "stale", "invented"}]
    if decided:
        told["facts_precision"] = round(sum(v == "supported" for v in decided) / len(decided), 4)
    return told


def _conveyed(fact: RequiredFact, said: str) -> bool:
    text = comparable(said)
    if any(comparable(phrasing) in text for phrasing in (fact.statement, *fact.phrasings)):
        return True
    wanted = quantities(fact.statement)
    if wanted:
        found = quantities(said)
        return all(any(same(w, f) for f in found) for w in wanted)
    from evalkit.knowledge.judgements import content_overlap

    return content_overlap(fact.statement, said) >= 0.7


def _not_done(talk: Conversation, case: Case | None, context: Context) -> Iterator[Finding]:
    """The bot says that it has done something, and no tool call up to there did anything.

    Decided only where the endpoint tells of its calls: by a call in the conversation, or by the case's own expectation.
    """
    expects = case is not None and any(e.check == "tool_called" and not e.negated for e in case.expectations)
    if not expects and not any(turn.tool_calls for turn in talk.turns):
        return
    for number in context.reading.bot_turns:
        hits = context.reading.signals(number, "claims_action")
        done = any(call.ok is not False for turn in talk.turns[: number + 1] for call in turn.tool_calls)
        if hits and not done:
            yield Finding(
                rule="correctness.claimed_not_done",
                severity="high",
                message="says that it was done, and no call did it",
                turn=number,
                start=hits[0].start,
                end=hits[0].end,
                confidence="exact" if expects else "heuristic",
            )


def _sources(talk: Conversation, case: Case | None) -> Iterator[Finding]:
    if case is None or not case.expected_sources:
        return
    cited = {source for turn in talk.turns for source in turn.sources}
    if not cited:
        return
    for wanted in case.expected_sources:
        if not any(wanted in source for source in cited):
            yield Finding(
                rule="correctness.source",
                severity="medium",
                message=f"source '{wanted}' is not cited",
                confidence="exact",
            )


def _fallbacks(talk: Conversation, context: Context) -> Iterator[Finding]:
    base = context.knowledge
    if base is None:
        return
    for number in context.reading.answer_turns:
        hits = context.reading.signals(number, "bot_fallback")
        if not hits or context.reading.signals(number, "handoff_announcement"):
            continue
        question = context.reading.question_before(number)
        known = knows_answer(question, base, _day(talk, None))
        asked = words(question)
        telling = sum(len(word) >= _TELLING for word in asked)
        if known is None and (telling >= _FEWEST or (telling and len(asked) > _FEWEST)):
            # A bare greeting that the bot did not understand is no article to write.
            yield Finding(
                rule="correctness.knowledge_gap",
                severity="info",
                message="nobody knows: neither the bot nor the knowledge base",
                turn=context.reading.customer_before(number),
                passed=True,
            )
        if known is not None:
            yield Finding(
                rule="correctness.false_fallback",
                severity="medium",
                message="the bot says that it does not know, and the knowledge base does",
                turn=number,
                start=hits[0].start,
                end=hits[0].end,
                evidence=(Evidence(document_id=known.document_id or "", passage_hash=known.passage_hash),),
            )
