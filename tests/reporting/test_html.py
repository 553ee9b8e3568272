"""The HTML report is one safe file in which a person reads what failed and why."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from evalkit.model import Case, Conversation, Evidence, Finding, Run, Score, Turn
from evalkit.reporting.html import write_html
from evalkit.reporting.junit import write_junit
from evalkit.reporting.markdown import render as markdown
from evalkit.reporting.summary import Summary, summarise
from evalkit.reporting.terminal import render
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

NOW = datetime(2026, 6, 15, tzinfo=UTC)
NASTY = '<img src=x onerror=alert(1)> & "q" \u202e\x1b[31m anna.berg@example.com'


def stored(path: Path, n: int, text: str = NASTY) -> tuple[Store, Summary]:
    store = Store.open(path / "s.db")
    run = Run(id="r1", release="1.5", suite="s", started_at=NOW, status="finished", n_planned=n)
    store.add_run(run)
    store.add_cases(run.id, [Case(id="c", path="suites/s.yaml", line=7)])
    store.add_passages(run.id, {"h": {"text": "Du har 30 dagar.", "document_id": "returns", "title": "Returer"}})
    scored = []
    for number in range(n):
        turns = (Turn(role="customer", text="Hej, hur länge?"), Turn(role="bot", text=text, latency_ms=12))
        talk = Conversation(
            id=f"t{number:05}", run_id=run.id, case_id="c", trial=number, turns=turns * 3, release="1.5"
        )
        store.add_conversations([talk])
        evidence = (Evidence(document_id="returns", passage_hash="h", start=7, end=15),)
        finding = Finding(
            rule="correctness.contradicted", severity="high", message="says otherwise", turn=1, start=0, end=8,
            confidence="exact", evidence=evidence,
        )  # fmt: skip
        scores = [Score(scorer="correctness", verdict="fail", findings=(finding,))]
        scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
    store.add_scores(run.id, "k", scored)
    return store, summarise(store, run, "k")


def test_untrusted_text_is_escaped_and_personal_data_masked(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1)
    write_html(tmp_path / "r.html", store, summary)
    page = (tmp_path / "r.html").read_text()
    assert "<img" not in page
    assert "anna.berg" not in page
    assert "[email]" in page
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_the_failing_span_the_reason_and_the_passage_stand_together(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1, "Du har 14 dagar på dig.")
    write_html(tmp_path / "r.html", store, summary)
    page = (tmp_path / "r.html").read_text()
    assert "<mark>Du har 1</mark>" in page
    assert page.index("<mark>Du har 1") < page.index("says otherwise</q>") < page.index("<mark>30 dagar</mark>")


def test_the_policy_allows_no_script_and_no_other_host(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1)
    write_html(tmp_path / "r.html", store, summary)
    page = (tmp_path / "r.html").read_text()
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<script|https?://|style=", page)
    assert '<html lang="en">' in page


def test_a_thousand_failures_stay_below_two_megabytes(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1000, "Du har 14 dagar på dig, räknat från den dag då du fick varan. " * 2)
    write_html(tmp_path / "r.html", store, summary)
    assert (tmp_path / "r.html").stat().st_size <= 2_000_000


def test_long_replies_do_not_break_the_bound_either(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1000, "Du har 14 dagar på dig, räknat från den dag då du fick varan. " * 40)
    write_html(tmp_path / "r.html", store, summary)
    assert (tmp_path / "r.html").stat().st_size <= 2_000_000
    assert (tmp_path / "r.html").read_text().count("<details id=c") == 1000


def test_marks_that_overlap_become_one_and_each_rule_counts_its_conversations(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1, "Du har 14 dagar på dig.")
    first = summary.failures[0]
    other = replace(first, finding=msgspec.structs.replace(first.finding, rule="tone.blame", start=3, end=15))
    write_html(tmp_path / "r.html", store, replace(summary, failures=(first, other)))
    page = (tmp_path / "r.html").read_text()
    assert "<mark>Du har 14 dagar</mark>" in page
    assert page.count("1 conversation ·") == 2
    assert f'href="#c{first.conversation_id}"' in page


def test_buttons_and_events_are_shown(tmp_path: Path) -> None:
    store, summary = stored(tmp_path, 1)
    turns = (Turn(role="bot", kind="buttons", buttons=("Ja", "Nej")), Turn(role="system", kind="event"))
    talk = Conversation(id="t00001", run_id="r1", case_id="c", trial=9, turns=turns, release="1.5")
    store.add_conversations([talk])
    found = replace(summary.failures[0], conversation_id="t00001")
    write_html(tmp_path / "r.html", store, replace(summary, failures=(found,)))
    page = (tmp_path / "r.html").read_text()
    assert "<span class=choice>Ja</span>" in page
    assert "event</small>event" in page


@pytest.mark.parametrize("kind", ["txt", "md", "xml", "html"])
def test_the_report_is_as_it_was(tmp_path: Path, kind: str) -> None:
    store, summary = stored(tmp_path, 2, "Du har 14 dagar på dig.")
    if kind == "txt":
        text = render(summary)
    elif kind == "md":
        text = markdown(summary)
    else:
        path = tmp_path / f"r.{kind}"
        write_junit(path, summary) if kind == "xml" else write_html(path, store, summary)
        # The style has its own tests: the browser's.
        text = re.sub(r"<style>.*</style>|sha256-[^&]+", "", path.read_text(), flags=re.DOTALL)
    kept = Path(__file__).parent / "snapshots" / f"report.{kind}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        kept.write_text(text)
    assert text == kept.read_text(), f"UPDATE_SNAPSHOTS=1 writes {kept.name} anew"


def test_junit_names_the_case_the_place_and_the_rule(tmp_path: Path) -> None:
    _, summary = stored(tmp_path, 1)
    write_junit(tmp_path / "r.xml", summary)
    text = (tmp_path / "r.xml").read_text()
    assert 'failures="1"' in text
    assert "suites/s.yaml:7 correctness.contradicted (high)" in text


def test_the_terminal_and_markdown_say_it_in_one_sentence(tmp_path: Path) -> None:
    _, summary = stored(tmp_path, 1)
    for said in (render(summary), markdown(summary)):
        assert "1.5: too few conversations for a rate" in said
    assert "suites/s.yaml:7 c · turn 2 · correctness.contradicted · high: says otherwise" in render(summary)
    assert max(map(len, render(summary).splitlines())) <= 120


@pytest.mark.external
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_opens_it_without_a_complaint_at_360_pixels(tmp_path: Path, scheme: str) -> None:
    import shutil

    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    store, summary = stored(tmp_path, 30, "Du har 14 dagar på dig.")
    write_html(tmp_path / "r.html", store, summary)
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((tmp_path / "r.html").as_uri())
        page.locator("details summary").first.click()
        assert page.locator("mark").first.is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert complaints == []
        browser.close()
