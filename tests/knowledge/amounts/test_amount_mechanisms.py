"""Amounts told wrong in each way beside a near miss that is right, in seven languages."""

from __future__ import annotations

import pytest

from evalkit.knowledge import AnswerCheck, Knowledge, check
from evalkit.knowledge.amounts.arithmetic import may_follow
from evalkit.knowledge.reading.starts import start_events
from evalkit.knowledge.reading.statements import Statement, sentences_of
from evalkit.knowledge.reading.wording import wording
from evalkit.language.amounts import Quantity, meets, other_unit, same
from evalkit.language.opening_hours import days_spelt_out
from evalkit.language.quantities import quantities


def _checked(language: str, told: str, question: str, answer: str) -> AnswerCheck:
    return check(answer, question, Knowledge.from_texts([told]), language)


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        # The number that is told, of another currency.
        ("da", "En sæk koster 40 kr.", "Hvad koster en sæk?", "En sæk koster 40 kroner.", "En sæk koster 40 euro."),
        ("fi", "Pyörän huolto maksaa 59 euroa.", "Paljonko huolto maksaa?", "Huolto maksaa 59 euroa.", "Huolto maksaa 59 Ruotsin kruunua."),
        ("de", "Ein Schlüssel kostet 18 €.", "Was kostet ein Schlüssel?", "Ein Schlüssel kostet 18 Euro.", "Ein Schlüssel kostet 18 Schweizer Franken."),
        ("en", "A locker costs £6.", "What does a locker cost?", "A locker costs 6 pounds.", "A locker costs 6 euros."),
        # Calendar days and business days.
        ("sv", "Lagningen tar 4 arbetsdagar.", "Hur lång tid tar lagningen?", "Lagningen tar 4 arbetsdagar.", "Lagningen tar 4 kalenderdagar."),
        ("nb", "Vi svarer innen 20 dager.", "Hvor fort svarer dere?", "Vi svarer innen 20 dager.", "Vi svarer innen 20 virkedager."),
        ("fi", "Kortti valmistuu 6 arkipäivässä.", "Milloin kortti valmistuu?", "Kortti valmistuu 6 arkipäivässä.", "Kortti valmistuu 6 kalenteripäivässä."),
        # Counted from another event.
        ("sv", "Du har 20 dagars ångerrätt från den dag du tar emot varan.", "Hur länge kan jag ångra mig?", "Ångerrätten är 20 dagar från det att du fick varan.", "Ångerrätten är 20 dagar från dagen du lade beställningen."),
        ("da", "Filmen kan ses i 40 timer, efter at du har trykket afspil.", "Hvor længe kan jeg se filmen?", "Filmen kan ses i 40 timer, efter at du har trykket afspil.", "Filmen kan ses i 40 timer, efter at du har downloadet den."),
        ("fi", "Vaihto-oikeus on 21 päivää noutopäivästä.", "Kauanko on vaihto-oikeus?", "Vaihto-oikeus on 21 päivää noutopäivästä.", "Vaihto-oikeus on 21 päivää tilauspäivästä."),
        ("en", "The deposit is released within 8 days of departure.", "When is the deposit released?", "The deposit is released within 8 days of departure.", "The deposit is released within 8 days of the day you booked."),
        # The customer's age is outside.
        ("nb", "Dagskort koster 300 kr for barn 7–15 år. Voksne betaler 420 kr for dagskort.", "Hva koster dagskort for en 13-åring?", "Dagskort koster 300 kr.", ""),
        ("nb", "Dagskort koster 300 kr for barn 7–15 år. Voksne betaler 420 kr for dagskort.", "Hva koster dagskort for en 16-åring?", "", "Dagskort koster 300 kr."),
        ("nn", "Studentar under 32 år får 25 % rabatt.", "Eg er student og 32 år, får eg rabatt?", "", "Ja, du får 25 % rabatt."),
        ("fi", "Kuljetus maksaa 5 euroa enintään kolmen kilometrin matkalla ja 8 euroa sitä pidemmällä.", "Paljonko kuljetus maksaa 6 km päähän?", "", "Kuljetus maksaa 5 euroa."),
        # Other days of the week.
        ("sv", "Måndag–torsdag kostar banan 180 kr och fredag–söndag 240 kr.", "Vad kostar banan på lördag?", "På lördag kostar banan 240 kr.", "På lördag kostar banan 180 kr."),
        ("da", "En billet koster 90 kr. på hverdage og 110 kr. i weekenden.", "Hvad koster en billet om søndagen?", "En billet koster 110 kr. om søndagen.", "En billet koster 90 kr. om søndagen."),
        ("de", "Montag bis Freitag kostet die Halle 20 €, am Wochenende 26 €.", "Was kostet die Halle am Mittwoch?", "Die Halle kostet 20 €.", "Die Halle kostet 26 €."),
        # So many at the price of other days.
        ("en", "A lane costs £15 a person Monday to Thursday and £19 a person Friday to Sunday.", "What do 4 people pay on Sunday?", "4 people pay £76 on Sunday.", "4 people pay £60 on Sunday."),
        ("fi", "Rata maksaa arkisin 12 euroa hengeltä ja viikonloppuna 16 euroa hengeltä.", "Mitä kolme henkilöä maksaa lauantaina?", "Kolme henkilöä maksaa lauantaina 48 euroa.", "Kolme henkilöä maksaa lauantaina 36 euroa."),
        # Less than the least that is charged.
        ("fi", "PLA maksaa 0,12 € grammalta. Pienin laskutettava tilaus on 15 €.", "Mitä 200 g PLA:ta maksaa?", "200 grammaa PLA:ta maksaa 24 €.", ""),
        ("fi", "PLA maksaa 0,12 € grammalta. Pienin laskutettava tilaus on 15 €.", "Mitä 100 g PLA:ta maksaa?", "", "100 grammaa PLA:ta maksaa 12 €."),
        ("nb", "Egenandelen er 15 % av regningen, men minst 1 000 kr.", "Regningen ble 8 000 kr, hva blir egenandelen?", "Egenandelen blir 1 200 kr.", ""),
        ("nb", "Egenandelen er 15 % av regningen, men minst 1 000 kr.", "Regningen ble 3 000 kr, hva blir egenandelen?", "", "Egenandelen blir 450 kr."),
        # A share that is reckoned wrong.
        ("de", "Mit dem Abo gibt es 15 % Rabatt auf Bleaching. Das Bleaching kostet 390 Euro.", "Was spare ich mit dem Abo beim Bleaching?", "15 % von 390 Euro sind 58,50 Euro.", "15 % von 390 Euro sind 39 Euro."),
        # The customer's amount is no more than the limit.
        ("sv", "Frakten kostar 49 kr. Handlar du för minst 699 kr är frakten gratis.", "Jag handlar för 650 kr, kostar frakten något?", "", "Nej, med 650 kr är du över gränsen, så frakten är gratis."),
        ("sv", "Frakten kostar 49 kr. Handlar du för minst 699 kr är frakten gratis.", "Jag handlar för 750 kr, kostar frakten något?", "Nej, med 750 kr är du över gränsen, så frakten är gratis.", ""),
        # For more than the customers are.
        ("en", "Parties of 8 or more pay a deposit of £10 per person.", "Do 7 people pay a deposit?", "", "For 7 people the deposit is £70."),
        ("en", "Parties of 8 or more pay a deposit of £10 per person.", "Do 9 people pay a deposit?", "For 9 people the deposit is £90.", ""),
        # Another limit.
        ("nb", "Du må melde på minst 12 deltakere.", "Hvor mange må vi være?", "Du må melde på minst 12 deltakere.", "Du må melde på høyst 12 deltakere."),
        ("fi", "Toimitamme ruokaa vähintään 20 hengelle.", "Kuinka monelle toimitatte ruokaa?", "Toimitamme ruokaa vähintään 20 hengelle.", "Toimitamme ruokaa korkeintaan 20 hengelle."),
        # Another part of the year.
        ("en", "Mooring costs £8 a night from April to September and £5 from October to March.", "What does mooring cost in July?", "In July mooring costs £8 a night.", "In July mooring costs £5 a night."),
        ("nn", "Studentar under 32 år får 25 % rabatt.", "Eg er student og 31 år, får eg rabatt?", "Ja, du får 25 % rabatt.", ""),
    ],
)  # fmt: skip
def test_an_amount_told_wrong_is_contradicted_and_its_twin_is_supported(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    if right:
        assert _checked(language, told, question, right).verdict == "supported"
    if wrong:
        found = _checked(language, told, question, wrong)
        assert (found.verdict, found.claims[0].confidence) == ("contradicted", "exact")


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        ("nb", "Du må ha minst 41 riktige for å bestå.", "Jeg fikk 40 riktige, har jeg bestått?", "Nei, grensen går på 41 riktige."),
        ("nn", "Tilbodet er for barn frå 1 til 8 år.", "Guten er ni år, kan han vere med?", "Nei, tilbodet er for barn frå 1 til 8 år."),
        ("sv", "Frakten är fri vid köp för minst 799 kr.", "Är frakten fri om jag handlar för 650 kr?", "Nej, frakten är fri från 799 kr."),
    ],
)  # fmt: skip
def test_who_tells_the_limit_that_a_case_is_beyond_contradicts_nothing(
    language: str, told: str, question: str, answer: str
) -> None:
    assert _checked(language, told, question, answer).verdict == "supported"


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        # So many are in the price, and each more has its own.
        ("nb", "Pakken koster 49 kr i måneden og gir 50 sider. Ekstra sider koster 1 kr per side.", "Jeg har brukt 80 sider, hva må jeg betale?", "Med 30 ekstra sider koster måneden 79 kr."),
        # A price for a period, over a longer time.
        ("en", "The allowance is £92 a week.", "What is the allowance for three weeks?", "The allowance for three weeks is £276."),
        # What a price is for, before the price.
        ("en", "100 points are worth $5.", "What are 300 points worth?", "300 points are worth $15."),
        # Some at one price and some at another one.
        ("da", "Voksne betaler 130 kr., og børn betaler 70 kr.", "Hvad betaler 2 voksne og 3 børn?", "2 voksne og 3 børn betaler 470 kr."),
        # A share of the customer's own number.
        ("nn", "Vi betaler 40 % av nypris i butikkreditt for brukte spel.", "Kva betaler de for eit brukt spel som kosta 500 nytt?", "Vi betaler 200 kr i butikkreditt."),
        # The first ones have a price, the rest another one.
        ("nn", "Oppbevaring kostar 199 kr for inntil 4 veker og 49 kr for kvar veke etter det.", "Kva kostar oppbevaring i 6 veker?", "Oppbevaring kostar 199 kr for dei fire første vekene og 2 × 49 kr for resten, til saman 297 kr."),
    ],
)  # fmt: skip
def test_a_price_that_is_reckoned_from_what_is_told_is_supported(
    language: str, told: str, question: str, answer: str
) -> None:
    assert _checked(language, told, question, answer).verdict == "supported"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("fri frakt på lördagar", {5}), ("man betalar på hverdage", {0, 1, 2, 3, 4}), ("i helgen", {5, 6}),
        ("tirsdag til torsdag", {1, 2, 3}), ("ma–pe klo 9–17", {0, 1, 2, 3, 4}), ("la belle vie", set()), ("sat in the sun", set()), ("am Wochenende", {5, 6}),
    ],
)  # fmt: skip
def test_a_weekday_that_is_spelt_out_is_no_other_word(text: str, days: set[int]) -> None:
    assert days_spelt_out(text) == days


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("senast sex veckor före", ">="), ("högst sex veckor före", "<="), ("minst sex veckor före", ">="),
        ("op til en uge i forvejen", "<="), ("viimeistään kuukautta ennen", ">="), ("up to 3 days in advance", "<="),
        ("no later than 10 days before", ">="), ("gratis inntil 14 dager før kursstart", ">="),
        ("bis zu 24 Stunden vorher", ">="), ("enintään 7 päivää etukäteen", "<="),
    ],
)  # fmt: skip
def test_only_a_deadline_before_an_event_is_a_lower_limit(text: str, bound: str) -> None:
    (length,) = (q for q in quantities(text) if q.kind == "duration")
    assert length.bound == bound


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("inom 30 dagar från det att du tog emot paketet", {"received"}),
        ("från dagen då du fick varan, inte från dagen då du beställde", {"received"}),
        ("frå den dagen du les tilbodet på sida", {"read"}), ("innan fem dagar frå tilbodet vart sendt", {"sent"}),
        ("efter, at du har downloadet den", {"downloaded"}), ("siitä, kun teit tilauksen", {"ordered"}),
        ("within 60 days of returning home", {"returned_home"}), ("innerhalb von 14 Tagen nach Unterzeichnung", {"signed"}),
        ("Vi skickar varor från lagret", set()), ("Betala senast den 5 maj", set()),
    ],
)  # fmt: skip
def test_a_time_runs_from_the_event_that_the_words_name(text: str, events: set[str]) -> None:
    assert start_events(text) == events


@pytest.mark.parametrize(
    ("asked", "limit", "met"),
    [
        ("16 år", "7–15 år", False), ("15 år", "7–15 år", True), ("6 år", "7–15 år", False),
        ("32 år", "under 32 år", False), ("31 år", "under 32 år", True), ("18 år", "upp till 18 år", True),
        ("67 år", "67 år og eldre", True), ("66 år", "67 år og eldre", False), ("5 dagar", "2–4 dagar", None),
        ("12 years old", "aged 4 to 11", False), ("11 years old", "aged 4 to 11", True),
        ("4 years old", "under-4s", False), ("3 years old", "under-4s", True),
    ],
)  # fmt: skip
def test_a_customers_amount_is_inside_a_limit_or_outside(asked: str, limit: str, met: bool | None) -> None:
    assert meets(quantities(asked)[0], quantities(limit)[0]) is met


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("vi öppnar halv sju", 390), ("kvart över åtta", 495), ("kvart i åtta", 465), ("klokken otte", 480),
        ("kvart over sju", 435), ("klokka åtte", 480), ("puoli kahdeksan", 450), ("varttia vaille kuusi", 345),
        ("neljältä iltapäivällä", 960), ("half past seven", 450), ("quarter to nine", 525), ("viertel nach zehn", 615),
        ("halb acht", 450), ("acht Uhr", 480), ("at eight in the evening", 1200),
    ],
)  # fmt: skip
def test_a_clock_time_in_words_is_one_in_digits(text: str, minutes: int) -> None:
    (found,) = (q for q in quantities(text) if q.kind == "clock")
    assert same(found, Quantity("clock", minutes, minutes, "min", 0, 0))
    assert not same(found, Quantity("clock", minutes + 30, minutes + 30, "min", 0, 0))


@pytest.mark.parametrize(
    "text", ["at one of our shops", "um zwölf Monate", "halv pris", "at ein av dykk", "kvart år", "neljältä hengeltä"]
)
def test_words_that_only_sound_like_a_time_are_none(text: str) -> None:
    assert [q for q in quantities(text) if q.kind == "clock"] == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("den första mars", 301), ("femtande mai", 515), ("viidestoista toukokuuta", 515), ("the first of March", 301),
        ("der dritte April", 403), ("enogtyvende juni", 621),
    ],
)  # fmt: skip
def test_a_day_in_words_is_a_date(text: str, day: int) -> None:
    (found,) = (q for q in quantities(text) if q.kind == "date")
    assert found.lo == day


@pytest.mark.parametrize(
    ("left", "right", "other"),
    [
        ("70 kr", "70 euro", True), ("70 kr", "70 kronor", False), ("70 kr", "80 euro", False), ("70 SEK", "70 NOK", True),
        ("10 dagar", "10 arbetsdagar", True), ("2 veckor", "10 arbetsdagar", False), ("10 timmar", "10 arbetsdagar", False),
    ],
)  # fmt: skip
def test_one_number_of_two_things_is_told_from_two_numbers(left: str, right: str, other: bool) -> None:
    assert other_unit(quantities(left)[0], quantities(right)[0]) is other


@pytest.mark.parametrize(
    ("told", "question", "right", "wrong"),
    [
        ("Grundprisen är 690 kr för fyra meter, varje meter till kostar 45 kr.", "Vad kostar 6 meter?", "780 kr.", "870 kr."),
        ("Voksne betaler 395 kr. og børn 295 kr.", "Hvad koster det for to voksne og et barn?", "1.085 kr.", "1.185 kr."),
        ("Unlocking costs £1 and each minute 20p.", "What do 10 minutes cost?", "£3.", "£4.60."),
        ("Gebyret er 99 kr per måned.", "Hva koster fem måneder?", "495 kr.", "395 kr."),
        ("Schüler zahlen 25 % weniger. Der Eintritt kostet 12 €.", "Was zahlen 2 Schüler?", "18 €.", "22 €."),
    ],
)  # fmt: skip
def test_what_no_reckoning_gives_is_told_from_what_one_may(told: str, question: str, right: str, wrong: str) -> None:
    for answer, given in ((right, True), (wrong, False)):
        amounts = quantities(answer)
        claim = Statement(
            answer, wording(answer), amounts, False, (), quantities(question), question, spoken=amounts
        )  # fmt: skip
        assert may_follow(amounts[0], claim, sentences_of(told, "", None)) is given
