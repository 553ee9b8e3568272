"""Numbers as the reader's language writes them: decimal sign, minus, where the euro stands, thousands apart."""

from __future__ import annotations

import re
from typing import Any

from dashboards.kit.texts import language
from evalkit.model import Kpi
from evalkit.reporting.summary import shown, shown_interval
from evalkit.stats import Interval

THIN = "\u202f"
_MONEY = re.compile(rf"€([0-9{THIN} ]+(?:[.,][0-9]+)?)")


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """A number; with `signed` a plus stands before what is above nothing."""
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    if not float(text.replace(",", "")):
        text = text.lstrip("-+")
    return local(text.replace(",", THIN))


def local(text: str) -> str:
    """A text with an English number in it as the reader's language writes that number."""
    text = re.sub(r"(?<![\w.])-(?=\d)", "−", text).replace(" %", "\u00a0%")
    text = re.sub(r"(?<=\d) (?=\d{3})", THIN, text)
    if language() == "en":
        return text
    return re.sub(r"(?<=\d)\.(?=\d)", ",", _MONEY.sub(lambda found: f"{found[1]}\u00a0€", text))


def rate(value: float) -> str:
    """A share as whole per cent."""
    return f"{number(100 * value)}\u00a0%"


def euro(value: float, digits: int = 0) -> str:
    """Money."""
    return local(f"€{value:,.{digits}f}".replace(",", THIN))


def amount(kpi: Kpi) -> str:
    """The value of a KPI."""
    return local(shown(kpi))


def interval(kpi: Kpi) -> str:
    """The interval of a KPI, "" where it has none."""
    return local(shown_interval(kpi))


def within(found: Interval) -> str:
    """A rate with its interval: 41 % (35–47)."""
    return f"{rate(found.rate)} ({number(100 * found.low)}–{number(100 * found.high)})"


def between(low: float, high: float, digits: int = 2) -> str:
    """From low to high; spaced, because one of them may be negative."""
    return f"{number(low, digits)} – {number(high, digits)}"


def seconds(value_ms: float) -> str:
    """A time as a person says it: 92 ms, 3,4 s, 97 s."""
    if value_ms < 1000:
        return f"{number(value_ms)} ms"
    return f"{number(value_ms / 1000, 1 if value_ms < 10_000 else 0)} s"


def for_plots() -> dict[str, Any]:
    """The same signs for the plots' axes and tooltips."""
    comma = language() != "en"
    return {
        "number": {
            "decimal": "," if comma else ".", "thousands": THIN, "grouping": [3], "percent": "\u00a0%", "minus": "−",
            "currency": ["", "\u00a0€"] if comma else ["€", ""],
        }
    }  # fmt: skip
