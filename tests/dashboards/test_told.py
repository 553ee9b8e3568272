"""Findings and the gate's sentence stand in the reader's language, those of older stores too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evalkit.store.store import Store
from tests.dashboards.pages import app, said, stored

pytest.importorskip("streamlit")
ROOT = Path(__file__).parents[2]
_SAID_BY = ("scorers", "knowledge/by_*", "knowledge/certainty", "knowledge/deciding", "knowledge/inference", "knowledge/alignment", "knowledge/kinds", "knowledge/judgements", "gate/wording", "gate/rules")  # fmt: skip
_NAMED = {"message", "reason", "why", "what", "said", "short", "told", "cause", "reasons", "how", "manner"}
_CALLED = {"Finding", "_found", "_Slip", "Comparison", "Judgement", "_missing", "Ruling", "replace", "_by_contact"}
_MADE_OF_OTHERS = frozenset({
    "the customer 3 3", "3 3 stands in the knowledge base", "the brand addresses customers 3", "3 critical case3 (3)", "3 that must never happen (3)", "3 in 3",
    "critical cases", "promoted rules", "zero tolerance",
})  # fmt: skip
"""Sentences with more than a name or a number in a gap (each whole one is tested here), and names of the gate's rules."""


def sentences() -> Iterator[str]:
    """What the scorers' source makes messages of, with a number in each gap."""
    for pattern in _SAID_BY:
        paths = ROOT.glob(f"evalkit/{pattern}.py") if "/" in pattern else ROOT.glob(f"evalkit/{pattern}/*.py")
        for path in paths:
            tree = ast.parse(path.read_text("utf-8"))
            yield from _sentences_of(tree)
            yield from _reasons_of(tree) if "knowledge" in pattern else ()
    for row in yaml.safe_load((ROOT / "evalkit/scorers/data/triggers.yaml").read_text("utf-8")).values():
        if isinstance(row, dict) and "title" in row:
            yield row["title"]


def _sentences_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in _NAMED or name in {"_MESSAGE", "_NEEDLESS"}:
                yield from _texts(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if node.target.id in {"_RULES", "_SAID", "_SLIPS", "_DIALS"}:
                yield from _texts(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
            for value in (*node.args, *(k.value for k in node.keywords if k.arg in _NAMED)):
                yield from _texts(value)


def _reasons_of(tree: ast.Module) -> Iterator[str]:
    """The sentences of a room that stand there once, in capitals, for several rules."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and all(isinstance(n, (ast.Name, ast.Tuple)) for n in node.targets):
            yield from (text for text in _texts(node.value) if len(text.split()) > 2 and "(?" not in text)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "3" for p in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.Dict, ast.Tuple, ast.List, ast.IfExp)):
        for child in ast.iter_child_nodes(node):
            yield from _texts(child)


def test_every_sentence_of_the_scorers_and_the_gate_is_known_in_six_languages() -> None:
    from dashboards.kit.told import _apart, fits

    whole = {text.replace("{late}", "3") for text in sentences()} - _MADE_OF_OTHERS
    said = {part for text in whole if not fits(text) for part in _apart(text) if re.search("[a-z] ", part)}
    assert sorted(part for part in said if not fits(part)) == []


def test_every_translation_keeps_the_gaps() -> None:
    from dashboards.kit.told import known

    gaps = re.compile(r"\{\w+\}")
    wrong = [
        (english, lang)
        for english, texts in known().items()
        for lang, text in texts.items()
        if lang != "en" and not english.startswith(("kpi", "AI")) and sorted(gaps.findall(english)) != sorted(gaps.findall(text))
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "lang", "wanted"),
    [
        ("the customer asks for a person and was handed over 3 bot turns late", "sv", "kunden ber om en människa och lämnades över 3 bottvändor för sent"),
        ("a payment card number, repeated from the customer: mask it (a published test value)", "da", "et kortnummer, gentaget fra kunden: maskér det (en offentlig testværdi)"),
        ("the customer writes sv, the bot answers de", "nb", "kunden skriver svensk, boten svarer på tysk"),
        ("the customer writes what your own reviewers send to a person (no, insurance) and was not handed over", "nb", "kunden skriver noe som deres egne lesere sender til et menneske (no, insurance) og ble ikke satt over"),
        ("asks for the order number again", "fi", "kysyy taas: tilausnumero"),
        ("latency 1250 ms, at most 800.5 ms expected", "de", "Antwortzeit 1250 ms, erwartet höchstens 800,5 ms"),
        ("a sentence of somebody else's scorer", "sv", "a sentence of somebody else's scorer"),
    ],
)  # fmt: skip
def test_a_finding_speaks_the_readers_language(speak, english: str, lang: str, wanted: str) -> None:  # type: ignore[no-untyped-def]
    from dashboards.kit.told import told

    speak("en")
    assert told(english) == english
    speak(lang)
    assert told(english) == wanted


def test_the_gate_says_the_whole_of_its_sentence(speak) -> None:  # type: ignore[no-untyped-def]
    from dashboards.kit.told import told

    speak("sv")
    assert told(
        "Do not ship 1.5: of 120 questions it answers 30 worse than 1.4 and 2 better, so 23.3 points fewer pass; two equal bots"
        " differ so in fewer than 1 of 1,000 comparisons; 2 findings of promoted rules (L1.repeated; c1); 36 critical cases fail"
        " (a, b and 34 more); worse than 1.4 in correct answers, cost per resolution."
    ) == (
        "Släpp inte 1.5: av 120 frågor besvarar den 30 sämre än 1.4 och 2 bättre, så 23,3 punkter färre klarar sig; två lika"
        " bottar skiljer sig så i färre än 1 av 1\u202f000 jämförelser; 2 fynd av regler som fått rösträtt (L1.repeated; c1);"
        " 36 kritiska fall underkänns (a, b och 34 till); sämre än 1.4 i riktiga svar, kostnad per lösning."
    )  # fmt: skip


@given(st.text(max_size=60))
def test_property_what_no_language_knows_stands_as_it_is(text: str) -> None:
    from dashboards.kit import told

    if not told.fits(text) and not re.fullmatch(told._NUMBER, text):
        assert told._told(text, "sv", 4) == text


@pytest.mark.parametrize("lang", ["sv", "da", "nb", "fi", "de"])
def test_pages_hold_no_english_finding(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(tmp_path / "s.db", "1.4", "1.5")
    with Store.open(tmp_path / "s.db") as store:
        messages = {f.message for _, found in store.scores("run-1.5") for score in found for f in score.findings}
    assert len(messages) >= 3
    for view in ("overview", "conversations", "escalation", "privacy"):
        text = said(app(monkeypatch, tmp_path / "s.db", view, lang=lang))
        assert [message for message in messages if message in text] == [], view
        assert "Do not ship" not in text
