"""Untrusted text inside HTML: control characters out, markup escaped, spans marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

_MARK = ("<mark>", "</mark>")


def visible(text: str) -> str:
    """The text as HTML shows it: no control, direction or surrogate characters, every special character escaped.

    >>> visible("<b>\\x1b[31m & \\u202e")
    '&lt;b&gt;[31m &amp; '
    """
    safe = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return escape(safe, quote=True)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch or overlap joined.

    >>> merged([(5, 9), (0, 3), (2, 4)])
    [(0, 4), (5, 9)]
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def marked(text: str, spans: Sequence[tuple[int, int]], mark: tuple[str, str] = _MARK) -> str:
    """The text as `visible` shows it, with the parts of ordered, separate spans inside a mark.

    >>> marked("say 14 days", [(4, 11)])
    'say <mark>14 days</mark>'
    """
    out, last = [], 0
    for start, end in spans:
        if start >= len(text):
            continue
        out += [visible(text[last:start]), mark[0], visible(text[start:end]), mark[1]]
        last = min(end, len(text))
    out.append(visible(text[last:]))
    return "".join(out)
