"""The dashboards as people use them: a real browser, by mouse and by keyboard, two people at once, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalkit.model import Conversation, Run, Score, Turn
from evalkit.review.access import save_account
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import disputes, final, save_label
from evalkit.review.promoting import PROMOTED
from evalkit.store.batches import Batch, Batches
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from evalkit.suites.loading import load_suites
from tests.dashboards.browser import Person, chromium, serving
from tests.dashboards.layout import faults
from tests.dashboards.pages import AT, stored
from tests.databases import postgres_url

pytest.importorskip("streamlit")
pytestmark = pytest.mark.external

__all__ = ["postgres_url"]
PASSWORD = "en lång hemlighet"
MENU = {
    "Overview": "overview", "KPIs": "kpis", "Conversations": "conversations", "AI and human": "ai_human",
    "Review": "review", "Agreement": "agreement", "New test case": "promote", "Hand-over": "escalation",
    "Privacy": "privacy", "Knowledge": "knowledge",
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("shop") / "s.db"
    stored(where, "1.4", "1.5", n=120)
    return where


@pytest.fixture(scope="module")
def address(shop: Path) -> Iterator[str]:
    with serving(shop) as at:
        yield at


@contextmanager
def staffed(where: Path | str, folder: Path) -> Iterator[str]:
    """The address of a server that two reviewers and a lead sign in to, with runs of two releases to read."""
    stored(where, "1.5", "1.6", n=40)
    for name, role in (("ann", "reviewer"), ("bo", "reviewer"), ("lead", "admin")):
        save_account(folder / "a.json", name, role, PASSWORD)
    with serving(where, "--login", "--accounts", str(folder / "a.json")) as address:
        yield address


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("desk")
    with staffed(folder / "s.db", folder) as address:
        yield folder / "s.db", address


def drawn(where: Path | str, release: str, n: int, *reviewers: str) -> Batch:
    with Store.open(where) as store:
        return new_batch(store, store.latest_run(release), seed=1, now=datetime.now(UTC), n=n, reviewers=reviewers)


@pytest.mark.parametrize(("scheme", "lang"), [("light", "fi"), ("dark", "de")])
def test_every_page_opens_without_a_complaint_a_cut_word_or_a_faint_one_and_asks_nobody_else(
    browser: Any, address: str, scheme: str, lang: str
) -> None:
    from dashboards.kit.texts import catalogue

    person, found = Person(browser, address, scheme=scheme, width=1280), {}
    person.open(f"?lang={lang}")
    for name in MENU.values():
        person.visit(catalogue()[f"page.{name}"][lang])
        for width in (1280, 390):
            person.page.set_viewport_size({"width": width, "height": 900})
            person.page.mouse.move(1, 899)
            person.calm()
            if faults(person.page):
                # A busy machine may draw late.
                person.page.wait_for_timeout(1_000)
            person.shot(f"{name}-{scheme}-{width}")
            if wrong := faults(person.page):
                found[f"{name}, {scheme}, {width} px"] = wrong
        person.page.set_viewport_size({"width": 1280, "height": 900})
    assert found == {}
    assert person.complaints == []
    assert person.outside == []


def test_a_number_leads_by_clicks_to_the_turn_that_caused_it(browser: Any, address: str) -> None:
    person = Person(browser, address)
    person.open()
    tile = person.page.get_by_test_id("stColumn").filter(has_text="Correct answers").first
    tile.get_by_role("button", name="Read what counts against it").click()
    person.page.get_by_text("30 conversations").first.wait_for()
    assert "behind=correct" in person.page.url
    person.page.locator(".ek-why").first.wait_for()
    person.shot("drill-down")
    person.page.locator(".ek-t mark").first.wait_for()
    sent = Person(browser, address)
    sent.open(person.page.url.removeprefix(address).lstrip("/"))
    sent.page.get_by_text("30 conversations").first.wait_for()


def test_a_click_anywhere_on_a_row_opens_what_it_tells(browser: Any, address: str) -> None:
    person = Person(browser, address)
    person.open()
    click_first_row(person)
    person.page.wait_for_url("**/conversations?*c=*")
    person.page.locator(".ek-here").wait_for()
    person.open("ai_human")
    click_first_row(person)
    person.page.locator(".ek-talk").nth(1).wait_for()
    assert person.page.locator(".ek-t.ek-human").count() == 1, "one conversation of each side stands beside the other"
    assert person.complaints == [] or all("404" in c for c in person.complaints)


def click_first_row(person: Person) -> None:
    table = person.page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    table.locator("canvas").first.wait_for()
    person.page.wait_for_timeout(1_000)
    box = table.bounding_box()
    assert box is not None
    person.page.mouse.click(box["x"] + 200, box["y"] + 55)


def test_hostile_words_stay_words(browser: Any, address: str) -> None:
    person = Person(browser, address)
    person.open("conversations?words=gnp.exe")
    body = person.page.locator(".ek-bot").first.inner_text()
    assert "<script>alert(1)</script>" in body
    assert "**bold** [link](https://evil.example) $$" in body
    assert "anna.berg@example.com" not in body
    assert person.page.locator(".ek-talk script, .ek-talk img, .ek-talk a, .ek-talk .katex").count() == 0
    person.open("conversations?words=l%C3%A5ng")
    # A turn of 100 kB is folded.
    person.page.locator(".ek-t details").wait_for()
    assert [c for c in person.complaints if "404" not in c] == []
    assert person.outside == []


def test_ten_conversations_are_reviewed_by_keyboard_alone(browser: Any, desk: tuple[Path, str]) -> None:
    where, address = desk
    batch = drawn(where, "1.5", 10, "ann")
    person = Person(browser, address)
    person.open()
    person.sign_in("ann", PASSWORD)
    person.visit("Review")
    for number in range(10):
        person.page.get_by_text(f"{number + 1} of 10 ·").wait_for()
        person.page.get_by_text("Was the customer's need met?").wait_for()
        person.page.get_by_text("What the machine thought").wait_for(state="hidden")
        for key, after in (
            ("1", "right?"),
            ("2", "at the right time?"),
            ("1", "How satisfied"),
            ("4", "Saved. Press S"),
        ):
            person.press(key, until=after)
        person.page.get_by_text("What the machine thought").wait_for()
        if number == 0:
            person.shot("review-saved")
        person.page.locator("button:not([disabled])", has_text="Save").wait_for()
        person.page.keyboard.press("s")
    person.page.get_by_text("All 10 conversations are done").wait_for()
    person.shot("review-end")
    assert person.complaints == []
    assert person.outside == []
    with Store.open(where) as store:
        labels = final(store.reviews(batch=batch.id))
    assert len(labels) == 40
    assert {r.label for (_, question), r in labels.items() if question == "correct"} == {"no"}
    assert {r.reviewer for r in labels.values()} == {"ann"}


TONGUES = {
    "sv": "Hur länge har jag på mig? Åäö.", "da": "Hvor længe har jeg? Æøå.", "nb": "Hvor lenge har jeg på meg?",
    "fi": "Kuinka kauan minulla on aikaa? Äö.", "en": "How long do I have?", "de": "Wie lange habe ich? Größe, ß.",
}  # fmt: skip


def test_conversations_in_six_languages_are_reviewed_by_key_in_each_interface(browser: Any, tmp_path: Path) -> None:
    from dashboards.kit.texts import catalogue

    where, texts = tmp_path / "s.db", catalogue()
    spoken_in_six(where)
    keys = (("1", "question.correct"), ("2", "question.handover"), ("1", "question.satisfied"), ("4", "review.saved"))
    with serving(where) as address:
        person = Person(browser, address)
        for lang in TONGUES:
            # Each time a session of its own.
            person.open(f"review?lang={lang}")
            person.page.get_by_text(texts["question.resolved"][lang]).wait_for()
            shown = person.page.locator(".ek-talk").inner_text()
            assert all(words in shown for words in TONGUES.values()), lang
            for key, after in keys:
                person.press(key, until=texts[after][lang])
            person.page.get_by_text(texts["review.machine"][lang]).wait_for()
            person.shot(f"review-{lang}")
        assert [c for c in person.complaints if "404" not in c] == []
    with Store.open(where) as store:
        labels = [(r.question, r.label) for r in store.reviews()]
    assert len(labels) == 4 * len(TONGUES), "each session went on where the one before had stopped"
    assert {label for question, label in labels if question == "correct"} == {"no"}


def spoken_in_six(where: Path) -> None:
    """Scored conversations whose customers change the language turn by turn, and a batch for whoever comes."""
    turns = tuple(
        turn
        for words in TONGUES.values()
        for turn in (Turn(role="customer", text=words), Turn(role="bot", text="30", latency_ms=90.0))
    )
    with Store.open(where) as store:
        run = Run(id="r", release="1.5", suite="shop", status="finished", n_planned=40, started_at=AT)
        store.add_run(run)
        talks = [Conversation(id=f"c{n:02}", run_id="r", turns=turns, release="1.5", started_at=AT) for n in range(40)]
        store.add_conversations(talks)
        said = Score(scorer="correctness", verdict="pass", data={"correct": 1})
        rows = [(one.id, [said], facts_of(run, one, [said], critical=False, n_zero=0)) for one in talks]
        store.add_scores(run.id, "k", rows)
    drawn(where, "1.5", 20)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_review_at_once_and_a_third_decides(
    browser: Any, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    with ExitStack() as stack:
        if database == "postgresql":
            where: Path | str = request.getfixturevalue("postgres_url")
            address = stack.enter_context(staffed(where, tmp_path))
        else:
            where, address = request.getfixturevalue("desk")
        batch = drawn(where, "1.6", 10, "ann", "bo")
        with Store.open(where) as store:
            tasks = Batches(store).tasks(batch.id)
            twice = next(task for task in tasks if task.role == "second")
            # Everything but the shared conversation is answered, so that both stand before it.
            for task in tasks:
                if task.conversation_id != twice.conversation_id and task.reviewer:
                    for question, label in zip(batch.questions, ("yes", "yes", "right", "4"), strict=True):
                        save_label(store, task, question, task.reviewer, label, now=datetime.now(UTC))
        both = {name: Person(browser, address) for name in ("ann", "bo")}
        for name, person in both.items():
            person.open()
            person.sign_in(name, PASSWORD)
            person.visit("Review")
            person.page.get_by_text("Was the customer's need met?").wait_for()
        ann, bo = both["ann"].page, both["bo"].page
        for step, after in enumerate(("right?", "at the right time?", "How satisfied", "Saved. Press S")):
            ann.keyboard.press("1")
            bo.keyboard.press("3" if step == 0 else "1")
            for page in (ann, bo):
                page.get_by_text(after).first.wait_for()
        lead = Person(browser, address)
        lead.open()
        lead.sign_in("lead", PASSWORD)
        lead.visit("Review")
        lead.page.get_by_text("Decide (1)").click()
        lead.page.get_by_text("1 disagreement waits").wait_for()
        lead.shot(f"decide-{database}")
        lead.page.get_by_test_id("stRadio").get_by_text("No", exact=True).click()
        lead.page.get_by_label("Why, in one sentence").fill("the customer wrote again the day after")
        lead.page.get_by_role("button", name="Save the decision").click()
        lead.page.get_by_text("0 disagreements wait").wait_for()
    with Store.open(where) as store:
        reviews = store.reviews(twice.conversation_id, batch=batch.id)
        [dispute] = disputes(reviews)
        assert {label.label for label in dispute.labels} == {"yes", "no"}
        assert final(reviews)[twice.conversation_id, "resolved"].reviewer == "lead"
        assert len([r for r in reviews if r.stage == "label"]) == 8, "no label was lost"


def test_a_promoted_case_is_downloaded_applies_and_runs(
    browser: Any, shop: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(shop) as store:
        one = next(iter(store.conversations("run-1.5")))
    person = Person(browser, address)
    person.open(f"promote?c={one.id}")
    person.page.get_by_label("The answer must hold", exact=True).fill("30 dagar")
    person.page.keyboard.press("Control+Enter")
    person.page.get_by_role("button", name="Download the patch").wait_for()
    person.shot("promote-ready")
    with person.page.expect_download() as caught:
        person.page.get_by_role("button", name="Download the patch").click()
    patch = tmp_path / "case.patch"
    caught.value.save_as(patch)
    subprocess.run(["git", "apply", str(patch)], cwd=tmp_path, check=True)
    [suite] = load_suites([tmp_path / "suites" / "regressions.yaml"])
    person.page.get_by_text("Is a case already").wait_for()
    with Store.open(shop) as store:
        assert [r.label for r in store.reviews(one.id) if r.question == PROMOTED] == [
            f"suites/regressions.yaml#{suite.cases[0].id}"
        ]
    assert f"origin:{one.id}" in suite.cases[0].tags
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}")
    for release, days in (("good", 30), ("bad", 14)):
        name = f"promoted_{release}"
        (tmp_path / f"{name}.py").write_text(
            f"def reply(message, history):\n    return 'Du har {days} dagar.'\n", encoding="utf-8"
        )
        (tmp_path / "evalkit.yaml").write_text(
            f"bots: {{it: {{kind: python, target: '{name}:reply'}}}}\n", encoding="utf-8"
        )
        words = ["run", "suites/regressions.yaml", "--bot", "it", "--release", release]
        # The browser's driver runs an event loop in this process.
        subprocess.run([sys.executable, "-c", "from evalkit.cli import main; main()", *words], cwd=tmp_path, check=True)
    with Store.open(tmp_path / ".evalkit" / "store.db") as store:
        passed = {run.release: store.facts(run.id)[0].passed for run in store.runs()}
    assert passed == {"good": 1, "bad": 0}, "the case catches what people found"
