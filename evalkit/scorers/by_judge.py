"""What a judge that earned its vote says of claims that the rules leave open; a rule that decides is never asked again.

The judge is asked once a conversation, because that is what its calibration is about: whether every statement is
supported, and whether any contradicts, with a quote. So its yes to the first holds for each open claim, and its yes to
the second for the open claims of the turn that it quotes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from evalkit.knowledge.claims import Claim
from evalkit.knowledge.entailment import SURE, by_judge
from evalkit.knowledge.judgements import Judgement

ASKED = SUPPORTED, CONTRADICTED = "supported_by_knowledge", "contradicts_knowledge"
_REASON = "the judge says so, where the rules decide nothing"


def decided(
    claim: Claim, judgement: Judgement, turn: int, judged: Mapping[str, Any], voting: Collection[str]
) -> Judgement | None:
    """The judge's word on an open claim with a passage beside it; None where a rule decides, or the judge may not.

    >>> from evalkit.judge.asking import Judged
    >>> yes = {SUPPORTED: Judged(question=SUPPORTED, status="answered", answer="yes", good=True)}
    >>> claim, open_ = Claim("a", 0, 1, (), False), Judgement("unsure", passage_hash="p")
    >>> decided(claim, open_, 1, yes, [SUPPORTED]).verdict, decided(claim, open_, 1, yes, []) is None
    ('supported', True)
    """
    if not judgement.open or judgement.passage_hash is None:
        return None

    def ask(question: str, premise: str, hypothesis: str) -> bool | None:
        said = judged.get(question)
        if said is None or said.good is None:
            return None
        if question == CONTRADICTED:
            # A conversation that contradicts somewhere says nothing of the claims elsewhere.
            return said.good is False and said.turn == turn
        return bool(said.good)

    found = by_judge(ask)("", claim.said, None)
    if found.entailed >= SURE and SUPPORTED in voting:
        return _by_judge("supported", judgement)
    if found.denied >= SURE and CONTRADICTED in voting:
        return _by_judge("contradicted", judgement)
    return None


def _by_judge(verdict: Any, judgement: Judgement) -> Judgement:
    return Judgement(
        verdict, False, _REASON, judgement.document_id, judgement.passage_hash, judgement.start, judgement.end
    )
