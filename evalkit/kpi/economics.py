"""What a bot saves and what it would have to solve to save more: from the organisation's own unit costs."""

from __future__ import annotations

from typing import NamedTuple

from evalkit.errors import InputError
from evalkit.policy.sections import Costs


class Return(NamedTuple):
    """Costs a month without and with the bot, in euro; `saving_rate` of the old cost, `roi` per euro put in."""

    before_eur: float
    after_eur: float
    saving_eur: float
    saving_rate: float
    roi: float
    bot_contacts: float
    resolved_contacts: float


class Swing(NamedTuple):
    """One bar of the tornado: the saving when this input is lower or higher by the step."""

    name: str
    low: float
    high: float
    saving_low_eur: float
    saving_high_eur: float


class Feasibility(NamedTuple):
    """The resolution rate that a saving needs; above 1 no bot can reach it at these unit costs.

    `through_bot_rate`: every contact meets the bot first. `beside_bot_rate`: only those that it solves do.
    """

    saving_rate: float
    through_bot_rate: float
    beside_bot_rate: float


def roi(
    costs: Costs,
    resolution_rate: float,
    *,
    bot_share_rate: float = 1.0,
    assisted: bool = False,
    penalty_eur: float = 0.0,
) -> Return:
    """The return a month when the bot meets `bot_share_rate` of the contacts and resolves this much of them.

    What the bot does not resolve costs a person's contact (`assisted`: with a hand-over packet). `resolution_rate`
    should be net of re-contacts; `penalty_eur` is what missed escalations, wrong answers and leaks cost a month.
    Raises: InputError for rates outside [0, 1].

    >>> found = roi(Costs(ai_conversation_eur=1.25, human_contact_eur=6.0), 0.35)
    >>> round(found.saving_rate, 2)
    0.14
    """
    for name, value in (("resolution_rate", resolution_rate), ("bot_share_rate", bot_share_rate)):
        if not 0 <= value <= 1:
            raise InputError(f"{name}: expected a share between 0 and 1, got {value}")
    n, person = float(costs.contacts_per_month), costs.human_contact_eur
    met = n * bot_share_rate
    resolved = met * resolution_rate
    left = costs.ai_assisted_contact_eur if assisted else person
    before = n * person
    put_in = met * costs.ai_conversation_eur + costs.fixed_month_eur
    after = put_in + (met - resolved) * left + (n - met) * person + penalty_eur
    saving = before - after
    return Return(before, after, saving, saving / before if before else 0.0, saving / put_in if put_in else 0.0,
                  met, resolved)  # fmt: skip


def sensitivity(
    costs: Costs, resolution_rate: float, *, bot_share_rate: float = 1.0, assisted: bool = False, step_rate: float = 0.2
) -> list[Swing]:
    """How the saving swings when resolution, the bot's and a person's cost are off by the step; the widest first."""
    import msgspec

    def saving(r: float, changed: Costs) -> float:
        return roi(changed, min(1.0, r), bot_share_rate=bot_share_rate, assisted=assisted).saving_eur

    found = []
    down, up = 1 - step_rate, 1 + step_rate
    r = resolution_rate
    found.append(Swing("resolution_rate", r * down, min(1.0, r * up), saving(r * down, costs), saving(r * up, costs)))
    for name in ("ai_conversation_eur", "human_contact_eur"):
        value = getattr(costs, name)
        ends = [saving(r, msgspec.structs.replace(costs, **{name: value * by})) for by in (down, up)]
        found.append(Swing(name, value * down, value * up, ends[0], ends[1]))
    return sorted(found, key=lambda swing: -abs(swing.saving_high_eur - swing.saving_low_eur))


def feasibility(costs: Costs, saving_rate: float) -> Feasibility:
    """The resolution that a saving of this share of today's cost takes, for both ways to place the bot.

    Fixed costs are spread over the contacts of a month.

    >>> found = feasibility(Costs(ai_conversation_eur=1.25, human_contact_eur=6.0), 0.5)
    >>> round(found.through_bot_rate, 2), round(found.beside_bot_rate, 2)
    (0.71, 0.63)
    """
    if not costs.human_contact_eur > 0:
        raise InputError("costs.human_contact_eur: expected more than 0")
    bot, person = costs.ai_conversation_eur, costs.human_contact_eur
    fixed = costs.fixed_month_eur / costs.contacts_per_month / person if costs.contacts_per_month else 0.0
    beside = (saving_rate + fixed) / (1 - bot / person) if bot < person else float("inf")
    return Feasibility(saving_rate, saving_rate + bot / person + fixed, beside)


def fte_freed(costs: Costs, resolution_rate: float, *, contacts_per_month: float | None = None) -> float:
    """Full-time people whose hours the resolved contacts would have taken, at the policy's volume or another.

    >>> round(fte_freed(Costs(), 0.5, contacts_per_month=11_000), 1)
    6.1
    """
    n = costs.contacts_per_month if contacts_per_month is None else contacts_per_month
    hours = n * resolution_rate * costs.human_minutes_per_contact / 60
    return hours / costs.productive_hours_month
