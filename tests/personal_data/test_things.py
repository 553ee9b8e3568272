"""Names that firms, funds and works bear, beside the same names borne by a person."""

from __future__ import annotations

import pytest

from evalkit.personal_data import find


def named(text: str, language: str) -> list[str]:
    return [text[f.start : f.end] for f in find(text, language) if f.kind == "NAME"]


FIRMS = """
da|Regningen skal til Lise Vang Revision ApS
da|Kan I sende den til Malermester Torben Lauritsen?
da|Vi er Karsten Holm & Sønner, kan vi få moms på regningen?
da|Faktura til Poul Lauritzen Eftf. tak
da|Tømrerfirmaet Bent Olesen har ikke fået varen
da|Det er enkeltmandsvirksomheden Hanne Bruun der har bestilt
sv|Fakturan ska till Stig Lindkvist Åkeri AB
sv|Målarfirman Olle Bergström har beställt
sv|Advokatbyrån Olle Bergström vill ha kvitto
sv|Ligger ni på Moa Lindkvists gata?
sv|Stipendiet från Moa Lindkvists minnesfond
nb|Fakturaen skal til Kari Solberg Regnskap AS
nb|Rørleggermester Odd Solberg har bestilt dusjen
nb|Stiftelsen Odd Solberg er mottaker
nn|Rekninga skal til Odd Solberg Transport og Graving AS
fi|Matti Rantalan säätiö on tilaaja
fi|Milloin Matti Rantala -palkinto jaetaan?
fi|Asiakas on Matti Rantala Kuljetus Ky
fi|Toiminimi Matti Rantala tarvitsee kuitin
en|Invoice to Peter Whitfield Plumbing Ltd please
en|We are John Whitfield & Sons, and need a receipt
en|The firm Peter Whitfield Roofing ordered it
de|Rechnung an Jürgen Neumann Sanitär GmbH
de|Wir sind Jürgen Neumann & Söhne und brauchen eine Quittung
de|Rechnung an Jürgen Neumann e.K., Ulm
de|Wer bekam den Sabine Neumann-Preis?
de|Die Stiftung Sabine Neumann hat bestellt
is|Reikningurinn fer á Jón Helgason Pípulagnir ehf.
is|Fyrirtækið Jón Helgason pantaði
nb|Går MS Otto Solberg i dag?
sv|När seglar m/s Olle Bergström?
de|Fällt wegen Sturm Friederike Neumann die Fähre aus?
en|There is a charge from Peter Whitfield Retail Group
sv|Varför står det Olle Bergström Recycling på fakturan?
"""
MAKERS = """
da|Foredrag med Karen Lauritsen den 4. maj, er der billetter?
da|Har I lydbogen om Karen Lauritsen?
da|Hvornår kommer Peter Lauritsens nye roman?
sv|Utställningen av Moa Lindkvist är på övervåningen
sv|En biografi om Moa Lindkvist, finns den?
sv|Författaren Moa Lindkvist signerar på lördag
nb|Når kommer Kari Solbergs siste krim?
nn|Konserten med Kari Solberg, er han utseld?
fi|Onko Matti Rantalan uusin romaani hyllyssä?
fi|Onko teillä elämäkertaa Urho Kekkosesta?
fi|Matti Rantalan kirjoittama kirja puuttuu
en|Is there a biography of Helen Whitfield in stock?
en|Helen Whitfield's latest novel is late
en|A lecture by Helen Whitfield on Friday
de|Die Ausstellung von Sabine Neumann
de|Ein Buch über Sabine Neumann suche ich
de|Sabine Neumanns neuer Krimi
is|Er ævisaga um Jón Helgason til?
is|Tónleikar með Jón Helgason
nb|Konserten til Kari Solberg er utsatt
de|Lesung: Sabine Neumann, wann?
fi|Kirjoja Tommi Rautiolta, onko niitä?
fi|Liput Ville Tuohisen keikalle
en|Hilda Corwin Nightfall hardback, is it back?
en|I want Hilda Corwin's Night and Day in paperback
en|Tickets for Hilda Corwin at the Arena?
sv|Jag letar efter Elin Hägners Vinterljus
nb|Når kommer Anna Grytens neste bok?
fi|Milloin Pirjo Tuohisen seuraava ilmestyy?
de|Ist die Hedwig Ballhausen Kanne lieferbar?
is|Eruð þið með skál eftir Guðrúnu Karlsdóttur?
de|Signierstunde mit Hedwig Ballhausen am Samstag?
"""
ASKED_FOR = """
sv|Säljer ni Filippa Nordgren tröjor?|Säljer ni klockan som Filippa Nordgren ställde in?
sv|Finns Moa Lindkvist som pocket?|Finns Moa Lindkvist i ert register?
sv|Har ni Moa Lindkvists senaste inne?|Har ni Moa Lindkvists adress kvar?
nb|Har dere Kari Solberg på lydbok?|Har dere Kari Solberg på kundelista?
da|Har I noget af Karen Lauritsen?|Har I Karen Lauritsen i systemet?
en|Do you have anything by Helen Whitfield?|Do you have Helen Whitfield's new address?
de|Haben Sie etwas von Sabine Neumann?|Haben Sie Sabine Neumann als Kundin?
fi|Onko teillä Matti Rantalan uusinta?|Onko teillä Matti Rantala asiakkaana?
"""
PERSONS = """
da|Pakken er til Lise Vang|Lise Vang
da|Min mand Torben Lauritsen har bestilt bogen|Torben Lauritsen
da|Bogen er bestilt af Karen Lauritsen|Karen Lauritsen
da|Min tandlæge Bent Olesen ringede|Bent Olesen
da|Skriv til Karsten Holm og sønnen|Karsten Holm
sv|Boken köptes av Moa Lindkvist|Moa Lindkvist
sv|Min arkitekt Moa Lindkvist ringer|Moa Lindkvist
sv|Moa Lindkvists paket är borta|Moa Lindkvist
nb|Jeg snakket om boka med Kari Solberg|Kari Solberg
fi|Paketin tilasi Matti Rantala, hän asuu vieressä|Matti Rantala
en|The book was ordered by Helen Whitfield|Helen Whitfield
en|Helen Whitfield's parcel is lost|Helen Whitfield
de|Das Buch wurde von Sabine Neumann bestellt|Sabine Neumann
is|Pakkinn er til Jón Helgason|Jón Helgason
sv|Moa Lindkvists senaste faktura är fel|Moa Lindkvist
en|Two tickets for Helen Whitfield, she is my aunt|Helen Whitfield
en|My name is Ana Vargas Molina|Ana Vargas Molina
sv|Kursen med Moa Lindkvist som deltagare måste bokas om|Moa Lindkvist
en|Passenger Ms Helen Whitfield missed the ferry|Helen Whitfield
"""


def rows(listed: str) -> list[list[str]]:
    return [line.split("|") for line in listed.strip().splitlines()]


@pytest.mark.parametrize(("language", "text"), rows(FIRMS))
def test_a_firm_that_bears_a_name_is_nobody(language: str, text: str) -> None:
    assert named(text, language) == []


@pytest.mark.parametrize(("language", "text"), rows(MAKERS))
def test_who_made_a_work_or_is_told_of_in_it_is_asked_for_with_it(language: str, text: str) -> None:
    assert named(text, language) == []


@pytest.mark.parametrize(("language", "goods", "person"), rows(ASKED_FOR))
def test_what_a_shop_is_asked_for_is_no_person_and_who_is_its_customer_is(
    language: str, goods: str, person: str
) -> None:
    assert named(goods, language) == []
    assert len(named(person, language)) == 1


@pytest.mark.parametrize(("language", "text", "name"), rows(PERSONS))
def test_a_person_beside_a_trade_or_a_work_stays_one(language: str, text: str, name: str) -> None:
    assert named(text, language) == [name]


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Mein Onkel Zbigniew Kaczmarek hat das Paket", "Zbigniew Kaczmarek"),
        ("de", "Meine Oma Irmgard Neumann ist krank", "Irmgard Neumann"),
        ("de", "Fragen Sie Lisa Mann, meine Nachbarin", "Lisa Mann"),
        ("sv", "hej, moa lindkvist här, var är paketet", "moa lindkvist"),
        ("fi", "oon tiina rantala ja odotan", "tiina rantala"),
        ("en", "The name on the card is R Ashworth-Lee.", "R Ashworth-Lee"),
        ("nb", "Nguyen Thi Mai tok imot pakken", "Nguyen Thi Mai"),
        ("nb", "fnr 02104710455, Jonas Kazlauskas, venter", "Jonas Kazlauskas"),
        ("sv", "tack på förhand / moa lindkvist 811218-9876", "moa lindkvist"),
    ],
)
def test_a_name_is_read_whole_however_it_is_written(language: str, text: str, name: str) -> None:
    assert named(text, language) == [name]
