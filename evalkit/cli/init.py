"""`evalkit init`: a commented starter project that runs against the demo bot as it is."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

import click

from evalkit.errors import InputError


@click.command(name="init")
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def command(*, folder: Path) -> int:
    """Write evalkit.yaml, a suite and a small knowledge base into FOLDER; existing files are never overwritten."""
    with as_file(files("evalkit.cli") / "starter") as starter:
        sources = sorted(path for path in starter.rglob("*") if path.is_file())
        targets = [folder / path.relative_to(starter) for path in sources]
        taken = [str(target) for target in targets if target.exists()]
        if taken:
            raise InputError(f"{taken[0]} is there already; nothing was written")
        for source, target in zip(sources, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
            click.echo(str(target))
    click.echo("next: evalkit demo-bot &\n      evalkit run --bot demo --release 1.4")
    return 0
