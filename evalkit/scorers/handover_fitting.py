"""Learns from labels what a desk hands over: regularised logistic weights, judged on customers left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from math import log
from typing import TYPE_CHECKING, NamedTuple

from evalkit.errors import InputError
from evalkit.model import Conversation
from evalkit.scorers.door import Context
from evalkit.scorers.fitted_models import bounds
from evalkit.scorers.handover_model import Card, Model, Sign, Weights, customer_turns, signs_of
from evalkit.scorers.reading import Reading
from evalkit.scorers.sightings import handed_over
from evalkit.scorers.triggers import table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_LABELS, FEWEST_OF_EACH, FEWEST_CUSTOMERS = 100, 15, 5
"""Labels in all, of each kind, and the customers who must stand behind a kind; a word of fewer customers is dropped."""
_PENALTY = 0.1
_FOLDS = 10
_DIGITS = 3


class Example(NamedTuple):
    """How often each sign stands in a conversation, whether it should have been handed over, and whose it is."""

    counts: Mapping[str, int]
    should: bool
    customer: str


def example(talk: Conversation, should: bool | None, customer: str) -> Example:
    """The example of one labelled conversation; None as label means that what was done is right.

    Its personal data is masked before anything is counted.
    """
    context = Context(reading=Reading(talk))
    kind, done_at = handed_over(talk, context, tuple(table()["_tools"]))
    counts = Counter(
        sign
        for turn in customer_turns(context.reading, done_at)
        for sign in signs_of(context.reading, turn, masked=True)
    )
    return Example(counts, kind != "none" if should is None else should, customer)


def fit(examples: Sequence[Example], at: datetime) -> Model:
    """The model of all examples, with a card from folds that never split a customer.

    Raises: InputError for too few labels, or too few customers behind one of the two kinds.
    """
    _check_enough(examples)
    found = fitted(examples)
    if not found.signs:
        raise InputError(f"no word or phrase is shared by {FEWEST_CUSTOMERS} customers; label more conversations")
    card = _card(examples, cross_validated(examples), at)
    return Model(learned="handover", signs=found.signs, bias=found.bias, card=card)


def cross_validated(
    examples: Sequence[Example], groups: Sequence[Hashable] | None = None, seed: int = 0
) -> list[float]:
    """The odds of each example by a model that saw none of its group; a group is a customer unless told otherwise."""
    apart = groups if groups is not None else [one.customer for one in examples]
    fold = _folds(examples, apart, seed)
    odds = [0.0] * len(examples)
    for number in range(_FOLDS):
        found = fitted([one for one, where in zip(examples, fold, strict=True) if where != number])
        for at, (one, where) in enumerate(zip(examples, fold, strict=True)):
            if where == number:
                odds[at] = found.odds(one.counts)
    return odds


def fitted(examples: Sequence[Example]) -> Weights:
    """The weights of some examples. Source: L2-penalised logistic regression (Hoerl & Kennard 1970 for the penalty).

    Both kinds weigh the same in all, however rare hand-overs are.
    """
    import numpy as np

    rarity = _rarity(examples)
    alike = Weights(signs={sign: Sign(rare, 1.0) for sign, rare in rarity.items()}, bias=0.0)
    places = {sign: n for n, sign in enumerate(rarity)}
    x = np.zeros((len(examples), len(rarity)))
    for row, one in enumerate(examples):
        for sign, size in alike.parts(one.counts).items():
            x[row, places[sign]] = size
    *weights, bias = _logistic(x, np.array([one.should for one in examples])).tolist()
    signs = {sign: Sign(rarity[sign], round(weights[n], _DIGITS)) for sign, n in places.items()}
    return Weights(signs=signs, bias=round(bias, _DIGITS))


def _rarity(examples: Sequence[Example]) -> dict[str, float]:
    """The inverse document frequency of each sign that enough customers share: a name or a number is never among them.

    Source: Spärck Jones 1972, smoothed.
    """
    n_talks: Counter[str] = Counter()
    customers: dict[str, set[str]] = {}
    for one in examples:
        n_talks.update(one.counts.keys())
        for sign in one.counts:
            customers.setdefault(sign, set()).add(one.customer)
    kept = sorted(sign for sign, who in customers.items() if len(who) >= FEWEST_CUSTOMERS)
    return {sign: round(log((1 + len(examples)) / (1 + n_talks[sign])) + 1, _DIGITS) for sign in kept}


def _logistic(x: Floats, should: NDArray[np.bool_]) -> Floats:
    """Weights, and the bias behind them."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit

    side = np.where(should, 1.0, -1.0)
    each = np.where(should, 0.5 / max(1, should.sum()), 0.5 / max(1, (~should).sum())) * len(side)

    def loss(w: Floats) -> tuple[float, Floats]:
        margin = side * (x @ w[:-1] + w[-1])
        pull = -each * side * expit(-margin)
        value = each @ np.logaddexp(0, -margin) + _PENALTY / 2 * w[:-1] @ w[:-1]
        return float(value), np.append(x.T @ pull + _PENALTY * w[:-1], pull.sum())

    found: Floats = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return found


def _folds(examples: Sequence[Example], groups: Sequence[Hashable], seed: int) -> list[int]:
    """A fold for each example: whole groups, and those that hold a hand-over spread over all folds."""
    import numpy as np

    chance = np.random.default_rng(seed)
    due = {group for group, one in zip(groups, examples, strict=True) if one.should}
    fold: dict[Hashable, int] = {}
    for kind in (due, set(groups) - due):
        named = sorted(kind, key=str)
        start = int(chance.integers(_FOLDS))
        fold.update({named[place]: (start + n) % _FOLDS for n, place in enumerate(chance.permutation(len(named)))})
    return [fold[group] for group in groups]


def _check_enough(examples: Sequence[Example]) -> None:
    if len(examples) < FEWEST_LABELS:
        raise InputError(
            f"{len(examples)} labelled conversations; at least {FEWEST_LABELS} are needed to learn what to hand over"
        )
    for should, what in ((True, "should have been handed over"), (False, "should not have been handed over")):
        own = [one.customer for one in examples if one.should is should]
        if len(own) < FEWEST_OF_EACH or len(set(own)) < FEWEST_CUSTOMERS:
            raise InputError(
                f"{len(own)} labelled conversations of {len(set(own))} customers {what}; at least {FEWEST_OF_EACH} "
                f"of {FEWEST_CUSTOMERS} customers are needed"
            )


def _card(examples: Sequence[Example], odds: Sequence[float], at: datetime) -> Card:
    import numpy as np

    said, should = np.array(odds), np.array([one.should for one in examples])
    customers = [one.customer for one in examples]
    hits, n_said = int((should & (said > 0)).sum()), int((said > 0).sum())
    low, high = bounds(macro_f1, said, should, customers)
    auc_low, auc_high = bounds(_auc, said, should, customers)
    return Card(
        n_labels=len(examples),
        n_customers=len(set(customers)),
        should_rate=float(should.mean()),
        macro_f1=macro_f1(said, should),
        macro_f1_low=low,
        macro_f1_high=high,
        precision=hits / n_said if n_said else 0.0,
        recall=hits / int(should.sum()),
        auc=_auc(said, should),
        auc_low=auc_low,
        auc_high=auc_high,
        validated_at=at,
    )


def macro_f1(odds: Floats, should: NDArray[np.bool_]) -> float:
    """The mean of the F1 of handing over and of not handing over."""
    said = odds > 0
    both = [(said, should), (~said, ~should)]
    return float(sum(2 * (a & b).sum() / max(1, a.sum() + b.sum()) for a, b in both) / 2)


def _auc(odds: Floats, should: NDArray[np.bool_]) -> float:
    """The chance that one that should be handed over has higher odds than one that should not."""
    from scipy.stats import rankdata

    n = int(should.sum())
    return float((rankdata(odds)[should].sum() - n * (n + 1) / 2) / (n * (len(should) - n)))
