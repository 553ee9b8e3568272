"""The site is a static folder in which a person sees all releases: trends, verdicts, reports; safe and readable."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from evalkit.cli import execute as evalkit
from evalkit.errors import InputError
from evalkit.model import Kpi
from evalkit.reporting.site import write_site
from evalkit.reporting.summary import summarise
from evalkit.reporting.trends import Point, trend
from evalkit.store.store import Store
from tests.scored_runs import NOW, Passes, store_run

STEADY: Passes = {f"c{n:03}": [1, 1, 1] for n in range(60)}
WORSE: Passes = {**STEADY, **{f"c{n:03}": [0, 0, 0] for n in range(12)}}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with Store.open(".evalkit/store.db") as store:
        for number, (release, passes) in enumerate([("1.3", STEADY), ("1.4", STEADY), ("<b>1.5", WORSE)]):
            run = {"id": f"r{number}", "started_at": NOW + timedelta(days=number)}
            store_run(
                store, release, passes, run=run, reply="mail anna.berg@example.com", key="old" if not number else "k"
            )
        store_run(
            store, "live", STEADY, run={"id": "p1", "source": "production", "started_at": NOW}, source="production"
        )
    evalkit(["gate", "<b>1.5", "--baseline", "1.4"])
    assert evalkit(["report", "--site", "out/site"]) == 0
    return tmp_path / "out" / "site"


def test_the_index_leads_from_the_sentence_to_each_report(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert '<p class="lead">Do not ship &lt;b&gt;1.5: of 60 questions' in page
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) == 4
    assert all((site / link).is_file() for link in links)
    assert "✗ failed" in page
    assert "not asked" in page
    assert "the gate refused it" in page
    assert page.index("Replayed suites") < page.index(">Production<")


def test_it_holds_no_script_no_other_host_and_nobodys_data(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<script|https?://|style=|<b>1", text), path
        assert "anna.berg" not in text
        assert "default-src &#x27;none&#x27;" in text


def test_a_line_breaks_where_the_measure_changed_and_never_hides_the_interval() -> None:
    def point(release: str, value: float, key: str) -> Point:
        return Point(release, Kpi(name="pass_rate", value=value, n=60, low=value - 0.1, high=value + 0.05), key)

    same = trend("Passed", [point("1", 0.8, "a"), point("2", 0.9, "a")])
    assert same.count('class="joined"') == 1
    assert same.count('class="interval"') == 2
    assert "1: 80 % (70–85), n = 60" in same
    other = trend("Passed", [point("1", 0.8, "a"), point("2", 0.9, "b")])
    assert 'class="joined"' not in other
    assert "measured otherwise from here on" in other
    assert trend("Passed", [point("only", 0.8, "a")]).count("<circle") == 1


def test_releases_of_one_moment_stand_by_their_numbers_and_the_rest_is_folded(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for number, release in enumerate(("1.10", "1.9")):
            store_run(store, release, STEADY, run={"id": f"r{number}", "started_at": NOW})
        write_site(tmp_path, store, lambda run: summarise(store, run, "k"))
    page = (tmp_path / "index.html").read_text()
    assert page.index('class="tick">1.9<') < page.index('class="tick">1.10<')
    assert page.count("<svg") <= 12 or "more numbers</summary>" in page


def test_a_share_never_leaves_its_plot() -> None:
    drawn = trend(
        "A", [Point("1", Kpi(name="a", unit="rate", value=v, n=60, low=v, high=v), "k") for v in (0.81, 0.97)]
    )
    heights = [float(y) for y in re.findall(r'cy="([-\d.]+)"', drawn)]
    assert all(14 <= y <= 108 for y in heights), heights


def test_an_empty_store_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(tmp_path / "s.db") as store, pytest.raises(InputError, match="no scored run yet"):
        write_site(tmp_path, store, lambda run: summarise(store, run, "k"))
    assert evalkit(["report", "--store", str(tmp_path / "s.db"), "--html", "x.html"]) == 2
    assert "which release?" in capsys.readouterr().err


@pytest.mark.external
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_without_a_complaint_at_360_pixels(site: Path, scheme: str) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt install chromium)")
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((site / "index.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.locator("svg.trend").first.is_visible()
        page.get_by_role("link", name="1.4").click()
        assert page.locator("h1").first.is_visible()
        assert complaints == []
        browser.close()
