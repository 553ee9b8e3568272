"""The exceptions that evalkit raises, by whose fault it is, and the record that a broken boundary leaves.

    EvalkitError
    ├── InputError          the user's file, flag, key or value: exit code 2
    │   ├── SuiteError      a suite or case file, with every fault and its place
    │   ├── PolicyError     evalkit.yaml, a profile or a provider that the policy forbids
    │   ├── KnowledgeError  a knowledge-base folder or export
    │   └── TranscriptError a transcript export
    ├── BotError            the endpoint broke its side: becomes a verdict, boundary `bot`
    ├── InfrastructureError connection, name, TLS, rate limit: boundary `infrastructure`
    ├── CustomerError       the simulated customer left its sheet: boundary `customer`
    ├── JudgeError          the LLM judge refused, timed out or answered rubbish: boundary `judge`
    └── StoreError          the store is newer, locked, full or broken

Knows no bot, no file format, no terminal. Messages say what was found, where, what was expected and what to do,
and never hold a customer's words or a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class EvalkitError(Exception):
    """Root of all errors that evalkit raises on purpose."""


class InputError(EvalkitError):
    """Something that the user wrote is wrong; the command exits with 2."""


class PolicyError(InputError):
    """The configuration is wrong, or asks for what the policy forbids."""


class KnowledgeError(InputError):
    """A knowledge base cannot be read."""


class TranscriptError(InputError):
    """A transcript export cannot be read at all; single broken lines are reported, not raised."""


class BotError(EvalkitError):
    """The bot's endpoint answered, and the answer cannot be used."""


class InfrastructureError(EvalkitError):
    """The bot's endpoint could not be reached, or told us to go away."""


class CustomerError(EvalkitError):
    """The simulated customer said what its fact sheet does not hold."""


class JudgeError(EvalkitError):
    """The judge gave no verdict that can be trusted."""


class StoreError(EvalkitError):
    """The store cannot be opened, is newer than this program, or refused a write."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file, at a 1-based line and column."""

    path: str
    line: int
    column: int
    message: str
    excerpt: str = ""

    def __str__(self) -> str:
        head = f"{self.path}:{self.line}:{self.column}: {self.message}"
        if not self.excerpt:
            return head
        return f"{head}\n    {self.excerpt}\n    {' ' * (self.column - 1)}^"


class SuiteError(InputError):
    """All faults of the files that were loaded, each with its place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def near_match(word: str, known: Sequence[str]) -> str:
    """The phrase "; did you mean 'x'?" for a mistyped word, or "" when nothing is near.

    >>> near_match("correctnes", ["correctness", "tone"])
    "; did you mean 'correctness'?"
    >>> near_match("weather", ["correctness", "tone"])
    ''
    """
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1, cutoff=0.65)
    return f"; did you mean '{found[0]}'?" if found else ""
