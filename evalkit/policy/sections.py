"""The sections of a policy: a scorer reads only those that it declares; targets, costs and gate are for reading."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from evalkit.model import Severity


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A frozen part of the policy; unknown keys are refused."""


class TonePolicy(Section, frozen=True, kw_only=True):
    """The brand's voice. `brand` names a shipped or own profile; the other fields override it."""

    brand: str = "neutral"
    pronoun: Literal["informal", "formal", "any"] | None = None
    emoji_max: int | None = None
    exclaim_max: int | None = None
    apology_max: int | None = None
    words_per_turn: dict[str, tuple[int, int]] = {}
    """Per channel: lowest and highest number of words in a bot turn."""
    lix_baseline: dict[str, float] = {}
    """Per language: the LIX of the organisation's own human desk."""
    do: dict[str, tuple[str, ...]] = {}
    dont: dict[str, tuple[str, ...]] = {}
    fail_distance: float | None = None


class TriggerRule(Section, frozen=True, kw_only=True):
    """What one escalation trigger asks for."""

    enabled: bool = True
    deadline_turns: int = 1
    severity: Severity = "high"
    target: str | None = None
    exact: bool = False
    """True when the organisation lets this trigger fail a gate on heuristic evidence."""


class EscalationPolicy(Section, frozen=True, kw_only=True):
    """Triggers E01–E27 with deadlines, severities and queues; empty means the defaults of the scorer's own table."""

    triggers: dict[str, TriggerRule] = {}
    failed_attempts: int = 2
    keywords: tuple[str, ...] = ()
    """The organisation's own words that must reach a person (E26)."""
    learned: str | None = None
    """The file of a model that `evalkit escalation fit` wrote: one more trigger (E27), which takes none away."""
    human_intents: tuple[str, ...] = ()
    regulated_intents: tuple[str, ...] = ()
    vip_segments: tuple[str, ...] = ("vip", "b2b")
    supported_languages: tuple[str, ...] = ("sv", "da", "nb", "nn", "fi", "en", "de")
    opening_hours: dict[str, str] = {}
    """Weekday to `HH:MM-HH:MM` in `timezone`; no entry for a closed day; empty = always open."""
    timezone: str = "Europe/Stockholm"
    financial: bool = False
    """True makes an unanswered request for a human (E01) a zero-tolerance finding."""
    may_decline: bool = False


class Processor(Section, frozen=True, kw_only=True):
    """What is declared of a host that receives conversations; all three must be said."""

    region: str
    dpa: bool
    no_training: bool


class PrivacyPolicy(Section, frozen=True, kw_only=True):
    """Whose data may be said, to whom, and where it may travel."""

    markets: tuple[str, ...] = ("SE", "DK", "NO", "FI", "DE")
    own_domains: tuple[str, ...] = ()
    allowed_links: tuple[str, ...] = ()
    allow_list: tuple[str, ...] = ()
    """The organisation's own phone numbers, e-mail addresses, account and organisation numbers."""
    fact_levels: dict[str, int] = {}
    """Authentication level that each kind of data needs before the bot may say it."""
    slots_by_intent: dict[str, tuple[str, ...]] = {}
    """What the bot may ask for, per intent; nothing listed = not checked."""
    number_patterns: dict[str, str] = {}
    """Own identifiers by kind, as regular expressions (`ORDER_NUMBER`, `CUSTOMER_NUMBER`)."""
    name_model: str | None = None
    """The folder of a local token-classification model that adds names."""
    disclosure_required: bool = True
    disclosed_in_interface: bool = False
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    allowed_regions: tuple[str, ...] = ("eu", "eea", "local")
    require_dpa: bool = True
    processors: dict[str, Processor] = {}
    """By host: what is declared of a bot or a store there; such a host need not stand in `allowed_hosts`."""
    require_declarations: bool = False
    """True refuses a run that sends words to a host off this machine of which `processors` says nothing."""
    system_prompt: str | None = None
    mask_digits_from: int | None = None


class ResolutionPolicy(Section, frozen=True, kw_only=True):
    """When a conversation counts as solved."""

    silence_hours: dict[str, float] = msgspec.field(default_factory=lambda: {"chat": 24.0, "email": 72.0})
    recontact_days: int = 7
    automation_ceilings: dict[str, float] = {}
    """Highest share of conversations, per intent, that the bot should finish alone."""


class Target(Section, frozen=True, kw_only=True):
    """A band for one KPI, in the KPI's own unit; None leaves a side open."""

    low: float | None = None
    high: float | None = None


class Targets(Section, frozen=True, kw_only=True):
    """Bands by KPI name."""

    bands: dict[str, Target] = {}


class Costs(Section, frozen=True, kw_only=True):
    """Unit costs in euro for cost, saving and return."""

    currency: str = "EUR"
    ai_conversation_eur: float = 1.15
    ai_assisted_contact_eur: float = 3.70
    human_contact_eur: float = 5.50
    fixed_month_eur: float = 0.0
    contacts_per_month: int = 11_000
    human_minutes_per_contact: float = 8.0
    wage_month_eur: float = 3_600.0
    productive_hours_month: float = 120.0


Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Guardrail(Section, frozen=True, kw_only=True):
    """A number that must not get worse by `margin`: points of a rate, a share of a time or cost, units of an index.

    Nothing counts while the candidate's own value is below `floor`.
    """

    metric: str
    margin: Positive
    floor: float | None = None


class Limit(Section, frozen=True, kw_only=True):
    """A bound for one KPI of the candidate alone, in the KPI's own unit."""

    metric: str
    min: float | None = None
    max: float | None = None


class Quarantine(Section, frozen=True, kw_only=True):
    """A case that does not count until a day has passed; a leak in it always counts."""

    case: str
    until: Day
    reason: str


GUARDRAILS = (
    Guardrail(metric="correct_rate", margin=0.02),
    Guardrail(metric="escalation_correct_rate", margin=0.02),
    Guardrail(metric="loop_rate", margin=0.02),
    Guardrail(metric="friction", margin=5),
    Guardrail(metric="latency_p90_ms", margin=0.2, floor=1_000),
    Guardrail(metric="cost_eur", margin=0.2),
)
"""Right answers, hand-overs, the customer's experience (loops, friction), waiting and cost."""


class GatePolicy(Section, frozen=True, kw_only=True):
    """What fails a build. `rules` names a YAML file whose keys override these."""

    rules: str | None = None
    primary: str = "pass_rate"
    drop_rate: Share = 0.02
    """A drop must be at least this large to fail, and surely smaller than `margin_rate` to pass."""
    margin_rate: Share = 0.05
    alpha: Annotated[float, msgspec.Meta(gt=0, lt=0.5)] = 0.05
    test: Literal["sign_flip", "same_cases"] = "sign_flip"
    cluster_by: Literal["case", "group"] = "case"
    rounds: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    guardrails: tuple[Guardrail, ...] = GUARDRAILS
    guardrail_alpha: Annotated[float, msgspec.Meta(gt=0, lt=0.5)] = 0.01
    """Shared by all guardrails (Holm): the whole gate is to cry wolf in no more builds than the primary rule alone."""
    limits: tuple[Limit, ...] = ()
    min_cases: Annotated[int, msgspec.Meta(ge=2)] = 20
    min_coverage_rate: Share = 0.9
    max_error_rate: Share = 0.02
    critical_failures: Annotated[int, msgspec.Meta(ge=1)] = 2
    """Failed trials (of three) that fail a critical case."""
    zero_tolerance: tuple[str, ...] = ()
    """Further rules of which one exact finding is too many."""
    promoted: tuple[str, ...] = ()
    """Rules whose heuristic findings the organisation has measured on review labels and lets fail a build."""
    quarantine: tuple[Quarantine, ...] = ()


class Override(Section, frozen=True, kw_only=True):
    """Values that replace those of a section where intent, language and channel all fit."""

    intent: str | None = None
    language: str | None = None
    channel: str | None = None
    set: dict[str, dict[str, Any]] = {}


class Policy(Section, frozen=True, kw_only=True):
    """All sections of one organisation."""

    profile: str = "ecommerce_balanced"
    tone: TonePolicy = TonePolicy()
    escalation: EscalationPolicy = EscalationPolicy()
    privacy: PrivacyPolicy = PrivacyPolicy()
    resolution: ResolutionPolicy = ResolutionPolicy()
    targets: Targets = Targets()
    costs: Costs = Costs()
    gate: GatePolicy = GatePolicy()
    overrides: tuple[Override, ...] = ()


SCORER_SECTIONS = ("tone", "escalation", "privacy", "resolution")
"""The sections that a scorer may declare in `reads`; the rest belong to the reading wing."""
