"""One answer against a knowledge base, claim by claim: for notebooks, for measuring, and for the scorer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evalkit.knowledge.base import Knowledge
from evalkit.knowledge.claims import claims_of, no_claim_spans
from evalkit.knowledge.entailment import SURE, Entailment
from evalkit.knowledge.judgements import Judgement, judged_claims
from evalkit.language.detection import detect

AnswerVerdict = Literal["supported", "contradicted", "stale", "not_in_kb", "unsure", "no_claim"]
_WORST: tuple[AnswerVerdict, ...] = ("contradicted", "stale", "not_in_kb", "unsure", "supported")
NO_CLAIM = (
    "bot_fallback", "handoff_announcement", "handoff_unavailable", "greeting", "closing", "offer_help",
    "resolution_check", "apology", "empathy", "ai_disclosure", "human_claim", "ask_sensitive", "deflection",
    "process", "refusal", "sympathy", "handoff_offer",
)  # fmt: skip
"""Kinds of phrases that state nothing a knowledge base could hold."""


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where the evidence stands: [start, end) of a passage of a document's version."""

    document_id: str
    passage: str
    start: int | None = None
    end: int | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """One claim at [start, end) of the answer; `exact` where comparable amounts, or a rule beyond doubt, decide."""

    text: str
    start: int
    end: int
    verdict: AnswerVerdict
    confidence: Literal["exact", "heuristic"]
    evidence: tuple[PassageSpan, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCheck:
    """The worst verdict over the claims of an answer, and each claim."""

    verdict: AnswerVerdict
    claims: tuple[ClaimCheck, ...] = ()


def check(
    answer: str,
    question: str | None = None,
    knowledge: Knowledge | None = None,
    language: str | None = None,
    on: date | None = None,
    entailment: Entailment | None = None,
) -> AnswerCheck:
    """What a knowledge base says of an answer on a day (None: today's versions).

    `entailment` is asked only of what the rules leave open; where it is sure of it, its word counts as heuristic.

    >>> base = Knowledge.from_texts(["Frakten kostar 49 kr. Returer är gratis i 30 dagar."])
    >>> check("Frakten kostar 59 kr.", "Vad kostar frakten?", base).verdict
    'contradicted'
    """
    base = knowledge if knowledge is not None else Knowledge(())
    spoken = language or detect(f"{answer}\n{question or ''}").code
    skip = no_claim_spans(answer, spoken, NO_CLAIM)
    checks = []
    claims = claims_of(answer, question=question or "", language=spoken, skip=skip)
    for claim, judged in judged_claims(claims, answer, question or "", base, on, spoken):
        verdict: AnswerVerdict = "not_in_kb" if judged.verdict == "invented" else judged.verdict
        confidence: Literal["exact", "heuristic"] = "exact" if judged.exact else "heuristic"
        evidence = tuple(_evidence(judged, base))
        if entailment is not None and judged.open and evidence:
            verdict = _by_model(entailment, evidence[0].passage, claim.said, spoken, verdict)
        checks.append(ClaimCheck(claim.said, claim.start, claim.end, verdict, confidence, evidence, judged.reason))
    if not checks:
        return AnswerCheck("no_claim")
    return AnswerCheck(min((c.verdict for c in checks), key=_WORST.index), tuple(checks))


def _by_model(
    entailment: Entailment, premise: str, claim: str, language: str | None, verdict: AnswerVerdict
) -> AnswerVerdict:
    said = entailment(premise, claim, language)
    if said.entailed >= SURE:
        return "supported"
    return "contradicted" if said.denied >= SURE else verdict


def _evidence(judged: Judgement, base: Knowledge) -> Iterable[PassageSpan]:
    if judged.passage_hash is not None:
        passage = base.passages[base.by_hash[judged.passage_hash]]
        document = base.document_of(passage)
        yield PassageSpan(document.id, passage.text, judged.start, judged.end, document.version)
