"""What scorers and the gate say, in the reader's language: their English sentence is the key, its gaps are filled in.

A stored finding keeps its sentence, so that a terminal, a merge request and a page speak of the same thing, and a
sentence that nobody has put into another language stands as it is.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from dashboards.kit.numbers import THIN, local
from dashboards.kit.texts import LANGUAGES, catalogue, language
from evalkit.kpi.definitions import BY_NAME

_OTHERS = tuple(code for code in ("sv", "da", "nb", "fi", "de") if code in LANGUAGES)
_GAP = re.compile(r"\{(\w+)\}")
_PARTS, _LISTED = "parts", "names"
_NAMES = frozenset({"release", "before", "run", "rules", "tool", "last", "words"})
"""Gaps that hold names: they stand as they are, though they look like a number."""
_NUMBER = r"[+−-]?[\d., ]*\d"
_SHAPED = {"n": _NUMBER, "then": "and .+", "how": "better than|as well as|at least|at most"}
_DEPTH = 4


def told(sentence: str) -> str:
    """The sentence in the reader's language."""
    return sentence if language() == "en" else _told(sentence, language(), _DEPTH)


@cache
def known() -> dict[str, dict[str, str]]:
    """English sentences and words of gaps, each with its translations."""
    import yaml

    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.parent.joinpath("texts", "told").glob("*.yaml")):
        for english, others in yaml.safe_load(path.read_text("utf-8")).items():
            found[english] = dict(zip(_OTHERS, others, strict=True))
    for key, texts in catalogue().items():
        if key.startswith("kpi."):
            one = BY_NAME.get(key.removeprefix("kpi."))
            small = {code: text if code == "de" else _small(text) for code, text in texts.items()}
            found.setdefault(_small(texts["en"]), small)
            if one is not None:
                found.setdefault(_small(one.title), small)
    return found


def fits(sentence: str) -> bool:
    """Whether a translation is known."""
    return sentence in known() or _fitting(sentence) is not None


@lru_cache(maxsize=4_096)
def _told(sentence: str, lang: str, depth: int) -> str:
    if (exact := known().get(sentence)) is not None:
        return exact[lang]
    if re.fullmatch(_NUMBER, sentence):
        return local(re.sub(r"(?<=\d),(?=\d{3})", THIN, sentence))
    fitting = _fitting(sentence) if depth else None
    if fitting is None:
        return sentence
    english, gaps = fitting
    filled = {}
    for name, value in gaps.items():
        if name in _NAMES:
            filled[name] = value
        elif name == _LISTED:
            filled[name] = ", ".join(_told(part, lang, depth - 1) for part in value.split(", "))
        else:
            parts = _apart(value) if name == _PARTS else [value]
            filled[name] = "; ".join(_told(part, lang, depth - 1) for part in parts)
    return known()[english][lang].format(**filled)


def _small(text: str) -> str:
    return text if text[1:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def _fitting(sentence: str) -> tuple[str, dict[str, str]] | None:
    for english, shape in _shapes():
        if (found := shape.fullmatch(sentence)) is not None:
            return english, found.groupdict()
    return None


@cache
def _shapes() -> list[tuple[str, re.Pattern[str]]]:
    """The sentences with gaps as patterns, those that say most themselves first."""
    with_gaps = [english for english in known() if _GAP.search(english)]
    with_gaps.sort(key=lambda english: -len(_GAP.sub("", english)))
    return [(english, _shape(english)) for english in with_gaps]


def _shape(english: str) -> re.Pattern[str]:
    pieces = _GAP.split(english)
    pattern = "".join(
        re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>{_SHAPED.get(piece, '.+?')})"
        for at, piece in enumerate(pieces)
    )
    return re.compile(pattern, re.DOTALL)


def _apart(text: str) -> list[str]:
    """The parts between semicolons that stand in no brackets."""
    parts, depth = [""], 0
    for piece in re.split(r"(; |[()])", text):
        depth += (piece == "(") - (piece == ")")
        if piece == "; " and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts
