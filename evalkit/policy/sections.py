"""The sections of a policy: a scorer reads only those that it declares; targets, costs and gate are for reading."""

from __future__ import annotations

from typing import Any, Literal

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
    """Triggers E01–E26 with deadlines, severities and queues; empty means the defaults of the scorer's own table."""

    triggers: dict[str, TriggerRule] = {}
    failed_attempts: int = 2
    keywords: tuple[str, ...] = ()
    """The organisation's own words that must reach a person (E26)."""
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
    """Own identifiers by kind, as regular expressions (order numbers, customer numbers)."""
    disclosure_required: bool = True
    disclosed_in_interface: bool = False
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    allowed_regions: tuple[str, ...] = ("eu", "eea", "local")
    require_dpa: bool = True
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


class GatePolicy(Section, frozen=True, kw_only=True):
    """How strict the gate is; its rules live in their own file."""

    rules: str | None = None
    margin_rate: float = 0.05
    drop_rate: float = 0.02
    alpha: float = 0.05
    promoted: tuple[str, ...] = ()
    """Rules whose heuristic findings the organisation has measured on review labels and lets fail a build."""


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
