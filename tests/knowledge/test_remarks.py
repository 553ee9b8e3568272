"""What of an answer counts as a claim beside the answer itself."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

_ANSWERED = [
    ("sv", "En timmes hyra kostar 300 kr.", "Vad kostar en timme?", "En timme kostar 300 kr.",
     "Du samlar dubbla poäng.", "Ha det så roligt!", "Kan jag hjälpa med något mer?"),
    ("da", "En times leje koster 300 kr.", "Hvad koster en time?", "En time koster 300 kr.",
     "Appen viser ledige tider.", "Hav en rigtig god tur!", "Kan jeg hjælpe med mere?"),
    ("nb", "En times leie koster 300 kr.", "Hva koster en time?", "En time koster 300 kr.",
     "Bekreftelsen kommer på SMS.", "Kos deg på tur!", "Noe mer jeg kan hjelpe med?"),
    ("nn", "Ein times leige kostar 300 kr.", "Kva kostar ein time?", "Ein time kostar 300 kr.",
     "Stadfestinga kjem på SMS.", "Kos deg på tur!", "Noko meir eg kan hjelpe med?"),
    ("fi", "Tunnin vuokra maksaa 30 euroa.", "Paljonko tunti maksaa?", "Tunti maksaa 30 euroa.",
     "Vahvistuksen saat tekstiviestinä.", "Mukavaa retkeä!", "Voinko auttaa muuten?"),
    ("en", "An hour's hire costs £30.", "What does an hour cost?", "An hour costs £30.",
     "Members earn points.", "Have fun out there!", "Anything else?"),
    ("de", "Eine Stunde Miete kostet 30 Euro.", "Was kostet eine Stunde?", "Eine Stunde kostet 30 Euro.",
     "Dazu sammeln Sie Treuepunkte.", "Viel Spaß dabei!", "Kann ich sonst noch helfen?"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "answer", "more", "wish", "back"), _ANSWERED)
def test_a_short_sentence_after_the_answer_is_a_claim_though_the_reply_asks_back(
    language: str, base: str, question: str, answer: str, more: str, wish: str, back: str
) -> None:
    known = Knowledge.from_texts([base])
    assert check(f"{answer} {more} {back}", question, known, language).verdict == "not_in_kb"
    assert check(f"{answer} {wish} {back}", question, known, language).verdict == "supported"


def test_words_of_feeling_before_a_question_back_stay_no_claim() -> None:
    known = Knowledge.from_texts(["An hour's hire costs £30."])
    told = check("I quite understand how you feel there. An hour costs £30. Anything else?", "Price?", known, "en")
    assert told.verdict == "supported"
