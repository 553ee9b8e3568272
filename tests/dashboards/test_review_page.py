"""The review page: labels saved at once, verdicts hidden until then, resumed, decided, and only for reviewers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evalkit.review.access import save_account
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import final, save_label
from evalkit.store.batches import Batch, Batches
from evalkit.store.store import Store
from tests.dashboards.pages import app, said, stored

pytest.importorskip("streamlit")
PASSWORD = "en lång hemlighet"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    stored(tmp_path / "s.db", "1.4", "1.5")
    return tmp_path / "s.db"


def drawn(where: Path, *reviewers: str) -> Batch:
    with Store.open(where) as store:
        return new_batch(store, store.latest_run("1.5"), seed=1, now=datetime.now(UTC), n=40, reviewers=reviewers)


def signed_in(
    monkeypatch: pytest.MonkeyPatch, where: Path, name: str, role: str = "reviewer", view: str = "review"
) -> Any:
    accounts = where.parent / "accounts.json"
    save_account(accounts, name, role, PASSWORD)
    monkeypatch.setenv("EVALKIT_ACCESS", "accounts")
    monkeypatch.setenv("EVALKIT_ACCOUNTS", str(accounts))
    page = app(monkeypatch, where)
    page.text_input(key="sign-in-name").set_value(name)
    page.text_input(key="sign-in-password").set_value(PASSWORD)
    page.button[0].click().run()
    page.switch_page(f"views/{view}.py")
    page.run()
    assert not page.exception
    return page


def test_an_answer_is_saved_at_once_and_the_verdict_shows_only_after_the_last(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = drawn(shop, "ann")
    page = signed_in(monkeypatch, shop, "ann")
    assert "0 of 40, about" in str(page.get("progress")[0].proto.text)
    for number in range(4):
        assert "What the machine thought" not in said(page)
        page.button(key="answer-1").click().run()
        with Store.open(shop) as store:
            assert len(store.reviews(batch=batch.id)) == number + 1
    assert "What the machine thought" in said(page)
    page.button(key="machine-agree").click().run()
    page.button(key="save").click().run()
    assert "What the machine thought" not in said(page)
    again = signed_in(monkeypatch, shop, "ann")
    assert "1 of 40, about" in str(again.get("progress")[0].proto.text), "it goes on where it was left"


def test_unsure_asks_for_a_reason(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = drawn(shop, "ann")
    page = signed_in(monkeypatch, shop, "ann")
    page.button(key="unsure").click().run()
    page.button(key="reason-3").click().run()
    with Store.open(shop) as store:
        [review] = store.reviews(batch=batch.id)
    assert (review.label, review.note) == ("unsure", "The rules are unclear")


def test_a_label_can_be_changed_and_every_version_is_kept(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = drawn(shop, "ann")
    page = signed_in(monkeypatch, shop, "ann")
    for _ in range(4):
        page.button(key="answer-1").click().run()
    page.button(key="again").click().run()
    page.button(key="answer-3").click().run()
    with Store.open(shop) as store:
        labels = [r.label for r in store.reviews(batch=batch.id) if r.question == "resolved"]
    assert labels == ["yes", "no"]


def test_somebody_who_only_looks_cannot_label(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(shop, "eve")
    page = signed_in(monkeypatch, shop, "eve", role="viewer")
    assert "need a reviewer" in said(page)
    reader = signed_in(monkeypatch, shop, "eve", role="viewer", view="conversations")
    assert not [button for button in reader.button if button.label == "Show for 15 minutes"]


def test_a_wrong_password_stays_outside(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_account(shop.parent / "accounts.json", "ann", "reviewer", PASSWORD)
    monkeypatch.setenv("EVALKIT_ACCESS", "accounts")
    monkeypatch.setenv("EVALKIT_ACCOUNTS", str(shop.parent / "accounts.json"))
    page = app(monkeypatch, shop)
    page.text_input(key="sign-in-name").set_value("ann")
    page.text_input(key="sign-in-password").set_value("guess guess guess")
    page.button[0].click().run()
    assert page.error[0].value == "Wrong name or password."
    assert "ek-lead" not in said(page)


def test_a_disagreement_is_decided_by_a_third(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = drawn(shop, "ann", "bo")
    with Store.open(shop) as store:
        double = next(t for t in Batches(store).tasks(batch.id) if t.role == "second")
        save_label(store, double, "resolved", "ann", "yes", now=datetime.now(UTC))
        save_label(store, double, "resolved", "bo", "no", now=datetime.now(UTC), note="**wrote** again")
    page = signed_in(monkeypatch, shop, "lead", role="admin")
    page.get("button_group")[0].set_value("decide").run()
    text = said(page)
    assert "1 disagreement waits" in text
    assert "Reader A" in text
    key = f"decision-{double.conversation_id}-resolved"
    page.radio(key=key).set_value("no")
    page.text_input(key=f"why-{double.conversation_id}-resolved").set_value("the customer came back")
    next(b for b in page.button if b.label == "Save the decision").click().run()
    assert not page.exception
    with Store.open(shop) as store:
        assert final(store.reviews(batch=batch.id))[double.conversation_id, "resolved"].reviewer == "lead"


def test_an_admin_draws_and_closes_a_batch(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = signed_in(monkeypatch, shop, "lead", role="admin")
    assert "No review is open." in said(page)
    page.number_input(key="draw.size").set_value(20)
    page.text_input(key="draw.who").set_value("lead")
    next(b for b in page.button if b.label == "Draw the batch").click().run()
    assert not page.exception
    with Store.open(shop) as store:
        [batch] = Batches(store).all()
    assert batch.reviewers == ("lead",)
    page.get("button_group")[0].set_value("batch").run()
    page.button(key="close-now").click().run()
    with Store.open(shop) as store:
        assert Batches(store).get(batch.id).closed_at is not None


def test_without_names_whoever_comes_takes_the_next(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = drawn(shop)
    page = signed_in(monkeypatch, shop, "ann")
    page.button(key="answer-1").click().run()
    with Store.open(shop) as store:
        assert [r.reviewer for r in store.reviews(batch=batch.id)] == ["ann"]
        assert len(Batches(store).tasks(batch.id, "ann")) == 1
