"""`{{ name }}` in texts and nested data: which names stand there, and the data with values in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def placeholders(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each name with the keys and indices that lead to its text.

    >>> list(placeholders({"id": "{{ case }}-1", "n": 2}))
    [(('id',), 'case')]
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from placeholders(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from placeholders(item, (*path, number))
    elif isinstance(value, str):
        yield from ((path, name) for name in _PLACE.findall(value))


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The data with every placeholder replaced.

    Raises: KeyError for a name without a value.

    >>> filled({"id": "{{ case }}-1"}, {"case": "a"})
    {'id': 'a-1'}
    """
    if isinstance(value, dict):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    return _PLACE.sub(lambda place: values[place[1]], value) if isinstance(value, str) else value
