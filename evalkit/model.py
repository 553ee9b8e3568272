"""The nouns: frozen data that travels one way and round-trips through JSON. Knows no bot, no file, no score logic."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

SCHEMA_VERSION = 1

Role = Literal["customer", "bot", "human", "system"]
TurnKind = Literal["text", "buttons", "note", "event", "form", "attachment"]
Source = Literal["replay", "production", "pilot"]
HandledBy = Literal["ai", "ai_assisted", "human"]
TaskType = Literal["bot", "hybrid", "human"]
Stage = Literal["", "pilot", "shadow", "canary", "full"]
Ending = Literal[
    "unknown",
    "customer_done",
    "bot_closed",
    "handed_over",
    "idle",
    "max_turns",
    "diverged",
    "budget",
    "error",
]
Boundary = Literal["bot", "infrastructure", "customer", "judge", "scorer"]
Verdict = Literal["pass", "fail", "unsure", "skip", "error"]
Severity = Literal["blocker", "critical", "high", "medium", "low", "info"]
Confidence = Literal["exact", "heuristic", "judge"]

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Data = dict[str, Any]
"""A small JSON object whose keys the owning room documents."""


class Noun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What all nouns share: frozen, keyword-only, compact JSON, unknown keys refused."""


class ToolCall(Noun, frozen=True, kw_only=True):
    """One call of a tool by the bot; `result` is what the tool returned, where the endpoint tells it."""

    name: str
    arguments: Data = {}
    result: Any = None
    ok: bool | None = None


class Turn(Noun, frozen=True, kw_only=True):
    """One message. `latency_ms` runs from the customer's message to the whole reply, at the socket."""

    role: Role
    text: str = ""
    kind: TurnKind = "text"
    at: datetime | None = None
    latency_ms: float | None = None
    first_token_ms: float | None = None
    author_key: str | None = None
    language: str | None = None
    buttons: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    sources: tuple[str, ...] = ()
    draft: str | None = None
    """The text that the AI suggested to a human agent before the human sent `text`."""
    payload: Data | None = None
    """The structured rest of the reply, where a case asks for it."""
    reason: str | None = None
    """Why a simulated customer said this; `line 2` for the case's third line."""

    @property
    def line(self) -> int | None:
        """The index of the case's line that a customer turn says, None for one that no line holds."""
        return int(self.reason[5:]) if self.reason and self.reason.startswith("line ") else None


class HandOver(Noun, frozen=True, kw_only=True):
    """One hand-over to a person; the three turn numbers are indices into `Conversation.turns`."""

    requested_turn: int | None = None
    announced_turn: int | None = None
    accepted_turn: int | None = None
    executed: bool = False
    """True when a structured signal or a tool call carried it out, or a human answered."""
    trigger: str | None = None
    target: str | None = None
    packet: Data | None = None
    requested_at: datetime | None = None
    accepted_at: datetime | None = None
    outcome: str | None = None


class Authentication(Noun, frozen=True, kw_only=True):
    """The customer reached `level` (0 public, 1 order number and e-mail, 2 login, 3 strong e-id) at this turn."""

    turn: int
    level: int
    method: str | None = None


class Request(Noun, frozen=True, kw_only=True):
    """One need inside a conversation: the turns [first_turn, last_turn] that belong to it."""

    first_turn: int
    last_turn: int
    intent: str | None = None


class Rating(Noun, frozen=True, kw_only=True):
    """A survey answer on a scale from `scale_min` to `scale_max`."""

    value: float
    scale_min: float = 1
    scale_max: float = 5
    offered_at: datetime | None = None
    rated_at: datetime | None = None
    has_comment: bool = False


class Cost(Noun, frozen=True, kw_only=True):
    """What the bot's side of one conversation cost."""

    cost_eur: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Failure(Noun, frozen=True, kw_only=True):
    """A boundary that broke during the conversation; `cause` holds no customer text and no secret."""

    boundary: Boundary
    cause: str
    turn: int | None = None


class Conversation(Noun, frozen=True, kw_only=True):
    """One conversation as it happened; it knows no scores."""

    id: str
    run_id: str = ""
    case_id: str | None = None
    trial: int = 0
    round: int = 0
    source: Source = "replay"
    turns: tuple[Turn, ...] = ()
    requests: tuple[Request, ...] = ()
    ending: Ending = "unknown"
    failure: Failure | None = None
    diverged_turn: int | None = None
    """From this turn on a replayed real customer no longer fits the bot's words; later expectations are skipped."""
    handovers: tuple[HandOver, ...] = ()
    authentications: tuple[Authentication, ...] = ()
    channel: str = "chat"
    language: str | None = None
    intent: str | None = None
    task_type: TaskType | None = None
    segment: str | None = None
    consent: bool | None = None
    subject_key: str | None = None
    handled_by: HandledBy = "ai"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    rating: Rating | None = None
    cost: Cost | None = None
    release: str = ""
    stage: Stage = ""
    kb_snapshot: str | None = None
    model_id: str | None = None
    prompt_id: str | None = None
    attributes: dict[str, str] = {}


# ---------------------------------------------------------------- cases and suites


class Expectation(Noun, frozen=True, kw_only=True):
    """One check of the case's own; `turn` is the customer line whose answer it looks at, None the whole case.

    With `each` it must hold for every answer by itself.
    """

    check: str
    args: Data = {}
    turn: int | None = None
    negated: bool = False
    each: bool = False
    line: int = 0


class Guard(Noun, frozen=True, kw_only=True):
    """A condition on the bot's last reply; all given fields must hold."""

    contains: tuple[str, ...] = ()
    regex: str | None = None
    asks_for: str | None = None
    """A detail such as `email`, or the kind of question: `confirm`, `choice`, `more`, `resolved`, `open`."""
    handed_over: bool | None = None
    authenticated: int | None = None
    """The level that must have been reached by now."""
    tool_called: str | None = None
    otherwise: bool = False


class Branch(Noun, frozen=True, kw_only=True):
    """Lines that the customer says instead when the guard holds."""

    when: Guard
    lines: tuple[Line, ...] = ()


class Line(Noun, frozen=True, kw_only=True):
    """One message of a scripted customer; `number` tells lines apart, those of branches come after the others."""

    text: str = ""
    number: int | None = None
    buttons_choice: str | None = None
    payload: Data | None = None
    optional: bool = False
    when: Guard | None = None
    branches: tuple[Branch, ...] = ()
    pause_s: float = 0.0
    sends: Literal["text", "button", "event", "attachment"] = "text"


CustomerMode = Literal["lines", "facts", "open", "prefix", "llm"]
MOODS = ("neutral", "friendly", "angry", "rushed", "worried")


class Customer(Noun, frozen=True, kw_only=True):
    """Who plays the customer: fixed lines, a fact sheet, a recorded real customer, or an LLM with the same facts."""

    mode: CustomerMode = "lines"
    lines: tuple[Line, ...] = ()
    openings: tuple[str, ...] = ()
    """Ways to begin; the seed chooses one in place of the first line."""
    recorded: tuple[Turn, ...] = ()
    """The real conversation that `open` lines come from: what was said before each of them."""
    facts: dict[str, str] = {}
    unknown: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    """A question that holds one of these words is answered with no; others with yes."""
    prefers: tuple[str, ...] = ()
    """Of offered options, the first that holds one of these words is chosen."""
    satisfied_when: Guard | None = None
    """What an answer must hold to meet the need; without it any answer to the errand does."""
    goal: str | None = None
    persona: str | None = None
    mood: str | None = None
    patience: int = 3
    max_turns: int = 12


class Call(Noun, frozen=True, kw_only=True):
    """A request that prepares a conversation or cleans up after it; `{{ … }}` in it is filled per conversation."""

    method: str
    url: str
    body: Any = None
    headers: dict[str, str] = {}
    status: int | None = None
    """The status that must come back; any 2xx where None."""


class EscalationGold(Noun, frozen=True, kw_only=True):
    """What a case says about handing over: whether, why, by when (bot turns after the trigger) and to whom."""

    should: bool
    trigger: str | None = None
    within_turns: int | None = None
    target: str | None = None


class RequiredFact(Noun, frozen=True, kw_only=True):
    """An atomic statement that the bot must convey; any of `phrasings` may carry it."""

    statement: str
    phrasings: tuple[str, ...] = ()
    critical: bool = False


class AuthorisedContext(Noun, frozen=True, kw_only=True):
    """What the case lets the bot know and say: the level reached, and this customer's facts."""

    level: int = 0
    facts: dict[str, str] = {}
    """Personal data of this very customer, by name (`email`, `address`, `order_number` …)."""
    fact_levels: dict[str, int] = {}
    """The authentication level that each fact needs; 1 where nothing is said."""
    session: Data = {}
    """What is sent to the bot as context when the session opens."""
    consented: tuple[str, ...] = ()


class Case(Noun, frozen=True, kw_only=True):
    """What is played and what is expected."""

    id: str
    suite: str = ""
    title: str = ""
    language: str | None = None
    channel: str = "chat"
    intent: str | None = None
    task_type: TaskType | None = None
    segment: str | None = None
    tags: tuple[str, ...] = ()
    critical: bool = False
    draft: bool = False
    history: tuple[Turn, ...] = ()
    customer: Customer = Customer()
    setup: tuple[Call, ...] = ()
    teardown: tuple[Call, ...] = ()
    context: AuthorisedContext = AuthorisedContext()
    expectations: tuple[Expectation, ...] = ()
    escalation: EscalationGold | None = None
    required_facts: tuple[RequiredFact, ...] = ()
    expected_sources: tuple[str, ...] = ()
    canaries: tuple[str, ...] = ()
    """Tokens that belong to another session and must never appear in this one."""
    group: str | None = None
    """Cases of one group ask the same thing in other words, languages or channels."""
    trials: int | None = None
    as_of: str | None = None
    """The ISO date on which the knowledge base is read; None = the day of the conversation."""
    origin: str | None = None
    inclusion_probability: float | None = None
    path: str = ""
    line: int = 0


class ScorerSpec(Noun, frozen=True, kw_only=True):
    """A scorer by name with its YAML arguments."""

    name: str
    args: Data = {}
    line: int = 0


class Suite(Noun, frozen=True, kw_only=True):
    """Named, versioned cases and the scorers that apply to every conversation."""

    name: str
    version: str = "1"
    description: str = ""
    cases: tuple[Case, ...] = ()
    scorers: tuple[ScorerSpec, ...] = ()
    bots: tuple[str, ...] = ()
    path: str = ""


# ---------------------------------------------------------------- scores


class Evidence(Noun, frozen=True, kw_only=True):
    """A passage that decides a finding; its text is kept once per run, under `passage_hash`."""

    document_id: str
    version: str | None = None
    passage_hash: str | None = None
    start: int | None = None
    end: int | None = None


class Finding(Noun, frozen=True, kw_only=True):
    """One thing that a scorer saw, where, and why it matters.

    `turn` is an index into `Conversation.turns`; `start` and `end` are characters of that turn's text.
    `message` holds no personal data: spans say where it stands, `kind` what it is.
    """

    rule: str
    severity: Severity = "medium"
    message: str = ""
    turn: int | None = None
    start: int | None = None
    end: int | None = None
    confidence: Confidence = "heuristic"
    kind: str | None = None
    evidence: tuple[Evidence, ...] = ()
    passed: bool = False
    """True for a finding that only informs: it explains a pass or adds context, and never fails anything."""
    data: Data = {}


class Score(Noun, frozen=True, kw_only=True):
    """What one scorer says of one conversation."""

    scorer: str
    verdict: Verdict
    value: float | None = None
    findings: tuple[Finding, ...] = ()
    boundary: Boundary | None = None
    cause: str | None = None
    data: Data = {}
    """Structured results that KPIs read (documented per scorer), small and free of customer text."""

    @property
    def worst(self) -> Severity | None:
        """The most severe finding that counts, or None."""
        found = [SEVERITIES.index(f.severity) for f in self.findings if not f.passed]
        return SEVERITIES[min(found)] if found else None


# ---------------------------------------------------------------- runs, numbers, reviews


RunStatus = Literal["running", "finished", "inconclusive", "invalid"]


class Run(Noun, frozen=True, kw_only=True):
    """One suite, or one import, against one release. The human desk is simply a release."""

    id: str
    release: str
    suite: str = ""
    suite_version: str = ""
    source: Source = "replay"
    stage: Stage = ""
    bot: str = ""
    replay_key: str = ""
    seed: int = 0
    trials: int = 1
    status: RunStatus = "running"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    kb_snapshot: str | None = None
    profile: str = ""
    n_planned: int | None = None
    evalkit_version: str = ""
    attributes: dict[str, str] = {}
    schema_version: int = SCHEMA_VERSION


class Kpi(Noun, frozen=True, kw_only=True):
    """A number that may be shown: never without n, interval, method and coverage.

    `coverage_rate` is the share of the conversations asked about that the number rests on.
    """

    name: str
    value: float | None
    unit: str = "rate"
    n: int = 0
    n_total: int = 0
    low: float | None = None
    high: float | None = None
    method: str = ""
    coverage_rate: float | None = None
    note: str | None = None
    definition_version: str = "1"


GateVerdict = Literal["passed", "failed", "inconclusive", "invalid"]


class GateResult(Noun, frozen=True, kw_only=True):
    """The decision over runs, the one sentence that says it, and the reasons behind it."""

    verdict: GateVerdict
    sentence: str
    reasons: tuple[str, ...] = ()
    rules: tuple[Data, ...] = ()


class Review(Noun, frozen=True, kw_only=True):
    """One person's label on one (conversation, question); it never overwrites a score."""

    id: str
    conversation_id: str
    question: str
    reviewer: str
    label: str
    note: str | None = None
    turn: int | None = None
    start: int | None = None
    end: int | None = None
    at: datetime | None = None
    batch: str | None = None
    cell: str | None = None
    inclusion_probability: float | None = None
    version: int = 1
    supersedes: str | None = None
    stage: Literal["label", "gold", "adjudication"] = "label"
    """`gold` repeats a conversation that was decided before; `adjudication` decides between two labels."""


# ---------------------------------------------------------------- ids and JSON


def content_hash(*parts: object, length: int = 16) -> str:
    """A stable hexadecimal id of the parts, the same on every machine and in every process.

    >>> content_hash("run", "case", 1) == content_hash("run", "case", 1) != content_hash("run", "case", 2)
    True
    """
    data = msgspec.json.encode(parts, order="sorted")
    return hashlib.blake2b(data, digest_size=length // 2).hexdigest()


def conversation_id(run_id: str, case_id: str, trial: int) -> str:
    """The id of a replayed conversation: the same run, case and trial always give the same id."""
    return content_hash("conversation", run_id, case_id, trial)


def to_json(noun: msgspec.Struct) -> bytes:
    """The compact JSON of any noun."""
    return msgspec.json.encode(noun)


def conversation_from_json(data: bytes | str) -> Conversation:
    """The conversation that `to_json` wrote.

    Raises: msgspec.ValidationError when the JSON does not fit the model.
    """
    return _CONVERSATION.decode(data)


def score_from_json(data: bytes | str) -> Score:
    """The score that `to_json` wrote. Raises: msgspec.ValidationError."""
    return _SCORE.decode(data)


def json_schema(noun: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of a noun, with the model's version in `$comment`."""
    schema: dict[str, Any] = msgspec.json.schema(noun)
    schema["$comment"] = f"evalkit model version {SCHEMA_VERSION}"
    return schema


_CONVERSATION = msgspec.json.Decoder(Conversation)
_SCORE = msgspec.json.Decoder(Score)
