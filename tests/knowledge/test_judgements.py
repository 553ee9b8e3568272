"""The claims of one reply beside each other: what one of them leaves of the doubt about another."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

REPLIES = [
    (
        "sv", "Kajakturen utgår från bryggan. Flytväst ingår i priset.", "Hur går turen till?",
        "Flytväst ingår inte alltid i priset.", "Vi har också gratis wifi på bryggan.",
    ),
    (
        "da", "Kajakturen starter ved broen. Redningsvest er med i prisen.", "Hvordan foregår turen?",
        "Redningsvest er ikke altid med i prisen.", "Der er også gratis wifi ved broen.",
    ),
    (
        "nb", "Kajakkturen starter ved brygga. Redningsvest er med i prisen.", "Hvordan foregår turen?",
        "Redningsvest er ikke alltid med i prisen.", "Det er også gratis wifi ved brygga.",
    ),
    (
        "nn", "Kajakkturen startar ved brygga. Redningsvest er med i prisen.", "Korleis er turen?",
        "Redningsvest er ikkje alltid med i prisen.", "Det er òg gratis wifi ved brygga.",
    ),
    (
        "fi", "Melontaretki alkaa laiturilta. Pelastusliivi kuuluu hintaan.", "Millainen retki on?",
        "Pelastusliivi ei aina kuulu hintaan.", "Laiturilla on myös ilmainen wifi.",
    ),
    (
        "en", "The kayak tour starts at the pier. A life jacket is included in the price.", "What is the tour like?",
        "A life jacket is not always included in the price.", "There is also free wifi on the pier.",
    ),
    (
        "de", "Die Kajaktour beginnt am Steg. Eine Schwimmweste ist im Preis enthalten.", "Wie läuft die Tour ab?",
        "Eine Schwimmweste ist nicht immer im Preis enthalten.", "Außerdem gibt es am Steg gratis WLAN.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("language", "article", "question", "doubted", "silent"), REPLIES)
def test_what_may_be_denied_stays_open_beside_what_the_base_does_not_know(
    language: str, article: str, question: str, doubted: str, silent: str
) -> None:
    base = Knowledge.from_texts([article])
    assert check(doubted, question, base, language).verdict == "contradicted"
    both = check(f"{doubted} {silent}", question, base, language)
    assert [claim.verdict for claim in both.claims] == ["unsure", "not_in_kb"]
    assert both.verdict == "not_in_kb"


def test_what_is_denied_beyond_doubt_stays_so_beside_what_the_base_does_not_know() -> None:
    base = Knowledge.from_texts(["Kajakturen kostar 300 kr. Flytväst ingår i priset."])
    both = check("Kajakturen kostar 350 kr. Vi har också gratis wifi.", "Vad kostar kajakturen?", base, "sv")
    assert [claim.verdict for claim in both.claims] == ["contradicted", "not_in_kb"]
    assert both.verdict == "contradicted"
