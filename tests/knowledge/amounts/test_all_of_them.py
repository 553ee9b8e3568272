"""An amount told of each, or of all where the knowledge base says all too, beside one told of all but some."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

# language, knowledge base, question, answer, verdict
EACH = [
    ("sv", "Hyra. Kajak kostar 90 kr per timme. Varje påbörjad timme räknas. Väst kostar 20 kr.", "Vad kostar kajak?",
     "Du betalar 90 kr för varje timme med kajak.", "supported"),
    ("nb", "Priser. Badet koster 120 kr for alle. Skap koster 10 kr.", "Hva koster badet for et barn?",
     "Badet har samme pris for alle, 120 kroner.", "supported"),
    ("en", "Shipping. The Channel Islands pay £4.20 per parcel; the mainland pays nothing.", "What do I pay on Jersey?",
     "For the Channel Islands there's a £4.20 charge on every parcel.", "supported"),
    # Not all.
    ("en", "The ferry costs £6, and £3 for children under 12.", "What does the ferry cost?",
     "The ferry always costs £3.", "contradicted"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "answer", "verdict"), EACH)
def test_each_is_not_always(language: str, base: str, question: str, answer: str, verdict: str) -> None:
    assert check(answer, question, Knowledge.from_texts([base]), language).verdict == verdict
