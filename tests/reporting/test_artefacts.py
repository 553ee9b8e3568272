"""Nothing leaves the harness unread."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evalkit.personal_data import find
from evalkit.personal_data.sealing import sealed
from evalkit.reporting.artefacts import write_artefact

LEAKS = ["anna.berg@example.com", "811218-9876", "4111 1111 1111 1111", "SE35 5000 0000 0549 1000 0003", "131052-308T"]


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize(
    "form", ["| failed | {} |\n", "a;{};b\n", "<failure message='{}'/>", "Traceback: ValueError: {}\n"]
)
def test_every_kind_of_artefact_is_masked_and_told(
    leak: str, form: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "deep" / "report.md"
    with caplog.at_level(logging.WARNING, "evalkit"):
        write_artefact(path, "# Report\n" + form.format(leak))
    assert leak not in path.read_text("utf-8")
    assert "report.md: masked before it was written: 1 " in caplog.text
    assert leak not in caplog.text


def test_the_numbers_of_a_report_stay(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = "# Release 1.5\n\n| pass_rate | 0.912 (0.88-0.94) | n 400 |\nrun 50277a13f04d 2026-06-15T10:00:00Z\n" * 200
    write_artefact(tmp_path / "r.md", text)
    assert (tmp_path / "r.md").read_text("utf-8") == text
    assert caplog.text == ""


@given(st.text(max_size=200), st.sampled_from(LEAKS), st.text(max_size=200))
def test_property_what_is_sealed_holds_nothing_that_a_checksum_decides(before: str, leak: str, after: str) -> None:
    assert not [f for f in find(sealed(f"{before} {leak} {after}").text) if f.exact]


@given(st.floats(allow_nan=False, allow_infinity=False))
@example(4.694955413317197e16)
@example(47.24496745368511)
@example(5.453559757220047)
def test_property_no_number_of_a_table_is_taken_for_a_card(number: float) -> None:
    text = f'{{"value": {number!r}, "low": {number:.17f}}}' if abs(number) < 1e6 else f'{{"value": {number!r}}}'
    assert sealed(text).text == text
