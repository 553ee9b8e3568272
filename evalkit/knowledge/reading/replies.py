"""How an answer begins: with a yes or a no, regret beside it or not."""

from __future__ import annotations

import re
from functools import cache

from evalkit.knowledge.reading.glossary import roles
from evalkit.text.data_files import word_parts


@cache
def yes_no() -> re.Pattern[str]:
    """A yes or a no that opens a text, with what parts it from the rest: groups `yes` and `no`.

    A yes that agrees to a wish as well as it answers a question is in the group `agreed` too.

    >>> yes_no().match("Tyvärr inte, vi tar bara kort.")["no"], yes_no().match("Inte på söndagar.")
    ('Tyvärr inte', None)
    """
    sorry, at_all = ("|".join(word_parts(roles()[name])) for name in ("_sorry", "_not_at_all"))
    pause = r"(?=\s*(?:[,.!:;–]|$))"
    return re.compile(
        r"^\s*(?:(?P<yes>ja|jajamän|jo|yes|yep|kyllä|joo|doch|(?P<agreed>absolut|javisst|selvfølgelig|självklart|sure)"
        r"|(?:saa|saat|voi|voit|voitte|onnistuu|käy)(?:\s+kyllä)?(?=\s*[,:]))"
        rf"|(?P<no>(?:(?:{sorry})[\s,]+)?(?:nej|nei|nope|nein|niks)(?:,?\s+(?:{sorry})(?:\s+(?:inte|ikke|ikkje|nicht))?{pause})?"
        rf"|(?:(?:{sorry})[\s,]+)?(?:no|ei|emme|en|et|ette)(?:,?\s+(?:{sorry}))?{pause}"
        rf"|(?:ei|emme|en)\s+(?:voi|saa|tarvitse|käy|onnistu|tule|maksa|ole|kuulu|sisälly){pause}"
        rf"|(?:{sorry})[\s,]+(?:inte|ikke|ikkje|nicht|not){pause}|(?:{at_all}){pause}))\b[\s,.!:–-]*",
        re.IGNORECASE,
    )
