"""Every page in every state as people see it: full, empty, too few, broken, sliced, in each language, hostile words as text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from evalkit.store.store import Store
from tests.dashboards.pages import NASTY, VIEWS, app, said, stored
from tests.review.weeks import week

pytest.importorskip("streamlit")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("shop") / "s.db"
    stored(where, "1.4", "1.5")
    return where


@pytest.mark.parametrize("view", VIEWS)
def test_each_page_opens_with_one_sentence(shop: Path, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, view)
    assert not page.exception
    assert not page.error
    assert "ek-lead" in said(page)


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_store_says_what_to_do(tmp_path: Path, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path / "s.db").close()
    page = app(monkeypatch, tmp_path / "s.db", view)
    assert not page.exception
    text = said(page)
    assert "evalkit run" in text or "No review is open" in text


@pytest.mark.parametrize("view", ["overview", "kpis", "agreement", "ai_human"])
def test_few_conversations_give_no_number(tmp_path: Path, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1.4", n=4)
    page = app(monkeypatch, tmp_path / "s.db", view)
    assert not page.exception
    text = said(page)
    assert "%)" not in text.replace("100 %)", "")
    if view in {"overview", "kpis"}:
        assert "too few (n = 4)" in text


def test_a_store_of_a_newer_evalkit_is_one_message_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    where = tmp_path / "s.db"
    stored(where, "1.4", n=4)
    with sqlite3.connect(where) as connection:
        connection.execute("INSERT INTO evalkit_schema VALUES (999, '')")
    page = app(monkeypatch, where)
    assert not page.exception
    assert "install a newer evalkit" in page.error[0].value


def test_the_overview_compares_leaks_first_and_says_do_not_ship(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(app(monkeypatch, shop))
    assert "Do not ship." in text
    assert "worse than 1.4" in text
    assert text.index("1 finding that must never happen") < text.index("What failed, worst first")
    assert "G01.email" in text


def test_filters_narrow_every_page_and_stand_in_the_url(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "conversations")
    assert ">60 conversations<" in said(page)
    page.sidebar.selectbox(key="topic").set_value("refund").run()
    assert ">20 conversations<" in said(page)
    assert page.query_params["topic"] in ("refund", ["refund"])
    page.switch_page("views/kpis.py")
    page.run()
    assert page.sidebar.selectbox(key="topic").value == "refund"
    sent = app(monkeypatch, shop, "conversations", topic="delivery", lang="sv")
    assert ">20 samtal<" in said(sent)


def test_a_number_leads_to_its_conversations_and_on_to_the_turn(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "conversations", behind="correct:0")
    assert ">15 conversations<" in said(page)
    page = app(monkeypatch, shop, "conversations", rule="correctness.stale")
    text = said(page)
    assert "ek-here" in text, "the turn is outlined"
    assert '<mark class="ek-m">' in text
    assert "ek-passage" in text, "the passage stands beside it"
    assert "<b>1.4</b><b>1.5</b>" in text, "the other release stands beside it"


def test_words_find_conversations(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "conversations", words="GNP.EXE")
    assert ">1 conversation<" in said(page)
    page = app(monkeypatch, shop, "conversations", words="no such words")
    assert "No conversation fits" in said(page)


def test_hostile_words_are_only_ever_text(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "conversations", words="gnp.exe")
    body = "".join(element.proto.body for element in page.get("html"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
    for bad in ("<script>alert", "<img src=x", "\x1b", "\u202e", "anna.berg@example.com"):
        assert bad not in body
    assert "**bold** [link](https://evil.example) $$" in body
    for kind in ("markdown", "caption", "error", "warning"):
        assert not any(NASTY[:30] in str(element.value) for element in getattr(page, kind))


def test_personal_data_opens_for_a_reason_and_is_audited(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "conversations", words="gnp.exe")
    [reason] = [field for field in page.text_input if field.key and field.key.startswith("reason-")]
    reason.set_value("the customer asks what we hold about her")
    next(b for b in page.button if b.label == "Show for 15 minutes").click().run()
    assert "anna.berg@example.com" in said(page)
    with Store.open(shop) as store:
        assert [entry.event for entry in store.audit_entries()] == ["unmask"]
    page = app(monkeypatch, shop, "privacy")
    assert "asks what we hold" in said(page)


@pytest.mark.parametrize("lang", ["sv", "da", "nb", "fi", "de"])
def test_the_interface_speaks_six_languages(shop: Path, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "overview", lang=lang)
    assert not page.exception
    assert "Do not ship" not in said(page)
    assert page.sidebar.selectbox(key="lang").value == lang


def test_every_text_stands_in_six_languages_with_the_same_gaps() -> None:
    from dashboards.kit.texts import LANGUAGES, catalogue

    for key, texts in catalogue().items():
        assert set(texts) == set(LANGUAGES), key
        gaps = {lang: {name for _, name, _, _ in Formatter().parse(text) if name} for lang, text in texts.items()}
        assert len({frozenset(names) for names in gaps.values()}) == 1, (key, gaps)


def test_every_text_that_a_page_asks_for_is_there() -> None:
    import re

    from dashboards.kit.texts import catalogue

    known = catalogue()
    for path in sorted((Path(__file__).parents[2] / "dashboards").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for key in re.findall(r"\bt\(\s*\"([^\"]+)\"", source):
            assert key in known, f"{path.name}: {key}"
        for key in re.findall(r"\bplural\(\s*\"([^\"]+)\"", source):
            assert {f"{key}.one", f"{key}.many"} <= set(known), f"{path.name}: {key}"


@pytest.mark.parametrize(
    ("cell", "shown"), [("=1+1", "'=1+1"), ("-2", "'-2"), ("@x", "'@x"), ("plain", "plain"), (3, 3)]
)
def test_a_downloaded_cell_runs_nowhere(cell: object, shown: object) -> None:
    from dashboards.kit.frame import harmless

    assert harmless(cell) == shown


def test_ai_and_people_are_compared_on_the_same_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1.4", n=240)
    text = said(app(monkeypatch, tmp_path / "s.db", "ai_human"))
    assert "On the same questions" in text
    assert "points" in text


def test_escalation_shows_missed_ones_first(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "escalation")
    assert "10 of 10 due hand-overs were missed." in said(page)
    assert len(page.dataframe[0].value) == 10


def test_knowledge_lists_articles_to_write_and_to_mend(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(app(monkeypatch, shop, "knowledge"))
    assert "asked what nobody could answer" in text
    assert ">Stale answers</span><b>15</b>" in text


def test_a_promoted_conversation_is_a_patch_and_remembers_its_case(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(shop) as store:
        one = next(iter(store.conversations("run-1.5")))
    page = app(monkeypatch, shop, "promote", c=one.id)
    page.text_area(key=f"p.contains.{one.id}").set_value("30 dagar").run()
    assert not page.exception
    assert "+      - contains: 30 dagar" in said(page)


def test_agreement_tells_what_people_say_of_this_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evalkit.review.drawing import new_batch
    from evalkit.review.labelling import save_label
    from evalkit.store.batches import Batches

    now = datetime.now(UTC)
    with Store.open(tmp_path / "s.db") as store:
        run = week(store)
        batch = new_batch(store, run, seed=1, now=now, reviewers=["ann", "bo"])
        rows = {row.conversation_id: row for row in store.facts(run.id)}
        for task in Batches(store).tasks(batch.id):
            label = "yes" if rows[task.conversation_id].correct else "no"
            save_label(store, task, "correct", task.reviewer or "", label, now=now)
    text = said(app(monkeypatch, tmp_path / "s.db", "agreement"))
    assert "Readers agree well" in text
    assert "promoted: [correctness.contradicted]" in text
    assert ">Solved</span><b class=ek-words>unreviewed</b>" in text
