"""A number and its noun, as the sentences of reports and the command line say them."""

from __future__ import annotations


def counted(n: int, noun: str) -> str:
    """The number with the English noun in its form: `1 case`, `2 cases`.

    >>> counted(1, "suite"), counted(0, "finding"), counted(2, "critical case")
    ('1 suite', '0 findings', '2 critical cases')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"
