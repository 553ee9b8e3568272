"""Suites from YAML: every fault of every file at once, each with file, line, column and the near match."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from evalkit import plugins
from evalkit.errors import Fault, InputError, SuiteError, near_match
from evalkit.model import Case, ScorerSpec, Suite
from evalkit.suites.building import build_case, has_gold
from evalkit.suites.customers import customer_faults, pinned
from evalkit.suites.schema_faults import ENOUGH, schema_faults
from evalkit.suites.yaml_source import Path_, Source, read_source


def load_suites(paths: Iterable[Path | str]) -> tuple[Suite, ...]:
    """The suites of files and folders, in the order of their paths.

    Raises: SuiteError with every fault found; InputError when no suite file was found.
    """
    found = [path for given in paths for path in _suite_files(Path(given))]
    if not found:
        raise InputError("no suite files; expected .yaml files such as suites/returns.yaml, or a folder of them")
    suites: list[Suite] = []
    faults: list[Fault] = []
    owners: dict[str, tuple[str, int]] = {}
    for path in found:
        try:
            suite = load_suite(path)
        except SuiteError as error:
            faults += error.faults
            continue
        suites.append(suite)
        for case in suite.cases:
            first = owners.setdefault(case.id, (case.path, case.line))
            if first != (case.path, case.line):
                message = f"duplicate case id '{case.id}'; the first one stands at {first[0]}:{first[1]}"
                faults.append(Fault(case.path, case.line, 1, message))
    if faults:
        raise SuiteError(faults)
    return tuple(suites)


def load_suite(path: Path) -> Suite:
    """The suite of one file. Raises: SuiteError with every fault found in it."""
    return suite_of(read_source(path, _shown(path)))


def suite_of(source: Source) -> Suite:
    """The suite of a YAML source. Raises: SuiteError."""
    faults = list(source.faults)
    data = source.data
    if not isinstance(data, dict):
        raise SuiteError([*faults, source.fault((), "an empty suite; expected `suite:` and `cases:`")])
    faults += schema_faults(source, data, _validator())
    scorers, scorer_faults = _scorers(source, data.get("scorers"))
    faults += scorer_faults
    raw_cases = data.get("cases")
    if not isinstance(raw_cases, list):
        raise SuiteError(faults or [source.fault((), "a suite without cases")])
    if faults:
        raise SuiteError(_in_order(faults + _id_faults(source, raw_cases)))
    suite_name = str(data["suite"])
    cases = [build_case(raw, data.get("defaults") or {}, suite_name, source, n) for n, raw in enumerate(raw_cases)]
    faults += _id_faults(source, raw_cases)
    faults += _case_faults(source, cases, scorers)
    if faults:
        raise SuiteError(_in_order(faults))
    return Suite(
        name=suite_name,
        version=str(data.get("version", "1")),
        description=data.get("description", ""),
        cases=tuple(part for case in cases for part in pinned(case)),
        scorers=scorers,
        bots=tuple(data.get("bots", ())),
        path=source.path,
    )


def _shown(path: Path) -> str:
    """The path as a person in the working directory would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _suite_files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*.y*ml") if p.suffix in {".yaml", ".yml"} and p.name != "evalkit.yaml")
    return [path]


def _in_order(faults: Sequence[Fault]) -> list[Fault]:
    return sorted(set(faults), key=lambda fault: (fault.line, fault.column))[:ENOUGH]


# ---------------------------------------------------------------- what the schema says


@cache
def suite_schema() -> dict[str, Any]:
    """The JSON Schema of a suite file, also for editors."""
    loaded: dict[str, Any] = json.loads(files("evalkit.suites").joinpath("suite.schema.json").read_text("utf-8"))
    return loaded


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(suite_schema())


# ---------------------------------------------------------------- what the schema cannot say


def _scorers(source: Source, raw: Any) -> tuple[tuple[ScorerSpec, ...], list[Fault]]:
    specs: list[ScorerSpec] = []
    faults: list[Fault] = []
    known = plugins.names("scorers")
    for number, entry in enumerate(raw if isinstance(raw, list) else ()):
        name, args = (
            (entry, {})
            if isinstance(entry, str)
            else next(iter(entry.items()))
            if isinstance(entry, dict) and entry
            else (None, {})
        )
        if not isinstance(name, str):
            continue
        place: Path_ = ("scorers", number) if isinstance(entry, str) else ("scorers", number, name)
        if name not in known and ":" not in name:
            message = f"unknown scorer '{name}'{near_match(name, known)} (known: {', '.join(known)})"
            faults.append(source.fault(place, message, key=True))
            continue
        specs.append(ScorerSpec(name=name, args=args or {}, line=source.line(place)))
    return tuple(specs), faults


def _id_faults(source: Source, raw_cases: list[Any]) -> list[Fault]:
    first: dict[Any, int] = {}
    faults: list[Fault] = []
    for number, raw in enumerate(raw_cases):
        id_ = raw.get("id") if isinstance(raw, dict) else None
        if id_ is None:
            continue
        if id_ in first:
            line = source.line(("cases", first[id_], "id"))
            faults.append(
                source.fault(("cases", number, "id"), f"duplicate case id '{id_}'; the first one is on line {line}")
            )
        else:
            first[id_] = number
    return faults


def _case_faults(source: Source, cases: Sequence[Case], scorers: Sequence[ScorerSpec]) -> list[Fault]:
    faults: list[Fault] = []
    for number, case in enumerate(cases):
        if not case.expectations and not has_gold(case) and not scorers:
            message = f"case '{case.id}' checks nothing; give it `expect:`, or the suite `scorers:`"
            faults.append(source.fault(("cases", number), message))
        faults += _regex_faults(source, case, number)
        faults += customer_faults(source, case, number)
    return faults


def _regex_faults(source: Source, case: Case, number: int) -> list[Fault]:
    import re

    faults = []
    for expectation in case.expectations:
        if expectation.check != "regex":
            continue
        for pattern in expectation.args["texts"]:
            try:
                re.compile(pattern)
            except re.error as error:
                place = source.fault(("cases", number, "expect"), f"broken regular expression: {error}")
                faults.append(Fault(place.path, expectation.line or place.line, 1, place.message))
    return faults
