"""From one case's plain data to a `Case`: defaults merged, lines and checks in their canonical form."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from evalkit.model import (
    AuthorisedContext,
    Branch,
    Call,
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
METHODS = ("get", "post", "put", "patch", "delete")
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
    "origin",
    "inclusion_probability",
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
        setup=calls(merged.get("setup")),
        teardown=calls(merged.get("teardown")),
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

    def add(
        self, check: dict[str, Any], turn: int | None, line: int, *, negated: bool = False, each: bool = False
    ) -> None:
        ((name, value),) = check.items()
        if name == "never":
            self.add(value, turn, line, negated=not negated, each=each)
        elif name == "every":
            self.add(value, turn, line, negated=negated, each=True)
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
                Expectation(check=name, args=_args(name, value), turn=turn, negated=negated, each=each, line=line)
            )


def _ways(value: list[Any]) -> list[list[dict[str, Any]]]:
    """The acceptable ways of `any_of`: each a list of plain checks that must all hold."""
    ways: list[list[dict[str, Any]]] = []
    for way in value:
        gold = _Gold()
        for check in _listed(way):
            gold.add(check, None, 0)
        ways.append([{"check": e.check, "args": e.args, "negated": e.negated} for e in gold.expectations])
    return ways


def calls(raw: Any) -> tuple[Call, ...]:
    """The calls of `setup` or `teardown`; the first method that an entry names counts."""
    return tuple(
        Call(
            method=(method := next(name for name in METHODS if name in entry)).upper(),
            url=entry[method],
            body=entry.get("json"),
            headers=entry.get("headers", {}),
            status=entry.get("status"),
        )
        for entry in raw or ()
        if any(name in entry for name in METHODS)
    )


def _args(name: str, value: Any) -> dict[str, Any]:
    if name == "any_of":
        return {"ways": _ways(value)}
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


def _history(entry: dict[str, Any]) -> Turn:
    role = next(name for name in ("customer", "bot", "human") if name in entry)
    return Turn(role=role, text=entry[role], buttons=tuple(entry.get("buttons", ())))


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
    """The lines with their numbers, and what is expected of the answers: branch lines are numbered after the others."""
    if isinstance(raw, str):
        return (Line(text=raw, number=0),), []
    numbering = _Numbering()
    if not isinstance(raw, dict):
        return numbering.numbered(raw, ("customer",)), numbering.expecting
    if raw.get("recorded"):
        said = [(n, entry) for n, entry in enumerate(raw["recorded"]) if "customer" in entry]
        entries = [{"say": entry["customer"], "expect": entry.get("expect")} for _, entry in said]
        places: list[Path_] = [("customer", "recorded", n) for n, _ in said]
        return numbering.placed(entries, places), numbering.expecting
    opening = _listed(raw["opening"])[:1] if raw.get("opening") else []
    entries = [*opening, *raw.get("lines", ())]
    places = [*([("customer", "opening")] * len(opening)), *(("customer", "lines", n) for n in range(len(entries)))]
    return numbering.placed(entries, places), numbering.expecting


class _Numbering:
    """Gives lines their numbers and remembers which answers are looked at."""

    def __init__(self) -> None:
        self.expecting: list[Expecting] = []
        self._next = 0

    def numbered(self, entries: list[Any], path: Path_) -> tuple[Line, ...]:
        return self.placed(entries, [(*path, n) for n in range(len(entries))])

    def placed(self, entries: list[Any], places: list[Path_]) -> tuple[Line, ...]:
        first = self._next
        self._next += len(entries)
        lines = []
        for number, (entry, place) in enumerate(zip(entries, places, strict=False), first):
            if isinstance(entry, dict) and entry.get("expect"):
                self.expecting.append((number, entry["expect"], place))
            lines.append((_line(entry), number, entry, place))
        return tuple(
            replace(line, number=number, branches=self._branches(entry, place)) for line, number, entry, place in lines
        )

    def _branches(self, entry: Any, place: Path_) -> tuple[Branch, ...]:
        return tuple(
            Branch(
                when=guard(branch["when"]) if "when" in branch else Guard(otherwise=True),
                lines=self.numbered(branch["lines"], (*place, "branches", n, "lines")),
            )
            for n, branch in enumerate(entry.get("branches", ()) if isinstance(entry, dict) else ())
        )


def _customer(raw: Any, lines: tuple[Line, ...]) -> Customer:
    if not isinstance(raw, dict):
        return Customer(lines=lines)
    implied = "facts" if raw.get("facts") and not raw.get("lines") else "open" if raw.get("recorded") else "lines"
    mode: Any = raw.get("mode") or implied
    given: dict[str, Any] = {
        k: raw[k] for k in ("goal", "persona", "mood", "patience", "max_turns") if raw.get(k) is not None
    }
    given |= {k: tuple(map(str, raw[k])) for k in ("unknown", "refuses", "prefers") if raw.get(k)}
    facts = {key: str(value) for key, value in raw.get("facts", {}).items()}
    opening = raw.get("opening")
    return Customer(
        mode=mode,
        lines=lines,
        openings=tuple(opening) if isinstance(opening, list) else (),
        recorded=tuple(_history(entry) for entry in raw.get("recorded", ())),
        facts=facts,
        satisfied_when=guard(raw["satisfied_when"]) if "satisfied_when" in raw else None,
        **given,
    )


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
        when=guard(entry["when"]) if "when" in entry else None,
        pause_s=entry.get("pause_s", 0.0),
        sends=sends,  # type: ignore[arg-type]
    )


def guard(raw: dict[str, Any]) -> Guard:
    """The condition that a `when` states."""
    return Guard(
        contains=tuple(_listed(raw.get("contains", []))),
        regex=raw.get("regex"),
        asks_for=raw.get("asks_for"),
        handed_over=raw.get("handed_over"),
        authenticated=raw.get("authenticated"),
        tool_called=raw.get("tool_called"),
        otherwise=raw.get("otherwise", False),
    )
