"""The interface's words in six languages, from one catalogue."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

LANGUAGES = {"en": "English", "sv": "Svenska", "da": "Dansk", "nb": "Norsk", "fi": "Suomi", "de": "Deutsch"}
_ALSO = {"no": "nb", "nn": "nb"}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Texts by key, then by language."""
    import yaml

    found: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.parent.joinpath("texts").glob("*.yaml")):
        found.update(yaml.safe_load(path.read_text("utf-8")))
    return found


def language() -> str:
    """The language that the reader chose, else the browser's, else English."""
    chosen: str = st.session_state.get("lang", "en")
    return chosen


def choose_language() -> None:
    """Settle the language before anything is drawn; the choice stands in the sidebar and in the URL."""
    if "lang" not in st.session_state:
        asked = st.query_params.get("lang") or (st.context.locale or "en").split("-")[0].lower()
        asked = _ALSO.get(asked, asked)
        st.session_state["lang"] = asked if asked in LANGUAGES else "en"


def t(key: str, /, **values: Any) -> str:
    """The text of a key in the reader's language, with its values filled in."""
    texts = catalogue()[key]
    return texts.get(language(), texts["en"]).format(**values)


def said(key: str, fallback: str) -> str:
    """The text of a key, or a fallback for a name that comes from data."""
    return t(key) if key in catalogue() else fallback


def plural(key: str, n: int, /, **values: Any) -> str:
    """The text for one (`key.one`) or for any other number (`key.many`)."""
    return t(f"{key}.one" if n == 1 else f"{key}.many", n=f"{n:,}".replace(",", "\u202f"), **values)


def rule(name: str) -> str:
    """A rule's id with its name in the reader's language, where the catalogue knows it or its family."""
    family = name.split(".")[0]
    told = said(f"rule.{name}", "") or said(f"rule.{family}", "")
    return f"{name} · {told}" if told and told != name else name
