"""Options that several verbs share, and the few steps that each begins with."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import click

from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.bots.door import Bot
    from evalkit.knowledge import Knowledge
    from evalkit.model import ScorerSpec
    from evalkit.scoring import World
    from evalkit.suites.config import Config

F = TypeVar("F", bound=Callable[..., Any])


def config_option(function: F) -> F:
    """`--config`, by default `evalkit.yaml` of the working directory."""
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--config", "config_path", type=path, help="Configuration (default: evalkit.yaml).")(function)


def store_option(function: F) -> F:
    """`--store`, by default that of the configuration."""
    return click.option("--store", "store_at", help="Store: a file or a database URL (default: .evalkit/store.db).")(
        function
    )


def json_option(function: F) -> F:
    """`--json` for machine-readable output."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    tell(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell(text: str, *, nl: bool = True) -> None:
    """Print what was found out, looked through once more for personal data: a pipe makes a file of it."""
    from evalkit.reporting.artefacts import checked

    click.echo(checked(text, "output"), nl=nl)


def open_knowledge(config: Config, folder: Path | None = None) -> Knowledge | None:
    """The knowledge base of a flag or the configuration. Raises: KnowledgeError."""
    found = folder or config.knowledge
    if found is None:
        return None
    from evalkit.knowledge import Knowledge

    return Knowledge.from_folder(found)


def bot_of(name: str, config: Config, *, environment: Mapping[str, str] | None = None) -> Bot:
    """The bot that the command line names, every host of it allowed and declared as the policy asks.

    Raises: InputError at the line of the configuration that is wrong, PolicyError for a host that is not on the list.
    """
    from evalkit.bots.definitions import build_bot
    from evalkit.policy.destinations import check_bot

    privacy = config.policy.privacy
    try:
        bot = build_bot(name, config.bots, environment=environment, allowed_hosts=frozenset(privacy.allowed_hosts))
        check_bot(bot, privacy)
    except InputError as error:
        raise config.placed(error) from error
    return bot


def world_of(specs: Iterable[ScorerSpec], config: Config, knowledge: Knowledge | None) -> World:
    """What scoring shares: the named scorers, or the default ones where none is named.

    Raises: InputError at the line of the configuration that names a model of hand-overs where there is none.
    """
    from evalkit.engine.preparing import scorers_of
    from evalkit.scoring import World

    if config.policy.escalation.learned is not None:
        from evalkit.scorers.handover_model import load

        try:
            load(Path(config.policy.escalation.learned))
        except InputError as error:
            raise config.placed(InputError(f"policy.escalation.learned: {error}")) from error
    return World(scorers_of(specs), config.policy, knowledge)


class ProgressLine:
    """One line that says where long work stands; plain lines every ten seconds when nobody watches a terminal."""

    def __init__(self, what: str, *, quiet: bool = False) -> None:
        self._what, self._quiet = what, quiet
        self._live = sys.stderr.isatty()
        self._started = self._last = monotonic()

    def show(self, done: int, total: int, *, note: str = "") -> None:
        """Draw the line."""
        now = monotonic()
        if (
            self._quiet
            or (not self._live and now - self._last < 10)
            or (self._live and now - self._last < 0.1 and done < total)
        ):
            return
        self._last = now
        rate = done / (now - self._started) if now > self._started else 0.0
        left = f", {(total - done) / rate:.0f} s left" if rate and done < total else ""
        text = f"{self._what} {done}/{total}, {rate:.0f}/s{note}{left}"
        click.echo(f"\r\x1b[K{text}" if self._live else text, err=True, nl=not self._live)

    def end(self) -> None:
        """Leave the line."""
        if self._live and not self._quiet:
            click.echo("\r\x1b[K", err=True, nl=False)
