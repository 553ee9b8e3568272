"""The state of a knowledge base: each thing to mend beside the article that is fine."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from evalkit.knowledge import Knowledge
from evalkit.knowledge.checkup import checkup
from evalkit.resources import folder

DAY = date(2026, 6, 1)


def rules(*articles: dict[str, Any], questions: tuple[str, ...] = ()) -> set[tuple[str, str]]:
    base = Knowledge.from_documents({"language": "sv", **article} for article in articles)
    return {(f.rule, f.document_id) for f in checkup(base, on=DAY, questions=questions).findings}


@pytest.mark.parametrize(
    ("rule", "articles"),
    [
        ("contradiction", ({"id": "a", "text": "Frakten inom Sverige kostar 49 kr."}, {"id": "b", "text": "Frakten inom Sverige kostar 59 kr."})),
        ("overlap", ({"id": "a", "text": "Öppet 9–17 på vardagar.", "version": "1"}, {"id": "a", "text": "Öppet 9–18 på vardagar.", "version": "2"})),
        ("circle", ({"id": "a", "text": "Om returer.", "supersedes": "b"}, {"id": "b", "text": "Om frakter.", "supersedes": "a"})),
        ("expired", ({"id": "a", "text": "Jultider gäller i december.", "valid_to": "2026-01-07"},)),
        ("duplicate", ({"id": "a", "text": "Du får returnera varor inom trettio dagar från köpet hos oss."},
                       {"id": "b", "text": "Du får returnera varor inom trettio dagar från köpet hos oss!"})),
        ("link", ({"id": "a", "text": "Läs [mer](saknas.md) om returer."},)),
        ("language", ({"id": "a", "text": "Die Lieferung dauert zwei bis vier Werktage nach der Bestellung."},)),
        ("old", ({"id": "a", "text": "Frakten kostar 49 kr.", "updated_at": "2024-01-01"},)),
        ("owner", ({"id": "a", "text": "Frakten kostar 49 kr."}, {"id": "b", "text": "Öppet på vardagar.", "owner": "Ada"})),
    ],
)  # fmt: skip
def test_each_thing_to_mend_is_named(rule: str, articles: tuple[dict[str, Any], ...]) -> None:
    assert (rule, "a") in rules(*articles)


def test_an_article_that_no_test_asks_for_is_told_only_when_tests_are_given() -> None:
    articles = ({"id": "a", "text": "Frakten kostar 49 kr."}, {"id": "b", "text": "Presentkort gäller i tre år."})
    assert ("unused", "b") in rules(*articles, questions=("Vad kostar frakten?",))
    assert not any(rule == "unused" for rule, _ in rules(*articles))


def test_the_demo_base_has_nothing_serious() -> None:
    state = checkup(Knowledge.from_folder(folder("fixtures/demo") / "kb"), on=date(2026, 6, 15))
    assert [f for f in state.findings if f.rule in {"contradiction", "overlap", "circle"}] == []
    assert state.by_language["sv"] >= 20
