"""How a driver joins a Ray cluster that stands already."""

from __future__ import annotations

from typing import Any

import pytest

from evalkit.errors import InputError
from evalkit.scale.on_ray import _join


class Head:
    """A head that fails its first clients, each in the given way."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.joined = 0

    def init(self, **given: Any) -> None:
        self.joined += 1
        if self.failures:
            raise self.failures.pop(0)


def test_a_head_that_was_too_busy_for_its_first_clients_is_joined_on_a_later_try() -> None:
    head = Head(*[ConnectionAbortedError("Starting Ray client server failed")] * 2)
    _join(head, "ray://desk:10001")
    assert head.joined == 3


@pytest.mark.parametrize(
    ("failure", "tries"), [(ConnectionAbortedError("no\nroom"), 3), (ConnectionError("no\nroom"), 1)]
)
def test_a_head_that_stays_away_is_told_with_its_address_and_last_line(failure: Exception, tries: int) -> None:
    head = Head(*[failure] * 9)
    with pytest.raises(InputError, match=r"ray://desk:10001: no Ray cluster answers there \(room\)"):
        _join(head, "ray://desk:10001")
    assert head.joined == tries
