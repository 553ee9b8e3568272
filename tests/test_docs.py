"""Every command in the docs runs as written, and every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from evalkit.cli import execute
from evalkit.demo.server import serving
from evalkit.demo.shop import open_release
from tests.desk import write_export

PROJECT = Path(__file__).parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")), *sorted((PROJECT / ".github").glob("*.md"))]
ORDER = ("getting-started", "judge", "reports", "comparing", "gate", "ci", "numbers", "topics")


def commands(page: Path) -> list[list[str]]:
    blocks = re.findall(r"```bash\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("evalkit ")]


def test_the_commands_of_the_docs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with serving(open_release("1.4")) as address:
        write_export(tmp_path / "desk.jsonl", "human")
        for name in ORDER:
            for words in commands(PROJECT / "docs" / f"{name}.md"):
                assert execute(words) == 0, words
                config = tmp_path / "evalkit.yaml"
                if words[0] == "init":
                    config.write_text(config.read_text().replace("http://127.0.0.1:8765", address))


def test_every_page_with_commands_is_run() -> None:
    assert {page.stem for page in PAGES if page.parent.name == "docs" and commands(page)} == set(ORDER)


@pytest.mark.parametrize("page", PAGES, ids=[p.name for p in PAGES])
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_names_every_verb_that_a_first_day_needs() -> None:
    from evalkit.cli import _VERBS

    text = (PROJECT / "README.md").read_text() + "".join(p.read_text() for p in PAGES)
    assert [verb for verb in _VERBS if verb not in text] == []


def test_public_text_names_no_place_of_a_machine() -> None:
    for page in PAGES:
        assert not re.search(r"/(?:home|root|work|tmp)/", page.read_text(encoding="utf-8")), page
