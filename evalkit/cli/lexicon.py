"""`evalkit lexicon`: how well phrases and shapes are heard in the organisation's own messages."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import json_option, print_json


@click.group(name="lexicon")
def command() -> None:
    """Measure the phrase lists and shapes."""


@command.command(name="test")
@click.argument("path", type=click.Path(path_type=Path))
@json_option
def test(*, path: Path, as_json: bool) -> int:
    """Print precision and recall by category. Of the labelled messages in PATH, a file or folder named by language.

    A file such as sv.yaml maps a category to `yes` and `no` lists of messages.
    """
    from tabulate import tabulate

    from evalkit.errors import InputError
    from evalkit.language.measuring import measure

    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise InputError(f"{path}: no such file or folder of labelled messages; expected such as sv.yaml")
    rows = [row for file in files for row in measure(file)]
    if as_json:
        print_json([row._asdict() for row in rows])
    else:
        cells = [(r.language, r.category, r.n, r.precision, r.recall) for r in rows]
        click.echo(tabulate(cells, headers=["language", "category", "n", "precision", "recall"], floatfmt=".2f"))
    return 0
