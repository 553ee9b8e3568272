"""JUnit XML: a test case per played case, failures with their place, errors with their boundary."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from evalkit.reporting.artefacts import write_artefact
from evalkit.reporting.summary import Failure, Summary
from evalkit.reporting.terminal import printable


def write_junit(path: Path, summary: Summary) -> None:
    """Write the file; a case fails when one of its conversations has a failed check."""
    by_case: dict[str, list[Failure]] = {}
    for failure in summary.failures:
        by_case.setdefault(failure.case_id, []).append(failure)
    rows: dict[str, list[int | None]] = {}
    errors: dict[str, str] = {}
    times: dict[str, float] = {}
    for row in summary.facts:
        case = row.case_id or row.conversation_id
        rows.setdefault(case, []).append(row.passed)
        times[case] = times.get(case, 0.0) + (row.duration_s or 0.0)
        if row.error is not None:
            errors[case] = row.error
    failed = {case for case, passed in rows.items() if 0 in passed}
    suite = ElementTree.Element(
        "testsuite",
        name=printable(f"{summary.run.suite} {summary.run.release}"),
        tests=str(len(rows)),
        failures=str(len(failed - set(errors))),
        errors=str(len(errors)),
        time=f"{sum(times.values()):.3f}",
    )
    for case in sorted(rows):
        element = ElementTree.SubElement(
            suite, "testcase", classname=printable(summary.run.suite), name=printable(case), time=f"{times[case]:.3f}"
        )
        if case in errors:
            ElementTree.SubElement(element, "error", type=errors[case], message=f"boundary {errors[case]} broke")
        elif case in failed:
            found = by_case.get(case, [])
            message = found[0].finding.message if found else "a check failed"
            element_ = ElementTree.SubElement(
                element, "failure", message=printable(message), type=found[0].finding.rule if found else ""
            )
            element_.text = "\n".join(
                printable(f"{f.place} {f.finding.rule} ({f.graded}): {f.finding.message}") for f in found
            )
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    write_artefact(path, "<?xml version='1.0' encoding='utf-8'?>\n" + ElementTree.tostring(root, encoding="unicode"))
