"""What a schema cannot say of a case's customer: faults with their place, and pinned conversations laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from msgspec.structs import replace

from evalkit.errors import Fault, near_match
from evalkit.model import MOODS, Branch, Case, Expectation, Guard, Line
from evalkit.suites.building import METHODS
from evalkit.suites.yaml_source import Path_, Source
from evalkit.text.placeholders import placeholders

OWN_FACTS = "x_"
"""Facts whose names begin so belong to the organisation and are not asked for by any rule."""
CALL_VALUES = ("conversation", "run", "case", "language")
_NUMBERED = frozenset({"order_number", "customer_number", "invoice_number", "phone", "postcode", "date", "amount"})
_GOLD = frozenset({"escalation", "required_facts", "sources", "any_of", "every"})


def customer_faults(source: Source, case: Case, number: int) -> Iterator[Fault]:
    """The faults of one case's customer, set-up, tear-down and alternatives."""
    raw = _raw(source, number)
    at: Path_ = ("cases", number)
    yield from _mode(source, case, at)
    yield from _sheet(source, raw.get("customer"), (*at, "customer"))
    yield from _guards(source, case, raw, at)
    for part in ("setup", "teardown"):
        yield from _calls(source, case, raw.get(part), (*at, part))
    for n, check in enumerate(raw.get("expect") or ()):
        yield from _ways(source, check, (*at, "expect", n))


def pinned(case: Case) -> Iterator[Case]:
    """The case itself; of a `prefix` case one for each customer message, with all that was said before it pinned.

    A check that speaks of the whole conversation falls to the last of them, one that must always hold to each.
    """
    if case.customer.mode != "prefix":
        yield case
        return
    said = [n for n, turn in enumerate(case.customer.recorded) if turn.role == "customer"]
    for nth, (place, line) in enumerate(zip(said, case.customer.lines, strict=True)):
        last = nth == len(said) - 1
        yield replace(
            case,
            id=f"{case.id}.{nth + 1}",
            history=(*case.history, *case.customer.recorded[:place]),
            customer=replace(case.customer, lines=(line,), recorded=()),
            expectations=tuple(e for e in case.expectations if _applies(e, line.number, last=last)),
            escalation=case.escalation if last or (case.escalation and not case.escalation.should) else None,
            required_facts=case.required_facts if last else (),
            expected_sources=case.expected_sources if last else (),
        )


def _applies(expectation: Expectation, number: int | None, *, last: bool) -> bool:
    if expectation.turn is not None:
        return expectation.turn == number
    return last or expectation.negated or expectation.each


def _raw(source: Source, number: int) -> dict[str, Any]:
    return {**(source.data.get("defaults") or {}), **source.data["cases"][number]}


def _mode(source: Source, case: Case, at: Path_) -> Iterator[Fault]:
    mode, customer = case.customer.mode, (*at, "customer")
    if mode in {"facts", "llm"} and not (case.customer.facts or case.customer.goal):
        yield source.fault(customer, f"a customer of mode '{mode}' needs `facts` or a `goal`")
    if mode == "prefix" and not case.customer.recorded:
        yield source.fault(customer, "a customer of mode 'prefix' needs `recorded:`, the conversation as it was")
    elif mode in {"lines", "open", "prefix"} and not case.customer.lines:
        yield source.fault(customer, "a customer without a single line")


def _sheet(source: Source, raw: Any, at: Path_) -> Iterator[Fault]:
    if not isinstance(raw, dict):
        return
    from evalkit.language.asks import detail_names

    known = detail_names()
    for part in ("facts", "unknown"):
        for n, name in enumerate(raw.get(part) or ()):
            if name not in known and not name.startswith(OWN_FACTS):
                place: Path_ = (*at, part, name if part == "facts" else n)
                message = f"unknown slot '{name}'{near_match(name, known)} (known: {', '.join(known)};"
                yield source.fault(place, f"{message} facts of your own begin with `{OWN_FACTS}`)", key=part == "facts")
    for name, value in (raw.get("facts") or {}).items():
        if name == "email" and "@" not in str(value):
            yield source.fault((*at, "facts", name), "`email`: expected an address with @")
        if name in _NUMBERED and not any(c.isdigit() for c in str(value)):
            yield source.fault((*at, "facts", name), f"`{name}`: expected digits in it")
    mood = raw.get("mood")
    if mood is not None and mood not in MOODS:
        yield source.fault((*at, "mood"), f"unknown mood '{mood}'{near_match(mood, MOODS)} (known: {', '.join(MOODS)})")


# ---------------------------------------------------------------- guards and branches


def _guards(source: Source, case: Case, raw: dict[str, Any], at: Path_) -> Iterator[Fault]:
    customer = raw.get("customer")
    path: Path_ = (*at, "customer") if isinstance(customer, list) else (*at, "customer", "lines")
    lines = case.customer.lines
    offset = 1 if isinstance(customer, dict) and customer.get("opening") else 0
    if not isinstance(customer, dict) or customer.get("lines"):
        yield from _lines(source, lines[offset:], path)
        first = lines[offset] if len(lines) > offset else None
        if not offset and first is not None and first.when is not None and first.optional and not case.history:
            message = "this line is never said: it waits for words of the bot, and nothing was said before it"
            yield source.fault((*path, 0, "when"), message)
    if isinstance(customer, dict) and case.customer.satisfied_when is not None:
        yield from _guard(source, case.customer.satisfied_when, (*at, "customer", "satisfied_when"))


def _lines(source: Source, lines: Sequence[Line], path: Path_) -> Iterator[Fault]:
    for n, line in enumerate(lines):
        here: Path_ = (*path, n)
        if line.when is not None:
            yield from _guard(source, line.when, (*here, "when"))
        for b, branch in enumerate(line.branches):
            place: Path_ = (*here, "branches", b)
            yield from _guard(source, branch.when, (*place, "when"))
            if (earlier := _covered(branch, line.branches[:b])) is not None:
                message = (
                    f"this branch can never be reached: branch {earlier + 1} of the same line holds whenever it does"
                )
                yield source.fault(place, message)
            yield from _lines(source, branch.lines, (*place, "lines"))


def _covered(branch: Branch, before: Sequence[Branch]) -> int | None:
    return next((n for n, other in enumerate(before) if _implied(branch.when, other.when)), None)


def _implied(guard: Guard, other: Guard) -> bool:
    """Whether `other` holds whenever `guard` does: it asks for nothing that `guard` does not."""
    if other.otherwise:
        return True
    if guard.otherwise:
        return False
    same = all(
        getattr(other, name) in (None, getattr(guard, name))
        for name in ("regex", "asks_for", "handed_over", "authenticated", "tool_called")
    )
    return same and set(other.contains) <= set(guard.contains)


def _guard(source: Source, guard: Guard, at: Path_) -> Iterator[Fault]:
    from evalkit.language.asks import Kind, detail_names

    known = (*detail_names(), *get_args(Kind))
    if guard.asks_for is not None and guard.asks_for not in known:
        message = f"unknown slot or kind of question '{guard.asks_for}'{near_match(guard.asks_for, known)}"
        yield source.fault((*at, "asks_for"), f"{message} (known: {', '.join(known)})")
    if guard.regex is not None:
        try:
            re.compile(guard.regex)
        except re.error as error:
            yield source.fault((*at, "regex"), f"broken regular expression: {error}")


# ---------------------------------------------------------------- calls and alternatives


def _calls(source: Source, case: Case, raw: Any, at: Path_) -> Iterator[Fault]:
    facts = (*case.context.facts, *case.customer.facts)
    known = (*CALL_VALUES, *(f"facts.{name}" for name in facts))
    for n, entry in enumerate(raw or ()):
        methods = [name for name in METHODS if name in entry]
        if len(methods) != 1:
            message = f"expected one of {', '.join(METHODS)} with an address, found {', '.join(methods) or 'none'}"
            yield source.fault((*at, n), message)
        for name in methods:
            if not re.match(r"https?://[^/\s{}@]+", entry[name]):
                yield source.fault((*at, n, name), f"`{name}`: expected an http(s) address whose host is written out")
        for path, name in placeholders(entry):
            if name not in known:
                message = f"unknown variable '{name}'{near_match(name, known)} (known: {', '.join(known)})"
                yield source.fault((*at, n, *path), message)


def _ways(source: Source, check: Any, at: Path_) -> Iterator[Fault]:
    for n, way in enumerate(check.get("any_of", ())):
        for inner in way if isinstance(way, list) else [way]:
            if wrong := _GOLD & set(inner):
                name = min(wrong)
                yield source.fault(
                    (*at, "any_of", n), f"`{name}` cannot be one of several ways; give it as its own check"
                )
