"""The door for a model that says whether one text follows from another; exact rules come first and win."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from evalkit.errors import KnowledgeError

SURE = 0.8
"""How likely a relation must be for a model's word to count."""


class Probabilities(NamedTuple):
    """How likely a hypothesis follows from a premise, is left open, or is denied; they add up to 1."""

    entailed: float
    neutral: float
    denied: float


class Entailment(Protocol):
    """Says of a premise and a hypothesis in one language how they stand to each other."""

    def __call__(self, premise: str, hypothesis: str, language: str | None) -> Probabilities:
        """The three probabilities."""
        ...


def by_judge(ask: Callable[[str, str, str], bool | None]) -> Entailment:
    """The door to a judge's yes and no: `ask(question, premise, hypothesis)`, None where the judge does not say.

    The questions are `supported_by_knowledge` and `contradicts_knowledge`. Yes to both says nothing.

    >>> by_judge(lambda question, premise, hypothesis: question == "supported_by_knowledge")("a", "b", None).entailed
    1.0
    """

    def entailment(premise: str, hypothesis: str, language: str | None) -> Probabilities:
        holds = ask("supported_by_knowledge", premise, hypothesis)
        denied = ask("contradicts_knowledge", premise, hypothesis)
        if holds and not denied:
            return Probabilities(1.0, 0.0, 0.0)
        return Probabilities(0.0, 0.0, 1.0) if denied and not holds else Probabilities(0.0, 1.0, 0.0)

    return entailment


def local_model(folder: Path | str) -> Entailment:
    """The door to a natural-language-inference model in a folder, with `transformers`; never downloads anything.

    Raises: KnowledgeError for a name that is no folder, or where `transformers` is not installed.
    """
    path = Path(folder)
    if not path.is_dir():
        raise KnowledgeError(f"{folder}: no such folder; an entailment model is read from disk and never downloaded")
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        from transformers import pipeline  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise KnowledgeError("an entailment model needs the package transformers: pip install transformers") from error
    classify = pipeline("text-classification", model=str(path), top_k=None, device=-1)

    def entailment(premise: str, hypothesis: str, language: str | None) -> Probabilities:
        found = {
            str(label["label"]).lower(): float(label["score"])
            for label in classify({"text": premise, "text_pair": hypothesis})
        }
        denied = found.get("contradiction", 0.0)
        entailed = found.get("entailment", 0.0)
        return Probabilities(entailed, max(0.0, 1 - denied - entailed), denied)

    return entailment
