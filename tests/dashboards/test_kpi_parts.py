"""The parts of the KPI page, of the agreement page and of the overview that show how a release moved and what it returns."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from evalkit.model import Conversation, Rating, Run, Score, Turn
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from tests.dashboards.pages import AT, app, said, stored

pytest.importorskip("streamlit")
TOPICS = ("order", "refund", "delivery", "invoice", "cancel", "address", "complaint", "login")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("shop") / "s.db"
    stored(where, "1.4", "1.5")
    return where


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve weeks of production whose resolution falls in week ten, with estimates and surveys."""
    where = tmp_path_factory.mktemp("live") / "s.db"
    random = Random(3)
    with Store.open(where) as store:
        for release, weeks in (("live-1", range(8)), ("live-2", range(8, 13))):
            run = Run(id=release, release=release, status="finished", source="production", started_at=AT)
            store.add_run(run)
            scored = []
            for week in weeks:
                for i in range(50):
                    talk, scores = _one(run, week, i, random)
                    store.add_conversations([talk])
                    scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
            store.add_scores(run.id, "k", scored)
    return where


def _one(run: Run, week: int, i: int, random: Random) -> tuple[Conversation, list[Score]]:
    at, topic = AT + timedelta(weeks=week), i % 8
    auto = 0.3 + 0.08 * topic
    satisfied = 0.85 - max(0.0, auto - 0.6) * 1.5
    turns = (Turn(role="customer", text="Hej", at=at), Turn(role="bot", text="Svar", at=at, latency_ms=900.0))
    rating = Rating(value=5 if random.random() < satisfied else 1)
    talk = Conversation(
        id=f"{run.id}-{week}-{i}", run_id=run.id, source="production", turns=turns, intent=TOPICS[topic], rating=rating,
        release=run.release, started_at=at, ended_at=at, handled_by="ai", language="sv",
    )  # fmt: skip
    solved = int(random.random() < (0.8 if week < 10 else 0.35))
    data = {"solved": solved, "contained": int(random.random() < auto), "outcome": "resolved_assumed"}
    return talk, [
        Score(scorer="resolution", verdict="pass", data=data),
        Score(scorer="satisfaction", verdict="pass", data={"satisfaction": satisfied}),
    ]


def test_a_chosen_baseline_brings_the_sentence_of_the_gate(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(app(monkeypatch, shop))
    assert "The gate against 1.4: ✗ failed" in text
    assert "Do not ship 1.5" in text


def test_leaks_are_the_first_tile_and_the_numbers_stand_without_a_plot_library(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = app(monkeypatch, shop)
    text = said(page)
    tiles = [part for part in text.split("\n") if "ek-tile" in part]
    assert "Personal-data leaks" in tiles[0]
    assert len(tiles) == 6
    assert text.count("ek-band") >= 8
    assert not page.get("vega_lite_chart")


def test_the_change_and_what_was_before_are_two_phrases(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(app(monkeypatch, shop))
    assert "</span> · before:" in text
    assert "chance before" not in text


def test_a_slope_is_coloured_only_where_the_topic_moved(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "kpis", show="moved", kpi="pass_rate")
    assert not page.exception
    assert "2 of 3 moved by more than chance." in said(page)


def test_the_knee_of_automation_is_told(live: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, live, "kpis", show="automation")
    assert not page.exception
    assert "Satisfaction falls where more than" in said(page)


def test_a_fall_in_resolution_alarms_over_the_weeks_of_both_releases(
    live: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = app(monkeypatch, live, "kpis", show="drift", kpi="resolution_rate")
    assert not page.exception
    assert "It leaves its level: 2026-W" in said(page)


def test_few_weeks_say_how_many_are_missing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nine weeks" in said(app(monkeypatch, shop, "kpis", show="drift"))


def test_the_sliders_change_what_the_bot_returns(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "kpis", show="return")
    assert not page.exception
    page.slider(key="return.rate").set_value(60).run()
    assert "Saves €" in said(page)
    page.slider(key="return.rate").set_value(0).run()
    assert "more a month" in said(page)
    assert not page.exception


def test_the_definition_of_a_kpi_is_one_click_away(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(app(monkeypatch, shop, "kpis", kpi="resolution_rate"))
    assert "solved, and without a person" in text
    assert "conversations without a request" in text


def test_missed_hand_overs_cost_by_their_severity(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = app(monkeypatch, shop, "escalation")
    assert not page.exception
    assert "<b>167</b>" in said(page)


def test_the_card_of_the_satisfaction_model_stands_where_it_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    from evalkit.cli.ui import _card
    from evalkit.review.drawing import new_batch
    from evalkit.review.labelling import save_label
    from evalkit.scorers.fitted_models import save
    from evalkit.scorers.satisfaction_model import FEATURES, fit
    from evalkit.store.batches import Batches
    from tests.review.weeks import week

    chance = np.random.default_rng(1)
    vectors = [dict.fromkeys(FEATURES, 0.0) | {"trouble_rate": float(x)} for x in chance.normal(size=400)]
    satisfied = [bool(chance.random() < 1 / (1 + np.exp(2 * v["trouble_rate"]))) for v in vectors]
    save(fit(vectors, satisfied, [f"c{n}" for n in range(400)], AT), tmp_path / "m.json")
    with Store.open(tmp_path / "s.db") as store:
        batch = new_batch(store, week(store), seed=1, now=AT, reviewers=["ann"])
        task = Batches(store).tasks(batch.id)[0]
        save_label(store, task, "correct", "ann", "yes", now=AT)
    assert "No satisfaction model is named" in said(app(monkeypatch, tmp_path / "s.db", "agreement"))
    monkeypatch.setenv("EVALKIT_SATISFACTION", _card(tmp_path / "m.json"))
    page = app(monkeypatch, tmp_path / "s.db", "agreement")
    assert not page.exception
    text = said(page)
    assert "Tells satisfied from not (AUC)" in text
    assert "its estimate is shown. This run was scored without a model." in text
    assert _card(tmp_path / "none.json") == ""


@pytest.mark.parametrize(
    ("view", "show"),
    [
        ("overview", ""), ("kpis", "trend"), ("kpis", "slices"), ("kpis", "moved"), ("kpis", "drift"), ("kpis", "automation"),
        ("kpis", "times"), ("kpis", "return"), ("escalation", ""), ("privacy", ""), ("ai_human", ""), ("agreement", ""),
    ],
)  # fmt: skip
def test_no_page_reads_a_large_import_row_by_row(
    live: Path, view: str, show: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalkit.reporting.summary.CACHED_FROM", 50)
    monkeypatch.setattr(Store, "facts", lambda *_, **__: pytest.fail("reads every row"))
    for topic in ({}, {"topic": "refund"}):
        page = app(monkeypatch, live, view, release="live-2", **({"show": show} if show else {}), **topic)
        assert not page.exception
        assert "ek-lead" in said(page)
