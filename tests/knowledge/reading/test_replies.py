"""A yes or a no in the verb alone, beside sentences that begin like one and go on."""

from __future__ import annotations

import pytest

from evalkit.knowledge.reading.replies import yes_no

_SAID = [
    ("Et voi.", "no"), ("Ei onnistu valitettavasti.", "no"), ("Ette saa, koska tila on täynnä.", "no"),
    ("Det får du inte.", "no"), ("Det går dessverre ikke.", "no"), ("Det kan du ikkje.", "no"), ("You can't.", "no"),
    ("It isn't, I'm afraid.", "no"), ("Das geht leider nicht.", "no"),
    ("Voit.", "yes"), ("Saat toki.", "yes"), ("Det kan du, men bara på vardagar.", "yes"), ("You can.", "yes"),
    ("Das können Sie, aber nur montags.", "yes"),
    # No answers by themselves.
    ("Voit ostaa lipun netistä.", ""), ("Et saa tuoda koiraa.", ""), ("Det kan du få på nätet.", ""),
    ("It is open today.", ""), ("Das geht am Montag.", ""), ("You can't bring dogs.", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reply"), _SAID)
def test_the_verb_alone_answers(text: str, reply: str) -> None:
    hit = yes_no().match(text)
    assert (next((name for name in ("yes", "no") if hit.group(name)), "") if hit else "") == reply
