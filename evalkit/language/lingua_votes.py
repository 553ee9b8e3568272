"""What lingua (the extra `lid`) thinks of a text: a second voice for `detect`, for those who can pay 250 MB for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from evalkit.errors import InputError


@cache
def lingua_votes() -> Callable[[str], Mapping[str, float]]:
    """The probability of each language of a text, by lingua; its models are read at the first call.

    Raises: InputError where the extra is not installed.
    """
    try:
        from lingua import Language, LanguageDetectorBuilder
    except ImportError as error:
        raise InputError("lingua is not installed; pip install 'support-evalkit[lid]'") from error
    codes = {
        Language.SWEDISH: "sv", Language.DANISH: "da", Language.BOKMAL: "nb", Language.NYNORSK: "nn",
        Language.FINNISH: "fi", Language.ENGLISH: "en", Language.GERMAN: "de", Language.ICELANDIC: "is",
    }  # fmt: skip
    detector = LanguageDetectorBuilder.from_languages(*codes).build()

    def votes(text: str) -> Mapping[str, float]:
        return {codes[found.language]: found.value for found in detector.compute_language_confidence_values(text)}

    return votes
