"""`evalkit chat`: a person talks to the bot; the conversation is stored, scored, and can become a case."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import bot_of, config_option, open_knowledge, store_option, tell

if TYPE_CHECKING:
    from evalkit.bots.door import Bot
    from evalkit.model import Conversation, Run
    from evalkit.replay.customers import Heard
    from evalkit.review.promoting import Wanted
    from evalkit.store.store import Store


@click.command(name="chat")
@click.option("--bot", "bot_name", required=True, help="A bot of evalkit.yaml, an http(s) address, or module:function.")
@click.option("--release", default="pilot", show_default=True, help="The release that is tried out.")
@click.option("--language", help="The language of the conversation, such as sv.")
@click.option("--save-case", type=click.Path(path_type=Path, dir_okay=False), help="Append the talk to this suite.")
@click.option("--wants", multiple=True, metavar="TEXT", help="With --save-case: a text that a reply must hold.")
@click.option("--never", multiple=True, metavar="TEXT", help="With --save-case: a text that no reply may hold.")
@click.option("--wants-person/--wants-no-person", default=None, help="With --save-case: must a person take over?")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@config_option
@store_option
def command(
    *,
    bot_name: str,
    release: str,
    language: str | None,
    save_case: Path | None,
    wants: tuple[str, ...],
    never: tuple[str, ...],
    wants_person: bool | None,
    knowledge: Path | None,
    config_path: Path | None,
    store_at: str | None,
) -> int:
    """Talk to a bot here. A number presses a button; /quit, Ctrl-D or Ctrl-C ends. Then the talk is scored."""
    from evalkit.cli import pipeline
    from evalkit.cli.options import world_of
    from evalkit.engine.scoring_run import score_run
    from evalkit.errors import InputError
    from evalkit.policy.destinations import check_store
    from evalkit.reporting.terminal import printable, worst_lines
    from evalkit.review.promoting import Wanted
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    wanted = Wanted(contains=wants, not_contains=never, handed_over=wants_person)
    if save_case is not None and not wanted.checks:
        raise InputError("--save-case: say what the bot must do with --wants, --never or --wants-person")
    config = load_config(config_path)
    bot = bot_of(bot_name, config)
    world = world_of((), config, open_knowledge(config, knowledge))
    where = store_at or config.store
    check_store(where, config.policy.privacy)
    with Store.open(where) as store:
        run, talk = _talked(bot, bot_name, release, language, store)
        if not talk.turns:
            click.echo("nothing was said, nothing is kept")
            return 0
        key = score_run(store, run, world)
        summary = pipeline.read(store, run, key, config)
    click.echo(f"\n{len(talk.turns)} turns, ended: {talk.ending.replace('_', ' ')} · store {where} · run {run.id}")
    if talk.failure is not None:
        tell(printable(f"the {talk.failure.boundary} broke: {talk.failure.cause}"))
    for line in worst_lines(summary.failures):
        tell(line)
    if not summary.failures:
        click.echo("no findings")
    if save_case is not None:
        _save(talk, wanted, save_case)
    return 0


def _talked(bot: Bot, bot_name: str, release: str, language: str | None, store: Store) -> tuple[Run, Conversation]:
    import asyncio
    from datetime import UTC, datetime

    from evalkit.engine.piloting import pilot
    from evalkit.replay.person import Person

    click.echo("Write to the bot; /quit ends.", err=True)
    return asyncio.run(
        pilot(
            bot, Person(_read, _show), store, bot_name=bot_name, release=release, language=language,
            now=lambda: datetime.now(UTC),
        )
    )  # fmt: skip


def _read() -> str | None:
    if sys.stdin.isatty():
        click.echo("> ", nl=False)
    line = sys.stdin.readline()
    return line if line else None


def _show(heard: Heard) -> None:
    from evalkit.reporting.terminal import printable

    for turn in heard.replies:
        for line in turn.text.splitlines() or [""]:
            click.echo(f"bot: {printable(line)}")
        for number, button in enumerate(turn.buttons, 1):
            click.echo(f"     [{number}] {printable(button)}")
    if heard.handed_over:
        click.echo("     (a person has the conversation)")


def _save(talk: Conversation, wanted: Wanted, path: Path) -> None:
    from evalkit.personal_data.sealing import values_of
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.review.promoting import EXAMPLES, promote

    text = path.read_text(encoding="utf-8") if path.exists() else None
    made = promote(talk, wanted, suite_file=str(path), suite_text=text)
    # What stood in the suite before is its authors', test values included.
    write_artefact(path, made.text, known=(*EXAMPLES, *values_of(text or "")))
    click.echo(f"case {made.case_id} in {path}; look it over, then: evalkit check {path}")
