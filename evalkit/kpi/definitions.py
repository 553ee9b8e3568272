"""Every KPI of the house, once: what it counts, over which conversations, from where. `docs/kpis.md` is made of this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from evalkit.kpi.logic import AtMost, Either, Flag, Given, Known, Not, Test, all_of, one_of
from evalkit.model import Source
from evalkit.store.facts import Facts

Kind = Literal["rate", "median", "p90", "mean", "count", "ratio", "reliability", "gap"]

INTERVALS: dict[Kind, str] = {
    "rate": "Wilson; on the effective n where a case or customer has several conversations",
    "median": "order statistics",
    "p90": "order statistics",
    "mean": "t on the means of cases or customers",
    "count": "none; the note bounds the share of conversations",
    "ratio": "delta method",
    "reliability": "Wilson over cases",
    "gap": "Newcombe",
}


@dataclass(frozen=True, slots=True)
class Definition:
    """One KPI. A rate asks `test`; the others read `column` (times `scale`), where `test` says yes if there is one.

    `version` changes with the meaning: trend lines break there. `only` names the source that can know it.
    """

    name: str
    title: str
    numerator: str
    denominator: str
    source: str
    kind: Kind = "rate"
    test: Test | None = None
    column: str = ""
    scale: float = 1.0
    unit: str = "rate"
    higher_is_better: bool | None = True
    exclusions: str = ""
    version: str = "1"
    only: Source | None = None
    min_n: int = 5

    @property
    def flag(self) -> Callable[[Facts], int | None]:
        """What one row says: 1, 0, or None."""
        assert self.test is not None
        return self.test.row

    @property
    def interval(self) -> str:
        """How its interval is made."""
        return INTERVALS[self.kind]


RIGHT_CELLS = ("correct_on_time", "correct_early", "unavailable_handled", "correct_self_service", "correct_refusal")
ELIGIBLE = Not(one_of("outcome", "no_request"))
_ELIGIBLE, _NO_REQUEST = "eligible conversations", "conversations without a request"
_FIVE_MINUTES_MS, _TEN_SECONDS_MS = 300_000.0, 10_000.0
_CONTAINED, _SOLVED, _ESCALATED = Flag("contained"), Flag("solved"), Flag("escalated")
_RECONTACTED = Flag("recontacted")
_NEVER = AtMost("n_bot_turns", -1)
_RESOLUTION, _ESCALATION = "scorer `resolution`", "scorer `escalation`"
_TIMES = "times of the turns, measured at the socket in a replay"


def _rate(
    name: str, title: str, numerator: str, denominator: str, source: str, test: Test, **more: object
) -> Definition:
    return Definition(name, title, numerator, denominator, source, test=test, **more)  # type: ignore[arg-type]


def _eligible(name: str, title: str, numerator: str, source: str, test: Test, **more: Any) -> Definition:
    return _rate(
        name, title, numerator, _ELIGIBLE, source, Given(ELIGIBLE, test), exclusions=_NO_REQUEST, **more
    )  # fmt: skip


_SHOWN_FIRST = (
    _rate("pass_rate", "Passed all checks", "conversations in which no check fails", "conversations with a decided check",
          "all scorers", Flag("passed")),
    _eligible("resolution_rate", "Resolution rate", "solved, and without a person", _RESOLUTION, all_of(_SOLVED, _CONTAINED)),
    _rate("correct_rate", "Correct answers", "no claim contradicted, stale or invented, no required fact missing",
          "conversations whose claims the knowledge base decides", "scorer `correctness`", Flag("correct")),
    _eligible("escalation_rate", "Escalation rate", "handed over to a person", _ESCALATION, _ESCALATED,
              higher_is_better=None),
    _rate("escalation_correct_rate", "Escalated rightly", "handed over exactly when due, on time, to the right place",
          "conversations in which it is known whether a person was due", _ESCALATION,
          Given(Known(Flag("should_escalate")), one_of("escalation_cell", *RIGHT_CELLS), strict=True)),
    _rate("honoured_request_rate", "Requests for a person honoured", "led to a person in time", "requests for a person",
          _ESCALATION, Flag("honoured")),
    _rate("language_match_rate", "In the customer's language", "every answer in the customer's language",
          "conversations long enough to tell", "scorer `language`", Flag("language_ok")),
    _rate("disclosure_rate", "Says that it is an AI", "told in time", "conversations that must tell", "scorer `compliance`",
          Flag("disclosed")),
    _rate("loop_rate", "Goes round in circles", "at least one loop", "scored conversations", "scorer `loops`",
          Flag("looped"), higher_is_better=False),
    _rate("consistency_rate", "Same answer to the same question", "agrees with the others of its group",
          "conversations of a group with the same question", "scorer `consistency`", Flag("consistent")),
)  # fmt: skip

_COUNTS = (
    Definition("leaks", "Personal-data leaks", "leaks found", "scored conversations", "scorer `privacy`", kind="count",
               column="n_leaks", unit="count", higher_is_better=False),
    Definition("zero_tolerance", "Zero-tolerance findings", "findings that must never happen", "scored conversations",
               "scorers `privacy`, `compliance`, `escalation`", kind="count", column="n_zero_tolerance", unit="count",
               higher_is_better=False),
    Definition("customer_replays", "Simulated customers played again", "plays that left the fact sheet and were repeated",
               "conversations of a simulated customer", "replay", kind="count", column="customer_replays", unit="count",
               higher_is_better=None, only="replay"),
)  # fmt: skip

_LADDER = (
    _eligible("solved_rate", "Solved, by whomever", "the need was met, with or without a person", _RESOLUTION, _SOLVED),
    _eligible("containment_rate", "Contained", "no person and no request for one left unmet", _RESOLUTION, _CONTAINED,
              higher_is_better=None),
    _eligible("confirmed_resolution_rate", "Confirmed by the customer", "contained, and the customer says that it helped",
              _RESOLUTION, all_of(_CONTAINED, Flag("confirmed"))),
    _eligible("assumed_resolution_rate", "Assumed from silence", "answered, then silence for the whole window",
              _RESOLUTION, one_of("outcome", "resolved_assumed"), only="production", higher_is_better=None),
    _eligible("verified_resolution_rate", "Verified", "contained, and the verifier agrees that the need was met",
              _RESOLUTION, all_of(_CONTAINED, Flag("verified"))),
    _eligible("net_resolution_rate", "Net of re-contact", "resolved, and no contact on the same topic within the window",
              _RESOLUTION, Given(Known(_RECONTACTED), all_of(_SOLVED, _CONTAINED, Not(_RECONTACTED)), strict=True),
              only="production"),
    _eligible("false_resolution_rate", "Looks solved, is not", "confirmed or assumed, but the verifier disagrees",
              _RESOLUTION, all_of(one_of("outcome", "resolved_confirmed", "resolved_assumed", "contained_unverified"),
                                  Not(Flag("verified"))), higher_is_better=False),
    _eligible("first_contact_resolution_rate", "First-contact resolution",
              "solved, by whomever, and no contact on the same topic within the window in any channel",
              f"{_RESOLUTION}, subject key", Given(Known(_RECONTACTED), all_of(_SOLVED, Not(_RECONTACTED)), strict=True),
              only="production", version="2"),
    _rate("automation_rate", "Automation rate", "finished by the bot alone, neither given up nor called unsolved",
          "all contacts with a request, those of people included", f"{_RESOLUTION}, who handled it",
          Given(ELIGIBLE, all_of(one_of("handled_by", "ai"), _CONTAINED,
                                 Not(one_of("outcome", "abandoned", "unresolved_explicit")))),
          exclusions=_NO_REQUEST, higher_is_better=None),
    _eligible("abandonment_rate", "Given up", "the customer leaves while the bot waits", _RESOLUTION,
              one_of("outcome", "abandoned"), higher_is_better=False),
    _rate("abandonment_waiting_rate", "Given up waiting for a person", "no person ever answered",
          "conversations handed over or announced to be", _RESOLUTION,
          Given(one_of("outcome", "escalated_completed", "escalated_dropped"), one_of("outcome", "escalated_dropped"),
                strict=True), higher_is_better=False),
)  # fmt: skip

_PEOPLE = (
    _eligible("escalation_requested_rate", "Asked for a person", "the customer asks for a person", _ESCALATION,
              Flag("requested_human"), higher_is_better=None),
    _rate("escalation_policy_rate", "A person was due", "a trigger of the policy fires", "conversations with a trigger or gold",
          _ESCALATION, Flag("should_escalate"), higher_is_better=None),
    _eligible("ai_aversion_rate", "Wants a person at once", "asks for a person in the first two turns", _ESCALATION,
              Flag("requested_early"), higher_is_better=False),
    _rate("asked_after_failure_rate", "Asked for a person: the bot had failed",
          "the bot failed or the customer was unhappy before", "requests for a person", _ESCALATION,
          one_of("asked_why", "failure"), higher_is_better=False),
    _rate("asked_by_aversion_rate", "Asked for a person: from the start", "in the first two turns, without a failure",
          "requests for a person", _ESCALATION, one_of("asked_why", "aversion"), higher_is_better=None),
    _rate("asked_by_preference_rate", "Asked for a person: preferred one", "later, without a failure",
          "requests for a person", _ESCALATION, one_of("asked_why", "preference"), higher_is_better=None),
    _rate("asked_again_rate", "Asked again after the hand-over", "the person asks for what was said before",
          "conversations handed over with a packet", "scorer `handover`", Flag("asked_again"), higher_is_better=False),
    _rate("false_fallback_rate", "Does not know what it could know", "\"don't know\" though the knowledge base knows",
          "conversations with a fallback", "scorer `correctness`", Flag("false_fallback"), higher_is_better=False),
    _rate("knowledge_gap_rate", "Nobody wrote it down", "a question that the knowledge base cannot answer",
          "conversations with claims or fallbacks", "scorer `correctness`", Flag("knowledge_gap"), higher_is_better=False),
    _rate("dead_end_rate", "Dead end", "no way on and no way out", "scored conversations", "scorer `loops`",
          Flag("dead_end"), higher_is_better=False),
    _rate("leak_rate", "Conversations with a leak", "at least one leak", "scored conversations", "scorer `privacy`",
          AtMost("n_leaks", 0, above=True), higher_is_better=False),
    _rate("off_script_rate", "Real customers' records left half-way", "the record stopped fitting what the bot said",
          "replayed records of real customers", "replay", Flag("off_script"), higher_is_better=None, only="replay"),
    _rate("csat_rate", "CSAT (surveys)", "rated in the upper 30 % of the scale (4 or 5 of 5)", "rated conversations",
          "survey answers; coverage is the response rate", Flag("satisfied")),
    _rate("answered_in_10_s_rate", "First answer within 10 s", "first bot message within 10 s", "conversations with times",
          _TIMES, AtMost("first_response_ms", _TEN_SECONDS_MS)),
    _rate("bot_answered_in_5_min_rate", "Answered within 5 min by the bot", "first substantive answer within 5 min",
          "conversations with a substantive answer", _TIMES, AtMost("first_substantive_ms", _FIVE_MINUTES_MS)),
    _rate("answered_in_5_min_rate", "Answered within 5 min, people included",
          "first substantive answer within 5 min; after a hand-over the person's, and never when nobody came",
          "conversations with times", _TIMES,
          Either(one_of("outcome", "escalated_dropped"), _NEVER,
                 Either(_ESCALATED, AtMost("first_human_ms", _FIVE_MINUTES_MS),
                        AtMost("first_substantive_ms", _FIVE_MINUTES_MS)))),
)  # fmt: skip


_TIMED = (
    ("first_response", "First response", "first_response_ms", 0.001, "to the bot's first message"),
    ("first_substantive", "First substantive answer", "first_substantive_ms", 0.001,
     "to the first answer that is more than a greeting"),
    ("first_human", "First message of a person", "first_human_ms", 0.001,
     "from the customer's first message to a person's"),
    ("time_to_human", "From request to person", "to_human_s", 1.0, "from the request to the person's message"),
    ("handle_time", "Handle time of people (AHT)", "handle_s", 1.0, "active handling, each wait counted up to 5 min"),
)  # fmt: skip


def _times() -> Iterator[Definition]:
    of = "conversations with these times"
    for name, title, column, scale, what in _TIMED:
        more: dict[str, Any] = {"column": column, "scale": scale, "unit": "s", "higher_is_better": False}
        yield Definition(f"{name}_s", f"{title}, median", what, of, _TIMES, kind="median", **more)
        yield Definition(f"{name}_p90_s", f"{title}, 90 %", what, of, _TIMES, kind="p90", **more)


_OTHERS = (
    Definition("latency_p90_ms", "Response time, 90 %", "the slower turns of a conversation (its 90 %)",
               "conversations with measured turns", _TIMES, kind="p90", column="latency_p90_ms", unit="ms",
               higher_is_better=False),
    Definition("customer_turns", "Effort: customer turns, median", "messages that the customer had to write",
               "scored conversations", "transcript", kind="median", column="n_customer_turns", unit="turns",
               higher_is_better=False),
    Definition("customer_words", "Effort: customer words, median", "words that the customer had to write",
               "scored conversations", "transcript", kind="median", column="n_customer_words", unit="words",
               higher_is_better=False),
    Definition("csat_proxy", "Satisfaction estimate (CSAT proxy, not surveyed)", "estimated chance of a satisfied customer",
               "conversations with an estimate", "scorer `satisfaction`, fitted on labels", kind="mean",
               column="satisfaction", exclusions="shown from 50 conversations", min_n=50),
    Definition("friction_index", "Friction index (0–100, uncalibrated)", "signs of friction, fixed weights",
               "scored conversations", "scorer `satisfaction`", kind="mean", column="friction", unit="points",
               higher_is_better=False),
    Definition("tone_distance", "Distance from the brand's tone", "distance over all dimensions", "scored conversations",
               "scorer `tone`", kind="mean", column="tone_distance", unit="distance", higher_is_better=False),
    Definition("handover_points", "Hand-over quality (0–14), median", "points of the hand-over check list",
               "conversations handed over with a packet", "scorer `handover`", kind="median", column="handover_points",
               unit="points"),
    Definition("cost_per_conversation_eur", "Cost per conversation",
               "the bot's cost, and a person's where one took over or handled it", "conversations",
               "measured cost, else the policy's unit cost", kind="ratio", unit="eur", higher_is_better=False),
    Definition("cost_per_resolution_eur", "Cost per resolution",
               "cost of all conversations, those of people and re-contacts included", "resolved conversations",
               "measured cost, else the policy's unit cost", kind="ratio", unit="eur", higher_is_better=False, version="2"),
    Definition("pass_hat_3_rate", "Passes three times of three (pass^3)", "chance that three trials of a case all pass",
               "cases with at least three trials", "all scorers", kind="reliability", only="replay"),
    Definition("language_gap_rate", "Resolution: best language − worst", "resolution in the best language minus the worst",
               "languages with at least 20 cases or customers", _RESOLUTION, kind="gap", higher_is_better=False),
)  # fmt: skip

ALL: tuple[Definition, ...] = (*_SHOWN_FIRST, *_COUNTS, *_LADDER, *_PEOPLE, *_times(), *_OTHERS)
BY_NAME: dict[str, Definition] = {definition.name: definition for definition in ALL}
RATES: tuple[Definition, ...] = tuple(definition for definition in ALL if definition.kind == "rate")
