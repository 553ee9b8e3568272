"""What models that an organisation's labels taught have in common: their file, and how sure their cards are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_RESAMPLES = 300


def save(model: msgspec.Struct, path: Path) -> None:
    """Write a model and its card as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=1) + b"\n")


def bounds(
    measure: Callable[[Any, Any], float], scores: Floats, truth: NDArray[Any], groups: Sequence[Hashable]
) -> tuple[float, float]:
    """The 95 % interval of a measure of scores beside the truth, by a bootstrap of groups."""
    import numpy as np

    rows: dict[Hashable, list[int]] = {}
    for number, group in enumerate(groups):
        rows.setdefault(group, []).append(number)
    whole, chance, found = list(rows.values()), np.random.default_rng(0), []
    for _ in range(_RESAMPLES):
        drawn = [n for g in chance.integers(len(whole), size=len(whole)) for n in whole[g]]
        if 0 < truth[drawn].sum() < len(drawn):
            found.append(measure(scores[drawn], truth[drawn]))
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))
