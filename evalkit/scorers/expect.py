"""`expect`: the case's own checks, each decided exactly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec

from evalkit.model import Case, Conversation, Expectation, Finding, Score, Turn
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Passes when every check of the case holds; each that does not is one finding with its line in the suite."""

    name: ClassVar[str] = "expect"
    version: ClassVar[str] = "2"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """One finding per check that fails; `value` is the share of checks that hold."""
        if case is None or not case.expectations:
            return skipped(self.name, "the case has no checks of its own")
        findings: list[Finding] = []
        n_checked = n_held = 0
        for expectation in case.expectations:
            seen = _scene(conversation, expectation)
            if seen is None:
                findings.append(_not_reached(expectation))
                continue
            n_checked += 1
            why, turn = _checked(expectation, seen)
            if why is None:
                n_held += 1
            else:
                findings.append(_finding(expectation, why, turn, critical=case.critical))
        failed = any(not finding.passed for finding in findings)
        verdict = "fail" if failed else "pass" if n_checked else "skip"
        value = n_held / n_checked if n_checked else None
        return Score(scorer=self.name, verdict=verdict, value=value, findings=tuple(findings))  # type: ignore[arg-type]


class _Scene(msgspec.Struct, frozen=True):
    """The bot turns that one check looks at, with their places."""

    conversation: Conversation
    turns: tuple[tuple[int, Turn], ...]

    @property
    def text(self) -> str:
        return "\n".join(turn.text for _, turn in self.turns)

    @property
    def last(self) -> int | None:
        return self.turns[-1][0] if self.turns else None


Outcome = tuple[str | None, int | None]
"""Why a check does not hold (None when it does) and the turn that shows it."""


def _scene(talk: Conversation, expectation: Expectation) -> _Scene | None:
    """What the check looks at: the replies to its line, or all; None when that line was never said."""
    if expectation.turn is None:
        if talk.diverged_turn is not None:
            return None
        return _Scene(talk, tuple((n, t) for n, t in enumerate(talk.turns) if _speaks(t)))
    start = next((n for n, t in enumerate(talk.turns) if t.role == "customer" and t.line == expectation.turn), None)
    if start is None or (talk.diverged_turn is not None and start >= talk.diverged_turn):
        return None
    end = next((n for n in range(start + 1, len(talk.turns)) if talk.turns[n].role == "customer"), len(talk.turns))
    return _Scene(talk, tuple((n, talk.turns[n]) for n in range(start + 1, end) if _speaks(talk.turns[n])))


def _speaks(turn: Turn) -> bool:
    return turn.role == "bot"


def _checked(expectation: Expectation, scene: _Scene) -> Outcome:
    check = _CHECKS[expectation.check]
    for answer in _answers(scene) if expectation.each else [scene]:
        why, turn = check(expectation.args, answer, expectation.negated)
        if why is not None:
            return why, turn
    return None, None


def _answers(scene: _Scene) -> list[_Scene]:
    """The bubbles that answer one message each, as scenes of their own."""
    answers: dict[int, list[tuple[int, Turn]]] = {}
    asked = -1
    turns = dict(scene.turns)
    for number, turn in enumerate(scene.conversation.turns):
        if turn.role == "customer":
            asked = number
        elif number in turns:
            answers.setdefault(asked, []).append((number, turn))
    return [_Scene(scene.conversation, tuple(bubbles)) for bubbles in answers.values()]


def _finding(expectation: Expectation, why: str, turn: int | None, *, critical: bool) -> Finding:
    return Finding(
        rule=f"expect.{expectation.check}",
        severity="critical" if critical else "high",
        message=why,
        turn=turn,
        confidence="exact",
        data={"line": expectation.line},
    )


def _not_reached(expectation: Expectation) -> Finding:
    return Finding(
        rule=f"expect.{expectation.check}",
        severity="info",
        message="not checked: the conversation took another way before this line",
        confidence="exact",
        passed=True,
        data={"line": expectation.line},
    )


# ---------------------------------------------------------------- the checks


def _any_of(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    """One of several acceptable ways, each a list of checks that must all hold."""
    missed = []
    for way in args["ways"]:
        found = [(c, _CHECKS[c["check"]](c["args"], scene, c["negated"])) for c in way]
        failed = next((why for _, (why, _) in found if why is not None), None)
        if failed is None:
            return ("one of the ways holds that must not", scene.last) if negated else (None, None)
        missed.append(failed)
    return (None, None) if negated else (f"none of {len(missed)} ways holds: {'; '.join(missed)}", scene.last)


def _contains(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    if negated:
        for number, turn in scene.turns:
            for wanted in args["texts"]:
                if comparable(wanted) in comparable(turn.text):
                    return f"the reply contains '{wanted}', which it must not", number
        return None, None
    text = comparable(scene.text)
    missing = [wanted for wanted in args["texts"] if comparable(wanted) not in text]
    return (f"the reply lacks '{missing[0]}'", scene.last) if missing else (None, None)


def _contains_any(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    if negated:
        return _contains(args, scene, negated=True)
    text = comparable(scene.text)
    if any(comparable(wanted) in text for wanted in args["texts"]):
        return None, None
    return f"the reply holds none of {', '.join(repr(wanted) for wanted in args['texts'])}", scene.last


def _regex(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    for pattern in args["texts"]:
        hit = next((n for n, turn in scene.turns if re.search(pattern, turn.text, re.IGNORECASE)), None)
        if negated and hit is not None:
            return f"the reply matches /{pattern}/, which it must not", hit
        if not negated and hit is None:
            return f"no reply matches /{pattern}/", scene.last
    return None, None


def _similar(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    from rapidfuzz import fuzz

    said = [
        (fuzz.token_sort_ratio(comparable(want), comparable(t.text)) / 100, n)
        for want in args["to"]
        for n, t in scene.turns
    ]
    best, turn = max(said, default=(0.0, None))
    if (best >= args["min_rate"]) != negated:
        return None, None
    bound = "at most" if negated else "at least"
    return f"similarity {best:.2f}, expected {bound} {args['min_rate']:.2f}", turn


def _tool_called(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    calls = [(n, call) for n, turn in scene.turns for call in turn.tool_calls if call.name == args["name"]]
    wanted = args.get("arguments") or {}
    for number, call in calls:
        if all(_same(call.arguments.get(key), value) for key, value in wanted.items()):
            return (f"tool '{args['name']}' was called, which it must not be", number) if negated else (None, None)
    if negated:
        return None, None
    if calls:
        return f"tool '{args['name']}' was called with other arguments", calls[-1][0]
    return f"tool '{args['name']}' was not called", scene.last


def _same(found: Any, wanted: Any) -> bool:
    return bool(found == wanted) or str(found) == str(wanted)


def _handed_over(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    wanted = bool(args["value"]) != negated
    done = any(handover.executed or handover.announced_turn is not None for handover in scene.conversation.handovers)
    if done == wanted:
        return None, None
    return ("no hand-over to a person" if wanted else "handed over to a person, which it must not"), scene.last


def _asks_for(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    from evalkit.language.slots import asked_slots

    hit = next((n for n, turn in scene.turns if args["value"] in asked_slots(turn.text)), None)
    if (hit is not None) != negated:
        return None, None
    return f"the bot {'asks' if negated else 'does not ask'} for {args['value']}", hit if negated else scene.last


def _latency(args: Mapping[str, Any], scene: _Scene, _: bool) -> Outcome:
    return _slowest([(n, turn.latency_ms) for n, turn in scene.turns], args["max_ms"], "latency")


def _first_token(args: Mapping[str, Any], scene: _Scene, _: bool) -> Outcome:
    return _slowest([(n, turn.first_token_ms) for n, turn in scene.turns], args["max_ms"], "time to first token")


def _slowest(times: list[tuple[int, float | None]], bound_ms: float, what: str) -> Outcome:
    known = [(ms, n) for n, ms in times if ms is not None]
    if not known:
        return f"no {what} was measured", None
    slowest, turn = max(known)
    return (None, None) if slowest <= bound_ms else (f"{what} {slowest:.0f} ms, at most {bound_ms:g} ms expected", turn)


def _replies(args: Mapping[str, Any], scene: _Scene, _: bool) -> Outcome:
    most = args["max"]
    return (
        (None, None)
        if len(scene.turns) <= most
        else (f"{len(scene.turns)} replies, at most {most} expected", scene.last)
    )


def _words(args: Mapping[str, Any], scene: _Scene, _: bool) -> Outcome:
    longest, turn = max(((len(words(t.text)), n) for n, t in scene.turns), default=(0, None))
    return (None, None) if longest <= args["max"] else (f"{longest} words, at most {args['max']} expected", turn)


def _json(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    payloads = [(n, turn.payload) for n, turn in scene.turns if turn.payload is not None]
    if not payloads:
        return ("the reply carries no payload" if not negated else None), scene.last
    turn, payload = payloads[-1]
    value: Any = payload
    if path := args.get("path"):
        import jmespath

        value = jmespath.search(path, payload)
    good = True
    if "equals" in args:
        good = json.dumps(value, sort_keys=True) == json.dumps(args["equals"], sort_keys=True)
    elif "schema" in args:
        from jsonschema import Draft202012Validator

        good = Draft202012Validator(args["schema"]).is_valid(value)
    else:
        good = value is not None
    return (None, None) if good != negated else ("the payload is not as expected", turn)


def _buttons(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    shown = {comparable(button) for _, turn in scene.turns for button in turn.buttons}
    missing = [text for text in args["texts"] if (comparable(text) in shown) == negated]
    verb = "shown" if negated else "not shown"
    return (f"button '{missing[0]}' is {verb}", scene.last) if missing else (None, None)


def _language(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    from evalkit.language.detection import detect

    for number, turn in scene.turns:
        guess = detect(turn.text)
        if guess.code is not None and (guess.code == args["value"]) == negated:
            return f"the reply is in {guess.code}", number
    return None, None


def _ending(args: Mapping[str, Any], scene: _Scene, negated: bool) -> Outcome:
    ended = scene.conversation.ending
    return (None, None) if (ended == args["value"]) != negated else (f"the conversation ended as '{ended}'", scene.last)


_CHECKS: dict[str, Callable[[Mapping[str, Any], _Scene, bool], Outcome]] = {
    "contains": _contains,
    "contains_any": _contains_any,
    "regex": _regex,
    "similar": _similar,
    "tool_called": _tool_called,
    "handed_over": _handed_over,
    "asks_for": _asks_for,
    "latency": _latency,
    "first_token": _first_token,
    "replies": _replies,
    "words": _words,
    "json": _json,
    "buttons": _buttons,
    "language": _language,
    "ending": _ending,
    "any_of": _any_of,
}
