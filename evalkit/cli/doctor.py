"""`evalkit doctor`: what this machine has, what is missing, and how to get it."""

from __future__ import annotations

import importlib.util
import shutil
import sys

import click

_PARTS = (
    ("openai", "judge", "the LLM judge"),
    ("pandas", "data", "imports and large stores"),
    ("streamlit", "ui", "dashboards and review"),
    ("psycopg", "postgres", "a store on PostgreSQL"),
    ("cryptography", "privacy", "the vault for pseudonyms, and Google service accounts"),
    ("sklearn", "satisfaction", "the fitted satisfaction estimate"),
    ("distributed", "dask", "scoring on more than one machine"),
)
_PROGRAMS = (
    ("chromium", "screenshots and browser bots", "apt install chromium"),
    ("psql", "PostgreSQL", "apt install postgresql"),
)


@click.command(name="doctor")
def command() -> int:
    """Tell what is there and what is missing; missing options are no fault."""
    click.echo(f"Python {sys.version.split()[0]}: {'ok' if sys.version_info >= (3, 11) else 'needs 3.11 or newer'}")
    for module, extra, what in _PARTS:
        found = importlib.util.find_spec(module) is not None
        click.echo(
            f"{'ok     ' if found else 'missing'} {what}"
            + ("" if found else f": pip install 'support-evalkit[{extra}]'")
        )
    for program, what, how in _PROGRAMS:
        path = shutil.which(program)
        click.echo(f"{'ok     ' if path else 'missing'} {what}" + ("" if path else f": {how}"))
    _config()
    return 0


def _config() -> None:
    from evalkit.errors import EvalkitError
    from evalkit.resources import folder
    from evalkit.suites.config import load_config

    for name in ("suites", "fixtures/demo"):
        try:
            folder(name)
        except EvalkitError as error:
            click.echo(f"missing {error}")
    try:
        config = load_config()
    except EvalkitError as error:
        click.echo(f"broken  configuration: {error}")
        return
    where = str(config.path) if config.path else "no evalkit.yaml here; `evalkit init` writes one"
    click.echo(f"ok      configuration: {where}")
