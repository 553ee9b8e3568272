"""The colours of every page and plot, light and dark: one accent, grey for what was before, Okabe-Ito beside it."""

from __future__ import annotations

import streamlit as st

BEFORE, RIGHT, WRONG, PEOPLE = "#8a8f94", "#009E73", "#D55E00", "#CC79A7"


def dark() -> bool:
    """Whether the reader looks at light on dark."""
    return bool(st.context.theme.type == "dark")


def accent() -> str:
    """The one accent: Okabe-Ito's blue, its lighter sister on dark ground."""
    return "#56B4E9" if dark() else "#0072B2"


def accent_words() -> str:
    """The colour of words on ground that is tinted with the accent, such as the chosen part of a page."""
    return "#8fd0f5" if dark() else "#00588a"


def ink() -> str:
    """The colour of words inside a plot."""
    return "#e6e9ec" if dark() else "#1c2126"


def soft() -> str:
    """The colour of words that stand back, such as n and interval."""
    return "#a7aeb5" if dark() else "#5a6169"


def better() -> str:
    """The colour of words that tell of a gain: the green of the plots, as dark or light as words need."""
    return "#2fbf95" if dark() else "#007556"


def worse() -> str:
    """The colour of words that tell of a loss."""
    return "#f08a3c" if dark() else "#ad4c00"


def on_accent() -> str:
    """The colour of words on the accent: white on the light sister would be too faint to read."""
    return "#0b1a24" if dark() else "#ffffff"
