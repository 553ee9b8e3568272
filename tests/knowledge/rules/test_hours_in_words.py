"""Opening hours told in words, of one end alone, and times by the half of the day, in seven languages."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        ("sv", "Verkstaden har öppet måndag–fredag kl. 8–16 och lördag kl. 10–14.", "När stänger ni på lördag?",
         "På lördagar har vi öppet till klockan två.", "På lördagar har vi öppet till klockan fyra."),
        ("da", "Værkstedet har åbent mandag til fredag kl. 8-17.", "Hvornår har I åbent?",
         "Vi har åbent fra otte til fem på hverdage.", "Vi har åbent fra otte til seks på hverdage."),
        ("nb", "Verkstedet er åpent mandag–fredag kl. 8–18.", "Når har dere åpent?",
         "Vi har åpent mandag til fredag fra klokka åtte om morgenen til seks om kvelden.",
         "Vi har åpent mandag til fredag fra klokka åtte om morgenen til sju om kvelden."),
        ("nn", "Verkstaden er open måndag til fredag kl. 6.30–20.", "Når opnar de på onsdag?",
         "På kvardagane opnar verkstaden dørene halv sju.", "På kvardagane opnar verkstaden dørene halv åtte."),
        ("fi", "Korjaamo on auki ma–pe klo 9–17 ja la klo 10–14.", "Moneltako suljette lauantaina?",
         "Lauantaisin ovet sulkeutuvat kahdelta iltapäivällä.", "Lauantaisin ovet sulkeutuvat viideltä iltapäivällä."),
        ("fi", "Korjaamo on auki tiistaina klo 17–20 ja lauantaina klo 10–15.", "Onko korjaamo auki lauantaina?",
         "Kyllä, lauantaisin korjaamo on auki kymmenestä kolmeen.", "Kyllä, lauantaisin korjaamo on auki kymmenestä viiteen."),
        ("en", "Our workshop is open Monday to Saturday 9:30 am to 6 pm.", "When do you close on Saturday?",
         "We close at 18:00 on Saturdays.", "We close at 17:00 on Saturdays."),
        ("de", "Die Werkstatt ist montags bis freitags von 8 bis 16 Uhr geöffnet.", "Bis wann haben Sie am Montag geöffnet?",
         "Montags sind wir von acht bis vier geöffnet.", "Montags sind wir von acht bis fünf geöffnet."),
    ],
)  # fmt: skip
def test_hours_in_words_are_held_against_those_of_the_day(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    base = Knowledge.from_texts([told])
    assert check(right, question, base, language).verdict == "supported"
    assert check(wrong, question, base, language).verdict == "contradicted"


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        ("nb", "I juni har parken åpent kl. 10–18, i juli kl. 10–20.", "Når stenger dere en onsdag i juli?",
         "Hei! I juli stenger vi klokka åtte om kvelden.", "Hei! I juli stenger vi klokka seks om kvelden."),
        ("fi", "Viiniä toimitetaan klo 10–21.", "Voinko tilata viiniä illalla?",
         "Viiniä toimitetaan yhdeksään saakka illalla, klo 21 asti.", "Viiniä toimitetaan klo 22 asti."),
        ("da", "Møderne for de mindste er tirsdag kl. 17-18.30.", "Hvor længe varer et møde?",
         "Et møde for de mindste varer halvanden time.", "Et møde for de mindste varer tre timer."),
    ],
)  # fmt: skip
def test_one_end_of_known_hours_and_their_length(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    base = Knowledge.from_texts([told])
    assert check(right, question, base, language).verdict == "supported"
    assert check(wrong, question, base, language).verdict != "supported"
