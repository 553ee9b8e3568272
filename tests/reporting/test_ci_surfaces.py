"""What CI shows stays within its bounds, the worst first, and nothing a bot said can steer it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.gate.deciding import Decision, decide
from evalkit.gate.evidence import Hit
from evalkit.model import Finding
from evalkit.policy.sections import GatePolicy
from evalkit.reporting import github
from evalkit.reporting.gated import Changed
from evalkit.reporting.gitlab import code_quality
from tests.scored_runs import a_case, scored_run

CASES = {f"c{n:04}": a_case(f"c{n:04}", line=n + 1) for n in range(2_000)}


def decided(hits: list[Hit]) -> Decision:
    before = scored_run("1.4", {case: [1] for case in CASES}, cases=CASES)
    after = scored_run("1.5", {case: [0] for case in CASES}, cases=CASES)
    return decide(after, before, GatePolicy(guardrails=()), hits=hits, today=date(2026, 1, 1))


def a_hit(case: str, message: str, severity: str = "high", why: str = "zero") -> Hit:
    finding = Finding(rule="G01.email", severity=severity, message=message, confidence="exact")  # type: ignore[arg-type]
    return Hit(f"1.5-{case}-0", case, "privacy", finding, why)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def large() -> tuple[Decision, list[Changed], list[Hit]]:
    hits = [a_hit(case, "x" * 200) for case in CASES]
    decision = decided(hits)
    changed = [Changed(c, "suites/s.yaml:1", hits[0].finding, ("- 1.4  å" * 80,) * 20) for c in decision.changes]
    return decision, changed, hits


def test_a_comment_and_a_summary_stay_within_what_github_takes(
    large: tuple[Decision, list[Changed], list[Hit]],
) -> None:
    decision, changed, _ = large
    comment = github.comment(decision, changed)
    assert len(comment) <= 65_536
    assert comment.startswith("<!-- evalkit gate s -->\n")
    assert comment.endswith("artefact of this job.*\n")
    summary = github.step_summary(decision, changed)
    assert 900_000 < len(summary.encode()) <= 1_048_576
    assert len(github.step_summary(decision, changed, room=5_000).encode()) <= 5_000
    assert comment.count("<details>") == comment.count("</details>") >= 3


def test_annotations_are_at_most_ten_of_a_kind_and_the_worst_come_first(
    large: tuple[Decision, list[Changed], list[Hit]],
) -> None:
    decision, changed, _ = large
    hits = [a_hit("c0009", "mild", "low", "critical"), *(a_hit(f"c{n:04}", "bad", "blocker") for n in range(30))]
    lines = list(github.notices(decision, hits, changed, CASES))
    errors, warnings = ([x for x in lines if x.startswith(f"::{kind} ")] for kind in ("error", "warning"))
    assert len(errors) == 10
    assert len(warnings) <= 10
    assert errors[1] == "::error file=suites/s.yaml,line=1,title=G01.email::c0000: bad"


@given(st.text(), st.text())
def test_no_text_can_begin_a_workflow_command_of_its_own_property(message: str, path: str) -> None:
    found = github._command("error", path, 3, "a: b, c", message)
    assert "\n" not in found
    assert "\r" not in found
    assert found.startswith("::error ")
    assert "title=a%3A b%2C c::" in found


def test_what_a_bot_says_cannot_close_the_fence_or_call_people() -> None:
    decision = decided([])
    nasty = Changed(
        decision.changes[0], "", Finding(rule="r", message="<img> @everyone `x`"), ("- 1.4 ```` </details> @a",)
    )
    comment = github.comment(decision, [nasty])
    fence = comment.split("````diff\n")[1]
    assert fence.index("</details>") < fence.index("\n````\n")
    assert "<img>" not in comment
    assert "@everyone" not in comment


def test_gitlab_gets_each_entry_once_with_path_line_and_a_stable_fingerprint() -> None:
    decision = decided([])
    hits = [a_hit("c0003", "mail"), a_hit("c0003", "mail"), a_hit("c0004", "mail", "blocker")]
    changed = [Changed(change) for change in decision.changes[:3]]
    entries = code_quality(hits, changed, CASES)
    assert [entry["severity"] for entry in entries[:2]] == ["major", "blocker"]
    assert entries[0]["location"] == {"path": "suites/s.yaml", "lines": {"begin": 4}}
    assert len(entries) == 5
    assert entries == code_quality(hits, changed, CASES)
