"""How the pages write and draw: numbers in the reader's language, labels apart, lines that start anew, no idle text."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evalkit.model import Run
from evalkit.store.facts import facts_of
from evalkit.store.store import Store
from tests.dashboards.pages import AT, _scores, _talk, app, said, stored

pytest.importorskip("streamlit")
ROOM = Path(__file__).parents[2] / "dashboards"


@pytest.mark.parametrize(
    ("lang", "euro", "points", "text"),
    [
        ("en", "€2.16", "−59.5", "−0.17 – 1.00"),
        ("sv", "2,16\u00a0€", "−59,5", "−0,17 – 1,00"),
        ("fi", "2,16\u00a0€", "−59,5", "−0,17 – 1,00"),
        ("de", "2,16\u00a0€", "−59,5", "−0,17 – 1,00"),
    ],
)
def test_numbers_stand_as_the_language_writes_them(speak, lang: str, euro: str, points: str, text: str) -> None:  # type: ignore[no-untyped-def]
    from dashboards.kit import numbers

    speak(lang)
    assert numbers.euro(2.16, 2) == euro
    assert numbers.number(-59.46, 1, signed=True) == points
    assert numbers.between(-0.17, 1.0) == text
    assert numbers.number(-0.001, 1, signed=True) == numbers.number(0, 1), "nothing has no sign"
    assert numbers.number(1_234_567) == "1\u202f234\u202f567"
    assert numbers.seconds(92) == "92 ms"


def test_a_swedish_page_holds_no_english_decimal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "v14", "v15")
    text = re.sub(
        r"<style>.*?</style>|style='[^']*'", "", said(app(monkeypatch, tmp_path / "s.db", lang="sv")), flags=re.S
    )
    assert "\u00a0€" in text
    assert not re.search(r"(?<![\w.])\d+\.\d+(?![\w.])", text)


def test_every_text_is_shown_somewhere() -> None:
    from dashboards.kit.texts import catalogue
    from evalkit.kpi.definitions import BY_NAME

    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    literal = set(re.findall(r"[\"']([a-z_]+(?:\.[A-Za-z0-9_]+)*)[\"']", source))
    begun = tuple(set(re.findall(r"f[\"']([a-z_]+(?:\.[a-z_]+)*\.)\{", source)) - {"kpi.", "define."})
    known = literal | {f"kpi.{name}" for name in BY_NAME} | {f"define.{name}" for name in BY_NAME}
    idle = [
        key for key in catalogue()
        if key not in known and not key.startswith(begun) and key.removesuffix(".one").removesuffix(".many") not in known
    ]  # fmt: skip
    assert idle == []


def test_every_kpi_has_a_name_in_each_language() -> None:
    from dashboards.kit.texts import catalogue
    from evalkit.kpi.definitions import BY_NAME

    assert [name for name in BY_NAME if f"kpi.{name}" not in catalogue()] == []


@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.01, 0.2))
def test_labels_never_cover_each_other_and_keep_their_order(places: list[float], gap: float) -> None:
    from dashboards.kit.figures import apart

    moved = apart(places, gap)
    order = sorted(range(len(places)), key=lambda i: places[i])
    assert all(moved[b] - moved[a] >= gap - 1e-9 for a, b in zip(order, order[1:], strict=False))
    if len(set(places)) == len(places) and all(
        places[b] - places[a] > gap for a, b in zip(order, order[1:], strict=False)
    ):
        assert moved == places, "what stands apart is not moved"


def test_a_trend_starts_anew_where_other_scorers_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "s.db"
    stored(where, "1.4", "1.5")
    page = app(monkeypatch, where, "kpis", show="trend")
    assert "counted differently" not in _drawn(page)
    _measured_otherwise(where, "1.6")
    page = app(monkeypatch, where, "kpis", show="trend")
    assert not page.exception
    assert "counted differently from here" in _drawn(page)
    assert "do not compare" in said(page)


def _drawn(page) -> str:  # type: ignore[no-untyped-def]
    return "".join(str(chart.proto) for chart in page.get("vega_lite_chart"))


def _measured_otherwise(where: Path, release: str) -> None:
    with Store.open(where) as store:
        run = Run(id=f"run-{release}", release=release, suite="shop", status="finished", n_planned=40, started_at=AT)
        store.add_run(run)
        scored = []
        for i in range(40):
            talk, scores = _talk(run, i), _scores(i, worse=False, random=Random(i))
            scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
            store.add_conversations([talk])
        store.add_scores(run.id, "other", scored)


def test_replay_and_production_stand_beside_each_other_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "s.db"
    stored(where, "1.9", "1.10")
    stored(where, "live", source="production")
    page = app(monkeypatch, where, release="1.10")
    box = page.sidebar.selectbox(key="baseline")
    assert (box.value, box.options) == ("1.9", ["–", "1.9"]), "of two that began at once 1.10 is the newer"
    alone = app(monkeypatch, where, release="live")
    assert alone.sidebar.selectbox(key="baseline").value == "–"


def test_turns_count_from_one_as_in_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1.4", "1.5")
    page = app(monkeypatch, tmp_path / "s.db", "conversations", rule="correctness.stale")
    assert '<div class="ek-t ek-bot ek-here" dir="auto" id="turn-1"><small>2 · bot' in said(page)


def test_the_first_page_of_an_empty_store_says_both_ways_to_fill_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(tmp_path / "s.db").close()
    text = said(app(monkeypatch, tmp_path / "s.db", lang="sv"))
    assert "Här finns inget att visa ännu." in text
    assert "evalkit run" in text
    assert "evalkit import" in text


def test_a_page_that_fails_says_so_in_the_readers_language_and_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dashboards.kit import frame

    stored(tmp_path / "s.db", "1.5")
    quoted = "anna.berg@example.com"
    monkeypatch.setattr("tests.dashboards.pages._raised", frame.unexpected)
    monkeypatch.setattr(frame, "summary", lambda: {}[quoted])
    page = app(monkeypatch, tmp_path / "s.db", lang="fi")
    assert not page.exception
    assert "Sivu kaatui (KeyError)" in said(page)
    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "evalkit")
    assert "overview.py" in told
    assert quoted not in told + said(page)


def test_weeks_stand_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "s.db"
    with Store.open(where) as store:
        run = Run(id="r", release="r", status="finished", source="production", started_at=AT)
        store.add_run(run)
        scored = []
        for i in range(60):
            at = AT + timedelta(weeks=(2, 0, 1)[i % 3])
            talk = replace(_talk(run, i), started_at=at, ended_at=at)
            scores = _scores(i, worse=False, random=Random(i))
            scored.append((talk.id, scores, facts_of(run, talk, scores, critical=False, n_zero=0)))
            store.add_conversations([talk])
        store.add_scores(run.id, "k", scored)
    page = app(monkeypatch, where, "kpis", show="trend")
    page.get("button_group")[1].set_value("Weeks").run()
    assert not page.exception
    weeks = re.findall(r"2026-W\d\d", _drawn(page))
    assert list(dict.fromkeys(weeks)) == ["2026-W10", "2026-W11", "2026-W12"]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours. Source: WCAG 2.2, relative luminance."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_in_light_and_dark(dark: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboards.kit import theme
    from evalkit.cli.ui import _DARK, _LIGHT

    monkeypatch.setattr(theme, "dark", lambda: dark)
    ground = _DARK if dark else _LIGHT
    assert theme.accent() == ground["primaryColor"]
    for words, behind in (
        (theme.on_accent(), theme.accent()), (theme.accent(), ground["backgroundColor"]),
        (ground["textColor"], ground["backgroundColor"]), (ground["textColor"], ground["secondaryBackgroundColor"]),
        (theme.ink(), ground["backgroundColor"]),
    ):  # fmt: skip
        assert contrast(words, behind) >= 4.5, (words, behind)
    for series in (theme.BEFORE, theme.RIGHT, theme.WRONG, theme.PEOPLE, theme.accent()):
        assert contrast(series, ground["backgroundColor"]) >= 3.0, series
