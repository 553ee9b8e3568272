"""From a bot's words to claims, and from a claim to a judgement with the passage that decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from evalkit.knowledge.comparing import compare, read
from evalkit.knowledge.features import Reading
from evalkit.knowledge.statements import Comparison, Sentence, Statement, clauses, denies, sentences_of
from evalkit.knowledge.wording import Term, best_match, courtesies, roles, wording
from evalkit.language.amounts import Quantity
from evalkit.language.lexicons import scan
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable
from evalkit.text.sentences import Sentence as Piece
from evalkit.text.sentences import split
from evalkit.text.tokens import char_ngrams, text_ngrams, words

if TYPE_CHECKING:
    from evalkit.knowledge.base import Knowledge
    from evalkit.knowledge.index import Passage

ClaimVerdict = Literal["supported", "contradicted", "stale", "not_in_kb", "invented", "unsure"]
_KNOWN = 0.5
_NEAREST = 6
_ORDER = re.compile(r"(?<!\w)(?:[A-ZÅÄÖÆØ]{2,4}-?\d{3,}|#\d{4,}|\d{6,})(?!\w)")
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:https?://|www\.)\S+|(?<!\w)[\w-]+\.(?:se|dk|no|fi|de|com|example|eu|net|org)\b"
)
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d -]{5,}\d(?![\w-])")
_SPLIT = re.compile(r",?\s+(?:och|og|ja|and|und|men|mutta|but|aber)\s+|;\s+", re.IGNORECASE)
_YES_NO = re.compile(
    r"^\s*(?:(?P<yes>ja|jajamän|jo|yes|yep|kyllä|joo|doch|absolut|javisst|selvfølgelig|självklart|sure)"
    r"|(?P<no>nej|nei|nope|nein|niks|(?:no|ei|emme|en)(?=\s*(?:[,.!:;–]|$))))\b[\s,.!:–-]*",
    re.IGNORECASE,
)
_FEWEST_TERMS = 2
_MIN_WORDS = 3
_REMARK, _ASKED = 3, 0.6
_ABOUT = 6
_OPEN = frozenset({"unsure", "not_in_kb"})
_QUOTE = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement at [start, end) of a bot turn; `question` is what it answers, `before` what was said before it."""

    text: str
    start: int
    end: int
    quantities: tuple[Quantity, ...]
    mentions_order: bool
    question: str = ""
    before: str = ""
    denied: bool = False
    """True for a bare no: the question's own words, denied."""
    sentence: str = ""
    """The whole sentence that the claim is a part of."""
    reply: str = ""
    """`yes` or `no` where the answer begins so."""

    @property
    def said(self) -> str:
        """The claim in the bot's own words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the knowledge base says of a claim; `exact` when comparable amounts in aligned sentences decide."""

    verdict: ClaimVerdict
    exact: bool = False
    reason: str = ""
    document_id: str | None = None
    passage_hash: str | None = None
    start: int | None = None
    end: int | None = None
    weighed: bool = False
    """Whether no rule decided, but the weights of what there is to tell: a judge or a model may know better."""

    @property
    def open(self) -> bool:
        """Whether the rules leave it open."""
        return self.weighed or self.verdict in _OPEN


def claims_of(
    text: str, *, question: str = "", language: str | None = None, skip: Sequence[tuple[int, int]] = ()
) -> list[Claim]:
    """The statements of a bot turn: no questions, no courtesies (the `skip` spans), coordinated ones apart."""
    found: list[Claim] = []
    before = ""
    opening = _YES_NO.match(text.strip())
    reply = "" if opening is None else "yes" if opening.group("yes") else "no"
    for sentence in split(text):
        said = sentence.text.strip()
        if said.endswith("?") or _polite(said) or _has_no_answer(said, language):
            continue
        answered = _YES_NO.match(said)
        rest = said[answered.end() :] if answered else said
        amounts = quantities(rest)
        if answered and len(_own_terms(rest)) < _FEWEST_TERMS and not amounts:
            if wording(question).terms:
                denied = answered.group("no") is not None
                found.append(Claim(said, sentence.start, sentence.end, (), False, question, "", denied, reply=reply))
            continue
        covered = sum(
            min(b, sentence.end) - max(a, sentence.start) for a, b in skip if a < sentence.end and sentence.start < b
        )
        named = _CONTACT.search(rest) is not None
        if covered and not named and (covered > 0.6 * len(said) if amounts else not _goes_beyond(sentence, skip)):
            continue
        if len(words(rest)) < _MIN_WORDS and len(_own_terms(rest)) < _FEWEST_TERMS and not amounts and not named:
            continue
        offset = sentence.start + sentence.text.index(said) + (len(said) - len(rest))
        for start, end in _parts(rest):
            part = rest[start:end]
            found.append(
                Claim(
                    part, offset + start, offset + end, quantities(part), _ORDER.search(part) is not None, question,
                    rest[:start] or before, sentence=said, reply=reply,
                )
            )  # fmt: skip
        before = said
    return found


def _goes_beyond(sentence: Piece, skip: Sequence[tuple[int, int]]) -> bool:
    """Whether a sentence says enough beside the courtesies in it."""
    rest = "".join(
        " " if any(a <= at < b for a, b in skip) else character
        for at, character in enumerate(sentence.text, sentence.start)
    )
    return len(_own_terms(rest)) > _MIN_WORDS


def _has_no_answer(said: str, language: str | None) -> bool:
    """Whether a sentence says that no answer was found."""
    spoken = wording(said)
    if quantities(said) or _CONTACT.search(said) or len(spoken.terms) > _ABOUT or not denies(said, spoken, language):
        return False
    plain = comparable(said)
    return all(pattern.search(plain) for pattern in _no_answer())


@cache
def _no_answer() -> tuple[re.Pattern[str], re.Pattern[str]]:
    seek, answer = ("|".join(word_parts(roles()[name])) for name in ("_seek", "_answer"))
    return re.compile(rf"(?<!\w)(?:{seek})(?!\w)"), re.compile(rf"(?<!\w)(?:{answer})(?!\w)")


def _polite(said: str) -> bool:
    """Whether a sentence is a courtesy: it begins like one and has no amount or contact."""
    start = comparable(said).lstrip(" \"'“”»«¡-")
    if not _polite_starts().match(start):
        return False
    rest = said.split(",", 1)[1] if "," in said else ""
    return not quantities(said) and not _CONTACT.search(said) and len(wording(rest).terms) < _MIN_WORDS


@cache
def _polite_starts() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(word_parts(roles()['_polite']))})(?!\w)")


def is_remark(claim: Claim, question: str, judged: Judgement) -> bool:
    """Whether a part of an answer is a friendly remark: few words, no amount or contact, nothing of the question."""
    if claim.quantities or claim.denied or _CONTACT.search(claim.text) or _PHONE.search(claim.text):
        return False
    own = _own_terms(claim.text)
    if len(own) > _REMARK or _YES_NO.match(claim.text) or (judged.exact and judged.verdict == "supported"):
        return False
    if any(best_match(term, wording(question).terms) >= _ASKED for term in own):
        return False
    return claim.text.rstrip().endswith("!") or judged.verdict in _OPEN


def check_claim(claim: Claim, question: str, base: Knowledge, day: Any, language: str | None = None) -> Judgement:
    """The judgement on one claim, from the passages that were valid on a day and from superseded ones."""
    invented = _invented(claim, base)
    if invented is not None:
        return invented
    passages = _valid(claim, question, base, day)
    if (quoted := _quoted(claim, passages, base)) is not None:
        return quoted
    judged = _judged(claim, question, passages, base, language)
    if judged.verdict in {"contradicted", "not_in_kb", "unsure"} and claim.quantities:
        # An answer from an older version is the likeliest reason for a wrong amount.
        old = _judged(claim, question, _superseded(claim, question, base, day), base, language)
        if old.verdict == "supported" and old.exact:
            return Judgement(
                "stale",
                judged.verdict == "contradicted" and judged.exact,
                "an older version said this; the valid one does not",
                judged.document_id or old.document_id,
                judged.passage_hash or old.passage_hash,
                judged.start,
                judged.end,
            )
    return judged


def knows_answer(question: str, base: Knowledge, day: Any) -> Judgement | None:
    """The passage that plainly speaks of a question, None when none does."""
    if len(_content(question)) < 2:
        return None
    for hit in base.search(question, k=1, on=day, audience="public"):
        passage = base.passages[hit.passage]
        if content_overlap(question, f"{passage.heading}\n{passage.text}") >= _KNOWN:
            return Judgement("supported", document_id=base.document_of(passage).id, passage_hash=passage.hash)
    return None


def content_overlap(claim: str, text: str) -> float:
    """The share of a claim's content words, by character n-grams, that a text holds."""
    mine = _content(claim)
    if not mine:
        return 0.0
    grams = text_ngrams(text)
    return sum(_held(word, grams) for word in mine) / len(mine)


def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if len(word) > 3 and not word.isdigit())


def _held(word: str, grams: frozenset[str]) -> float:
    own = char_ngrams(word, 3, 4)
    share = sum(gram in grams for gram in own) / len(own) if own else 0.0
    return share if share >= 0.45 else 0.0


def _own_terms(text: str) -> tuple[Term, ...]:
    """The content words of an answer without courtesies such as unfortunately."""
    return tuple(term for term in wording(text).terms if term.text not in courtesies())


def _parts(text: str) -> list[tuple[int, int]]:
    """The parts of a sentence where each says something of its own: clauses, and coordinated halves."""
    return [(left + a, left + b) for left, right in clauses(text) for a, b in _halves(text[left:right])]


def _halves(text: str) -> list[tuple[int, int]]:
    """The halves of a coordination where each has an amount or enough words of its own."""
    spans, start = [], 0
    for cut in _SPLIT.finditer(text):
        left, right = text[start : cut.start()], text[cut.end() :]
        both = [len(wording(side).terms) >= _FEWEST_TERMS for side in (left, right)]
        amounts = bool(quantities(left)) and bool(quantities(right))
        if all(both) and (amounts or cut.group().startswith(",")):
            spans.append((start, cut.start()))
            start = cut.end()
    spans.append((start, len(text)))
    return spans


# ---------------------------------------------------------------- passages and sentences


def _valid(claim: Claim, question: str, base: Knowledge, day: Any) -> list[Passage]:
    from evalkit.knowledge.index import best

    scores = base.index.scores(f"{claim.text}\n{question}")
    return [base.passages[h.passage] for h in best(scores, base.mask(day, "public"), _NEAREST)]


def _quoted(claim: Claim, passages: Sequence[Passage], base: Knowledge) -> Judgement | None:
    """A claim of a sentence that a valid passage says whole needs no reading; a part alone may drop a condition."""
    told = {comparable(text).strip(" .!,;:") for text in (claim.text, claim.sentence, _YES_NO.sub("", claim.sentence))}
    wanted = "|".join(re.escape(text) for text in told if len(text) >= _QUOTE)
    if not wanted:
        return None
    whole = re.compile(rf"(?:^|[.!?;:\n]\s*)(?:{wanted})(?=\s*(?:[.!?;\n]|$))")
    for passage in passages:
        if whole.search(_as_compared(passage.text)):
            return Judgement("supported", True, "the passage's own words", base.document_of(passage).id, passage.hash)
    return None


@lru_cache(maxsize=20_000)
def _as_compared(passage: str) -> str:
    """The comparable text of a passage: each claim of each reply asks for the same ones."""
    return comparable(passage)


def _superseded(claim: Claim, question: str, base: Knowledge, day: Any) -> list[Passage]:
    import numpy as np

    from evalkit.knowledge.index import best

    ended: Any = base.__dict__.get("_ended")
    if ended is None:
        ended = np.array([base.document_of(p).valid_to is not None for p in base.passages], dtype=bool)
        base.__dict__["_ended"] = ended
    old = ended & ~base.mask(day, "public")
    if not old.any():
        return []
    return [base.passages[h.passage] for h in best(base.index.scores(f"{claim.text}\n{question}"), old, 3)]


def _judged(
    claim: Claim, question: str, passages: Iterable[Passage], base: Knowledge, language: str | None
) -> Judgement:
    places = _places(passages, base, language)
    numbers = [id(passage) for passage, _ in places]
    result = compare(_statement(claim, question, language), [sentence for _, sentence in places], numbers)
    return _judgement(result, places, base)


def reading_of(claim: Claim, question: str, base: Knowledge, language: str | None) -> Reading | None:
    """What the rules say of a claim and what they saw, None where a contact or a quotation decides: for learning."""
    passages = _valid(claim, question, base, None)
    if _invented(claim, base) is not None or _quoted(claim, passages, base) is not None:
        return None
    places = _places(passages, base, language)
    if not places:
        return None
    numbers = [id(passage) for passage, _ in places]
    return read(_statement(claim, question, language), [sentence for _, sentence in places], numbers)


def _places(passages: Iterable[Passage], base: Knowledge, language: str | None) -> list[tuple[Passage, Sentence]]:
    places: list[tuple[Passage, Sentence]] = []
    for passage in passages:
        spoken = base.document_of(passage).language or language
        places += [(passage, sentence) for sentence in sentences_of(passage.text, passage.heading, spoken)]
    return places


def _statement(claim: Claim, question: str, language: str | None) -> Statement:
    asked = claim.question or question
    if claim.denied or (not claim.quantities and _YES_NO.match(claim.text) and not _plain_terms(claim)):
        said = wording(asked)
        return Statement(asked, said, (), claim.denied, (), quantities(asked), asked, claim.reply, claim.start > 0)
    said = wording(claim.text)
    context = (*wording(asked).terms, *wording(claim.before).terms)
    return Statement(
        claim.text, said, claim.quantities, denies(claim.text, said, language), context, quantities(asked), asked,
        claim.reply, claim.start > 0,
    )  # fmt: skip


def _plain_terms(claim: Claim) -> bool:
    rest = _YES_NO.sub("", claim.text)
    return len(wording(rest).terms) >= _FEWEST_TERMS


def _judgement(result: Comparison, places: Sequence[tuple[Passage, Sentence]], base: Knowledge) -> Judgement:
    if result.sentence is None:
        return Judgement(result.relation)
    passage, sentence = places[result.sentence]
    return Judgement(
        result.relation, result.exact, result.reason, base.document_of(passage).id, passage.hash, sentence.start,
        sentence.end, result.weighed,
    )  # fmt: skip


def _invented(claim: Claim, base: Knowledge) -> Judgement | None:
    for hit in _CONTACT.finditer(claim.text):
        said = hit.group().rstrip(".,;:!?)").lower()
        if not any(said in text for text in _texts(base)):
            return Judgement("invented", False, "a contact or link that the knowledge base does not hold")
    for hit in _PHONE.finditer(claim.text):
        digits = "".join(filter(str.isdigit, hit.group()))
        if len(digits) >= 7 and not any(digits in known for known in _digits(base)):
            held = any(_PHONE.search(text) for text in _texts(base))
            reason = "a number that the knowledge base does not hold"
            # Where the base gives a number for this, another one denies it.
            return Judgement("contradicted" if held else "invented", held, reason)
    return None


def _texts(base: Knowledge) -> tuple[str, ...]:
    cached: tuple[str, ...] | None = base.__dict__.get("_lowered_texts")
    if cached is None:
        cached = tuple(f"{d.text}\n{d.url or ''}".lower() for d in base.documents if d.audience == "public")
        base.__dict__["_lowered_texts"] = cached
    return cached


def _digits(base: Knowledge) -> tuple[str, ...]:
    cached: tuple[str, ...] | None = base.__dict__.get("_digit_texts")
    if cached is None:
        cached = tuple("".join(filter(str.isdigit, text)) for text in _texts(base))
        base.__dict__["_digit_texts"] = cached
    return cached


def no_claim_spans(text: str, language: str | None, categories: Sequence[str]) -> list[tuple[int, int]]:
    """The spans of phrases that state nothing."""
    return [(h.start, h.end) for h in scan(text, language, "bot") if h.category in categories]
