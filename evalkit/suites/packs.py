"""Industry starter packs: suites with placeholders, filled from a few facts of the organisation."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalkit.errors import InputError, near_match
from evalkit.suites.yaml_source import read_source
from evalkit.text.data_files import yaml_data

EVERYONE = "everyone"
"""The suite that comes along with every pack."""
_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of the organisation that a pack asks for."""

    name: str
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One industry: its policy profile and what its suites need to know."""

    name: str
    title: str
    profile: str
    questions: tuple[Question, ...]


def pack_names() -> tuple[str, ...]:
    """The names of the shipped packs."""
    return tuple(yaml_data("evalkit.suites", "data/packs.yaml")["packs"])


def pack_of(name: str) -> Pack:
    """The pack of that name. Raises: InputError naming the near one.

    >>> pack_of("bank").profile
    'bank_insurance'
    """
    data = yaml_data("evalkit.suites", "data/packs.yaml")
    if name not in data["packs"]:
        known = pack_names()
        raise InputError(f"unknown pack '{name}'{near_match(name, known)} (known: {', '.join(known)})")
    raw = data["packs"][name]
    facts = {**data["common"], **raw["facts"]}
    questions = tuple(Question(key, fact["question"], str(fact["example"])) for key, fact in facts.items())
    return Pack(name, raw["title"], raw["profile"], questions)


def filled(
    pack: Pack, answers: Mapping[str, str], folder: Path, languages: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """File name to the plain data of the pack's suites, every placeholder filled or its check left out.

    Raises: InputError for an answer that the pack does not ask for, or a language that it does not have.
    """
    known = [question.name for question in pack.questions]
    for name in answers:
        if name not in known:
            raise InputError(
                f"pack '{pack.name}' asks for no '{name}'{near_match(name, known)} (known: {', '.join(known)})"
            )
    given = {name: answer.strip() for name, answer in answers.items() if answer.strip()}
    suites = {name: read_source(folder / f"{name}.yaml", f"{name}.yaml").data for name in (EVERYONE, pack.name)}
    spoken = sorted({case["language"] for suite in suites.values() for case in suite["cases"]})
    for language in languages:
        if language not in spoken:
            raise InputError(f"pack '{pack.name}' has no cases in '{language}' (it has: {', '.join(spoken)})")
    return {name: _suite(suite, given, languages or spoken) for name, suite in suites.items()}


def _suite(suite: Mapping[str, Any], answers: Mapping[str, str], languages: Collection[str]) -> dict[str, Any]:
    made = (_case(case, answers) for case in suite["cases"] if case["language"] in languages)
    return {**suite, "cases": [case for case in made if case is not None]}


def _case(case: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any] | None:
    """The case with its facts; None when its customer or its only telling check needs one without an answer."""
    if not _complete(case["customer"], answers):
        return None
    checks = [check for check in case["expect"] if _complete(check, answers)]
    lost = len(checks) < len(case["expect"])
    if not checks or (lost and checks == [{"escalation": "none"}]):
        return None
    said: dict[str, Any] = _with_facts({**case, "expect": checks}, answers)
    return said


def _complete(part: Any, answers: Mapping[str, str]) -> bool:
    return all(name in answers for name in _SLOT.findall(str(part)))


def _with_facts(part: Any, answers: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _with_facts(value, answers) for key, value in part.items()}
    if isinstance(part, list):
        return [_with_facts(value, answers) for value in part]
    return _SLOT.sub(lambda slot: answers[slot[1]], part) if isinstance(part, str) else part
