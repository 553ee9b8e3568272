"""How runs are called and ordered wherever people read of several: short suite names, older releases first."""

from __future__ import annotations

import re

from evalkit.model import Run


def by_age(run: Run) -> tuple[str, list[tuple[int, str]]]:
    """A key that sorts older runs first; what started at the same moment stands by its numbers.

    >>> runs = [Run(id="b", release="1.10"), Run(id="a", release="1.9")]
    >>> [run.release for run in sorted(runs, key=by_age)]
    ['1.9', '1.10']
    """
    parts = re.findall(r"\d+|\D+", run.release)
    return str(run.started_at or ""), [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]


def suites(run: Run) -> tuple[str, int]:
    """The first suite of a run and how many more there are; two are told by both names.

    >>> suites(Run(id="r", release="1", suite="orders+people+safety"))
    ('orders', 2)
    >>> suites(Run(id="r", release="1", suite="orders+people"))
    ('orders+people', 0)
    """
    first, *others = (run.suite or "").split("+")
    return (first, len(others)) if len(others) > 1 else (run.suite or "", 0)
