"""The satisfaction estimate: a calibrated model on the organisation's own labels, and when it may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from evalkit.errors import InputError
from evalkit.model import content_hash
from evalkit.scorers.fitted_models import bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEATURES = (
    "customer_turns", "bot_turns", "rephrase_rate", "rephrase_max", "reply_similarity_max", "thanks_rate",
    "thanks_last", "thanks_trend", "frustration_rate", "frustration_last", "frustration_first", "frustration_trend",
    "trouble_rate", "trouble_last", "negative_rate", "negative_last", "positive_rate", "positive_last",
    "question_rate", "question_last", "exclaim_rate", "caps_rate", "apology_rate", "cannot_rate", "deflection_rate",
    "unanswered", "wait_median_s", "wait_max_s", "asked_for_human", "handed_over", "length_trend",
    "customer_words_log", "bot_words_log", "asks_for_data_rate", "commits_last",
)  # fmt: skip
"""The vector's names in order. Rates are shares of the turns of their side; `_last` looks at the last such turn,
`_trend` is the second half minus the first."""

FEWEST_LABELS = 150
LOWEST_AUC, SLOPES = 0.60, (0.7, 1.3)
_FOLDS, _BINS = 10, 10
_PENALTY = 0.05
"""C of the L2 penalty: with some thirty features and a few hundred labels, weak weights generalise."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """How good the model is on conversations that it did not see; `low` and `high` bound a 95 % interval."""

    n_labels: int
    n_customers: int
    satisfied_rate: float
    auc: float
    auc_low: float
    auc_high: float
    auc_length_only: float
    spearman: float
    brier: float
    brier_constant: float
    slope: float
    intercept: float
    calibration_error: float
    validated_at: datetime

    @property
    def shown(self) -> bool:
        """Whether the estimate may be shown: it tells satisfied from not, and means what it says."""
        return self.auc_low >= LOWEST_AUC and SLOPES[0] <= self.slope <= SLOPES[1]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted estimate with its card; `weights` belong to the standardised `features`, Platt's scaling is in them."""

    features: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    card: Card

    @property
    def hash(self) -> str:
        """A hash of everything that decides the estimate."""
        return content_hash("satisfaction", msgspec.to_builtins(self))

    def estimate(self, vector: Mapping[str, float]) -> float:
        """The estimated probability in (0, 1) that the customer of this conversation is satisfied."""
        total = self.bias
        for name, mean, spread, weight in zip(self.features, self.mean, self.spread, self.weights, strict=True):
            total += weight * (vector[name] - mean) / spread
        return 1 / (1 + exp(-max(-50.0, min(50.0, total))))


def fit(
    vectors: Sequence[Mapping[str, float]], satisfied: Sequence[bool], customers: Sequence[str], at: datetime
) -> Model:
    """An L2 logistic regression with Platt's scaling, validated by folds that never split a customer.

    Source: Platt 1999, "Probabilistic outputs for support vector machines"; the rules of docs/satisfaction.md.

    Raises: InputError for fewer than 150 labels, or where all of them are alike.
    """
    if len(satisfied) < FEWEST_LABELS:
        raise InputError(f"{len(satisfied)} labels; a satisfaction estimate needs at least {FEWEST_LABELS}")
    if len(set(satisfied)) < 2 or len(set(customers)) < _FOLDS:
        raise InputError(
            f"the labels need both satisfied and unsatisfied customers, and at least {_FOLDS} different ones"
        )
    import numpy as np

    x = np.array([[vector[name] for name in FEATURES] for vector in vectors], dtype=float)
    y = np.array(satisfied, dtype=float)
    raw, calibrated = _out_of_fold(x, y, customers)
    length = _out_of_fold(x[:, [FEATURES.index("customer_turns")]], y, customers)[0]
    mean, spread, weights, bias = _logistic(x, y)
    slope, intercept = _platt(raw, y)
    return Model(
        features=FEATURES,
        mean=tuple(map(float, mean)),
        spread=tuple(map(float, spread)),
        weights=tuple(float(slope * weight) for weight in weights),
        bias=float(slope * bias + intercept),
        card=_card(raw, calibrated, length, y, customers, at),
    )


def load(path: Path) -> Model:
    """A model that `save` wrote. Raises: InputError where the file is none, or of other features."""
    try:
        model = msgspec.json.decode(path.read_bytes(), type=Model)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(f"{path}: no satisfaction model: {error}") from error
    if unknown := set(model.features) - set(FEATURES):
        raise InputError(f"{path}: fitted on other features ({', '.join(sorted(unknown))}); fit it again")
    return model


def _logistic(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats, float]:
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(0), x.std(0)
    spread[spread == 0] = 1.0
    fitted = LogisticRegression(C=_PENALTY, max_iter=1000).fit((x - mean) / spread, y)
    return mean, spread, fitted.coef_[0], float(fitted.intercept_[0])


def _platt(raw: Floats, y: Floats) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    # No penalty to speak of: the slope is what is asked.
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(raw.reshape(-1, 1), y)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def _out_of_fold(x: Floats, y: Floats, customers: Sequence[str]) -> tuple[Floats, Floats]:
    """Scores of conversations by models that saw none of their customers, raw and scaled the same way."""
    import numpy as np
    from sklearn.model_selection import GroupKFold

    raw, scaled, fold = np.zeros(len(y)), np.zeros(len(y)), np.zeros(len(y), dtype=int)
    for number, (train, test) in enumerate(GroupKFold(_FOLDS).split(x, y, groups=list(customers))):
        mean, spread, weights, bias = _logistic(x[train], y[train])
        raw[test] = (x[test] - mean) / spread @ weights + bias
        fold[test] = number
    for number in range(_FOLDS):
        slope, intercept = _platt(raw[fold != number], y[fold != number])
        scaled[fold == number] = slope * raw[fold == number] + intercept
    return raw, scaled


def _card(raw: Floats, calibrated: Floats, length: Floats, y: Floats, customers: Sequence[str], at: datetime) -> Card:
    import numpy as np
    from scipy.stats import spearmanr
    from sklearn.metrics import roc_auc_score

    chance = 1 / (1 + np.exp(-calibrated))
    slope, intercept = _platt(calibrated, y)
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    gaps = [abs(chance[bins == b].mean() - y[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    low, high = bounds(lambda scores, truth: float(roc_auc_score(truth, scores)), raw, y, customers)
    return Card(
        n_labels=len(y),
        n_customers=len(set(customers)),
        satisfied_rate=float(y.mean()),
        auc=float(roc_auc_score(y, raw)),
        auc_low=low,
        auc_high=high,
        auc_length_only=float(roc_auc_score(y, length)),
        spearman=float(spearmanr(raw, y).statistic),
        brier=float(((chance - y) ** 2).mean()),
        brier_constant=float(y.mean() * (1 - y.mean())),
        slope=slope,
        intercept=intercept,
        calibration_error=float(sum(gaps)),
        validated_at=at,
    )
