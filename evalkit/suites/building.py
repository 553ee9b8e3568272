"""From one case's plain data to a `Case`: defaults merged, lines and checks in their canonical form."""

from __future__ import annotations

from typing import Any

from evalkit.model import (
    AuthorisedContext,
    Branch,
    Case,
    Customer,
    EscalationGold,
    Expectation,
    Guard,
    Line,
    RequiredFact,
    Turn,
)
from evalkit.suites.yaml_source import Path_, Source

_NEGATED = {"not_contains": "contains", "not_regex": "regex", "tool_not_called": "tool_called"}
_COPIED = (
    "title",
    "language",
    "channel",
    "intent",
    "task_type",
    "segment",
    "critical",
    "draft",
    "group",
    "trials",
    "as_of",
)


def has_gold(case: Case) -> bool:
    """Whether the case says itself what is right, for a scorer other than `expect`."""
    return bool(case.escalation or case.required_facts or case.expected_sources or case.canaries)


def build_case(raw: dict[str, Any], defaults: dict[str, Any], suite: str, source: Source, number: int) -> Case:
    """The case of one entry of `cases`, valid against the schema; `defaults` fill what it leaves out."""
    at: Path_ = ("cases", number)
    merged = {**defaults, **raw}
    if "tags" in raw and "tags" in defaults:
        merged["tags"] = [*defaults["tags"], *raw["tags"]]
    gold = _Gold()
    lines, per_line = _customer_lines(merged["customer"])
    for expectation_turn, checks, path in per_line:
        for n, check in enumerate(checks):
            gold.add(check, expectation_turn, source.line((*at, *path, "expect", n)))
    for n, check in enumerate(merged.get("expect", ())):
        gold.add(check, None, source.line((*at, "expect", n)))
    values: dict[str, Any] = {key: merged[key] for key in _COPIED if merged.get(key) is not None}
    return Case(
        id=str(raw["id"]),
        suite=suite,
        tags=tuple(dict.fromkeys(merged.get("tags", ()))),
        history=tuple(_history(entry) for entry in merged.get("history", ())),
        customer=_customer(merged["customer"], lines),
        context=_context(merged.get("context") or {}),
        expectations=tuple(gold.expectations),
        escalation=gold.escalation,
        required_facts=tuple(gold.facts),
        expected_sources=tuple(gold.sources),
        canaries=tuple(merged.get("canaries", ())),
        path=source.path,
        line=source.line((*at, "id")),
        **values,
    )


class _Gold:
    def __init__(self) -> None:
        self.expectations: list[Expectation] = []
        self.escalation: EscalationGold | None = None
        self.facts: list[RequiredFact] = []
        self.sources: list[str] = []

    def add(self, check: dict[str, Any], turn: int | None, line: int, *, negated: bool = False) -> None:
        ((name, value),) = check.items()
        if name == "never":
            self.add(value, turn, line, negated=not negated)
        elif name == "escalation":
            self.escalation = _escalation(value)
        elif name == "required_facts":
            self.facts += [_fact(entry) for entry in value]
        elif name == "sources":
            self.sources += _listed(value)
        else:
            if name in _NEGATED:
                name, negated = _NEGATED[name], not negated
            self.expectations.append(
                Expectation(check=name, args=_args(name, value), turn=turn, negated=negated, line=line)
            )


def _args(name: str, value: Any) -> dict[str, Any]:
    if name in {"contains", "contains_any", "regex", "buttons"}:
        return {"texts": [str(text) for text in _listed(value)]}
    if name == "similar":
        value = value if isinstance(value, dict) else {"to": value}
        return {"to": [str(text) for text in _listed(value["to"])], "min_rate": value.get("min_rate", 0.8)}
    if name == "tool_called":
        return dict(value) if isinstance(value, dict) else {"name": value}
    return dict(value) if isinstance(value, dict) else {"value": value}


def _escalation(value: Any) -> EscalationGold:
    if isinstance(value, str):
        return EscalationGold(should=value != "none")
    return EscalationGold(
        should=True, trigger=value.get("trigger"), within_turns=value.get("within_turns"), target=value.get("target")
    )


def _fact(entry: Any) -> RequiredFact:
    if isinstance(entry, str):
        return RequiredFact(statement=entry)
    return RequiredFact(
        statement=entry["fact"],
        phrasings=tuple(_listed(entry.get("any_of", []))),
        critical=entry.get("critical", False),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _history(entry: dict[str, str]) -> Turn:
    ((role, text),) = entry.items()
    return Turn(role=role, text=text)  # type: ignore[arg-type]


def _context(raw: dict[str, Any]) -> AuthorisedContext:
    return AuthorisedContext(
        level=raw.get("level", 0),
        facts={key: str(value) for key, value in raw.get("facts", {}).items()},
        fact_levels=raw.get("fact_levels", {}),
        session=raw.get("session", {}),
        consented=tuple(raw.get("consented", ())),
    )


Expecting = tuple[int, list[dict[str, Any]], Path_]


def _customer_lines(raw: Any) -> tuple[tuple[Line, ...], list[Expecting]]:
    if isinstance(raw, str):
        return (Line(text=raw),), []
    path: Path_ = ("customer",)
    if isinstance(raw, dict):
        entries = [*([raw["opening"]] if raw.get("opening") else []), *raw.get("lines", ())]
        offset, path = int(bool(raw.get("opening"))), ("customer", "lines")
    else:
        entries, offset = raw, 0
    expecting: list[Expecting] = []
    for number, entry in enumerate(entries):
        if isinstance(entry, dict) and entry.get("expect"):
            expecting.append((number, entry["expect"], (*path, number - offset)))
    return tuple(_line(entry) for entry in entries), expecting


def _customer(raw: Any, lines: tuple[Line, ...]) -> Customer:
    if not isinstance(raw, dict):
        return Customer(lines=lines)
    mode: Any = raw.get("mode") or ("facts" if raw.get("facts") and not raw.get("lines") else "lines")
    given = {key: raw[key] for key in ("goal", "mood", "patience", "max_turns") if raw.get(key) is not None}
    facts = {key: str(value) for key, value in raw.get("facts", {}).items()}
    return Customer(mode=mode, lines=lines, facts=facts, **given)


def _line(entry: Any) -> Line:
    if isinstance(entry, str):
        return Line(text=entry)
    text = entry.get("say") or entry.get("press") or entry.get("event") or ""
    sends = "button" if "press" in entry else "event" if "event" in entry else "text"
    return Line(
        text=text,
        buttons_choice=entry.get("press"),
        payload=entry.get("payload"),
        optional=entry.get("optional", "when" in entry),
        when=_guard(entry["when"]) if "when" in entry else None,
        branches=tuple(
            Branch(
                when=_guard(branch["when"]) if "when" in branch else Guard(otherwise=True),
                lines=tuple(_line(inner) for inner in branch["lines"]),
            )
            for branch in entry.get("branches", ())
        ),
        pause_s=entry.get("pause_s", 0.0),
        sends=sends,  # type: ignore[arg-type]
    )


def _guard(raw: dict[str, Any]) -> Guard:
    return Guard(
        contains=tuple(_listed(raw.get("contains", []))),
        regex=raw.get("regex"),
        asks_for=raw.get("asks_for"),
        handed_over=raw.get("handed_over"),
        otherwise=raw.get("otherwise", False),
    )
