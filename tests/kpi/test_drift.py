"""Drift alarms on what left its level, not on what always varies; periods compare like with like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from evalkit.cli import execute
from evalkit.errors import InputError
from evalkit.kpi.drift import drift, shifts
from evalkit.model import Run
from evalkit.policy.loading import load_policy
from evalkit.reporting.periodic import as_html, as_markdown, period_of, periodic
from evalkit.store.columns import columns_of
from evalkit.store.facts import Facts
from evalkit.store.store import Store

SEEN = [300, 280, 310, 295, 305, 290, 320, 300, 285, 310, 300, 295]
HITS = [231, 210, 245, 222, 238, 214, 253, 225, 217, 248, 212, 203]
MONDAY = datetime(2026, 8, 31, tzinfo=UTC)


def weeks(hits: list[int], seen: list[int], **known: Any) -> list[Facts]:
    rows = []
    for number, (x, n) in enumerate(zip(hits, seen, strict=True)):
        at = MONDAY + timedelta(weeks=number)
        year, week, _ = at.isocalendar()
        rows += [
            Facts(conversation_id=f"c{number}-{i}", source="production", release="1.4", week=f"{year}-W{week}",
                  started_at=at.isoformat(), solved=int(i < x), contained=1, topic=("a", "b")[i % 2], **known)
            for i in range(n)
        ]  # fmt: skip
    return rows


def test_the_worked_weeks_alarm_and_the_laney_chart_says_that_weeks_always_differ() -> None:
    (found,) = drift(weeks(HITS, SEEN), ["resolution_rate"])
    assert found.said == "alarm, weeks differ by more than chance"
    assert found.weeks_out == ("2026-W47",)
    assert found.chart is not None and found.laney is not None
    assert found.chart.values[-1] == pytest.approx(-1.28, abs=0.1)
    assert found.laney.laney_sigma_z == pytest.approx(1.36, abs=0.05)
    (summed,) = drift(weeks(HITS, SEEN), ["resolution_rate"], method="cusum")
    assert summed.weeks_out == ("2026-W47",)


def test_a_deep_drop_is_an_alarm_on_both_charts() -> None:
    (found,) = drift(weeks([*HITS[:10], 180, 170], SEEN), ["resolution_rate"])
    assert found.said == "alarm"


def test_steady_weeks_and_few_weeks_are_called_so() -> None:
    (steady,) = drift(weeks([int(0.77 * n) for n in SEEN], SEEN), ["resolution_rate"])
    assert steady.said == "steady"
    (few,) = drift(weeks(HITS[:5], SEEN[:5]), ["resolution_rate"])
    assert (few.said, few.chart) == ("too few weeks", None)
    assert drift([], ["resolution_rate"]) == []


def test_a_season_explains_its_weeks() -> None:
    (found,) = drift(weeks(HITS, SEEN), ["resolution_rate"], seasons={"2026-W47": "sale"})
    assert (found.said, found.weeks_out) == ("steady", ())
    assert found.weeks[-1].tag == "sale"


def test_topics_that_moved_are_told() -> None:
    rows = weeks(HITS, SEEN)
    moved = [r if i % 3 or r.week is None or r.week < "2026-W44" else _topic(r, "new") for i, r in enumerate(rows)]
    found = shifts(moved)
    assert found[0].topic == "new"
    assert found[0].after_rate == pytest.approx(1 / 3, abs=0.01)
    assert shifts(rows) == []


def _topic(row: Facts, topic: str) -> Facts:
    import msgspec

    return msgspec.structs.replace(row, topic=topic)


@pytest.mark.parametrize(("text", "start", "end"), [("2026-11", "2026-11-01", "2026-12-01"), ("2026-12", "2026-12-01", "2027-01-01"), ("2026-Q1", "2026-01-01", "2026-04-01"), ("2026-Q4", "2026-10-01", "2027-01-01")])  # fmt: skip
def test_periods_are_calendar_months_and_quarters(text: str, start: str, end: str) -> None:
    found = period_of(text)
    assert (found.start.date().isoformat(), found.end.date().isoformat()) == (start, end)
    assert found.previous.end == found.start


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-Q5", "last month"])
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="2026-Q4"):
        period_of(text)


def test_the_periodic_report_compares_with_the_period_before() -> None:
    policy = load_policy()
    columns = columns_of(weeks([*[240] * 9, 100, 100, 100], [300] * 12, n_leaks=0))
    report = periodic(columns, "1.4 <b>", period_of("2026-11"), policy)
    text = as_markdown(report, policy)
    assert "| Resolution rate |" in text and "▼ worse" in text
    assert "drifting: Resolution rate" in report.sentence
    page = as_html(report, policy)
    assert "<svg" in page and "<b>" not in page and "<script" not in page
    assert 'class="out"' in page, "a week outside its limits is marked by shape"
    assert "2026-10</th><th>change" in page, "the period before stands beside it"
    few = periodic(columns_of(weeks([240, 240], [300, 300])), "1.4", period_of("2026-Q3"), policy)
    assert "too few weeks to tell drift" in few.sentence
    with pytest.raises(InputError, match="no stored conversation"):
        periodic(columns, "1.4", period_of("2020-01"), policy)


def test_the_command_tells_drift_and_writes_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open("s.db") as store:
        store.add_run(Run(id="p", release="1.4", source="production", status="finished"))
        store.add_scores("p", "key", [(row.conversation_id, [], row) for row in weeks(HITS, SEEN)])
    assert execute(["drift", "1.4", "--store", "s.db"]) == 0
    assert "weeks differ by more than chance" in capsys.readouterr().out
    assert execute(["drift", "1.4", "--store", "s.db", "--json", "--season", "2026-W47=sale"]) == 0
    assert '"says": "steady"' in capsys.readouterr().out
    assert (
        execute(["drift", "1.4", "--store", "s.db", "--period", "2026-10", "--html", "o/r.html", "--markdown", "r.md"])
        == 0
    )
    assert (tmp_path / "o" / "r.html").read_text().startswith("<!doctype html>")
    assert (tmp_path / "r.md").read_text().startswith("# 1.4: 2026-10")
    assert execute(["drift", "1.4", "--store", "s.db", "--season", "W47"]) == 2
    assert execute(["drift", "1.4", "--store", "s.db", "--html", "x.html"]) == 2
