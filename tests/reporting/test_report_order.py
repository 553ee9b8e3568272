"""Every report follows one order of thought: the sentence, what must never happen, what changed, few numbers, failures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evalkit.policy.sections import Target
from evalkit.reporting import markdown, terminal
from evalkit.reporting.html import write_html
from evalkit.reporting.summary import Summary, compared, summarise
from evalkit.store.store import Store
from tests.dashboards.pages import stored


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return html(tmp_path_factory.mktemp("report"))


def summary(store: Store) -> Summary:
    old, new = (summarise(store, store.run(f"run-{release}"), "k") for release in ("1.4", "1.5"))
    return compared(new, old)


def html(where: Path) -> str:
    stored(where / "s.db", "1.4", "1.5")
    with Store.open(where / "s.db") as store:
        write_html(where / "r.html", store, summary(store), {"pass_rate": Target(low=0.9)})
    return (where / "r.html").read_text("utf-8")


def test_leaks_stand_before_what_changed_and_numbers_before_failures(page: str) -> None:
    titles = ['class="lead"', "Must never happen", "What changed", ">Numbers<", ">Pictures<", ">Failures<"]
    places = [page.index(title) for title in titles]
    assert places == sorted(places)


def test_a_leak_leads_to_its_conversation(page: str) -> None:
    never = page[page.index("Must never happen") : page.index("What changed")]
    assert "G01.email" in never
    target = re.search(r'href="#(c[^"]+)"', never)
    assert target
    assert f"<details id={target[1]}>" in page


def test_twelve_numbers_stand_open_and_all_others_are_folded(page: str) -> None:
    first, rest = page[page.index(">Numbers<") :].split("<details class=more>", 1)
    assert first.count("<tr>") - 1 == 12
    assert "more KPIs" in rest[:80]
    assert first.index("Passed all checks") < first.index("Resolution rate") < first.index("Personal-data leaks")
    assert 'class="target"' in first
    assert 'class="was"' in first


def test_the_pictures_show_where_it_fell_and_when_people_came_in(page: str) -> None:
    pictures = page[page.index(">Pictures<") : page.index(">Failures<")]
    for title in ("Passed all checks by topic", "Should it have been handed over", "the first substantive answer",
                  "too late", "nobody wrote down"):  # fmt: skip
        assert title in pictures
    assert 'class="slope worse"' in pictures
    assert 'class="mark"' in pictures
    assert not re.search(r"NaN|None|style=", pictures)


def test_the_terminal_and_markdown_tell_it_in_the_same_order(tmp_path: Path) -> None:
    stored(tmp_path / "s.db", "1.4", "1.5")
    with Store.open(tmp_path / "s.db") as store:
        found = summary(store)
    text = terminal.render(found)
    assert text.index("never: G01.email") < text.index("broke since 1.4") < text.index("KPI  ") < text.index("worst of")
    table = text[text.index("KPI  ") : text.index("\n\nworst of")].splitlines()
    assert len(table) == 2 + 12
    assert len(text[text.index("worst of") :].strip().splitlines()) <= 1 + 10
    said = markdown.render(found)
    assert said.index("Must never happen") < said.index("| KPI") < said.index("more KPIs") < said.index("| where")
    assert len(re.findall(r"^\| .+ \|$", said[: said.index("<details>")], re.MULTILINE)) == 1 + 12


def test_a_clean_run_says_so_where_leaks_would_stand(tmp_path: Path) -> None:
    stored(tmp_path / "s.db", "1.4")
    with Store.open(tmp_path / "s.db") as store:
        write_html(tmp_path / "r.html", store, summarise(store, store.run("run-1.4"), "k"))
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "Nothing that must never happen was found" in page
    assert "Must never happen<" not in page


@pytest.mark.external
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1100])
def test_a_browser_shows_the_whole_comparison_without_scrolling_sideways(
    tmp_path: Path, scheme: str, width: int
) -> None:
    from tests.dashboards.browser import SHOTS, chromium

    html(tmp_path)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto((tmp_path / "r.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert complaints == []
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/report-{scheme}-{width}.png", full_page=True)
