"""Times as exports write them, with the hours that daylight saving doubles and leaves out; HTML as people saw it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evalkit.errors import InputError
from evalkit.transcripts import times
from evalkit.transcripts.ledger import Ledger
from evalkit.transcripts.markup import text_of_html, without_quoted_mail
from evalkit.transcripts.times import Times

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["2026-03-02T12:00:00Z", "2026-03-02T13:00:00+01:00", "2026-03-02 12:00:00 UTC", 1772452800, 1772452800000,
     1772452800000000000, "1772452800", "1772452800.0", NOON],
)  # fmt: skip
def test_an_instant_is_read_in_every_usual_form(value: object) -> None:
    ledger = Ledger()
    assert Times(ledger).read(value) == NOON and not ledger.notes


@pytest.mark.parametrize(
    "value", ["02.03.2026 13:00", "2.3.2026 kl. 13.00", "02/03/2026 13:00:00", "2026-03-02 13:00", "02-03-26, 13:00"]
)
def test_local_times_are_day_first_and_in_the_zone_that_is_named(value: str) -> None:
    assert Times(Ledger(), timezone="Europe/Stockholm").read(value) == NOON


def test_another_style_is_named_in_the_mapping() -> None:
    assert Times(Ledger(), formats=["%m/%d/%Y %I:%M %p"]).read("03/02/2026 12:00 PM") == NOON
    assert Times(Ledger(), month_first=True).read("03/02/2026 12:00") == NOON


def test_a_time_without_zone_is_utc_and_told_and_an_unreadable_one_is_unknown_and_told() -> None:
    ledger = Ledger()
    reader = Times(ledger)
    assert reader.read("2026-03-02 12:00", 7) == NOON
    assert [reader.read(value, 8) for value in ("yesterday", "31.02.2026", 12, True, [])] == [None] * 5
    assert str(ledger.notes[times.NO_ZONE]) == "1 (line 7)" and ledger.notes[times.UNREADABLE].n == 5


def test_the_hour_that_comes_twice_follows_the_message_before_it() -> None:
    ledger = Ledger()
    reader = Times(ledger, timezone="Europe/Copenhagen")
    first = reader.read("25.10.2026 02:50")
    again = reader.read("25.10.2026 02:10", after=first)
    assert (first, again) == (datetime(2026, 10, 25, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
    assert ledger.notes[times.AMBIGUOUS].n == 2


def test_the_hour_that_never_was_moves_ahead_and_is_told() -> None:
    ledger = Ledger()
    read = Times(ledger, timezone="Europe/Helsinki").read("29.03.2026 03:30")
    assert read == datetime(2026, 3, 29, 1, 30, tzinfo=UTC) and times.MISSING in ledger.notes


def test_an_unknown_zone_names_the_near_one() -> None:
    with pytest.raises(InputError, match="did you mean 'Europe/Stockholm'"):
        Times(Ledger(), timezone="Europe/Stokholm")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain text", "plain text"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>y", "x\ny"),
        ("<div>Ja</div><div class='gmail_quote'>On Monday <b>Kim</b> wrote<blockquote>q</blockquote></div>", "Ja"),
        ("<p>Hi <img src=x alt='🙂'></p>", "Hi 🙂"),
        ("<a href='https://example.com'>https://example.com</a>", "https://example.com"),
        ("<a href='javascript:x'>klick</a>", "klick"),
        ("<p><b>never closed", "never closed"),
        ("</div></p>stray", "stray"),
        ("<div style='display: none'>preview</div>seen", "seen"),
    ],
)  # fmt: skip
def test_html_is_read_as_the_text_that_people_saw(html: str, text: str) -> None:
    assert text_of_html(html) == text


def test_quoted_mail_below_a_reply_is_left_out_and_quotes_inside_stay() -> None:
    assert without_quoted_mail("Ja tack\n\nDen 2 mars skrev Kim:\n> Vill du?\n> Hej\n") == "Ja tack"
    inside = "> Vill du?\nJa"
    assert without_quoted_mail(f"Hej\n{inside}") == f"Hej\n{inside}"
