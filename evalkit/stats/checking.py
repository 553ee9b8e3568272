"""What every formula asks of its input, said once: numbers that are numbers, counts that fit, sides of equal length."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


def floats(values: Iterable[Any], what: str) -> list[float]:
    """The values as finite floats. Raises: ValueError for none, and for the first that is not a finite number."""
    found: list[float] = []
    for index, value in enumerate(values):
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not isfinite(number):
            raise ValueError(f"expected finite {what}, got {value!r} at position {index}")
        found.append(number)
    if not found:
        raise ValueError(f"expected at least one of the {what}, got none")
    return found


def equal_lengths(**sides: list[Any]) -> int:
    """The common length. Raises: ValueError naming the lengths when they differ."""
    lengths = {name: len(values) for name, values in sides.items()}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        raise ValueError(f"expected sides of equal length, got {told}")
    return next(iter(lengths.values()))


def counts(hits: Iterable[Any], totals: Iterable[Any] | float, what: str) -> tuple[list[float], list[float]]:
    """Hits and totals, one number of trials for all or one each.

    Raises: ValueError for no pair, unequal lengths, a total below 1, or hits outside [0, total].
    """
    found = floats(hits, f"hits of {what}")
    if isinstance(totals, Iterable):
        of = floats(totals, f"totals of {what}")
    else:
        of = floats([totals], f"totals of {what}") * len(found)
    equal_lengths(hits=found, totals=of)
    for index, (hit, total) in enumerate(zip(found, of, strict=True)):
        if total < 1 or not 0 <= hit <= total:
            raise ValueError(
                f"expected 0 <= hits <= total and a total of at least 1 in {what}, got {hit:g} of {total:g}"
                f" at position {index}"
            )
    return found, of


def share(value: float, what: str) -> float:
    """The value. Raises: ValueError when it lies outside [0, 1]."""
    if not 0 <= value <= 1:
        raise ValueError(f"expected {what} in [0, 1], got {value!r}")
    return float(value)
