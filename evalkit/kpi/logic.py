"""Yes, no or unknown of a conversation, said once and read both from one row and from columns of a million."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from evalkit.store.columns import Columns
from evalkit.store.facts import Facts


class Test(Protocol):
    """A question to one conversation; unknown never counts as no."""

    def row(self, row: Facts) -> int | None:
        """1, 0, or None where the row does not say."""

    def columns(self, columns: Columns) -> Any:
        """The same for each row: int8, -1 where unknown."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A column that says yes or no."""

    name: str

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        value: int | None = getattr(row, self.name, None)
        return value

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        return columns.flags[self.name]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a label is one of these names."""

    name: str
    values: frozenset[str]

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        value = getattr(row, self.name)
        return None if value is None else int(value in self.values)

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        if self not in columns.memo:
            table = np.array([int(name in self.values) for name in columns.names[self.name]] + [-1], dtype=np.int8)
            columns.memo[self] = table.take(columns.codes[self.name], mode="wrap")
        return columns.memo[self]


@dataclass(frozen=True, slots=True)
class AtMost:
    """Whether an amount is at most this much; with `above`, whether it is more."""

    name: str
    limit: float
    above: bool = False

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        value = getattr(row, self.name)
        return None if value is None else int((value <= self.limit) != self.above)

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        values = columns.numbers[self.name]
        said = (values > self.limit if self.above else values <= self.limit).view(np.int8)
        return np.where(np.isnan(values), np.int8(-1), said)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    test: Test

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        said = self.test.row(row)
        return None if said is None else 1 - said

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        if self not in columns.memo:
            said = self.test.columns(columns)
            columns.memo[self] = np.where(said < 0, said, 1 - said)
        return columns.memo[self]


@dataclass(frozen=True, slots=True)
class All:
    """Yes when all say yes, no when one says no, else unknown."""

    tests: tuple[Test, ...]

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        said = [test.row(row) for test in self.tests]
        return 0 if 0 in said else None if None in said else 1

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        said = [test.columns(columns) for test in self.tests]
        # A negative number keeps its sign in a bitwise or; 1 - 2 is the unknown, and a no makes it 0.
        unknown = np.bitwise_or.reduce(said) < 0
        none_no = np.logical_and.reduce(said)
        return (1 - 2 * unknown.view(np.int8)) * none_no.view(np.int8)


@dataclass(frozen=True, slots=True)
class Given:
    """What `test` says where `condition` says yes (or, unless `strict`, nothing); unknown elsewhere."""

    condition: Test
    test: Test
    strict: bool = False

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        asked = self.condition.row(row)
        return self.test.row(row) if asked or (asked is None and not self.strict) else None

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        asked = self.condition.columns(columns)
        kept = asked == 1 if self.strict else asked != 0
        return np.where(kept, self.test.columns(columns), np.int8(-1))


@dataclass(frozen=True, slots=True)
class Known:
    """Yes where the test says yes or no, no where it is unknown."""

    test: Test

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        return int(self.test.row(row) is not None)

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        return (self.test.columns(columns) >= 0).view(np.int8)


@dataclass(frozen=True, slots=True)
class Either:
    """What `then` says where `condition` says yes, what `otherwise` says elsewhere."""

    condition: Test
    then: Test
    otherwise: Test

    def row(self, row: Facts) -> int | None:
        """See `Test`."""
        return self.then.row(row) if self.condition.row(row) else self.otherwise.row(row)

    def columns(self, columns: Columns) -> Any:
        """See `Test`."""
        import numpy as np

        return np.where(
            self.condition.columns(columns) == 1, self.then.columns(columns), self.otherwise.columns(columns)
        )


def one_of(name: str, *values: str) -> OneOf:
    """Whether the label `name` is one of the values."""
    return OneOf(name, frozenset(values))


def all_of(*tests: Test) -> All:
    """Whether all say yes."""
    return All(tests)
