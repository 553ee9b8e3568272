"""The friction index: more trouble is more friction, and every value is finite."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.scorers.fitted_models import save
from evalkit.scorers.satisfaction import FEATURES, features, friction
from evalkit.scorers.satisfaction_model import fit, load
from tests.scorers.conftest import Judge, talk

AT = datetime(2026, 6, 1, tzinfo=UTC)

CALM = [{"role": "customer", "text": "Var är paketet?"}, {"role": "bot", "text": "Det kommer i morgon."},
        {"role": "customer", "text": "Tusen tack, toppen!"}]  # fmt: skip
ANGRY = [{"role": "customer", "text": "Var är paketet?"}, {"role": "bot", "text": "Jag förstår inte."},
         {"role": "customer", "text": "Det här är helt värdelöst, svara!!"}]  # fmt: skip


def test_trouble_is_friction_and_thanks_are_none() -> None:
    assert friction(CALM, "sv") < 30 < 60 < friction(ANGRY, "sv")


@pytest.mark.parametrize(
    "turns",
    [
        [], [{"role": "customer", "text": ""}], [{"role": "bot", "text": "Hej"}], [{"role": "customer", "text": "🙂🙂🙂"}],
        [{"role": "customer", "text": "a" * 100_000}],
        [{"role": "bot", "text": "Hej", "at": "2026-03-02"}, {"role": "customer", "text": "Hej", "at": "2026-03-01"}],
    ],
)  # fmt: skip
def test_odd_conversations_give_the_whole_vector(turns: list[dict[str, str]]) -> None:
    vector = features(turns)
    assert tuple(vector) == FEATURES
    assert all(isfinite(value) for value in vector.values())
    assert 0 <= friction(turns) <= 100


def _labelled(n: int) -> list[dict[str, Any]]:
    happy = [
        {"role": "customer", "text": "Hur?"},
        {"role": "bot", "text": "Så."},
        {"role": "customer", "text": "Tack!"},
    ]
    angry = [
        {"role": "customer", "text": "Hur?"},
        {"role": "bot", "text": "Nej."},
        {"role": "customer", "text": "Kass!"},
    ]
    return [{"turns": happy if number % 2 else angry, "satisfied": bool(number % 2)} for number in range(n)]


def test_a_model_is_fitted_stored_and_shown_by_its_card(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    rows = _labelled(200)
    # Every tenth label contradicts the words, as people do.
    labels = [row["satisfied"] ^ (number % 10 == 0) for number, row in enumerate(rows)]
    model = fit([features(row["turns"], "sv") for row in rows], labels, [str(n) for n in range(200)], AT)
    save(model, tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    assert (again, again.hash) == (model, model.hash)
    assert model.card.shown
    assert model.card.auc > 0.8 > model.card.auc_length_only
    glad, cross = (model.estimate(features(rows[n]["turns"], "sv")) for n in (1, 0))
    assert glad > 0.7 > 0.3 > cross


def test_labels_without_signal_give_a_model_that_is_hidden() -> None:
    pytest.importorskip("sklearn")
    rows = _labelled(200)
    labels = [(number // 2) % 2 == 0 for number in range(200)]
    model = fit([features(row["turns"], "sv") for row in rows], labels, [str(n) for n in range(200)], AT)
    assert not model.card.shown


@pytest.mark.parametrize("n", [0, 149])
def test_too_few_labels_fit_nothing(n: int) -> None:
    with pytest.raises(InputError, match="at least 150"):
        fit([{}] * n, [True] * n, ["a"] * n, AT)


def test_the_score_says_whether_the_estimate_is_calibrated(judge: Judge, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    said = talk("c: Hur?", "b: Så.", "c: Tack!", language="sv")
    assert judge("satisfaction", said).data["state"] == "uncalibrated"
    rows = _labelled(200)
    labels = [row["satisfied"] ^ (number % 10 == 0) for number, row in enumerate(rows)]
    save(fit([features(r["turns"], "sv") for r in rows], labels, [str(n) for n in range(200)], AT), tmp_path / "m.json")
    found = judge("satisfaction", said, model=str(tmp_path / "m.json"))
    assert found.data["state"] == "calibrated"
    assert found.data["satisfaction"] > 0.7


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    with pytest.raises(InputError, match="no satisfaction model"):
        load(tmp_path / "no.json")


def test_thanks_beside_anger_are_sarcasm(judge: Judge) -> None:
    found = judge("satisfaction", talk("c: Tack, fantastiskt. Ni är hopplösa!", "b: Oj.", language="sv"))
    assert (found.data["thanked"], found.data["frustrated"]) == (False, True)


@pytest.mark.parametrize(
    ("reply", "frustrated"),
    [("b: Åbningstiderne står på siden.", True), ("b: Jeg stiller dig om til en kollega.", False)],
)
def test_after_a_wish_for_a_person_in_vain_fewer_signs_of_anger_are_needed(
    reply: str, frustrated: bool, judge: Judge
) -> None:
    found = judge(
        "satisfaction",
        talk("c: Jeg vil tale med et menneske", reply, "c: Javel ja.", language="da"),
    )
    assert found.data["frustrated"] is frustrated


def test_anger_at_somebody_else_is_none_at_the_service(judge: Judge) -> None:
    found = judge(
        "satisfaction",
        talk("c: My ex is such a bastard, he took the router. Can I get another?", "b: Yes, for 45.", language="en"),
    )
    assert found.data["frustrated"] is False
