"""What states nothing beside what states something in the same shape: an amount, a day or a rule is never dropped."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.checking import NO_CLAIM
from evalkit.knowledge.claims import claims_of, no_claim_spans
from evalkit.knowledge.reading.courtesies import states_nothing

NOTHING = [
    ("sv", "Tråkigt att kvittot är borta!"), ("sv", "Det kan jag tyvärr inte svara på, men jag håller tummarna."),
    ("sv", "Jag ska kolla upp det med en kollega."), ("sv", "Krya på dig!"),
    ("da", "Så dejligt!"), ("da", "Hvor ærgerligt at tasken er væk!"),
    ("da", "Jeg undersøger det og vender tilbage."), ("da", "Det ved jeg desværre ikke."),
    ("nb", "Så trist at billetten ble borte!"), ("nb", "La meg sjekke kalenderen, så kommer jeg tilbake."),
    ("nb", "Bare spør hvis det dukker opp noe mer."), ("nb", "Det vet jeg dessverre ikke."),
    ("nn", "Ha ein strålande tur, og skriv gjerne igjen om du lurer på noko meir."), ("nn", "Så kjekt at du spør!"),
    ("nn", "Det veit eg ikkje, men eg skal høyre med ein av dei andre."),
    ("fi", "Ihanaa, että tulette juhlimaan meille!"), ("fi", "Pikaista paranemista!"), ("fi", "Selvitän asian ja palaan."),
    ("en", "Lovely to hear!"), ("en", "Oh no, that must be heartbreaking after all that work."),
    ("en", "I'm not sure, so let me ask the team and get back to you."), ("en", "How exciting that you are moving!"),
    ("de", "Schön, dass Sie zur Premiere kommen möchten!"), ("de", "Oh, das ist für euch beide sicher nicht leicht."),
    ("sv", "Jag är ledsen att kvällen blev förstörd."), ("da", "Jeg er ked af, at turen gik sådan."),
    ("nb", "Jeg er usikker på det."), ("nn", "Det er eg usikker på."), ("fi", "Olen pahoillani, että retki meni noin."),
    ("fi", "Et ole yksin, moni tuntee samoin."), ("en", "I'm sorry you're having a rough week."),
    ("en", "You're very welcome! Enjoy the concert."), ("da", "Jeg beder ham ringe til dig."),
    ("de", "Das tut mir leid, dass die Feier so endete."), ("de", "Das kann ich Ihnen leider nicht sagen."), ("de", "Ich gebe Ihre Frage an eine Kollegin weiter."),
]  # fmt: skip
SOMETHING = [
    ("en", "I'm sorry that we don't take cards."), ("sv", "Jag beklagar att vi inte har kvällsöppet."),
    ("nb", "Prisen er usikker til uken er over."), ("sv", "Roligt, för kursen kostar bara 90 kr!"), ("sv", "Vi kan inte byta kvittot."),
    ("sv", "Kursen är rolig och öppen för alla."), ("da", "Dejligt, for turen er gratis!"),
    ("da", "Vi undersøger tasken inden 3 dage."), ("nb", "Så bra, for fristen er 14 dager!"),
    ("nb", "Vi sjekker alle ovner om høsten."), ("nn", "Så kjekt, for turen varer 3 timar!"),
    ("nn", "Rektor svarar på alle klager."), ("fi", "Ihanaa, lippu maksaa vain 5 euroa!"),
    ("fi", "Huoltoyhtiö tarkistaa lukot joka vuosi."), ("en", "Lovely, entry is free!"),
    ("en", "The staff do not answer calls on site."), ("en", "Great rooms are kept for members."),
    ("de", "Schön, die Führung kostet nur 5 Euro!"), ("de", "Der Verein prüft jede Laube im Herbst."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), NOTHING)
def test_a_feeling_a_wish_and_not_knowing_state_nothing(language: str, said: str) -> None:
    assert states_nothing(said, language)


@pytest.mark.parametrize(("language", "said"), SOMETHING)
def test_a_near_miss_with_an_amount_or_another_doer_states_something(language: str, said: str) -> None:
    assert not states_nothing(said, language)


@pytest.mark.parametrize(
    ("language", "question", "answer", "claims"),
    [
        ("sv", "Kan jag lämna tillbaka borren?", "Ja, det går bra! Borren tar vi tillbaka med kvitto.", 1),
        ("da", "Kan jeg bytte jakken?", "Ja! Jakken kan byttes med bon.", 1),
        ("nb", "Godtar dere kurset?", "Ja da! Kurset godtar vi uansett.", 1),
        ("nn", "Kan eg leige hengar?", "Ja! Hengar kan du leige mot førarkort.", 1),
        ("fi", "Saako koiran tuoda?", "Kyllä! Koiran saa tuoda hihnassa.", 1),
        ("en", "Can I swap the jacket?", "Yes! The jacket can be swapped with a receipt.", 1),
        ("de", "Muss ich das Schild zahlen?", "Nein, keine Sorge! Das Schild zahlen wir.", 1),
        # Nothing that follows answers: the bare yes stands for itself.
        ("en", "Can I swap the jacket?", "Yes! Our staff wear green shirts.", 2),
        ("en", "Can I swap the jacket?", "Yes!", 1),
    ],
)
def test_a_bare_yes_is_judged_with_the_sentence_that_answers(
    language: str, question: str, answer: str, claims: int
) -> None:
    assert len(claims_of(answer, question=question, language=language)) == claims


def test_a_wrong_answer_after_a_bare_yes_is_still_wrong() -> None:
    base = Knowledge.from_texts(["Jackets cannot be swapped. Shirts can be swapped with a receipt."])
    answer = "Yes! Jackets can be swapped."
    assert check(answer, "Can I swap my jacket?", base, "en").verdict == "contradicted"


@pytest.mark.parametrize(
    ("language", "question", "answer", "claims"),
    [
        # An agreement to a wish, with what is done next, states nothing; an answer does.
        ("sv", "Jag vill prata med en människa", "Självklart! Jag kopplar dig vidare till en kollega.", 0),
        ("sv", "Kan ni skicka till Norge?", "Absolut, vi levererar till Norge också!", 1),
        ("da", "Jeg vil gerne tale med et menneske", "Selvfølgelig! Jeg stiller dig videre til en kollega.", 0),
        ("da", "Kan I sende til Norge?", "Selvfølgelig!", 1),
        ("nb", "Kan du sjekke betalingen min?", "Det skal jeg undersøke for deg. Et lite øyeblikk!", 0),
        ("nb", "Sjekker dere alle ovner?", "Det skal gjøres i alle rom med ovn.", 1),
        ("nn", "Eg vil endre tinginga", "Det skal vi sjekke.", 0),
        ("fi", "Haluan puhua ihmiselle", "Yhdistän sinut kollegalle.", 0),
        ("fi", "Voiko maksaa käteisellä?", "Ei valitettavasti.", 1),
        ("en", "The neighbours were so loud", "I'm really sorry you had such a rough night.", 0),
        ("en", "Can I return opened games?", "I'm really sorry, opened games cannot be returned.", 1),
        ("en", "Do you take cash?", "Yes, you are welcome to pay with cash.", 1),
        ("de", "Jemand hat mein Auto angefahren.", "Ich verbinde Sie gleich mit einer Kollegin, die sich kümmert.", 0),
        ("de", "Haben Sie sonntags geöffnet?", "Leider nein.", 1),
    ],
)  # fmt: skip
def test_what_is_agreed_to_or_regretted_is_told_from_what_is_answered(
    language: str, question: str, answer: str, claims: int
) -> None:
    skip = no_claim_spans(answer, language, NO_CLAIM)
    assert len(claims_of(answer, question=question, language=language, skip=skip)) == claims


@pytest.mark.parametrize(
    ("language", "told", "question", "answer", "verdict"),
    [
        ("sv", "Vi tar bara kort.", "Tar ni kontanter?", "Tyvärr inte, vi tar bara kort.", "supported"),
        ("nb", "Vi forsikrer bare hunder.", "Forsikrer dere katter?", "Dessverre ikke, vi forsikrer bare hunder.", "supported"),
        ("fi", "Asemilla maksetaan vain kortilla.", "Käykö käteinen?", "Ei valitettavasti, asemilla käy vain kortti.", "supported"),
        ("en", "The machines only take coins.", "Can I pay by card?", "Sorry, no, the machines only take coins.", "supported"),
    ],
)  # fmt: skip
def test_a_no_with_regret_denies_what_was_asked_and_not_what_follows(
    language: str, told: str, question: str, answer: str, verdict: str
) -> None:
    assert check(answer, question, Knowledge.from_texts([told]), language).verdict == verdict


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Det är tungt att förlora någon."), ("sv", "Där går jag bet."),
        ("da", "Det gør mig så ondt at læse."), ("da", "Jeg kan godt forstå det, det er ærgerligt når man har glædet sig."),
        ("nb", "Det er sårt å si farvel til et hus."), ("nb", "Der må jeg melde pass."),
        ("nn", "Det forstår eg godt, det er trist når planane ryk."), ("fi", "Se on raskasta."),
        ("en", "I'm so sorry to hear that, it must have been terrifying."), ("en", "I'd rather let our florist tell you, so let me put you through."),
        ("de", "Das ist schmerzhaft."), ("de", "Das bekommen wir hin!"),
    ],
)  # fmt: skip
def test_compassion_and_not_knowing_in_a_whole_sentence_state_nothing(language: str, said: str) -> None:
    assert states_nothing(said, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "Det är tillåtet att förlora kortet en gång."), ("da", "Vores guldsmed er i butikken og ser på ringe."),
        ("nb", "Det er gratis å si opp."), ("nn", "Det er lov å bytte når planane ryk."), ("fi", "Se on maksullista."),
        ("en", "It is free when plans change."), ("de", "Das ist kostenlos."), ("nb", "Vaktmesteren er i huset og ser på ovnen."),
    ],
)  # fmt: skip
def test_what_is_said_of_the_matter_in_the_same_shape_states_something(language: str, said: str) -> None:
    assert not states_nothing(said, language)


def test_a_finnish_no_to_you_is_an_answer() -> None:
    base = Knowledge.from_texts(["Lippu on henkilökohtainen, eikä sitä voi antaa toiselle."])
    assert check("Valitettavasti et.", "Voinko antaa lipun toiselle?", base, "fi").verdict == "supported"
