"""The pytest plugin plays suites as items, tells the whole story of a failure, and is inert until it is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SUITE = """\
suite: shop
version: 1
defaults: {language: en, intent: shipping}
scorers: [privacy]
cases:
  - id: shipping-cost
    tags: [top20, multi-turn]
    customer: [Hello, What does shipping cost?]
    expect:
      - contains: 49
  - id: wants-a-person
    critical: true
    intent: human
    customer: I want to talk to a human, my mail is alva.lindqvist@example.com
    expect:
      - contains: a colleague takes over
  - id: broken
    tags: [fragile]
    customer: crash
    expect:
      - contains: 49
"""
BOT = """\
def reply(text, history):
    if text == "crash":
        raise RuntimeError("no")
    if "human" in text:
        return "No. Write to anna.berg@example.com instead."
    return "Shipping costs 49 kr."
"""
BY_HAND = """\
import pytest

def test_talks(evalkit_bot):
    talk = evalkit_bot.talk("What does shipping cost?", language="en")
    assert talk.turns[-1].text == "Shipping costs 49 kr."
    evalkit_bot.check(talk, "privacy", "loops")
    assert {score.scorer for score in evalkit_bot.scores(talk, "loops")} >= {"loops"}

def test_sees_a_leak(evalkit_bot):
    evalkit_bot.check(evalkit_bot.talk("I want a human", language="en"), "privacy")

def test_a_broken_bot_is_told(evalkit_bot):
    with pytest.raises(Exception, match="bot broke"):
        evalkit_bot.talk("crash")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "shop.yaml").write_text(SUITE)
    (tmp_path / "suites" / "compose.yaml").write_text("services: {web: {}}\n")
    (tmp_path / "shop_bot.py").write_text(BOT)
    (tmp_path / "test_by_hand.py").write_text(BY_HAND)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -p no:cacheprovider\n")
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_suite_runs_as_items_and_a_failure_tells_its_story(folder: Path) -> None:
    done = run(folder, "suites", "--evalkit-bot", "shop_bot:reply", "--evalkit-trials", "2", "-v", "--junitxml=j.xml")
    out = done.stdout
    assert done.returncode == 1, out
    assert "suites/shop.yaml::shipping-cost[1] PASSED" in out
    assert "suites/shop.yaml::wants-a-person[2] FAILED" in out
    assert "suites/shop.yaml::broken[1] ERROR" in out
    assert "suites/shop.yaml:11 wants-a-person[1] · release dev" in out
    assert "bot broke" in out
    assert "·  exact" not in out
    assert ">   2 bot" in out
    assert "suites/shop.yaml:16" in out
    assert "anna.berg" not in out
    assert "alva.lindqvist" not in out
    assert "Traceback" not in out
    case = next(c for c in ElementTree.parse(folder / "j.xml").iter("testcase") if c.get("name") == "wants-a-person[1]")
    told = {p.get("name"): p.get("value") for p in case.iter("property")}
    assert told["evalkit.case"] == "wants-a-person"
    assert told["evalkit.expect"] == "fail"
    assert told["evalkit.file"] == "suites/shop.yaml:11"
    assert "expect" in str(told["evalkit.rules"])


def test_tags_are_marks_and_words_of_a_case_are_keywords(folder: Path) -> None:
    wanted = {"-m multi-turn": 1, "-m critical": 1, "-k human": 1, "-k shipping": 2, "": 3}
    code = (
        "import sys, pytest\n"
        "for words in sys.argv[1:]:\n"
        "    print('asked')\n"
        "    pytest.main(['suites', '--evalkit-bot', 'shop_bot:reply', '--collect-only', '-q', *words.split()])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *wanted], cwd=folder, capture_output=True, text=True, check=True)
    _, *told = done.stdout.split("asked\n")
    assert [one.count("suites/shop.yaml::") for one in told] == list(wanted.values()), done.stdout


def test_parallel_workers_play_each_item_once(folder: Path) -> None:
    words = ("suites", "--evalkit-bot", "shop_bot:reply", "-n", "2", "--dist", "loadfile", "-q")
    assert "1 failed, 1 passed, 1 error" in run(folder, *words).stdout


def test_hand_written_tests_talk_with_the_bot(folder: Path) -> None:
    done = run(folder, "test_by_hand.py", "--evalkit-bot", "shop_bot:reply")
    assert "1 failed, 2 passed" in done.stdout, done.stdout
    assert "G01" in done.stdout
    without = run(folder, "test_by_hand.py")
    assert "the fixture evalkit_bot needs a bot" in without.stdout
    assert without.returncode == 1


def test_faults_of_a_suite_are_collection_errors_with_their_place(folder: Path) -> None:
    (folder / "suites" / "shop.yaml").write_text(SUITE.replace("[privacy]", "[privcy]"))
    done = run(folder, "suites", "--evalkit-bot", "shop_bot:reply")
    assert "suites/shop.yaml:4:11: unknown scorer 'privcy'; did you mean 'privacy'?" in done.stdout
    assert done.returncode == 2
    (folder / "suites" / "shop.yaml").write_text(SUITE)
    unknown = run(folder, "suites/shop.yaml", "--evalkit-bot", "nobody")
    assert "unknown bot 'nobody'" in unknown.stdout + unknown.stderr
    assert unknown.returncode != 0


def test_a_case_of_which_nothing_can_be_decided_is_skipped_not_passed(folder: Path) -> None:
    lone = "suite: s\nscorers: [consistency]\ncases:\n  - id: c\n    language: en\n    customer: Hello\n"
    (folder / "suites" / "shop.yaml").write_text(lone)
    done = run(folder, "suites", "--evalkit-bot", "shop_bot:reply", "-rs")
    assert "no check could be decided" in done.stdout, done.stdout


def test_it_is_inert_until_asked(folder: Path) -> None:
    (folder / "test_nothing.py").write_text(
        "import sys\ndef test_n():\n"
        "    rooms = [m for m in sys.modules if m.startswith('evalkit.') and m != 'evalkit.pytest_plugin']\n"
        "    assert rooms == []\n    assert 'msgspec' not in sys.modules\n"
    )
    done = run(folder, "test_nothing.py", "suites")
    assert "1 passed" in done.stdout, done.stdout


def test_a_bot_on_a_host_that_is_not_listed_is_never_called(folder: Path) -> None:
    (folder / "evalkit.yaml").write_text("bots:\n  remote: {kind: http, url: https://bot.shop.example/chat}\n")
    done = run(folder, "suites", "--evalkit-bot", "remote")
    assert done.returncode != 0
    assert "bot host 'bot.shop.example' is not in policy.privacy.allowed_hosts" in done.stdout + done.stderr
