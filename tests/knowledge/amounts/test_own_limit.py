"""The customer's own amount at a limit, and limits before an event that are turned, in seven languages."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        # Six is six or more, and not more than six.
        ("nb", "Ved 6 eller flere dører gir vi 10 % rabatt.", "Jeg bestilte 6 dører, får jeg rabatt?",
         "Ja, ved 6 eller flere dører gir vi rabatt.", "Nei, du må ha flere enn seks dører for å få rabatt."),
        ("en", "Orders of 8 or more chairs get a discount.", "I ordered 8 chairs, do I get a discount?",
         "Yes, orders of 8 or more chairs get a discount.", "No, you need more than 8 chairs to get a discount."),
        # At least so long before an event is not at most so long before it.
        ("sv", "Ansök minst 6 veckor före uthyrningen.", "När ska jag ansöka?",
         "Ansök minst sex veckor före uthyrningen.", "Ansök högst sex veckor före uthyrningen."),
        ("de", "Stornieren Sie mindestens 3 Tage vor der Anreise.", "Wann muss ich stornieren?",
         "Stornieren Sie mindestens drei Tage vor der Anreise.", "Stornieren Sie höchstens drei Tage vor der Anreise."),
        # What holds in other months.
        ("fi", "Bioastia tyhjennetään kesällä (touko–syyskuu) viikon välein.", "Kuinka usein bioastia tyhjennetään heinäkuussa?",
         "Heinäkuussa bioastia tyhjennetään viikoittain.", "Joulukuussa bioastia tyhjennetään viikoittain."),
    ],
)  # fmt: skip
def test_a_limit_is_told_as_it_is(language: str, told: str, question: str, right: str, wrong: str) -> None:
    base = Knowledge.from_texts([told])
    assert check(right, question, base, language).verdict == "supported"
    assert check(wrong, question, base, language).verdict == "contradicted"


def test_every_two_weeks_says_nothing_of_always() -> None:
    base = Knowledge.from_texts(["Your adviser reviews the diary every fortnight. Log five activities or more a week."])
    found = check("Your adviser reviews the diary every two weeks.", "How often is my diary read?", base, "en")
    assert found.verdict == "supported"
