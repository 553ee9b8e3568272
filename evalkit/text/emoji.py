"""The emoji of a text, a joined or coloured one counted once."""

from __future__ import annotations

import re

_MAYBE = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_SIGNS = frozenset("©®™")


def emojis(text: str) -> list[tuple[int, int]]:
    """The emoji of a text as (start, end); signs such as © are letters of business, not emoji.

    >>> emojis("Hej 👍🏽!")
    [(4, 6)]
    """
    if _MAYBE.search(text) is None:
        return []
    import emoji

    return [
        (e["match_start"], e["match_end"]) for e in emoji.emoji_list(text) if e["emoji"].strip("\ufe0f") not in _SIGNS
    ]
