"""Questions as data: what is asked, which answers count, which turns and which evidence the judge sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from evalkit.errors import InputError, near_match
from evalkit.model import Severity

Sees = Literal["conversation", "bot_turns", "after_handover"]
EvidenceKind = Literal["knowledge", "policy", "facts", "handover"]

CANNOT_TELL = "cannot_tell"


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question to the judge.

    `answers` are all answers that count; `passing` those that are good news. `cannot_tell` is always allowed and is
    never a pass and never a fail. `text` holds the question per language; English is the fallback.
    """

    id: str
    text: dict[str, str]
    answers: tuple[str, ...] = ("yes", "no")
    passing: tuple[str, ...] = ("yes",)
    sees: Sees = "conversation"
    evidence: tuple[EvidenceKind, ...] = ()
    severity: Severity = "medium"
    version: str = "1"
    pack: str = ""

    def wording(self, language: str | None) -> str:
        """The question in this language, else in English."""
        return self.text.get(language or "en") or self.text["en"]

    @property
    def allowed(self) -> tuple[str, ...]:
        """Every answer that validates, `cannot_tell` last."""
        return (*(a for a in self.answers if a != CANNOT_TELL), CANNOT_TELL)


def pack_names() -> tuple[str, ...]:
    """The shipped packs, sorted."""
    return tuple(sorted(_shipped()))


def load_questions(names: Iterable[str], own: Mapping[str, Any] | None = None) -> tuple[Question, ...]:
    """The questions of the named packs and single ids, each once, own ones (from `evalkit.yaml`) before shipped ones.

    Raises: InputError for an unknown name, a question without an English wording or a passing answer, or a clash.
    """
    mine = {id_: _own_question(id_, value) for id_, value in (own or {}).items()}
    known: dict[str, tuple[Question, ...]] = {**_shipped(), **{q.id: (q,) for qs in _shipped().values() for q in qs}}
    known |= {id_: (question,) for id_, question in mine.items()}
    chosen: dict[str, Question] = {}
    for name in names:
        if name not in known:
            raise InputError(
                f"judge: unknown question or pack '{name}'{near_match(name, tuple(known))}"
                f" (packs: {', '.join(pack_names())})"
            )
        chosen |= {question.id: question for question in known[name]}
    return tuple(chosen.values())


def _own_question(id_: str, value: Any) -> Question:
    try:
        question = msgspec.convert({"id": id_, "pack": "own", **value}, Question)
    except (msgspec.ValidationError, TypeError) as error:
        raise InputError(f"judge.questions.{id_}: {error}") from error
    if not question.text.get("en"):
        raise InputError(
            f"judge.questions.{id_}: needs an English wording under text.en; other languages fall back to it"
        )
    if not question.passing or not set(question.passing) <= set(question.answers):
        raise InputError(f"judge.questions.{id_}: `passing` must name at least one of `answers` {question.answers}")
    return question


@cache
def _shipped() -> dict[str, tuple[Question, ...]]:
    import yaml

    packs: dict[str, tuple[Question, ...]] = {}
    for path in sorted((Path(__file__).parent / "data" / "questions").glob("*.yaml")):
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        packs[path.stem] = tuple(
            msgspec.convert({"id": id_, "pack": path.stem, **value}, Question) for id_, value in loaded.items()
        )
    return packs
