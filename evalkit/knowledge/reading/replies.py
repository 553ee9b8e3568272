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
    # Finnish answers with the verb; others with "that" or "you" and the verb: "Det får du inte." "You can't."
    finnish = r"voi|saa|tarvitse|käy|onnistu|tule|maksa|ole|kuulu|sisälly|pysty|pääse|ehdi|löydy|joudu"
    nordic = r"det\s+(?:kan|får|gör|gjør|gjer|går|er|är|skal|ska|må)(?:\s+(?:du|dere|ni|vi|man|de|me|i|jeg|eg|jag))?"
    english = r"(?:you|we|they|it|that|there)\s+(?:can|could|do|does|is|are|will|would|may|must)"
    german = r"das\s+(?:geht|dürfen\s+sie|können\s+sie|darfst\s+du|kannst\s+du|machen\s+wir)"
    return re.compile(
        r"^\s*(?:(?P<yes>ja|jajamän|jo|yes|yep|kyllä|joo|doch|(?P<agreed>absolut|javisst|selvfølgelig|självklart|sure)"
        r"|(?:saa|saat|saatte|voi|voit|voitte|onnistuu|käy|pystyt|pääset|pääsee|kuuluu|sisältyy)(?:\s+(?:kyllä|toki|hyvin))?"
        rf"{pause}|(?:{nordic}|{english}|{german}){pause})"
        rf"|(?P<no>(?:(?:{sorry})[\s,]+)?(?:nej|nei|nope|nein|niks)(?:,?\s+(?:{sorry})(?:\s+(?:inte|ikke|ikkje|nicht))?{pause})?"
        rf"|(?:(?:{sorry})[\s,]+)?(?:no|ei|emme|en|et|ette)(?:,?\s+(?:{sorry}))?{pause}"
        rf"|(?:ei|emme|en|et|ette|eivät)\s+(?:{finnish})(?:\s+(?:{sorry}))?{pause}"
        rf"|{nordic}\s+(?:(?:{sorry})\s+)?(?:inte|ikke|ikkje){pause}|{english}(?:n't|\s?not){pause}|(?:we|you)\s+can't{pause}"
        rf"|{german}\s+(?:(?:{sorry})\s+)?nicht{pause}"
        rf"|(?:{sorry})[\s,]+(?:inte|ikke|ikkje|nicht|not){pause}|(?:{at_all}){pause}))\b[\s,.!:–-]*",
        re.IGNORECASE,
    )
