"""`evalkit suites`: suites that are made rather than written: probes from the lexicons, imports from Botium."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.text.counted import counted


@click.group(name="suites")
def command() -> None:
    """Write suites from the lexicons, or from another tool's files."""


@command.command(name="probes")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("suites/probes"), show_default=True
)
@click.option("--language", "languages", multiple=True, help="Only these (default: sv da nb fi en de).")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of a test order, for whole errands.")
def probes(*, out: Path, languages: tuple[str, ...], facts: tuple[str, ...]) -> int:
    """Write probe suites from the lexicons. Person, identity, crisis, fraud, rights, injection, parity."""
    from evalkit.errors import InputError, near_match
    from evalkit.suites.probes import LANGUAGES, probe_suites
    from evalkit.suites.writing import write_suites

    for language in languages:
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise InputError(f"no probes in '{language}'{near_match(language, LANGUAGES)} (known: {known})")
    pairs = dict(pair.partition("=")[::2] for pair in facts)
    if wrong := [name for name, value in pairs.items() if not value]:
        raise InputError(f"--fact {wrong[0]}: expected NAME=VALUE, such as order_number=FB-10021")
    _tell(write_suites(out, probe_suites(languages or LANGUAGES, pairs)))
    return 0


@command.command(name="import-botium")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("suites/botium"), show_default=True
)
@click.option("--language", help="The language of the conversations.")
def import_botium(*, folder: Path, out: Path, language: str | None) -> int:
    """Write a suite from the Botium files in FOLDER. Convo, pconvo, utterances and scriptingmemory."""
    from evalkit.suites.botium import read_botium
    from evalkit.suites.writing import write_suites

    suite, notes = read_botium(folder, language)
    _tell(write_suites(out, {"botium": suite}))
    for note in notes:
        click.echo(f"note: {note}", err=True)
    return 0


def _tell(written: list[tuple[Path, int]]) -> None:
    for path, n_cases in written:
        click.echo(f"{path}: {counted(n_cases, 'case')}")
    click.echo(f"{sum(n for _, n in written)} cases; next: evalkit check {written[0][0].parent}")
